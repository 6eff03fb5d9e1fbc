"""`/api/v1/articles/{id}/similar`: the same story first, nothing where nothing is alike, any id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.article import Article, Mention, Passage, Prepared
from archive.engine import Search
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from archive.vectors import quantise
from search_api.entity_routes import entity_router
from search_api.entity_schemas import SimilarAnswer
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers, router
from search_api.schemas import ArticleAnswer, ErrorAnswer
from search_api.service import SearchService
from search_api.similar import SIMILAR_FIELDS, similar
from search_api.syntax import plain
from tests.bag_of_words import BagOfWords

ARTICLES = "/api/v1/articles/"
FERRY = "The ferry across the strait has stopped because ice blocks both harbours."
OWN = (
    ("ferry", "Ferry stops as ice blocks the strait", FERRY),
    ("ferry/similar", "Ice blocks the strait: ferry stopped", "Ice in both harbours has stopped the ferry."),
    ("similar", "Ferry runs again after the ice", "The ferry crosses the strait again; the ice has melted."),
    ("https://example.org/f?id=1&x=2#top", "Ferry and ice in the strait", FERRY),
    ("a%2Fb", "Strait free of ice, ferry says", "The ferry reports that the strait is free of ice."),
    ("a//b/", "Ferry captain saw the ice", "Ice stood in the strait when the captain of the ferry came."),
    ("alone", "Xylophone quartet premieres", "Zithers, bassoons, marimbas."),
    ("no title", "", FERRY),
    ("no body", "Ferry and ice", ""),
    ("signs", "...", "!?"),
    ("letter", "A" * 9000, "Q" * 500),
    ("common", "Ministers say budget passes", "Nine ministers argued late, then passed their budget."),
    ("common too", "Grain harvest large, growers say", "Wheat fills barns across this province."),
)


def application(service: SearchService) -> FastAPI:
    gazetteer = Gazetteer.load()
    app, pool = FastAPI(), SearchPool()
    app.include_router(entity_router(service, pool, lambda: gazetteer))
    app.include_router(router(service, pool))
    install_error_handlers(app)
    return app


@pytest.fixture(scope="module")
def client(service: SearchService) -> Iterator[TestClient]:
    """The sample articles."""
    with TestClient(application(service), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    embedder = BagOfWords()
    folder: Path = tmp_path_factory.mktemp("archives") / "own"
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    batch = []
    for number, (id, title, body) in enumerate(OWN):
        article = Article(id, title, body, published=f"2024-11-{number + 1:02}", passages=(Passage(0, len(body)),))
        batch.append(Prepared(article, quantise(embedder.encode([f"{title}\n{body}"]))))
    engine.write(batch)
    return SearchService(engine, Analyser(), lambda: embedder)


@pytest.fixture(scope="module")
def own_client(own: SearchService) -> Iterator[TestClient]:
    with TestClient(application(own), raise_server_exceptions=False) as client:
        yield client


def results(client: TestClient, id: str, **parameters: Any) -> list[dict[str, Any]]:
    response = client.get(f"{ARTICLES}{quote(id, safe='')}/similar", params=parameters)
    assert response.status_code == 200, response.text
    SimilarAnswer.model_validate_json(response.content, strict=True)
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_the_same_story_comes_first_and_the_article_itself_never(own_client: TestClient) -> None:
    found = [r["id"] for r in results(own_client, "ferry")]
    assert set(found[:3]) == {"ferry/similar", "https://example.org/f?id=1&x=2#top", "no title"}
    assert "ferry" not in found


def test_an_article_with_nothing_like_it_has_none(own_client: TestClient) -> None:
    assert results(own_client, "alone", limit=100) == []


def test_a_common_word_alone_makes_nothing_alike(own: SearchService) -> None:
    # Both say `say`, so the one is in the other's pool.
    query, vector = plain("Ministers say budget passes"), own.vector("\n".join(OWN[-2][1:]))
    hits = own.engine.search(Search(query=query, vector=vector, limit=100)).hits
    assert "common too" in [h.stored.article.id for h in hits if h.score is not None]
    assert "common too" not in [r["id"] for r in similar(own, "common", 100) or []]


def test_every_article_is_ranked_and_scores_fall(client: TestClient, service: SearchService) -> None:
    for stored in service.engine.since(0, "", 1000):
        found = results(client, stored.article.id, limit=100)
        scores = [r["score"] for r in found]
        assert scores == sorted(scores, reverse=True)
        assert stored.article.id not in [r["id"] for r in found]
        assert len({r["id"] for r in found}) == len(found)


def test_a_result_has_the_shape_of_a_search_result(client: TestClient, service: SearchService) -> None:
    found = results(client, "sample-001")
    assert found
    for result in found:
        assert tuple(result) == SIMILAR_FIELDS
        article = service.engine.get([result["id"]])[result["id"]].article
        assert (result["title"], result["published"]) == (article.title, article.published)
        passage = result["passage"]
        assert passage["text"] == article.body[passage["start"] : passage["end"]] != ""


@pytest.mark.parametrize("named", [True, False])
def test_names_of_the_text_are_looked_for_beside_the_title(tmp_path: Path, named: bool) -> None:
    embedder = BagOfWords()
    engine = EmbeddedEngine.create(tmp_path / "names", embedder.name, embedder.dimensions)
    told = (Mention("weapon", "Storm Shadow", "body", 0, 12, "Storm Shadow", "alias"),) if named else ()
    texts = [("told", "Night of fire", "Storm Shadow struck.", told)]
    texts += [("same", "Morning after", "What a Storm Shadow leaves behind.", ())]
    # In an archive of two articles no word is rare.
    texts += [(f"other {i}", f"Class {i}", f"Pottery for beginners, part {i}.", ()) for i in range(20)]
    batch = []
    for id, title, body, mentions in texts:
        article = Article(id, title, body, mentions=mentions, passages=(Passage(0, len(body)),))
        # No passage is near any text: words alone decide.
        batch.append(Prepared(article, np.zeros((1, embedder.dimensions), np.int8)))
    engine.write(batch)
    service = SearchService(engine, Analyser(), lambda: embedder)
    assert [r["id"] for r in similar(service, "told") or []] == (["same"] if named else [])


def test_limit_cuts_the_same_list(client: TestClient) -> None:
    every = results(client, "sample-001", limit=100)
    assert len(every) > 10
    for limit in (1, 2, 7):
        assert results(client, "sample-001", limit=limit) == every[:limit]
    assert results(client, "sample-001") == every[:10]


def test_fields_choose_what_a_result_holds(client: TestClient) -> None:
    for result in results(client, "sample-001", fields="title, score"):
        assert set(result) == {"id", "title", "score"}
    assert results(client, "sample-001", fields="") == results(client, "sample-001", fields=",".join(SIMILAR_FIELDS))


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("limit=0", "limit", "1 to 100"),
        ("limit=101", "limit", "1 to 100"),
        ("limit=some", "limit", "1 to 100"),
        ("limit=1&limit=2", "limit", "given 2 times"),
        ("fields=id,body", "fields", "title"),
        ("fields=mentions", "fields", "passage"),
        ("fields=id&fields=url", "fields", "given 2 times"),
        ("mode=keyword", "mode", "limit, fields"),
    ],
)
def test_a_wrong_parameter_is_named_with_the_cure(client: TestClient, query: str, name: str, says: str) -> None:
    response = client.get(f"{ARTICLES}sample-001/similar?{query}")
    assert response.status_code == 422
    (field,) = ErrorAnswer.model_validate_json(response.content, strict=True).error.fields
    assert field.name == name
    assert says in field.message


@pytest.mark.parametrize("id", [id for id, _, _ in OWN])
def test_any_article_can_be_asked_for_by_its_percent_encoded_id(own_client: TestClient, id: str) -> None:
    found = [r["id"] for r in results(own_client, id)]
    assert id not in found
    if "ferry" in id:
        assert found


@pytest.mark.parametrize("id", [id for id, _, _ in OWN])
def test_every_article_stays_reachable_itself(own_client: TestClient, id: str) -> None:
    response = own_client.get(ARTICLES + quote(id, safe=""))
    assert response.status_code == 200
    assert ArticleAnswer.model_validate_json(response.content, strict=True).id == id


def test_similar_is_meant_where_it_stands_as_written(own_client: TestClient) -> None:
    assert own_client.get(f"{ARTICLES}ferry%2Fsimilar").json()["id"] == "ferry/similar"
    assert own_client.get(f"{ARTICLES}ferry/similar").json()["results"]
    assert own_client.get(f"{ARTICLES}ferry/similar/similar").json() == {
        "results": results(own_client, "ferry/similar")
    }
    assert own_client.get(f"{ARTICLES}a//b//similar").json() == {"results": results(own_client, "a//b/")}
    assert own_client.get(f"{ARTICLES}similar").json()["id"] == "similar"
    assert own_client.get(f"{ARTICLES}similar?x=/similar").status_code == 422


@pytest.mark.parametrize("id", ["nothing", "a/b", "%ff", "%00", "", "x" * 5000])
def test_an_article_that_is_not_there_is_a_404_in_the_one_shape(own_client: TestClient, id: str) -> None:
    response = own_client.get(f"{ARTICLES}{id}/similar")
    assert response.status_code == 404
    assert ErrorAnswer.model_validate_json(response.content, strict=True).error.code == "not_found"


def test_pages_can_ask_without_http(own: SearchService, own_client: TestClient) -> None:
    assert similar(own, "nothing") is None
    assert similar(own, "alone") == []
    assert similar(own, "ferry", 3) == results(own_client, "ferry", limit=3)


def test_an_article_without_title_or_without_body_finds_its_like(own_client: TestClient) -> None:
    for id in ("no title", "no body"):
        assert "ferry" in [r["id"] for r in results(own_client, id)], id
    assert results(own_client, "signs") == []


def test_other_methods_are_refused_in_the_one_shape(client: TestClient) -> None:
    response = client.post(f"{ARTICLES}sample-001/similar")
    assert response.status_code == 405
    ErrorAnswer.model_validate_json(response.content, strict=True)


def test_openapi_documents_parameters_and_statuses(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/api/v1/articles/{id}/similar"]["get"]
    assert {p["name"] for p in operation["parameters"]} == {"id", "limit", "fields"}
    assert set(operation["responses"]) == {"200", "404", "422", "503"}
    for parameter in operation["parameters"]:
        assert parameter["description"]
        if parameter["in"] == "query":
            results(client, "sample-001", **{parameter["name"]: parameter["example"]})
