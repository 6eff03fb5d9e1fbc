"""`/api/v1/entities/{kind}/{name}`: every figure recounted by hand over the sample, and awkward names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.article import Article, Mention, Passage, Prepared
from archive.calendar import instant, interval
from archive.engines.embedded import EmbeddedEngine
from archive.facets import facet_values
from archive.gazetteer import Gazetteer
from archive.gazetteer.entity import ENTITY_KINDS
from archive.vectors import quantise
from search_api.entities import entity
from search_api.entity_routes import entity_router
from search_api.entity_schemas import EntityAnswer
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers, router
from search_api.schemas import ErrorAnswer
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

ENTITIES = "/api/v1/entities/"
AWKWARD = ("SAMP/T", "AN/TPQ-36", "a%2Fb", "What? #1", "100 %", "//", "Ümläut & Söhne", "日本", "+", "x\\y", "A, B/C")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def application(service: SearchService, gazetteer: Gazetteer) -> FastAPI:
    app, pool = FastAPI(), SearchPool()
    app.include_router(entity_router(service, pool, lambda: gazetteer))
    app.include_router(router(service, pool))
    install_error_handlers(app)
    return app


@pytest.fixture(scope="module")
def client(service: SearchService, gazetteer: Gazetteer) -> Iterator[TestClient]:
    with TestClient(application(service, gazetteer), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def articles(service: SearchService) -> list[Article]:
    return [s.article for s in service.engine.since(0, "", 1000)]


def mention(kind: Any, name: str, **place: Any) -> Mention:
    return Mention(kind, name, "title", 0, 1, "x", "model", **place)


def prepared(id: str, *mentions: Mention, published: str | None = None, source: str | None = None) -> Prepared:
    article = Article(
        id, "x", "Words.", published=published, source=source, mentions=mentions, passages=(Passage(0, 6),)
    )
    names: dict[str, tuple[str, ...]] = {k: tuple(m.name for m in mentions if m.kind == k) for k in ENTITY_KINDS}
    return Prepared(article, quantise(BagOfWords().encode(["x Words."])), names)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    """Articles with awkward names, undated ones, and a town that no gazetteer knows."""
    embedder = BagOfWords()
    folder: Path = tmp_path_factory.mktemp("archives") / "own"
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    nowhere = {"lat": 12.5, "lon": -7.25, "geonameid": 99, "country": "Ruritania"}
    russia, oblast = mention("place", "Russia"), mention("place", "Kursk Oblast, Russia")
    engine.write(
        [
            prepared("1", *(mention("weapon", name) for name in AWKWARD), published="2024-11-21", source="Wire"),
            prepared("2", mention("place", "Zenda", **nowhere), mention("person", "Rudolf Rassendyll"), source="Wire"),
            prepared("3", mention("place", "Zenda"), published="2024"),
            prepared("4", russia, oblast, published="1969-07-20T20:17:40+00:00"),
            prepared("5", oblast, mention("place", "Zenda"), published="2024-11-21T00:30:00+03:00"),
            prepared("6", russia, mention("person", "Samp T"), published="2024-11-20"),
            prepared("7", mention("weapon", "Rail gun", weapon_class="electric cannon")),
        ]
    )
    return SearchService(engine, Analyser(), lambda: embedder)


@pytest.fixture(scope="module")
def own_client(own: SearchService, gazetteer: Gazetteer) -> Iterator[TestClient]:
    with TestClient(application(own, gazetteer), raise_server_exceptions=False) as client:
        yield client


def answer(client: TestClient, kind: str, name: str, **parameters: Any) -> dict[str, Any]:
    response = client.get(f"{ENTITIES}{kind}/{quote(name, safe='')}", params=parameters)
    assert response.status_code == 200, response.text
    EntityAnswer.model_validate_json(response.content, strict=True)
    found: dict[str, Any] = response.json()
    return found


def missing(client: TestClient, path: str) -> str:
    response = client.get(ENTITIES + path)
    assert response.status_code == 404, response.text
    error = ErrorAnswer.model_validate_json(response.content, strict=True).error
    assert error.code == "not_found"
    return error.message


def test_every_figure_is_a_recount_by_hand(
    service: SearchService, gazetteer: Gazetteer, articles: list[Article]
) -> None:
    values = [facet_values(a) for a in articles]
    for kind in ENTITY_KINDS:
        for name, total in Counter(n for v in values for n in v[kind]).most_common(25):
            found = entity(service, gazetteer, kind, name, limit=200)
            assert found is not None
            mine = [(a, v) for a, v in zip(articles, values, strict=True) if name in v[kind]]
            assert found["total"] == len(mine) == total
            dated = sorted((a.published for a, _ in mine if a.published), key=instant)
            assert (found["first"], found["last"]) == ((dated[0], dated[-1]) if dated else (None, None))
            for other in ENTITY_KINDS:
                counts = Counter(n for _, v in mine for n in v[other] if (other, n) != (kind, name))
                assert counted(found["mentioned_with"][other]) == ranked(counts), (kind, name, other)
            assert counted(found["sources"]) == ranked(Counter(a.source for a, _ in mine if a.source))
            months = Counter(a.published[:7] for a, _ in mine if a.published and len(a.published) >= 7)
            assert {b["date"]: b["count"] for b in found["timeline"]["buckets"]} == months


def counted(values: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(v["value"], v["count"]) for v in values]


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:200]


def test_the_newest_ten_articles_come_newest_first(client: TestClient, articles: list[Article]) -> None:
    found = answer(client, "place", "Ukraine")
    mine = [a for a in articles if "Ukraine" in facet_values(a)["place"] and a.published]
    mine.sort(key=lambda a: instant(a.published or ""), reverse=True)
    assert len(mine) > 10
    assert [instant(a["published"]) for a in found["articles"]] == [instant(a.published or "") for a in mine[:10]]
    assert all(set(a) == {"id", "title", "published", "source"} for a in found["articles"])


def test_the_gazetteers_tell_what_and_where_it_is(client: TestClient) -> None:
    weapon = answer(client, "weapon", "Storm Shadow")
    assert weapon["class"] == "cruise missile"
    assert "SCALP-EG" in weapon["aliases"]
    assert weapon["lat"] is weapon["lon"] is weapon["geonameid"] is None
    place = answer(client, "place", "Kyiv, Ukraine")
    assert (place["country"], place["geonameid"]) == ("Ukraine", 703448)
    assert (round(place["lat"]), round(place["lon"])) == (50, 31)


def test_what_no_gazetteer_knows_is_told_by_a_mention(own_client: TestClient) -> None:
    zenda = answer(own_client, "place", "Zenda")
    assert (zenda["lat"], zenda["lon"], zenda["geonameid"], zenda["country"]) == (12.5, -7.25, 99, "Ruritania")
    assert zenda["aliases"] == []
    assert answer(own_client, "weapon", "Rail gun")["class"] == "electric cannon"


@pytest.mark.parametrize(
    ("kind", "alias", "name"),
    [
        ("weapon", "SCALP-EG", "Storm Shadow"),
        ("weapon", "scalp", "Storm Shadow"),
        ("place", "Kiev", "Kyiv, Ukraine"),
        ("person", "Zelenskyy", "Volodymyr Zelensky"),
    ],
)
def test_an_alias_answers_with_the_canonical_entity(client: TestClient, kind: str, alias: str, name: str) -> None:
    found = answer(client, kind, alias)
    assert found["name"] == name
    assert found == answer(client, kind, name)


@pytest.mark.parametrize("name", AWKWARD)
def test_names_may_hold_anything(own_client: TestClient, name: str) -> None:
    found = answer(own_client, "weapon", name)
    assert (found["name"], found["total"], found["last"]) == (name, 1, "2024-11-21")
    assert [v["value"] for v in found["mentioned_with"]["weapon"]] == sorted(n for n in AWKWARD if n != name)
    assert found["sources"] == [{"value": "Wire", "count": 1}]


def test_slashes_and_commas_may_stand_as_they_are(own_client: TestClient) -> None:
    for path in ("weapon/SAMP/T", "weapon/A,%20B/C", "weapon//" + "/"):
        assert own_client.get(ENTITIES + path).status_code == 200, path


def test_a_name_within_another_is_not_counted_for_it(own_client: TestClient) -> None:
    russia = answer(own_client, "place", "Russia")
    assert russia["total"] == 2
    assert russia["mentioned_with"]["place"] == [{"value": "Kursk Oblast, Russia", "count": 1}]
    assert russia["mentioned_with"]["person"] == [{"value": "Samp T", "count": 1}]


def test_undated_articles_count_but_are_neither_first_nor_last(own_client: TestClient) -> None:
    zenda = answer(own_client, "place", "Zenda")
    assert zenda["total"] == 3
    # `2024` begins before the day in November.
    assert (zenda["first"], zenda["last"]) == ("2024", "2024-11-21T00:30:00+03:00")
    assert [a["id"] for a in zenda["articles"]] == ["5", "3", "2"]
    assert (zenda["timeline"]["undated"], zenda["timeline"]["coarser"]) == (1, 1)
    gun = answer(own_client, "weapon", "Rail gun")
    assert (gun["first"], gun["last"], gun["total"]) == (None, None, 1)
    assert answer(own_client, "place", "Russia")["first"] == "1969-07-20T20:17:40+00:00"


def test_interval_sets_the_buckets_of_the_timeline(client: TestClient, articles: list[Article]) -> None:
    days = [
        interval(a.published).first.isoformat()
        for a in articles
        if a.published and len(a.published) >= 10 and "Ukraine" in facet_values(a)["place"]
    ]
    assert answer(client, "place", "Ukraine")["timeline"]["interval"] == "month"
    for name, length in (("day", 10), ("month", 7), ("year", 4)):
        line = answer(client, "place", "Ukraine", interval=name)["timeline"]
        assert line["interval"] == name
        counts = Counter(day[:length] for day in days)
        assert all(counts[b["date"]] <= b["count"] for b in line["buckets"])
        assert {b["date"] for b in line["buckets"]} >= counts.keys()
    week = answer(client, "place", "Ukraine", interval="week")["timeline"]
    assert all("-W" in b["date"] for b in week["buckets"])


def test_limit_cuts_what_is_mentioned_beside_it(client: TestClient) -> None:
    every = answer(client, "place", "Ukraine", limit=200)
    for limit in (0, 1, 3, 10):
        found = answer(client, "place", "Ukraine", limit=limit)
        assert found["sources"] == every["sources"][:limit]
        for kind in ENTITY_KINDS:
            assert found["mentioned_with"][kind] == every["mentioned_with"][kind][:limit]
        assert found["articles"] == every["articles"]
    assert answer(client, "place", "Ukraine") == answer(client, "place", "Ukraine", limit=10)


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("interval=hour", "interval", "day, week, month, year"),
        ("interval=day&interval=week", "interval", "given 2 times"),
        ("limit=201", "limit", "0 to 200"),
        ("limit=-1", "limit", "0 to 200"),
        ("limit=1e2", "limit", "0 to 200"),
        ("person=x", "person", "interval, limit"),
    ],
)
def test_a_wrong_parameter_is_named_with_the_cure(client: TestClient, query: str, name: str, says: str) -> None:
    response = client.get(f"{ENTITIES}weapon/Storm%20Shadow?{query}")
    assert response.status_code == 422
    (field,) = ErrorAnswer.model_validate_json(response.content, strict=True).error.fields
    assert field.name == name
    assert says in field.message


def test_empty_values_count_as_absent_because_forms_send_them(client: TestClient) -> None:
    assert answer(client, "weapon", "Storm Shadow", interval="", limit="") == answer(client, "weapon", "Storm Shadow")


@pytest.mark.parametrize(
    "path",
    [
        "person/Nobody%20At%20All",
        "weapon/",
        "weapon/%00",
        "place/%ff",
        "weapon/Kyiv%2C%20Ukraine",
        "weapon/..%2f..%2fx",
        "organisation/" + "a" * 5000,
    ],
)
def test_a_name_that_no_article_mentions_is_a_404(client: TestClient, path: str) -> None:
    message = missing(client, path)
    assert "No article" in message
    assert len(message) < 200


def test_what_only_the_gazetteer_knows_is_a_404(own_client: TestClient, gazetteer: Gazetteer) -> None:
    assert gazetteer.entity("weapon", "Storm Shadow")
    assert "Storm Shadow" in missing(own_client, "weapon/Storm%20Shadow")


@pytest.mark.parametrize("kind", ["date", "country", "Person", "x" * 500])
def test_an_unknown_kind_is_a_404_that_lists_the_kinds(client: TestClient, kind: str) -> None:
    message = missing(client, f"{kind}/Ukraine")
    assert "person, place, organisation, weapon" in message
    assert len(message) < 300


def test_openapi_documents_parameters_and_statuses(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/api/v1/entities/{kind}/{name}"]["get"]
    assert {p["name"] for p in operation["parameters"]} == {"kind", "name", "interval", "limit"}
    assert set(operation["responses"]) == {"200", "404", "422", "503"}
    for parameter in operation["parameters"]:
        assert parameter["description"]
        if parameter["in"] == "query":
            answer(client, "weapon", "Storm Shadow", **{parameter["name"]: parameter["example"]})
