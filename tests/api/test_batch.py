"""`/api/v1/batch`: every row is what its search says, and a wrong row stops no other."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from search_api.schemas import ErrorAnswer

BATCH = "/api/v1/batch"


def post(client: TestClient, body: str | bytes, type: str = "text/csv", **parameters: Any) -> Response:
    return client.post(BATCH, content=body, params=parameters, headers={"content-type": type})


def rows(client: TestClient, body: str, type: str = "text/csv", **parameters: Any) -> list[dict[str, Any]]:
    response = post(client, body, type, **parameters)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rows"]
    return found


@pytest.mark.parametrize("shared", [{}, {"mode": "hybrid"}, {"section": "War", "from": "2023"}])
def test_each_row_is_what_its_search_says(client: TestClient, shared: dict[str, str]) -> None:
    queries = ["Storm Shadow", 'missil* NEAR/9 ship -"White House"', "no such word anywhere"]
    for query, row in zip(queries, rows(client, "\n\n".join(queries), "text/plain", **shared), strict=True):
        asked = {"mode": "keyword", **shared, "q": query}
        found = client.get("/api/v1/search", params={**asked, "limit": 3}).json()
        assert row["query"] == query and row["total"] == found["total"] and row["error"] is None
        assert [h["id"] for h in row["hits"]] == [r["id"] for r in found["results"]]
        whole = client.get("/api/v1/search", params={**asked, "limit": 1000}).json()["results"]
        dates = sorted(r["published"] for r in whole if r["published"])
        assert (row["first"], row["last"]) == ((dates[0], dates[-1]) if dates else (None, None))


def test_a_name_is_found_in_every_spelling(client: TestClient) -> None:
    (row,) = rows(client, "name\nArmy Tactical Missile System\n")
    (short,) = rows(client, "name\nATACMS\n")
    assert row["total"] == short["total"] > 0


def test_a_table_keeps_the_lists_own_columns_and_errors_stand_in_their_rows(client: TestClient) -> None:
    body = '\ufeffnote;query\n=2+2;Storm Shadow\n"two\nlines";(open\n;\nmore;Kursk;cells\nlast;Kursk\n'
    response = post(client, body, format="csv", limit=1)
    assert response.status_code == 200, response.text
    first, wrong, more, last = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""))
    assert first["note"] == "'=2+2" and first["hit 1 title"] and int(first["total"]) > 0 and not first["error"]
    assert wrong["note"] == "two\nlines" and not wrong["total"] and ")" in wrong["error"]
    assert not more["total"] and "3 cells under 2 columns" in more["error"]
    assert last["note"] == "last" and int(last["total"]) > 0


def test_lines_of_json_are_the_rows(client: TestClient) -> None:
    body = json.dumps(["Kursk", "(open"])
    lines = [json.loads(line) for line in post(client, body, "application/json", format="jsonl").content.splitlines()]
    assert lines == rows(client, body, "application/json")
    assert lines[0]["total"] > 0 and lines[1]["total"] is None and lines[1]["error"]


@pytest.mark.parametrize(
    ("body", "type", "parameters", "name"),
    [
        ("", "text/csv", {}, "body"),
        ("query\n" + "x\n" * 1001, "text/csv", {}, "body"),
        ("[1]", "application/json", {}, "body"),
        ("{", "application/json", {}, "body"),
        ("Kursk", "text/plain", {"limit": "many"}, "limit"),
        ("Kursk", "text/plain", {"format": "atom"}, "format"),
        ("Kursk", "text/plain", {"q": "x"}, "q"),
        ("Kursk", "text/plain", {"mode": "fuzzy"}, "mode"),
    ],
)
def test_what_is_wrong_is_named(
    client: TestClient, body: str, type: str, parameters: dict[str, str], name: str
) -> None:
    response = post(client, body, type, **parameters)
    assert response.status_code == 422
    assert name in [f.name for f in ErrorAnswer.model_validate_json(response.content).error.fields]


def test_a_list_that_is_too_large_or_of_another_kind_is_refused(client: TestClient) -> None:
    assert post(client, b"x" * 1_000_001).status_code == 413
    assert post(client, "Kursk", "image/png").status_code == 415
