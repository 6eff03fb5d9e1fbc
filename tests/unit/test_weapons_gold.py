"""The gold standard of weapons-system mentions: well-formed, and true to the articles it was read from."""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "gold_weapons"
FILES = ("weapons.jsonl", "held_out.jsonl")
COLLECTIONS = Path(__file__).resolve().parents[3] / "shared" / "data"

Article = dict[str, Any]


def gold(*files: str) -> list[Article]:
    return [orjson.loads(line) for file in files or FILES for line in (FOLDER / file).read_bytes().splitlines()]


def texts(collection: str, wanted: set[str]) -> dict[str, list[Article]]:
    """The wanted articles by id. A collection may hold one id twice, with two texts, hence the lists."""
    found: dict[str, list[Article]] = {}
    with gzip.open(COLLECTIONS / collection / "articles.jsonl.gz") as lines:
        for line in lines:
            article: Article = orjson.loads(line)
            if article["id"] in wanted:
                found.setdefault(article["id"], []).append(article)
    return found


def digest(article: Article) -> str:
    return sha256(f"{article['title']}\n{article['body']}".encode()).hexdigest()


def on_word_boundaries(text: str, start: int, end: int) -> bool:
    # `\b` would not do: it asks for a word character on one side, and a designation may end in another sign.
    cut_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cut_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not cut_before and not cut_after


def test_every_article_has_the_agreed_fields() -> None:
    for article in gold():
        assert set(article) == {"collection", "id", "digest", "misleading", "mentions"}
        assert isinstance(article["misleading"], bool)
        assert re.fullmatch(r"[0-9a-f]{64}", article["digest"])
        for mention in article["mentions"]:
            assert set(mention) == {"field", "start", "end", "name"}
            assert mention["field"] in ("title", "body")
            assert mention["name"].strip() == mention["name"] != ""


def test_articles_are_sorted_and_none_comes_twice() -> None:
    for file in FILES:
        keys = [(article["collection"], article["id"]) for article in gold(file)]
        assert keys == sorted(set(keys))
    assert len({(article["collection"], article["id"]) for article in gold()}) == len(gold())


def test_mentions_come_in_order_and_never_overlap() -> None:
    for article in gold():
        fields = [mention["field"] for mention in article["mentions"]]
        assert fields == sorted(fields, key=("title", "body").index)
        for field in ("title", "body"):
            end = 0
            for mention in article["mentions"]:
                if mention["field"] == field:
                    assert end <= mention["start"] < mention["end"], article["id"]
                    end = mention["end"]


@pytest.mark.parametrize("file", FILES)
def test_there_are_enough_articles_and_half_of_them_mislead(file: str) -> None:
    articles = gold(file)
    misleading = [article for article in articles if article["misleading"]]
    assert len(articles) >= 60
    assert len(misleading) >= max(30, len(articles) / 2)
    assert all(article["mentions"] for article in articles if not article["misleading"])


@pytest.mark.parametrize("collection", sorted({article["collection"] for article in gold()}))
def test_digests_fit_the_collection_and_spans_stand_on_word_boundaries(collection: str) -> None:
    if not (COLLECTIONS / collection / "articles.jsonl.gz").is_file():
        pytest.skip(f"the collection {collection} is not beside the repository, in {COLLECTIONS}")
    articles = [article for article in gold() if article["collection"] == collection]
    found = texts(collection, {article["id"] for article in articles})
    for article in articles:
        same = [text for text in found.get(article["id"], []) if digest(text) == article["digest"]]
        assert same, f"{article['id']}: no text with this digest"
        for mention in article["mentions"]:
            text: str = same[0][mention["field"]]
            start, end = mention["start"], mention["end"]
            assert end <= len(text), article["id"]
            assert text[start:end] == text[start:end].strip(), article["id"]
            assert on_word_boundaries(text, start, end), (article["id"], text[start:end])
