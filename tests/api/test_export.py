"""`/api/v1/export`: complete, whole, and read back by the indexer."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from fastapi.testclient import TestClient
from httpx import Response

from indexer.readers import Reading, Record
from search_api import exporting
from search_api.schemas import ErrorAnswer

EXPORT = "/api/v1/export"


def exported(client: TestClient, **parameters: Any) -> list[dict[str, Any]]:
    """The lines of an export."""
    response = client.get(EXPORT, params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/jsonl"
    assert "attachment" in response.headers["content-disposition"]
    return [json.loads(line) for line in response.content.splitlines()]


def get(client: TestClient, **parameters: Any) -> Response:
    response = client.get(EXPORT, params=parameters)
    assert response.status_code == 200, response.text
    return response


SEARCHES: list[dict[str, str]] = [
    {},
    {"q": "Storm Shadow"},
    {"q": "missile strike", "mode": "semantic"},
    {"q": "president", "from": "2023"},
    {"place": "Ukraine", "exclude.person": "Joe Biden"},
    {"q": '"no such phrase"'},
]


def shown(client: TestClient, **parameters: str) -> list[dict[str, str]]:
    asked = {**parameters, "limit": "1000", "fields": "id,matched_by"}
    found: list[dict[str, str]] = client.get("/api/v1/search", params=asked).json()["results"]
    return found


@pytest.mark.parametrize("parameters", SEARCHES)
@pytest.mark.parametrize("sort", ["relevance", "oldest"])
def test_with_an_order_it_holds_the_articles_of_the_search_in_this_order(
    client: TestClient, parameters: dict[str, str], sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 7)
    found = exported(client, **parameters, sort=sort)
    assert [{"id": a["id"], "matched_by": a["matched_by"]} for a in found] == shown(client, **parameters, sort=sort)


@pytest.mark.parametrize("parameters", SEARCHES)
def test_it_holds_the_articles_of_the_search_by_sequence_and_id(
    client: TestClient, parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 7)
    monkeypatch.setattr(exporting, "LEAST", 1)
    response = get(client, **parameters)
    found = [json.loads(line) for line in response.content.splitlines()]
    expected = shown(client, **parameters)
    assert sorted((a["id"], a["matched_by"]) for a in found) == sorted((r["id"], r["matched_by"]) for r in expected)
    positions = [(a["sequence"], a["id"]) for a in found]
    assert positions == sorted(positions)
    assert response.headers["x-total-count"] == str(len(expected))


@pytest.mark.parametrize("parameters", [*SEARCHES[:2], *SEARCHES[3:5]])
def test_it_goes_on_behind_any_position(client: TestClient, parameters: dict[str, str]) -> None:
    whole = exported(client, **parameters)
    for place in range(0, len(whole), 1 + len(whole) // 6):
        after = f"{whole[place]['sequence']}:{whole[place]['id']}"
        assert exported(client, **parameters, after=after) == whole[place + 1 :]
    assert exported(client, **parameters, after=str(whole[-1]["sequence"])) == []


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
    [
        ({"q": '"open'}, "q"),
        ({"from": "soon"}, "from"),
        ({"format": "docx"}, "format"),
        ({"x": "1"}, "x"),
        ({"after": "yesterday"}, "after"),
        ({"after": ["1:a", "2:b"]}, "after"),
        ({"after": "1:a", "sort": "newest"}, "after"),
    ],
)
def test_a_wrong_parameter_is_an_error_and_no_torn_file(
    client: TestClient, parameters: dict[str, Any], name: str
) -> None:
    response = client.get(EXPORT, params=parameters)
    assert response.status_code == 422
    assert name in [f.name for f in ErrorAnswer.model_validate_json(response.content).error.fields]


# -------------------------------------------------------------------- the other forms
def test_a_table_has_a_row_an_article_and_opens_as_it_is(client: TestClient) -> None:
    response = get(client, q="Storm Shadow", format="csv")
    assert response.content.startswith(b"\xef\xbb\xbf") and response.content.count(b"\xef\xbb\xbf") == 1
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    lines = exported(client, q="Storm Shadow")
    assert [r["id"] for r in rows] == [a["id"] for a in lines]
    for row, line in zip(rows, lines, strict=True):
        assert row["body"] == line["body"] and row["sequence"] == str(line["sequence"])
        weapons = [m["name"] for m in line["mentions"] if m["kind"] == "weapon"]
        assert row["weapons"] == "; ".join(dict.fromkeys(weapons))


def test_ris_is_read_by_another_program(client: TestClient) -> None:
    response = get(client, q="Storm Shadow", format="ris")
    assert 'filename="dateline.ris"' in response.headers["content-disposition"]
    records = rispy.loads(response.content.decode("utf-8-sig"))
    lines = exported(client, q="Storm Shadow")
    assert [r["title"] for r in records] == [a["title"] for a in lines]
    for record, line in zip(records, lines, strict=True):
        assert record["type_of_reference"] == "NEWS"
        assert record["secondary_title"] == line["source"]
        assert record["date"].rstrip("/").replace("/", "-") == line["published"][:10]
        assert [name.partition(", ")[0] for name in record["authors"]] == [a.split()[-1] for a in line["authors"]]


def test_bibtex_is_read_by_another_program(client: TestClient) -> None:
    text = get(client, q="Storm Shadow", format="bibtex").content.decode()
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    lines = exported(client, q="Storm Shadow")
    assert [e["title"] for e in library.entries] == [f"{{{a['title']}}}" for a in lines]
    assert [e["date"] for e in library.entries] == [a["published"][:10] for a in lines]
    assert len({e.key for e in library.entries}) == len(lines) > 1


def test_a_zip_holds_a_text_an_article_that_is_read_back(client: TestClient, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(get(client, q="Storm Shadow", format="zip").content)) as made:
        assert made.testzip() is None
        made.extractall(tmp_path)
    read = [r.article for r in Reading([str(tmp_path)]) if isinstance(r, Record)]
    lines = exported(client, q="Storm Shadow")
    assert sorted((a.title, a.published, a.body) for a in read) == sorted(
        (a["title"], a["published"], a["body"]) for a in lines
    )
