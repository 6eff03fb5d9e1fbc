"""Ids, the guard against doubled ones, dates and field names of records, bylines and the rejects file."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article
from archive.errors import ArticleError, DatelineError
from indexer.bylines import byline_in, split_authors
from indexer.date_formats import read_date
from indexer.identify import IdGuard, canonical_url, identify
from indexer.records import Record, article_from, clean_text
from indexer.rejects import Reject, RejectsFile

ARTICLE = Article(
    id="", title="Bridge reopens", body="The bridge is open again.", published="2024-03-05", source="Gazette"
)


def test_a_given_id_is_kept_as_it_is() -> None:
    assert identify(replace(ARTICLE, id=" News/2024#7 ")).id == " News/2024#7 "


def test_an_id_is_made_of_the_url_and_of_nothing_else_when_there_is_one() -> None:
    one = identify(replace(ARTICLE, url="https://Example.org/a/?b=2&a=1&utm_source=x#top"))
    other = identify(replace(ARTICLE, url="https://example.org:443/a?a=1&b=2", title="Changed", body="Changed."))
    assert one.id == other.id
    assert re.fullmatch("[0-9a-f]{16}", one.id)


def test_made_ids_never_change_between_versions() -> None:
    assert identify(replace(ARTICLE, url="https://example.org/a")).id == "ddfb29fc526c1c0c"
    assert identify(ARTICLE).id == "acf35b1d8cc26426"


def test_without_a_url_the_id_is_of_source_date_and_title() -> None:
    made = identify(ARTICLE).id
    assert identify(replace(ARTICLE, body="A correction was made.")).id == made
    assert identify(replace(ARTICLE, source="Herald")).id != made
    assert identify(replace(ARTICLE, published="2024-03-06")).id != made
    assert identify(replace(ARTICLE, title="Bridge closes")).id != made


def test_the_body_counts_where_the_title_is_empty() -> None:
    untitled = replace(ARTICLE, title=" ")
    assert identify(untitled).id != identify(replace(untitled, body="Another text.")).id


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.Example.ORG:80/A/b/", "http://news.example.org/A/b"),
        ("https://example.org/?fbclid=1&GCLID=2&utm_campaign=z", "https://example.org"),
        ("https://example.org/a?z=1&b=%20&b=+", "https://example.org/a?b=%20&b=+&z=1"),
        ("https://u@example.org:8443/a", "https://u@example.org:8443/a"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("http://example.org:port/", "http://example.org:port/"),
        ("http://[broken", "http://[broken"),
        (" urn:news:7 ", "urn:news:7"),
    ],
)
def test_a_url_has_one_canonical_spelling(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@given(st.text(alphabet="htps:/?#[]@&=%aZ.0 é\ud800", max_size=40) | st.text().map("http://e.org/".__add__))
def test_canonical_urls_are_stable_whatever_the_text(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert len(identify(replace(ARTICLE, url=url or None)).id) == 16


def test_a_second_different_article_with_the_same_id_is_a_reject_that_names_both() -> None:
    guard = IdGuard()
    first = replace(ARTICLE, id="a-1")
    assert guard.check(Record(first, "one.jsonl", 3)) == first
    again = guard.check(Record(replace(first, body="Something else."), "two.jsonl", 9))
    assert isinstance(again, Reject)
    assert (again.file, again.line, again.id) == ("two.jsonl", 9, "a-1")
    assert "one.jsonl:3" in again.reason
    assert "two.jsonl:9" in again.reason


def test_an_identical_article_is_skipped_and_another_one_passes() -> None:
    guard = IdGuard()
    found = guard.check(Record(ARTICLE, "a.txt", None))
    assert isinstance(found, Article) and found == identify(ARTICLE)
    assert guard.check(Record(ARTICLE, "copy.txt", None)) is None
    assert isinstance(guard.check(Record(replace(ARTICLE, title="Other"), "b.txt", None)), Article)


@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("2023-11-27 08:45:59.000000000Z", "2023-11-27T08:45:59+00:00"),
        ("2024-11-25T08:45:59.123+02", "2024-11-25T08:45:59+02:00"),
        ("2024-11-25 08:45:59 +0000 UTC", "2024-11-25T08:45:59+00:00"),
        ("2024-11-25 08:45:59 UTC", "2024-11-25T08:45:59+00:00"),
        ("2024-11", "2024-11"),
        ("2024/11/25", "2024-11-25"),
        ("Mon, 25 Nov 2024 08:45:59 GMT", "2024-11-25T08:45:59+00:00"),
        ("Mon, 25 Nov 2024 08:45:59 -0500", "2024-11-25T08:45:59-05:00"),
        ("Mon, 25 Nov 2024 08:45:59 EST", "2024-11-25T08:45:59-05:00"),
        ("Nov 25, 2024", "2024-11-25"),
        ("Monday, November 25th, 2024 at 8:05 p.m.", "2024-11-25T20:05"),
        ("25 November 2024", "2024-11-25"),
        ("Sept. 2024", "2024-09"),
        ("25/11/2024", "2024-11-25"),
        ("11/25/2024", "2024-11-25"),
        ("25/11/2024 8:05 pm", "2024-11-25T20:05"),
        ("03.11.2023 14:05", "2023-11-03T14:05"),
        ("3.11.2023", "2023-11-03"),
        ("20241125", "2024-11-25"),
        ("20241125T084559Z", "2024-11-25T08:45:59+00:00"),
        ("1732524359", "2024-11-25T08:45:59+00:00"),
        (1732524359, "2024-11-25T08:45:59+00:00"),
        (1732524359000, "2024-11-25T08:45:59+00:00"),
        (1732524359.7, "2024-11-25T08:45:59+00:00"),
        (-1000000000, "1938-04-24T22:13:20+00:00"),
        (2024, "2024"),
        ("  ", None),
    ],
)
def test_dates_are_read_as_sources_write_them(given_as: str | float, expected: str | None) -> None:
    assert read_date(given_as) == expected


def test_of_a_day_that_may_be_two_days_only_the_year_is_kept() -> None:
    assert read_date("03/02/2009") == "2009"
    assert read_date("03/02/2009 14:05") == "2009"
    assert read_date("03-03-2009") == "2009-03-03"


@pytest.mark.parametrize(
    "wrong",
    ["yesterday", "2024-13-01", "30 February 2024", "9999-W53", "٢٠٢٤", "99/99/2024", "11.25.2024", "1, 2", "7" * 5000,
     0, 12345, True, float("inf"), float("nan"), "25:61 pm, Nov 1, 2024", "Mon, 99 Foo 2024"],
)  # fmt: skip
def test_what_is_no_date_is_an_error(wrong: str | float) -> None:
    with pytest.raises(ValueError, match="not a date"):
        read_date(wrong)


@given(st.text() | st.floats() | st.integers() | st.text(alphabet="0123456789:/-. ,TZ+NovMonGMT", max_size=30))
def test_any_value_is_a_date_or_a_value_error(value: str | float) -> None:
    try:
        found = read_date(value)
    except ValueError:
        return
    assert found is None or re.match(r"\d{4}", found)


def test_field_names_are_read_under_their_usual_synonyms() -> None:
    article = article_from(
        {
            "guid": 17,
            "Headline": "T",
            "articleBody": "B",
            "link": "https://example.org/1",
            "datePublished": "2024-11-25",
            "updated_at": "2024-11-26",
            "publisher": {"name": "The Gazette"},
            "byline": "By Ann Lowe and Peter Quist",
            "category": ["", "World"],
            "inLanguage": "en_GB",
            "license": "CC BY 4.0",
            "word_count": 3,
        }
    )
    assert article == Article(
        id="17", title="T", body="B", url="https://example.org/1", published="2024-11-25", modified="2024-11-26",
        source="The Gazette", authors=("Ann Lowe", "Peter Quist"), section="World", language="en-gb",
        rights="CC BY 4.0",
    )  # fmt: skip


def test_the_first_name_that_holds_something_wins_in_any_order() -> None:
    assert article_from({"content": "no", "body": "yes"}).body == "yes"
    assert article_from({"content": "yes", "body": ""}).body == "yes"
    assert article_from({"body": None, "title": "Only a title"}).body == ""


def test_texts_are_kept_as_given_but_for_what_cannot_be_stored() -> None:
    article = article_from({"title": " A\0B ", "body": "\n x\ud800y \U0001f600\n"})
    assert article.title == " A\ufffdB "
    assert article.body == "\n x\ufffdy \U0001f600\n"


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_text_can_always_be_stored(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert clean_text(clean) == clean
    if not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        assert clean == text


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": 7, "body": "b"}, "`title`"),
        ({"title": ["t"], "body": "b"}, "`title`"),
        ({"title": "t"}, "`body`"),
        ({"title": "t", "body": {"p": 1}}, "`body`"),
        ({"title": " ", "body": "\n"}, "empty"),
        ({"title": "t", "body": "b", "date": "soon"}, "'soon'"),
        ({"title": "t", "body": "b", "date": ["2024"]}, "`date`"),
        ({"title": "t", "body": "b", "author": 3}, "`author`"),
        ({"title": "t", "body": "b", "source": 3}, "`source`"),
        ({"title": "t", "body": "b", "lang": "Klingonish"}, "'Klingonish'"),
        ({"title": "t", "body": "b", "id": True}, "`id`"),
        ({"title": "t", "body": "b", "id": "x" * 3000}, "3,000"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, object], named: str) -> None:
    with pytest.raises(ArticleError, match=re.escape(named)):
        article_from(fields)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Flaminia Luck", ["Flaminia Luck"]),
        ("Ann Lowe, Peter Quist and Maria de la Cruz", ["Ann Lowe", "Peter Quist", "Maria de la Cruz"]),
        ("Ann Lowe; Reuters", ["Ann Lowe", "Reuters"]),
        ("BY ANN LOWE AND PETER QUIST", ["ANN LOWE", "PETER QUIST"]),
        ("Ann Lowe Peter Quist, Ann Lowe, Peter Quist", ["Ann Lowe", "Peter Quist"]),
        ("Ann Lowe, Reuters", ["Ann Lowe, Reuters"]),
        ("Food and Drug Administration", ["Food and Drug Administration"]),
        ("Ann Lowe, The Associated Press", ["Ann Lowe, The Associated Press"]),
        (" ; ", []),
    ],
)
def test_names_are_parted_only_where_several_are_clear(byline: str, names: list[str]) -> None:
    assert split_authors(byline) == names


def test_a_byline_is_a_line_of_its_own_near_the_top() -> None:
    assert byline_in("Caption. Picture: Agency\n\nBy Ann Lowe\n\nText.") == ("Ann Lowe",)
    assert byline_in("By the time it opened, all was sold.\n\nText.") == ()
    assert byline_in("Line.\n" * 40 + "By Ann Lowe\n") == ()


def test_the_rejects_file_exists_from_the_first_reject_on(tmp_path: Path) -> None:
    path = tmp_path / "run.rejects.jsonl"
    with RejectsFile(path) as rejects:
        assert not path.exists()
        rejects.write(Reject("a\udcff.txt", None, None, "Why “so”."))
        rejects.write(Reject("b.jsonl", 2, "x", "Because."))
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"file": "a\udcff.txt", "line": None, "id": None, "reason": "Why “so”."},
        {"file": "b.jsonl", "line": 2, "id": "x", "reason": "Because."},
    ]
    assert rejects.count == 2


def test_a_rejects_file_that_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "missing" / "r.jsonl") as rejects, pytest.raises(DatelineError, match=r"r\.jsonl"):
        rejects.write(Reject("a", None, None, "Why."))
