"""Fifteen short articles with awkward ids and names: routes, what empties a search, and when the encoder is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from archive.analysis import Analyser
from archive.article import Article, Mention, Passage, Prepared
from archive.engines.embedded import EmbeddedEngine
from archive.vectors import quantise
from dateline.app import create_app
from search_api.parameters import parse_parameters
from search_api.schemas import ArticleAnswer, ErrorAnswer
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

ARTICLES = (
    ("https://example.org/news?id=1&lang=en#top", "Bridge closed at Kursk", "The road bridge was hit overnight."),
    ("2024/11/21", "Storm Shadow strike", "A Storm Shadow struck a command post near Kursk."),
    ("a%2Fb", "Ferry runs again", "The ferry crosses the strait twice a day."),
    ("a/b", "Ferry stops", "Ice on the strait has stopped the ferry."),
    ("a//b/", "Harbour dredged", "Dredgers have deepened the harbour."),
    ("büro é", "Café opens", "A café has opened beside the museum."),
    ("x+y;z=1", "Bakers meet", "Bakers from nine towns met on Monday."),
    (":", "Votes counted", "The votes of three districts were counted again."),
    ("%", "Prices rise", "Prices of grain rose by two percent."),
    ("%25", "Prices fall", "Prices of wool fell."),
    ("\\", "Choir tours", "The choir leaves for its winter tour."),
    ("日本", "Train is late", "The night train came four hours late."),
    ("q?r", "Storm in the north", "A storm has cast its shadow over the north."),
    ("plain", "Rain over Oslo", "It rained for nine days."),
    ("search", "Library reopens", "The city library has reopened."),
)
NAME = "Reuters/AP & Söhne"


class CountingEmbedder(BagOfWords):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return super().encode(texts)


def prepared(number: int, id: str, title: str, body: str) -> Prepared:
    mention = Mention("organisation", NAME, "title", 0, 1, title[0], "model")
    article = Article(
        id,
        title,
        body,
        published=f"2024-11-{number + 1:02}" if number % 5 else None,
        source=NAME if number % 2 else "missing link",
        mentions=(mention,) if number % 3 == 0 else (),
        passages=(Passage(0, len(body)),),
    )
    return Prepared(article, quantise(BagOfWords().encode([f"{title} {body}"])))


@pytest.fixture(scope="module")
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture(scope="module")
def service(embedder: CountingEmbedder, tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    folder: Path = tmp_path_factory.mktemp("archives") / "own"
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    engine.write([prepared(i, *article) for i, article in enumerate(ARTICLES)])
    return SearchService(engine, Analyser(), lambda: embedder)


@pytest.fixture(scope="module")
def client(service: SearchService) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


def ask(service: SearchService, q: str = "", **parameters: str) -> dict[str, Any]:
    return service.search(parse_parameters([("q", q), *((k.rstrip("_"), v) for k, v in parameters.items())]))


@pytest.mark.parametrize("id", [id for id, _, _ in ARTICLES])
def test_any_id_is_found_under_its_percent_encoded_address(client: TestClient, id: str) -> None:
    response = client.get("/api/v1/articles/" + quote(id, safe=""))
    assert response.status_code == 200
    assert ArticleAnswer.model_validate_json(response.content, strict=True).id == id


def test_an_article_takes_no_parameters_and_names_those_given(client: TestClient) -> None:
    response = client.get("/api/v1/articles/plain?body=off&x=")
    assert response.status_code == 422
    ErrorAnswer.model_validate_json(response.content)
    assert [f["name"] for f in response.json()["error"]["fields"]] == ["body", "x"]


def test_openapi_promises_the_one_error_shape_for_every_status(client: TestClient) -> None:
    for path in ("/api/v1/search", "/api/v1/articles/{id}"):
        answers = client.get("/openapi.json").json()["paths"][path]["get"]["responses"]
        for status, answer in answers.items():
            if status == "304":
                assert "content" not in answer
                continue
            schema = answer["content"]["application/json"]["schema"]["$ref"]
            assert status == "200" or schema.endswith("/ErrorAnswer"), (path, status, schema)


@pytest.mark.parametrize("field", ["source", "organisation"])
def test_a_name_with_a_slash_refines_as_it_is_counted(client: TestClient, field: str) -> None:
    counts = client.get("/api/v1/search", params={"facet": field}).json()["facets"][field]
    for value in counts["values"]:
        total = client.get("/api/v1/search", params={field: value["value"]}).json()["total"]
        assert total == value["count"] > 0


@pytest.mark.parametrize(
    ("q", "parameters", "word"),
    [
        ("Kursk zyzzyva ferry", {}, "zyzzyva"),
        ("Kursk ferry", {}, "ferry"),
        ("you Kursk zyzzyva", {}, "zyzzyva"),  # `you` is a stop word: it doesn't bind
        ("you she", {}, "you"),  # nothing but stop words: they do
        ("Kursk published:1990", {}, None),  # the date leaves nothing, whatever the words
        ("Kursk", {"from": "2030"}, None),
        ("Kursk ferry", {"source": "missing link"}, "ferry"),
        ("Kursk", {"source": "nobody"}, None),  # the refinement is to blame
        ("title:ferry Kursk", {}, "Kursk"),
        ('"no such phrase"', {}, None),
    ],
)
def test_keyword_names_the_word_that_left_nothing(
    service: SearchService, q: str, parameters: dict[str, str], word: str | None
) -> None:
    found = ask(service, q, mode="keyword", **parameters)
    assert found["total"] == 0
    assert found["query"]["emptied_by"] == word


def test_no_word_is_blamed_where_something_was_found(service: SearchService) -> None:
    for mode in ("keyword", "semantic", "hybrid"):
        found = ask(service, "Storm Shadow Kursk", mode=mode)
        assert found["total"] > 0
        assert found["query"]["emptied_by"] is None


def test_the_encoder_is_asked_only_where_meaning_counts_and_once_a_text(
    service: SearchService, embedder: CountingEmbedder
) -> None:
    embedder.asked.clear()
    ask(service, "harbour ice", mode="keyword")
    ask(service, "harbour ice", sort="newest")
    ask(service, "", mode="semantic")
    ask(service, '"command post"')  # binds: hybrid is keyword
    ask(service, "source:Reuters", mode="semantic")  # nothing to embed
    assert embedder.asked == []
    for _ in range(2):
        ask(service, "harbour ice")
        ask(service, "harbour ice", mode="semantic", from_="2024")
    assert embedder.asked == ["harbour ice"]
    ask(service, '"command post"', mode="semantic")
    assert embedder.asked == ["harbour ice", "command post"]
