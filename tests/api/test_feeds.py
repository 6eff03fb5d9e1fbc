"""Feeds of articles that no reader lets through but an archive may hold, read back by real parsers."""

from __future__ import annotations

import datetime as dt
import json
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article, Stored
from search_api.formats.entries import NO_DATE, Feed, feed_of
from search_api.formats.feeds import atom_bytes, json_feed_bytes, rss_bytes
from search_api.parameters import SearchRequest

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "http://localhost/"
ADDRESS = "http://localhost/api/v1/search?format=atom"
SECRET = b"s" * 32


def feed(*articles: Article, secret: bytes = SECRET, q: str = "") -> Feed:
    return feed_of(SearchRequest(q=q), [Stored(a, 1, 1, 1, "") for a in articles], BASE, ADDRESS, secret)


def rss_item(article: Article) -> ElementTree.Element:
    item = ElementTree.fromstring(rss_bytes(feed(article))).find("channel/item")
    assert item is not None
    return item


def atom_entry(article: Article) -> ElementTree.Element:
    entry = ElementTree.fromstring(atom_bytes(feed(article))).find(f"{ATOM}entry")
    assert entry is not None
    return entry


def test_a_feed_without_articles_is_still_complete() -> None:
    atom = ElementTree.fromstring(atom_bytes(feed()))
    assert atom.findtext(f"{ATOM}id") and atom.findtext(f"{ATOM}title") == "Dateline"
    assert dt.datetime.fromisoformat(str(atom.findtext(f"{ATOM}updated"))) == NO_DATE
    channel = ElementTree.fromstring(rss_bytes(feed())).find("channel")
    assert channel is not None and channel.findall("item") == []
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    assert json.loads(json_feed_bytes(feed()))["items"] == []


@pytest.mark.parametrize(
    ("published", "instant"),
    [
        ("2024", "2024-01-01T00:00:00+00:00"),
        ("2024-11", "2024-11-01T00:00:00+00:00"),
        ("2024-11-21", "2024-11-21T00:00:00+00:00"),
        ("2024-11-21T10:30:00+02:00", "2024-11-21T08:30:00+00:00"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_a_date_of_any_precision_is_an_instant(published: str, instant: str) -> None:
    article = Article("a", "Title", "Body.", published=published)
    expected = dt.datetime.fromisoformat(instant)
    assert parsedate_to_datetime(str(rss_item(article).findtext("pubDate"))) == expected
    assert dt.datetime.fromisoformat(str(atom_entry(article).findtext(f"{ATOM}published"))) == expected
    (item,) = json.loads(json_feed_bytes(feed(article)))["items"]
    assert dt.datetime.fromisoformat(item["date_published"]) == expected


def test_an_undated_article_has_a_date_only_where_one_is_demanded() -> None:
    article = Article("a", "Title", "Body.")
    assert rss_item(article).find("pubDate") is None
    entry = atom_entry(article)
    assert entry.find(f"{ATOM}published") is None
    assert dt.datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated"))) == NO_DATE
    assert "date_published" not in json.loads(json_feed_bytes(feed(article)))["items"][0]


def test_what_was_modified_says_so() -> None:
    article = Article("a", "Title", "Body.", published="2024", modified="2024-11")
    assert atom_entry(article).findtext(f"{ATOM}updated") == "2024-11-01T00:00:00Z"


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "ftp://example.org/a"])
def test_without_an_address_for_browsers_the_link_is_the_article_page(url: str | None) -> None:
    article = Article("a/b?c#ü", "Title", "Body.", url=url)
    assert rss_item(article).findtext("link") == "http://localhost/article/a%2Fb%3Fc%23%C3%BC"


def test_a_summary_ends_with_a_word() -> None:
    summary = str(rss_item(Article("a", "Title", "seven\n letters " * 100)).findtext("description"))
    assert 250 < len(summary) <= 300 and summary.endswith(("seven…", "letters…")) and "\n" not in summary


def test_an_id_stays_whatever_else_changes_but_the_archive_and_keeps_its_secret() -> None:
    old, new = Article("a", "Old", "Body."), Article("a", "New", "Other.", url="https://example.org/", published="2024")
    (before,), (after,), (elsewhere,) = feed(old).entries, feed(new).entries, feed(old, secret=b"t" * 32).entries
    assert before.id == after.id != elsewhere.id
    assert SECRET.decode() not in atom_bytes(feed(old)).decode() and SECRET.hex() not in before.id


@given(st.text(st.characters(exclude_categories=())), st.sampled_from(["]]>", "\x00", "\ud800", "\ufffe", "<&\"'"]))
def test_any_text_gives_xml_and_json_that_parse(text: str, awkward: str) -> None:
    text += awkward
    article = Article(text, text, text, url="http://" + text, source=text, authors=(text,), section=text)
    made = feed(article, q=text)
    for write in (rss_bytes, atom_bytes):
        assert ElementTree.fromstring(write(made)).tag in ("rss", f"{ATOM}feed")
    assert len(json.loads(json_feed_bytes(made))["items"]) == 1
