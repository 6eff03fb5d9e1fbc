"""How often a search asks the server: what a page costs over a network."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from archive.engine import FACETS, Refinement, Search, Sort, Timeline
from archive.engines.elastic import ElasticEngine
from archive.query import Phrase, Query, Word
from tests.conformance import corpus

VECTOR = corpus.vectors_at([2], 1002, 0.06)[0].tobytes()
FREE = Query((Word("missile"), Word("strike"), Word("Kursk")))
WHOLE = Search(FREE, "hybrid", VECTOR, facets=FACETS, timeline=Timeline("month"))


@pytest.fixture(scope="module")
def crowd(elasticsearch_url: str) -> str:
    """Where an archive of hundreds of articles is."""
    location = f"{elasticsearch_url}/crowd-{secrets.token_hex(6)}"
    made = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    articles = corpus.crowd()
    for start in range(0, len(articles), 80):
        made.write(articles[start : start + 80])
    return location


@pytest.fixture
def engine(crowd: str) -> ElasticEngine:
    """Of a process that was just started: it remembers no figures yet but of this commit."""
    opened = ElasticEngine.open(crowd)
    opened.search(Search(limit=0))
    return opened


@contextmanager
def counted(engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The paths that are asked for within the block."""
    transport = engine._connection.client.transport
    asked: list[str] = []
    perform = transport.perform_request

    def count(method: str, target: str, **options: Any) -> Any:
        asked.append(target)
        return perform(method, target, **options)

    with monkeypatch.context() as patched:
        patched.setattr(transport, "perform_request", count)
        yield asked


@pytest.mark.parametrize(
    ("search", "trips"),
    [
        (WHOLE, 3),
        (replace(WHOLE, refinements=(Refinement("source", ("Wire/Desk", None)), Refinement("person", ("Sun",)))), 3),
        (replace(WHOLE, mode="keyword"), 2),
        (replace(WHOLE, mode="semantic"), 2),
        (replace(WHOLE, mode="keyword", sort="newest"), 1),
        (replace(WHOLE, query=Query((Phrase("missile strike"),))), 2),
        (replace(WHOLE, query=Query()), 1),
        (replace(WHOLE, query=Query((Word("nowhere"), Word("nothing")))), 3),
    ],
)
def test_a_first_page_takes_few_round_trips_and_a_later_one_takes_one(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch, search: Search, trips: int
) -> None:
    with counted(engine, monkeypatch) as asked:
        page = engine.search(search)
    assert 0 < len(asked) <= trips
    while page.next:
        with counted(engine, monkeypatch) as asked:
            page = engine.search(replace(search, cursor=page.next))
        assert len(asked) == 1


@pytest.mark.parametrize("sort", ["newest", "oldest", "added"])
def test_by_date_every_page_takes_one(engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch, sort: Sort) -> None:
    search = replace(WHOLE, mode="keyword", sort=sort)
    with counted(engine, monkeypatch) as asked:
        first = engine.search(search)
        engine.search(replace(search, cursor=first.next))
    assert len(asked) == 2


def test_another_process_learns_of_a_commit_within_its_own_search(
    engine: ElasticEngine, crowd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = ElasticEngine.open(crowd)
    before = reader.search(WHOLE)
    engine.write(corpus.mixed()[:5])
    with counted(reader, monkeypatch) as asked:
        after = reader.search(WHOLE)
    assert len(asked) <= 4
    assert after.sequence == before.sequence + 1
