"""Comparisons, places and the archive's state: every figure is what a search counts."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient


def ask(client: TestClient, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def total(client: TestClient, query: str) -> int:
    return int(ask(client, f"/api/v1/search?limit=0&{query}")["total"])


def test_compared_searches_count_by_words_what_each_finds_alone(client: TestClient) -> None:
    found = ask(client, "/api/v1/compare?q=missile&q=drone&timeline=year")
    assert [s["q"] for s in found["searches"]] == ["missile", "drone"]
    for search in found["searches"]:
        assert search["total"] == total(client, f"mode=keyword&q={search['q']}")
        in_buckets = sum(bucket["count"] for bucket in search["buckets"])
        assert in_buckets + search["undated"] + search["coarser"] == search["total"] > 0
        for bucket in search["buckets"]:
            assert bucket["all"] == total(client, f"published={bucket['date']}") >= bucket["count"]


def test_what_is_compared_is_narrowed_alike(client: TestClient) -> None:
    found = ask(client, "/api/v1/compare?q=missile&q=Kyiv&from=2024&person=Joe+Biden&mode=hybrid")
    for search in found["searches"]:
        assert search["total"] == total(client, f"q={search['q']}&from=2024&person=Joe+Biden&mode=hybrid")


@pytest.mark.parametrize(
    ("query", "name"),
    [("q=a", "q"), ("q=a&q=a", "q"), ("q=a&q=b&q=c&q=d&q=e&q=f", "q"), ("q=a&q=b&limit=3", "limit"), ("", "q")],
)
def test_a_comparison_says_what_it_takes(client: TestClient, query: str, name: str) -> None:
    assert ask(client, f"/api/v1/compare?{query}", 422)["error"]["fields"][0]["name"] == name


def test_a_comparison_names_the_text_that_cannot_be_read(client: TestClient) -> None:
    error = ask(client, "/api/v1/compare?q=missile&q=a+AND", 422)["error"]
    assert error["code"] == "query_syntax" and "'a AND'" in error["message"]


def test_places_are_counted_as_the_facet_counts_them(client: TestClient) -> None:
    found = ask(client, "/api/v1/places?q=missile")
    facet = ask(client, "/api/v1/search?q=missile&facet=place&facet_limit=300&limit=0")["facets"]["place"]
    counts = {p["name"]: p["count"] for p in found["places"]} | {v["value"]: v["count"] for v in found["unplaced"]}
    assert counts == {v["value"]: v["count"] for v in facet["values"]}
    assert (found["missing"], found["other"]) == (facet["missing"], facet["other"])
    kyiv = next(p for p in found["places"] if p["name"] == "Kyiv, Ukraine")
    assert (round(kyiv["lat"], 1), round(kyiv["lon"], 1), kyiv["country"]) == (50.5, 30.5, "Ukraine")


def test_coordinates_are_those_of_the_mentions(client: TestClient) -> None:
    placed = {p["name"]: (p["lat"], p["lon"]) for p in ask(client, "/api/v1/places")["places"]}
    results = ask(client, "/api/v1/search?limit=1000&fields=id,mentions")["results"]
    mentioned = {m["name"]: (m["lat"], m["lon"]) for r in results for m in r["mentions"] if "lat" in m}
    differing = {name for name, place in placed.items() if mentioned.get(name, place) != place}
    assert len(placed) > 50
    assert differing == set()


def test_the_archive_tells_what_it_holds(client: TestClient) -> None:
    found = ask(client, "/api/v1/archive")
    assert found["articles"] == total(client, "")
    facet = ask(client, "/api/v1/search?facet=person&facet_limit=1000&limit=0")["facets"]["person"]
    assert found["names"]["person"] == len(facet["values"])
    assert sum(b["count"] for b in found["timeline"]["buckets"]) + found["undated"] == found["articles"]


@pytest.mark.parametrize("path", ["places?limit=3", "places?timeline=day", "archive?q=x", "places?nonsense=1"])
def test_what_has_no_place_there_is_an_error(client: TestClient, path: str) -> None:
    assert ask(client, f"/api/v1/{path}", 422)["error"]["fields"][0]["name"] == path.split("?")[1].split("=")[0]
