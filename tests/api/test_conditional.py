"""Conditional requests: tags by themselves, and that a 304 costs no search."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from search_api.conditional import etag, not_modified
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

SEARCH = "/api/v1/search"
ENTITY_TAG = re.compile(r'W/"[\x21\x23-\x7e\x80-\xff]*"')
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.lists(ANY_TEXT, max_size=4))
def test_a_tag_is_weak_well_formed_and_the_same_for_the_same(parts: list[str]) -> None:
    tag = etag(*parts)
    assert ENTITY_TAG.fullmatch(tag)
    assert tag == etag(*parts) and not_modified([tag], tag)


def test_where_one_part_ends_makes_a_difference() -> None:
    assert len({etag("ab", "c"), etag("a", "bc"), etag("abc"), etag("abc", "")}) == 4


@given(ANY_TEXT)
def test_no_header_text_is_an_error_or_a_match_by_chance(text: str) -> None:
    assert not not_modified([text], etag("a"))


def test_tags_in_several_header_lines_are_one_list(client: TestClient) -> None:
    tag = client.get(SEARCH).headers["etag"]
    assert client.get(SEARCH, headers=[("If-None-Match", '"a"'), ("If-None-Match", tag)]).status_code == 304


def test_the_order_of_parameters_and_empty_ones_change_no_tag(client: TestClient) -> None:
    tags = {
        client.get(f"{SEARCH}?{query}").headers["etag"]
        for query in ("q=Kursk&mode=keyword", "mode=keyword&q=Kursk", "q=Kursk&cursor=&mode=keyword&limit=20")
    }
    assert len(tags) == 1


@pytest.mark.parametrize("format", ["json", "jsonl", "csv", "rss", "atom", "jsonfeed"])
def test_a_304_is_answered_without_a_search(sample_archive: Path, format: str) -> None:
    stages: list[str] = []
    embedder, gazetteer = BagOfWords(), Gazetteer.load()

    def observe(stage: str, _seconds: float) -> None:
        stages.append(stage)

    engine = EmbeddedEngine.open(sample_archive)
    service = SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer, observe)
    asked = {"q": "Kursk", "format": format}
    with TestClient(create_app(service)) as client:
        tag = client.get(SEARCH, params=asked).headers["etag"]
        assert "understand" in stages
        stages.clear()
        assert client.get(SEARCH, params=asked, headers={"If-None-Match": tag}).status_code == 304
    assert not {"understand", "encode", "search"} & set(stages)


def test_every_format_and_the_304_are_documented(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][SEARCH]["get"]
    (format,) = (p["schema"]["enum"] for p in operation["parameters"] if p["name"] == "format")
    served = {client.get(SEARCH, params={"format": f}).headers["content-type"].partition(";")[0] for f in format}
    assert set(operation["responses"]["200"]["content"]) == served and len(served) == 6
    assert operation["responses"]["304"]["description"]


def test_files_of_pages_are_kept_for_good_under_their_version_alone(client: TestClient) -> None:
    page = client.get("/").text
    for name, type in (("dateline.css", "text/css"), ("dateline.js", "javascript"), ("icon.svg", "image/svg+xml")):
        (link,) = re.findall(f'"(/static/{re.escape(name)}[^"]*)"', page)
        answer = client.get(link)
        assert answer.status_code == 200 and type in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]
        for other in (link.partition("?")[0], link + "0", link.partition("?")[0] + "?v="):
            assert client.get(other).headers["cache-control"] == "no-cache", other
    assert client.get("/static/nothing.css").status_code == 404


def test_files_of_pages_are_compressed_for_who_takes_that_and_never_in_part(client: TestClient) -> None:
    plain = client.get("/static/dateline.css", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = client.get("/static/dateline.css")
    assert packed.headers["content-encoding"] == "gzip" and "Accept-Encoding" in packed.headers["vary"]
    assert packed.content == plain.content and packed.num_bytes_downloaded < len(plain.content) / 3
    part = client.get("/static/dateline.css", headers={"Range": "bytes=0-9"})
    assert part.status_code == 206 and part.content == plain.content[:10]
    again = client.get("/static/dateline.css", headers={"If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304 and not again.content
