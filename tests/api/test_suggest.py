"""`/api/v1/suggest`: names by their beginning or an alias's, with the counts of the archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.article import Article, Mention, Passage, Prepared
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from archive.vectors import quantise
from search_api.entity_routes import entity_router
from search_api.entity_schemas import SuggestAnswer
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers
from search_api.schemas import ErrorAnswer
from search_api.service import SearchService
from search_api.suggesting import SUGGESTED_FIELDS, Suggester
from tests.bag_of_words import BagOfWords

SUGGEST = "/api/v1/suggest"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="module")
def client(service: SearchService, gazetteer: Gazetteer) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(entity_router(service, SearchPool(), lambda: gazetteer))
    install_error_handlers(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def suggestions(client: TestClient, prefix: str, **parameters: Any) -> list[dict[str, Any]]:
    response = client.get(SUGGEST, params={"prefix": prefix, **parameters})
    assert response.status_code == 200, response.text
    SuggestAnswer.model_validate_json(response.content, strict=True)
    assert response.json()["prefix"] == prefix
    found: list[dict[str, Any]] = response.json()["suggestions"]
    return found


def wrong(client: TestClient, query: str) -> list[tuple[str, str]]:
    response = client.get(f"{SUGGEST}?{query}")
    assert response.status_code == 422, response.text
    ErrorAnswer.model_validate_json(response.content, strict=True)
    return [(f["name"], f["message"]) for f in response.json()["error"]["fields"]]


def prepared(id: str, *names: tuple[str, str], source: str | None = None, author: str = "") -> Prepared:
    mentions = tuple(
        Mention(kind, name, "title", 0, 1, "x", "model", country="Netherlands" if kind == "place" else None)  # type: ignore[arg-type]
        for kind, name in names
    )
    article = Article(
        id,
        "x",
        "Some words.",
        source=source,
        authors=(author,) if author else (),
        mentions=mentions,
        passages=(Passage(0, 11),),
    )
    return Prepared(article, quantise(BagOfWords().encode(["x Some words."])))


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    embedder = BagOfWords()
    return EmbeddedEngine.create(tmp_path / "own", embedder.name, embedder.dimensions)


def test_a_weapon_is_suggested_by_the_beginning_of_an_alias(client: TestClient) -> None:
    (found,) = suggestions(client, "scalp")
    assert (found["kind"], found["name"], found["alias"]) == ("weapon", "Storm Shadow", "SCALP-EG")


def test_a_place_is_suggested_by_its_former_name(client: TestClient) -> None:
    found = suggestions(client, "Kiev")
    assert [(s["name"], s["alias"]) for s in found] == [("Kyiv, Ukraine", "Kiev")]


def test_alias_is_null_where_the_name_itself_begins_so(client: TestClient) -> None:
    found = {s["name"]: s["alias"] for s in suggestions(client, "kyi")}
    assert found["Kyiv, Ukraine"] is None


def test_any_word_of_a_name_may_begin_so_without_regard_to_case(client: TestClient) -> None:
    for prefix in ("storm", "shad", "SHADOW", "storm sh"):
        assert "Storm Shadow" in [s["name"] for s in suggestions(client, prefix)], prefix
    for prefix in ("hadow", "shadow storm", "stor shadow"):
        assert "Storm Shadow" not in [s["name"] for s in suggestions(client, prefix)], prefix


def test_every_count_is_that_of_the_archive(client: TestClient, service: SearchService) -> None:
    for prefix in "abcdefghijklmnoprstuvw":
        found = suggestions(client, prefix, field=list(SUGGESTED_FIELDS), limit=100)
        for s in found:
            exact = {x.value: x.count for x in service.engine.suggest(s["name"], [s["kind"]], 1000)}
            assert exact[s["name"]] == s["count"] > 0


def test_names_are_those_that_the_engine_suggests(service: SearchService, gazetteer: Gazetteer) -> None:
    suggester = Suggester(service.engine, service.analyser, lambda: gazetteer)
    for prefix in ("s", "ku", "united s", "mi", "o'", "é", "2"):
        named = [(s.kind, s.name, s.count) for s in suggester.suggest(prefix, SUGGESTED_FIELDS, 10_000) if not s.alias]
        asked = service.engine.suggest(prefix, SUGGESTED_FIELDS, 10_000)
        assert named == [(s.field, s.value, s.count) for s in asked], prefix


def test_suggestions_come_by_count_then_name_and_each_once(client: TestClient) -> None:
    for prefix in ("s", "u", "mi"):
        found = suggestions(client, prefix, field=list(SUGGESTED_FIELDS), limit=100)
        assert found == sorted(found, key=lambda s: (-s["count"], s["name"], s["kind"]))
        assert len({(s["kind"], s["name"]) for s in found}) == len(found)


def test_field_chooses_the_kinds_and_may_be_repeated(client: TestClient) -> None:
    assert {s["kind"] for s in suggestions(client, "s", field="place", limit=100)} == {"place"}
    both = {s["kind"] for s in suggestions(client, "s", field=["place", "person"], limit=100)}
    assert both == {"place", "person"}
    assert "country" not in {s["kind"] for s in suggestions(client, "u", limit=100)}
    assert suggestions(client, "ukr", field="country")[0]["kind"] == "country"
    assert suggestions(client, "war", field=["section", "section"])[0]["name"] == "War"


def test_limit_cuts_the_same_list(client: TestClient) -> None:
    every = suggestions(client, "s", limit=100)
    assert len(every) > 10
    for limit in (1, 4, 10):
        assert suggestions(client, "s", limit=limit) == every[:limit]
    assert suggestions(client, "s") == every[:10]


def test_a_prefix_without_a_word_or_a_match_suggests_nothing(client: TestClient) -> None:
    for prefix in ("-", "!?", "zzyzx", "🙂", "a" * 100, "\x00", "%"):
        assert suggestions(client, prefix) == []


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("", "prefix", "blank"),
        ("prefix=", "prefix", "blank"),
        ("prefix=%20%09", "prefix", "blank"),
        ("prefix=" + "a" * 101, "prefix", "101 characters"),
        ("prefix=a&prefix=b", "prefix", "given 2 times"),
        ("prefix=a&field=colour", "field", "person, place"),
        ("prefix=a&field=mentioned", "field", "person, place"),
        ("prefix=a&field=person&field=x", "field", "'x'"),
        ("prefix=a&limit=0", "limit", "1 to 100"),
        ("prefix=a&limit=101", "limit", "1 to 100"),
        ("prefix=a&limit=-1", "limit", "1 to 100"),
        ("prefix=a&limit=ten", "limit", "1 to 100"),
        ("prefix=a&limit=%EF%BC%91", "limit", "1 to 100"),
        ("prefix=a&limit=1&limit=2", "limit", "given 2 times"),
        ("prefix=a&q=b", "q", "prefix, field, limit"),
        ("prefix=a&=", "", "prefix, field, limit"),
    ],
)
def test_a_wrong_parameter_is_named_with_the_cure(client: TestClient, query: str, name: str, says: str) -> None:
    found = wrong(client, query)
    assert [n for n, _ in found] == [name]
    assert says in found[0][1]


def test_all_wrong_parameters_are_named_at_once(client: TestClient) -> None:
    assert {n for n, _ in wrong(client, "prefix=&field=x&limit=y&colour=z")} == {"prefix", "field", "limit", "colour"}


def test_empty_values_count_as_absent_because_forms_send_them(client: TestClient) -> None:
    assert suggestions(client, "storm", field="", limit="") == suggestions(client, "storm")


def test_what_a_commit_adds_or_deletes_is_seen_at_once(engine: EmbeddedEngine, gazetteer: Gazetteer) -> None:
    suggester = Suggester(engine, Analyser(), lambda: gazetteer)
    assert suggester.suggest("zel") == []
    engine.write([prepared("a", ("person", "Volodymyr Zelensky"))])
    assert [(s.name, s.count, s.alias) for s in suggester.suggest("zelenskyy")] == [
        ("Volodymyr Zelensky", 1, "Volodymyr Zelenskyy")
    ]
    engine.write([prepared("b", ("person", "Volodymyr Zelensky"), ("person", "Zelda Fitch"))])
    assert [(s.name, s.count) for s in suggester.suggest("zel")] == [("Volodymyr Zelensky", 2), ("Zelda Fitch", 1)]
    engine.write([], delete=["b"])
    assert [(s.name, s.count) for s in suggester.suggest("zel")] == [("Volodymyr Zelensky", 1)]


def test_countries_answer_to_aliases_and_names_may_hold_anything(engine: EmbeddedEngine, gazetteer: Gazetteer) -> None:
    engine.write([prepared("a", ("place", "Netherlands"), source="Reuters/AP & Söhne", author="Ólöf O'Dea")])
    suggester = Suggester(engine, Analyser(), lambda: gazetteer)
    for field in ("country", "place"):
        (found,) = suggester.suggest("holl", [field])
        assert (found.kind, found.name, found.alias) == (field, "Netherlands", "Holland")
    assert [s.name for s in suggester.suggest("sohne")] == ["Reuters/AP & Söhne"]
    assert [s.name for s in suggester.suggest("olo", ["author"])] == ["Ólöf O'Dea"]
    assert suggester.suggest("olo") == []


def test_names_are_read_once_a_commit_and_not_at_each_key_press(engine: EmbeddedEngine, gazetteer: Gazetteer) -> None:
    engine.write([prepared("1", ("person", "Ann Able"))])
    read: list[str] = []

    def reading() -> Gazetteer:
        read.append("gazetteer")
        return gazetteer

    suggester = Suggester(engine, Analyser(), reading)
    for prefix in ("a", "an", "ann"):
        assert [s.name for s in suggester.suggest(prefix)] == ["Ann Able"]
    once = len(read)
    engine.write([prepared("2", ("person", "Bea Best"))])
    assert [s.name for s in suggester.suggest("be")] == ["Bea Best"]
    assert len(read) == once + 1, "only the new name is folded"


def test_openapi_documents_every_parameter_with_an_example(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][SUGGEST]["get"]
    assert {p["name"] for p in operation["parameters"]} == {"prefix", "field", "limit"}
    assert set(operation["responses"]) == {"200", "422", "503"}
    for parameter in operation["parameters"]:
        assert parameter["description"]
        suggestions(client, **{"prefix": "kur", parameter["name"]: parameter["example"]})
