"""Results as JSON Lines, CSV and feeds, read back by real readers, from an archive with awkward articles."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

SEARCH = "/api/v1/search"
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
AWKWARD: list[dict[str, Any]] = [
    {"id": "plain", "title": "A plain ferry", "body": "It sails.", "published_at": "2024-05-02T10:00:00+02:00",
     "url": "https://example.org/a?b=1&c=2", "authors": ["Ann Able", "Bea Best"], "section": "Sea", "source": "Wire"},
    {"id": "formula", "title": '=HYPERLINK("http://evil.example","ferry")', "body": "+1 ferry", "source": "@SUM(1)"},
    {"id": "sneaky", "title": " \t=1+1 ferry", "body": "－2 ferry", "source": "＝1+1", "section": "'=1"},
    {"id": "no title", "title": "", "body": "The first ferry. The second.", "published_at": "2023"},
    {"id": "http://a.example/x?y=1#z", "title": "Ferry ]]> <b>& \u0000\u0008\ufffe\x85", "body": "x" * 400 + " ferry",
     "published_at": "2022-11", "url": "javascript:alert(1)"},
    {"id": "old", "title": "Old ferry", "body": "Two lines.\r\n\"Quoted\", and; more.",
     "published_at": "0001-01-01T00:00+14:00"},
    {"id": "names", "title": "Storm Shadow over Kyiv", "published_at": "2024-11-21",
     "body": "Keir Starmer saw a ferry. Keir Starmer and Joe Biden left Kyiv."},
]  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("archives") / "awkward"
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    service = SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        for article in AWKWARD:  # one a commit, so that their order is known
            assert client.post("/api/v1/articles", json=article).status_code == 200
        yield client


def ask(client: TestClient, format: str, **parameters: Any) -> Any:
    answer = client.get(SEARCH, params={"format": format, **parameters})
    assert answer.status_code == 200, answer.text
    return answer


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet takes it for Latin-1 without the mark"
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines(answer: Any) -> list[Any]:
    # Not splitlines: a next-line character may stand in a text.
    return [json.loads(line) for line in answer.content.split(b"\n") if line]


# -------------------------------------------------------------------- lines
def test_lines_are_the_results_of_the_json_answer(own: TestClient) -> None:
    answer = ask(own, "jsonl", q="ferry", limit=4)
    assert answer.headers["content-type"] == "application/jsonl"
    whole = ask(own, "json", q="ferry", limit=4).json()
    assert lines(answer) == whole["results"]
    assert answer.headers["X-Total-Count"] == str(whole["total"])
    chosen = lines(ask(own, "jsonl", q="ferry", fields="id,title"))
    assert set(chosen[0]) == {"id", "title"}


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_the_next_page_is_linked_until_the_end(own: TestClient, format: str) -> None:
    found: list[str] = []
    answer = ask(own, format, limit=3, fields="id")
    while True:
        found += (
            [r["id"] for r in rows(answer)]
            if format == "csv"
            else [json.loads(x)["id"] for x in answer.text.splitlines()]
        )
        if "next" not in answer.links:
            break
        answer = own.get(answer.links["next"]["url"])
        assert answer.status_code == 200
    assert sorted(found) == sorted(a["id"] for a in AWKWARD)


# -------------------------------------------------------------------- tables
def test_a_table_has_a_row_a_result_and_a_column_a_field(own: TestClient) -> None:
    answer = ask(own, "csv", q="Starmer", mode="keyword")
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert "dateline.csv" in answer.headers["content-disposition"]
    (row,) = rows(answer)
    assert list(row) == [
        *("id", "title", "url", "published", "source", "authors", "section", "language", "score", "matched_by"),
        *("passage", "people", "places", "organisations", "weapons", "dates"),
    ]
    assert (row["id"], row["people"], row["weapons"]) == ("names", "Keir Starmer; Joe Biden", "Storm Shadow")
    assert row["places"] == "Kyiv, Ukraine" and row["matched_by"] == "words"
    (plain,) = rows(ask(own, "csv", q='title:"plain ferry"'))
    assert (plain["authors"], plain["url"]) == ("Ann Able; Bea Best", AWKWARD[0]["url"])


def test_fields_choose_the_columns(own: TestClient) -> None:
    (row, *_) = rows(ask(own, "csv", fields="id,title,mentions"))
    assert list(row) == ["id", "title", "people", "places", "organisations", "weapons", "dates"]


def test_no_cell_is_a_formula_and_no_text_is_lost(own: TestClient) -> None:
    found = {row["id"]: row for row in rows(ask(own, "csv", limit=100))}
    assert found["formula"]["title"] == "'" + AWKWARD[1]["title"]
    assert found["formula"]["source"] == "'@SUM(1)"
    assert found["sneaky"]["source"] == "'＝1+1" and found["sneaky"]["section"] == "''=1"
    for row in found.values():
        for name, cell in row.items():
            first = cell.lstrip(" \t'\"")[:1]
            assert name == "score" or first not in {*"=+-@＝＋－＠"} or cell.startswith("'"), (name, cell)
            assert not any(c < " " and c != "\n" for c in cell)
    assert found["plain"]["title"] == "A plain ferry"


def test_lines_end_as_the_standard_says_and_a_line_break_stays_in_its_cell(own: TestClient) -> None:
    content = ask(own, "csv", q='title:"Old ferry"', fields="id,passage").content
    assert content.count(b"\r\n") == 2 and content.endswith(b"\r\n")
    passage = ask(own, "csv", q="Quoted", mode="hybrid", fields="id,passage")
    assert rows(passage)[0]["passage"] == 'Two lines.\n"Quoted", and; more.'


# -------------------------------------------------------------------- feeds
def test_rss_holds_what_its_standard_asks_for(own: TestClient) -> None:
    answer = ask(own, "rss", q="ferry")
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    channel = ElementTree.fromstring(answer.content).find("channel")
    assert channel is not None
    assert channel.findtext("title") == "Dateline: ferry"
    assert channel.findtext("description") and channel.findtext("link") == "http://localhost/?q=ferry"
    own_link = channel.find(f"{ATOM}link")
    assert own_link is not None and own_link.get("rel") == "self"
    assert own.get(str(own_link.get("href"))).status_code == 200
    items = channel.findall("item")
    assert len(items) == len(AWKWARD)
    for item in items:
        guid = item.find("guid")
        assert guid is not None and guid.get("isPermaLink") == "false" and str(guid.text).startswith("urn:uuid:")
        assert item.findtext("title") and item.findtext("description")
        assert str(item.findtext("link")).startswith("http")
        date = item.findtext("pubDate")
        assert date is None or parsedate_to_datetime(date).tzinfo is not None
    plain = items[-1]
    assert [c.text for c in plain.findall(f"{DC}creator")] == ["Ann Able", "Bea Best"]
    assert (plain.findtext("category"), plain.findtext(f"{DC}publisher")) == ("Sea", "Wire")
    assert plain.findtext("pubDate") == "Thu, 02 May 2024 08:00:00 GMT"


def test_atom_holds_what_its_standard_asks_for(own: TestClient) -> None:
    answer = ask(own, "atom", q="ferry")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(AWKWARD)
    for node in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(node.findall(ATOM + name)) == 1, name
        updated = dt.datetime.fromisoformat(str(node.findtext(f"{ATOM}updated")))
        assert updated.tzinfo is not None
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == len(entries)
    for entry in entries:
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        link = entry.find(f"{ATOM}link")
        assert link is not None and urlsplit(str(link.get("href"))).scheme in ("http", "https")
    assert feed.findtext(f"{ATOM}updated") == "2024-11-21T00:00:00Z", "of the latest"


def test_a_json_feed_holds_what_its_standard_asks_for(own: TestClient) -> None:
    answer = ask(own, "jsonfeed", q="ferry")
    assert answer.headers["content-type"] == "application/feed+json"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert own.get(feed["feed_url"]).json() == feed
    assert len(feed["items"]) == len(AWKWARD)
    for item in feed["items"]:
        assert item["id"] and item["content_text"] and item["url"].startswith("http")
        assert all(author["name"] for author in item.get("authors", []))
        if "date_published" in item:
            assert dt.datetime.fromisoformat(item["date_published"]).tzinfo


def test_what_was_added_last_stands_first_and_an_update_comes_again(own: TestClient) -> None:
    titles = [i["title"] for i in ask(own, "jsonfeed").json()["items"]]
    assert titles[0] == "Storm Shadow over Kyiv" and titles[-1] == "A plain ferry"
    before = {i["title"]: i["id"] for i in ask(own, "jsonfeed").json()["items"]}
    own.post("/api/v1/articles", json={**AWKWARD[0], "body": "It sails again."})
    first = ask(own, "jsonfeed", limit=1).json()["items"]
    assert [i["title"] for i in first] == ["A plain ferry"]
    assert first[0]["id"] == before["A plain ferry"], "its id is for ever"


def test_awkward_articles_are_valid_entries(own: TestClient) -> None:
    items = {i["title"]: i for i in ask(own, "jsonfeed", limit=50).json()["items"]}
    assert items["The first ferry."]["date_published"] == "2023-01-01T00:00:00Z", "a year's first instant"
    strange = (
        items["Ferry ]]> <b>& \x85".strip()]
        if "Ferry ]]> <b>&" in items
        else next(i for t, i in items.items() if t.startswith("Ferry ]]>"))
    )
    assert strange["url"] == "http://localhost/article/http%3A%2F%2Fa.example%2Fx%3Fy%3D1%23z", "no script is a link"
    assert own.get(strange["url"]).status_code == 200
    assert len(strange["content_text"]) <= 300 and strange["content_text"].endswith("…")
    assert "date_published" not in items['=HYPERLINK("http://evil.example","ferry")']
    assert items["Old ferry"]["date_published"].startswith("0001-01-01")


def test_ids_differ_between_archives(own: TestClient, client: TestClient, tmp_path: Path) -> None:
    engine = EmbeddedEngine.create(tmp_path / "other", BagOfWords().name, BagOfWords().dimensions)
    service = SearchService(engine, Analyser(), BagOfWords, Gazetteer.load)
    with TestClient(create_app(service), base_url="http://localhost") as other:
        other.post("/api/v1/articles", json=AWKWARD[1])
        (there,) = ask(other, "jsonfeed").json()["items"]
    here = {i["title"]: i["id"] for i in ask(own, "jsonfeed", limit=50).json()["items"]}
    assert there["id"] != here[there["title"]]
    assert engine.secret.hex() not in ask(own, "atom").text


def test_a_feed_of_a_search_holds_the_articles_of_that_search(client: TestClient) -> None:
    found = ask(client, "jsonfeed", q="missile", mode="keyword", section="War", limit=1000).json()["items"]
    asked = ask(client, "json", q="missile", mode="keyword", section="War", limit=1000).json()
    assert len(found) == asked["total"] > 0
    assert {i["title"] for i in found} == {r["title"] for r in asked["results"]}


@pytest.mark.parametrize(
    ("format", "name"),
    [
        ("csv", "facet"),
        ("csv", "explain"),
        ("jsonl", "timeline"),
        ("rss", "sort"),
        ("atom", "cursor"),
        ("jsonfeed", "fields"),
    ],
)
def test_what_a_format_has_no_place_for_is_an_error(own: TestClient, format: str, name: str) -> None:
    value = {"facet": "person", "explain": "true", "timeline": "day", "sort": "newest", "fields": "id"}.get(name, "x")
    answer = own.get(SEARCH, params={"format": format, name: value})
    assert answer.status_code == 422
    (field,) = answer.json()["error"]["fields"]
    assert field["name"] == name and f"format={format}" in field["message"]


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "rss", "atom", "jsonfeed"])
@pytest.mark.parametrize("query", ["%ed%a0%80", "%00", "%ff%fe", "ferry%0d%0aX-Evil:+1", "]]%3e"])
def test_no_text_breaks_a_format(own: TestClient, format: str, query: str) -> None:
    answer = own.get(f"{SEARCH}?q={query}&format={format}", headers={"Host": "[::bad"})
    assert answer.status_code in (200, 422)
    assert "x-evil" not in answer.headers


# -------------------------------------------------------------------- conditional requests
def held(client: TestClient, tag: str, **parameters: Any) -> Any:
    return client.get(SEARCH, params=parameters, headers={"If-None-Match": tag})


@pytest.mark.parametrize("format", ["json", "csv", "rss"])
def test_nothing_new_is_a_304_until_the_next_commit(own: TestClient, format: str) -> None:
    first = ask(own, format, q="ferry")
    tag = first.headers["etag"]
    assert tag.startswith('W/"') and first.headers["cache-control"] == "no-cache"
    again = held(own, tag, q="ferry", format=format)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    own.post("/api/v1/articles", json={"id": "new", "body": f"A new ferry for {format}."})
    changed = held(own, tag, q="ferry", format=format)
    assert changed.status_code == 200 and changed.headers["etag"] != tag
    own.delete("/api/v1/articles/new")


def test_every_parameter_and_the_name_of_the_service_have_a_tag_of_their_own(own: TestClient) -> None:
    asked: list[dict[str, Any]] = [
        *({}, {"q": "ferry"}, {"q": "ferries"}, {"limit": 3}, {"format": "csv"}, {"format": "rss"}),
        *({"person": "x"}, {"exclude.person": "x"}, {"mode": "keyword"}, {"from": "2024"}, {"sort": "oldest"}),
    ]
    tags = [own.get(SEARCH, params=p).headers["etag"] for p in asked]
    tags.append(own.get(SEARCH, headers={"Host": "news.example"}).headers["etag"])
    assert len(set(tags)) == len(asked) + 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("*", 304),
        ("TAG", 304),
        ("STRONG", 304),
        ('"a", TAG', 304),
        ('"a,b", W/"c",TAG , "d"', 304),
        ('"a"', 200),
        ("INNER", 200),
        ("", 200),
    ],
)
def test_tags_are_compared_as_the_standard_says(own: TestClient, sent: str, status: int) -> None:
    tag = own.get(SEARCH).headers["etag"]
    inner = tag.removeprefix("W/").strip('"')
    value = sent.replace("TAG", tag).replace("STRONG", f'"{inner}"').replace("INNER", inner)
    assert own.get(SEARCH, headers={"If-None-Match": value}).status_code == status


def test_a_wrong_parameter_is_an_error_even_for_who_holds_everything(own: TestClient) -> None:
    assert held(own, "*", limit="many").status_code == 422
    assert held(own, "*", q="(").status_code == 422
