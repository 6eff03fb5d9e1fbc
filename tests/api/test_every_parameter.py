"""Each parameter that the API documents for searches has an effect that is shown here, and an error for a bad value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from archive.engine import FACETS
from search_api.parameters import MAX_VALUES

SEARCH = "/api/v1/search"
Pairs = list[tuple[str, Any]]


def ask(client: TestClient, *pairs: tuple[str, Any]) -> dict[str, Any]:
    answer = client.get(SEARCH, params=list(pairs))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refined(client: TestClient, field: str) -> None:
    """What the facet counts is what the refinement shows, and what the exclusion takes away."""
    everything = ask(client, ("facet", field), ("facet_limit", 1000), ("limit", 0))
    counts = everything["facets"][field]
    value, count = counts["values"][0]["value"], counts["values"][0]["count"]
    assert ask(client, (field, value), ("limit", 0))["total"] == count > 0
    assert ask(client, (field, "missing"), ("limit", 0))["total"] == counts["missing"] < everything["total"]
    assert ask(client, (field, "1066"), ("limit", 0))["total"] == 0, "nothing that it doesn't have"


def excluded(client: TestClient, field: str) -> None:
    everything = ask(client, ("facet", field), ("facet_limit", 1000), ("limit", 0))
    value, count = (everything["facets"][field]["values"][0][k] for k in ("value", "count"))
    without = ask(client, (f"exclude.{field}", value), ("limit", 0))
    assert without["total"] == everything["total"] - count


def mode(client: TestClient) -> None:
    totals = {m: ask(client, ("q", "missile strike"), ("mode", m))["total"] for m in ("keyword", "hybrid")}
    assert totals["keyword"] < totals["hybrid"]
    semantic = ask(client, ("q", "missile strike"), ("mode", "semantic"))
    assert {r["matched_by"] for r in semantic["results"]} <= {"words", "related"} and semantic["total"] <= 100


def published(client: TestClient, name: str, keeps: Callable[[str, str], bool]) -> None:
    dates = sorted(r["published"] for r in ask(client, ("limit", 1000))["results"] if r["published"])
    day = dates[len(dates) // 2][:10]
    kept = ask(client, (name, day), ("limit", 1000))["results"]
    assert 0 < len(kept) < len(dates)
    assert all(keeps(r["published"][:10], day) for r in kept)


def facet(client: TestClient) -> None:
    assert ask(client)["facets"] == {}
    assert set(ask(client, ("facet", "person"), ("facet", "class"))["facets"]) == {"person", "class"}


def facet_limit(client: TestClient) -> None:
    few, many = (ask(client, ("facet", "person"), ("facet_limit", n))["facets"]["person"] for n in (3, 1000))
    assert few["values"] == many["values"][:3]
    assert few["other"] == len(many["values"]) - 3


def timeline(client: TestClient) -> None:
    assert ask(client)["timeline"] is None
    years = ask(client, ("timeline", "year"))["timeline"]
    assert years["interval"] == "year" and all(len(b["date"]) == 4 for b in years["buckets"])


def timeline_field(client: TestClient) -> None:
    by = {f: ask(client, ("timeline", "year"), ("timeline_field", f))["timeline"] for f in ("published", "mentioned")}
    assert by["mentioned"]["field"] == "mentioned" and by["mentioned"]["buckets"] != by["published"]["buckets"]


def sort(client: TestClient) -> None:
    newest, oldest = (
        [r["id"] for r in ask(client, ("sort", s), ("limit", 1000))["results"]] for s in ("newest", "oldest")
    )
    assert newest != oldest and sorted(newest) == sorted(oldest)
    added = ask(client, ("sort", "added"), ("limit", 1))["results"][0]["id"]
    last = max(newest, key=lambda id: client.get(f"/api/v1/articles/{id}").json()["sequence"])
    sequences = {id: client.get(f"/api/v1/articles/{id}").json()["sequence"] for id in (added, last)}
    assert sequences[added] == sequences[last]


def limit(client: TestClient) -> None:
    assert [len(ask(client, ("limit", n))["results"]) for n in (0, 1, 7)] == [0, 1, 7]


def cursor(client: TestClient) -> None:
    first = ask(client, ("limit", 5), ("fields", "id"))
    second = ask(client, ("limit", 5), ("fields", "id"), ("cursor", first["next"]))
    both = ask(client, ("limit", 10), ("fields", "id"))
    assert first["results"] + second["results"] == both["results"]


def fields(client: TestClient) -> None:
    assert set(ask(client, ("fields", "title,source"))["results"][0]) == {"id", "title", "source"}


def expand(client: TestClient) -> None:
    on, off = (ask(client, ("q", "SCALP"), ("mode", "keyword"), ("expand", e)) for e in ("on", "off"))
    assert on["query"]["understood"] and not off["query"]["understood"]
    assert on["total"] > off["total"]


def explain(client: TestClient) -> None:
    on, off = (ask(client, ("q", "Kursk"), ("explain", e))["results"][0] for e in ("true", "false"))
    assert set(on) - set(off) == {"explain"}


def query(client: TestClient) -> None:
    assert 0 < ask(client, ("q", '"Storm Shadow"'))["total"] < ask(client)["total"]


def format(client: TestClient) -> None:
    types = {f: client.get(SEARCH, params={"format": f}).headers["content-type"] for f in ("json", "csv", "rss")}
    assert types["json"] == "application/json"
    assert types["csv"].startswith("text/csv") and types["rss"].startswith("application/rss+xml")


EFFECTS: dict[str, Callable[[TestClient], None]] = {
    "q": query,
    "mode": mode,
    "from": lambda client: published(client, "from", lambda date, day: date >= day),
    "to": lambda client: published(client, "to", lambda date, day: date <= day),
    "facet": facet,
    "facet_limit": facet_limit,
    "timeline": timeline,
    "timeline_field": timeline_field,
    "sort": sort,
    "limit": limit,
    "cursor": cursor,
    "fields": fields,
    "expand": expand,
    "explain": explain,
    "format": format,
    **{f: lambda client, f=f: refined(client, f) for f in FACETS},  # type: ignore[misc]
    **{f"exclude.{f}": lambda client, f=f: excluded(client, f) for f in FACETS},  # type: ignore[misc]
}
DATES = ("published", "mentioned")
# A name that no article has is no error: nothing matches it. Too many of them are one.
TOO_MANY: Pairs = [("x", str(i)) for i in range(MAX_VALUES + 1)]
BAD: dict[str, Pairs] = {
    "q": [("q", '"Storm Shadow')],
    "mode": [("mode", "fuzzy")],
    "from": [("from", "yesterday")],
    "to": [("to", "2024-02-30")],
    "facet": [("facet", "colour")],
    "facet_limit": [("facet_limit", "-1")],
    "timeline": [("timeline", "hour")],
    "timeline_field": [("timeline_field", "modified")],
    "sort": [("sort", "best")],
    "limit": [("limit", "1001")],
    "cursor": [("cursor", "abc")],
    "fields": [("fields", "body")],
    "expand": [("expand", "yes")],
    "explain": [("explain", "1")],
    "format": [("format", "pdf")],
    **{
        name: [(name, "last week")] if f in DATES else [(name, value) for _, value in TOO_MANY]
        for f in FACETS
        for name in (f, f"exclude.{f}")
    },
}


def test_every_documented_parameter_stands_here(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][SEARCH]["get"]
    documented = {p["name"] for p in operation["parameters"]}
    assert documented == EFFECTS.keys() == BAD.keys()


@pytest.mark.parametrize("name", EFFECTS)
def test_a_parameter_has_its_effect(client: TestClient, name: str) -> None:
    EFFECTS[name](client)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_an_error_that_names_its_parameter(client: TestClient, name: str) -> None:
    answer = client.get(SEARCH, params=BAD[name])
    assert answer.status_code == 422
    (field,) = answer.json()["error"]["fields"]
    assert field["name"] == name
    assert len(field["message"]) > 20 and "Traceback" not in field["message"]
