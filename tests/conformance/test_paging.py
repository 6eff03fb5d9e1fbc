"""Following `next` gives every article of the total once, also while the archive changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import Prepared
from archive.engine import FACETS, Mode, Refinement, Search, Sort, Timeline
from archive.query import Has, Not, Or, Phrase, Query, Word

from . import corpus, strategies
from .comparing import assert_same_page, note_search, walk
from .conftest import Pair, fill

CI = settings.get_profile("ci")
VECTOR = corpus.vectors_at([2], 1002, 0.06)[0].tobytes()
QUERIES = (
    Query(),
    Query((Word("missile"),)),
    Query((Word("missile"), Word("strike"), Word("Kursk"))),
    Query((Phrase("missile strike"), Not(Word("drone")))),
    Query((Word("base"), Or((Has("source"), Word("air", "body"))))),
)


@settings(CI, max_examples=60)
@given(search=strategies.searches(), limit=st.sampled_from((3, 8, 21, 60)))
def test_any_walk_gives_the_oracles_pages(mixed: Pair, search: Search, limit: int) -> None:
    note_search(search)
    search = replace(search, limit=limit)
    pages = list(walk(mixed.engine, search))
    expected = list(walk(mixed.oracle, search))
    assert len(pages) == len(expected)
    for page, wanted in zip(pages, expected, strict=True):
        assert_same_page(page, wanted)
    ids = [hit.stored.article.id for page in pages for hit in page.hits]
    assert len(ids) == len(set(ids)) == pages[0].total
    assert all(len(page.hits) == limit for page in pages[:-1])


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("sort", get_args(Sort))
def test_a_walk_of_a_crowd_is_the_same_in_any_step(crowd: Pair, mode: Mode, sort: Sort) -> None:
    for query in QUERIES:
        search = Search(query, mode, VECTOR, sort=sort)
        whole = [h.stored.article.id for h in crowd.oracle.search(replace(search, limit=1000)).hits]
        # The edges of the pool lie at 50 and 100, and only relevance goes by the pool.
        edges = (50, 100, 101, len(whole) + 1) if sort == "relevance" else ()
        for limit in (17, len(whole) or 1, *edges):
            pages = list(walk(crowd.engine, replace(search, limit=limit)))
            assert [h.stored.article.id for page in pages for h in page.hits] == whole
            assert len(pages) == max(1, -(-len(whole) // limit))


def test_single_steps(mixed: Pair) -> None:
    search = Search(Query((Word("twin"),)), "hybrid", VECTOR, limit=1)
    pages = list(walk(mixed.engine, search))
    assert len(pages) == pages[0].total > 10
    for page, wanted in zip(pages, walk(mixed.oracle, search), strict=True):
        assert_same_page(page, wanted)


@pytest.mark.parametrize("sort", get_args(Sort))
def test_a_limit_of_none_counts_and_its_cursor_begins_at_the_first(mixed: Pair, sort: Sort) -> None:
    search = Search(QUERIES[1], "hybrid", VECTOR, facets=FACETS, timeline=Timeline("month"), sort=sort, limit=0)
    page = mixed.engine.search(search)
    assert_same_page(page, mixed.oracle.search(search))
    assert page.next is not None
    begun = mixed.engine.search(replace(search, limit=10, cursor=page.next))
    assert_same_page(begun, mixed.oracle.search(replace(search, limit=10)))


def test_a_cursor_survives_reopening_and_rebuilding(pair: Pair) -> None:
    fill(pair, corpus.mixed()[:80])
    search = Search(QUERIES[1], "hybrid", VECTOR, limit=15)
    first, *others = walk(pair.oracle, search)
    cursor = pair.engine.search(search).next
    for i, wanted in enumerate(others):
        if i % 2:
            pair.reopen()
        else:
            pair.engine.rebuild()
        page = pair.engine.search(replace(search, cursor=cursor))
        assert_same_page(page, wanted)
        cursor = page.next
    assert first.total > 15
    assert cursor is None


# ---------------------------------------------------------------- while the archive changes
def changed(rng: random.Random, old: Prepared, place: int) -> Prepared:
    """A new version: the same, other words, other vectors, or (with a new id) a copy."""
    other = corpus.random_article(rng, old.article.id)
    return rng.choice(
        (
            old,
            replace(old, article=replace(old.article, body=other.article.body)),
            replace(old, article=replace(old.article, body=old.article.body + " missile strike Kursk")),
            replace(old, article=replace(old.article, title="", body="nothing of it")),
            replace(old, article=replace(old.article, source=other.article.source)),
            replace(old, article=replace(old.article, published=other.article.published)),
            replace(old, article=replace(old.article, id=f"{old.article.id}+{place}")),
            other,
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_walks_among_changes_go_on_as_the_oracles(make_pair: Callable[[], Pair], seed: int) -> None:
    rng = random.Random(seed)
    pair = make_pair()
    articles = (corpus.mixed if seed % 2 else corpus.crowd)(seed=seed + 10)[:140]
    fill(pair, articles)
    refined = (Refinement("source", ("Wire/Desk", None)),)
    searches = [
        Search(query, mode, VECTOR, sort=sort, limit=rng.choice((9, 16, 40)), facets=("person", "published"))
        for query in QUERIES
        for mode in get_args(Mode)
        for sort in get_args(Sort)
    ]
    searches += [replace(s, refinements=refined, limit=4, timeline=Timeline("year")) for s in searches[::2]]
    walks = [(search, search) for search in searches]
    for place in range(12):
        following = []
        for mine, theirs in walks:
            page, wanted = pair.engine.search(mine), pair.oracle.search(theirs)
            assert_same_page(page, wanted)
            if mine.cursor:
                assert all(h.stored.first_sequence <= mine.cursor.sequence for h in page.hits)
            if page.next and wanted.next:
                following.append((replace(mine, cursor=page.next), replace(theirs, cursor=wanted.next)))
        walks = following
        batch = {p.article.id: p for p in (changed(rng, old, place) for old in rng.sample(articles, 8))}
        gone = [p.article.id for p in rng.sample(articles, 3)]
        pair.write(list(batch.values()), gone)
    pair.kit.discard(pair.engine)


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("sort", get_args(Sort))
def test_a_walk_among_additions_and_deletions_gives_the_first_list_less_what_was_deleted(
    pair: Pair, mode: Mode, sort: Sort
) -> None:
    articles = corpus.crowd(seed=4)[:150]
    fill(pair, articles, 75)
    search = Search(QUERIES[1], mode, VECTOR, sort=sort, limit=20)
    expected = [h.stored.article.id for h in pair.oracle.search(replace(search, limit=1000)).hits]
    shown: list[str] = []
    for place in range(20):
        page = pair.engine.search(search)
        shown += [h.stored.article.id for h in page.hits]
        assert shown == expected[: len(shown)]
        assert page.total == len(expected)
        if page.next is None:
            break
        search = replace(search, cursor=page.next)
        copies = [replace(p, article=replace(p.article, id=f"{place}-{p.article.id}")) for p in articles[:5]]
        # Of those to come, and of those already shown, some go; nothing moves but by that.
        gone = expected[len(shown) + 2 : len(shown) + 9 : 3]
        pair.write(copies, gone)
        expected = [id for id in expected if id not in gone]
    assert shown == expected
    assert len(shown) > 30


def test_an_updated_article_keeps_its_place_in_a_walk(pair: Pair) -> None:
    articles = corpus.crowd(seed=6)[:120]
    fill(pair, articles, 60)
    search = Search(QUERIES[2], "hybrid", VECTOR, limit=10)
    expected = [h.stored.article.id for h in pair.engine.search(replace(search, limit=1000)).hits]
    shown: list[str] = []
    for page in walk(pair.engine, search):
        shown += [h.stored.article.id for h in page.hits]
        if len(shown) in (10, 40):
            pair.write(articles[::3])
    assert shown == expected
