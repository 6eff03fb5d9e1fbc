"""`/api/v1/export`: complete, whole, and read back by the indexer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from search_api import exporting
from search_api.schemas import ErrorAnswer

EXPORT = "/api/v1/export"


def exported(client: TestClient, **parameters: Any) -> list[dict[str, Any]]:
    response = client.get(EXPORT, params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/jsonl"
    assert "attachment" in response.headers["content-disposition"]
    return [json.loads(line) for line in response.content.splitlines()]


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"q": "Storm Shadow"},
        {"q": "missile strike", "mode": "semantic"},
        {"q": "president", "sort": "oldest", "from": "2023"},
        {"place": "Ukraine", "exclude.person": "Joe Biden"},
        {"q": '"no such phrase"'},
    ],
)
def test_it_holds_the_articles_of_the_search_in_its_order(
    client: TestClient, parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 7)
    shown = client.get("/api/v1/search", params={**parameters, "limit": "1000", "fields": "id,matched_by"}).json()
    found = exported(client, **parameters)
    assert [{"id": a["id"], "matched_by": a["matched_by"]} for a in found] == shown["results"]
    assert len(found) == shown["total"]


def test_an_article_is_whole(client: TestClient) -> None:
    line = exported(client, q="Storm Shadow Kursk")[0]
    whole = client.get(f"/api/v1/articles/{line['id']}").json()
    for name in ("title", "body", "published", "source", "authors", "mentions", "sequence"):
        assert line[name] == whole[name]


@pytest.mark.parametrize(
    "name", ["limit", "cursor", "facet", "facet_limit", "timeline", "timeline_field", "fields", "explain"]
)
def test_what_has_no_place_in_an_export_is_named(client: TestClient, name: str) -> None:
    response = client.get(EXPORT, params={name: "1"})
    assert response.status_code == 422
    (field,) = ErrorAnswer.model_validate_json(response.content).error.fields
    assert field.name == name and "leave it out" in field.message


@pytest.mark.parametrize(
    ("parameters", "name"),
    [({"q": '"open'}, "q"), ({"from": "soon"}, "from"), ({"format": "csv"}, "format"), ({"x": "1"}, "x")],
)
def test_a_wrong_parameter_is_an_error_and_no_torn_file(
    client: TestClient, parameters: dict[str, str], name: str
) -> None:
    response = client.get(EXPORT, params=parameters)
    assert response.status_code == 422
    assert name in [f.name for f in ErrorAnswer.model_validate_json(response.content).error.fields]
