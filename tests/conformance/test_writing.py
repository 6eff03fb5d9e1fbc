"""Writing: what a commit makes visible, and what rebuilding, reopening and deleting leave as it was."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import Article, Prepared, Stored
from archive.engine import FACETS, Mode, Search, Sort, Timeline
from archive.errors import ArticleError
from archive.facets import VALUE_FACETS
from archive.query import Fuzzy, Node, Not, Phrase, Prefix, Query, Word

from . import corpus
from .comparing import assert_same_page
from .conftest import Pair, fill

CI = settings.get_profile("ci")
VECTOR = corpus.vectors_at([2], 1002, 0.06)[0].tobytes()
ASKED: tuple[tuple[tuple[Node, ...], Mode, Sort], ...] = (
    ((), "hybrid", "newest"),
    ((Word("missile"), Word("strike")), "hybrid", "relevance"),
    ((Word("missile"), Not(Word("the"))), "keyword", "relevance"),
    ((Prefix("mi"), Fuzzy("strkie")), "keyword", "oldest"),
    ((Phrase("missile strike"),), "semantic", "relevance"),
)
PROBES = [
    Search(Query(clauses), mode, VECTOR, facets=FACETS, timeline=Timeline("month"), sort=sort, limit=1000)
    for clauses, mode, sort in ASKED
]


def text(id: str, body: str = "missile", published: str | None = None) -> Prepared:
    return corpus.prepared(Article(id, "", body, published=published), corpus.vectors_at([2], len(body)))


def assert_same_archive(pair: Pair) -> None:
    """Nothing that a reader can ask tells the engine from the oracle."""
    for search in PROBES:
        assert_same_page(pair.engine.search(search), pair.oracle.search(search))
    mine, theirs = pair.engine.since(0, limit=10_000), pair.oracle.since(0, limit=10_000)
    assert [comparable(s) for s in mine] == [comparable(s) for s in theirs]
    assert by_number(mine) == by_number(theirs)
    for name in ("articles", "passages", "sequence", "first_published", "last_published"):
        assert getattr(pair.engine.stats(), name) == getattr(pair.oracle.stats(), name), name


def by_number(found: Sequence[Stored]) -> list[str]:
    """The ids in the order of their numbers, which themselves are the engine's own."""
    return [s.article.id for s in sorted(found, key=lambda s: s.number)]


def comparable(stored: Stored) -> tuple[Article, int, int, str]:
    return stored.article, stored.sequence, stored.first_sequence, stored.digest


def stored(pair: Pair, id: str) -> Stored:
    return pair.engine.get([id])[id]


# ---------------------------------------------------------------- commits
def test_an_empty_archive_has_sequence_nought(pair: Pair) -> None:
    assert pair.engine.stats().sequence == 0
    assert pair.engine.since(0) == []
    assert pair.engine.get(["a"]) == {}
    assert_same_archive(pair)


def test_a_commit_counts_what_it_did(pair: Pair) -> None:
    first = pair.write([text("a"), text("b"), text("c")])
    assert (first.sequence, first.added, first.updated, first.deleted) == (1, 3, 0, 0)
    second = pair.write([text("b", "strike"), text("d")], ["a", "a", "unknown"])
    assert (second.sequence, second.added, second.updated, second.deleted) == (2, 1, 1, 1)
    assert_same_archive(pair)


def test_nothing_to_write_leaves_the_sequence(pair: Pair) -> None:
    pair.write([text("a")])
    for delete in ((), ("unknown",)):
        commit = pair.write([], delete)
        assert (commit.sequence, commit.added, commit.updated, commit.deleted) == (1, 0, 0, 0)


def test_a_batch_of_deletions_only_is_a_commit(pair: Pair) -> None:
    pair.write([text("a"), text("b")])
    assert pair.write([], ["a"]).sequence == 2
    assert pair.engine.get(["a", "b"]).keys() == {"b"}
    assert pair.engine.search(Search()).total == 1
    pair.write([], ["b"])
    assert_same_archive(pair)


def test_numbers_follow_the_order_of_the_batch(pair: Pair) -> None:
    ids = ["m", "z", "a", "https://example.org/?q=1", "B", "é"]
    pair.write([text(id) for id in ids])
    found = pair.engine.get(ids)
    assert sorted(ids, key=lambda id: found[id].number) == ids
    # Without dates, newest first is by number.
    assert [h.stored.article.id for h in pair.engine.search(Search()).hits] == ids[::-1]


def test_an_update_keeps_number_and_first_sequence(pair: Pair) -> None:
    pair.write([text("a"), text("b")])
    before = stored(pair, "a")
    pair.write([text("a", "strike")])
    after = stored(pair, "a")
    assert (after.number, after.first_sequence, after.sequence) == (before.number, 1, 2)
    assert (after.article.body, after.digest == before.digest) == ("strike", False)
    assert pair.engine.search(Search(Query((Word("missile"),)), "keyword")).total == 1
    assert_same_archive(pair)


def test_writing_the_same_again_is_an_update(pair: Pair) -> None:
    pair.write([text("a")])
    assert pair.write([text("a")]).updated == 1
    assert (stored(pair, "a").sequence, stored(pair, "a").first_sequence) == (2, 1)


def test_deleting_and_adding_again_gives_a_new_number(pair: Pair) -> None:
    pair.write([text("a"), text("b"), text("c")])
    old = {id: s.number for id, s in pair.engine.get("abc").items()}
    pair.write([], ["c", "a"])
    pair.reopen()
    pair.engine.rebuild()
    pair.write([text("c")])
    again = stored(pair, "c")
    assert again.number > max(old.values())
    assert (again.first_sequence, again.sequence) == (3, 3)
    assert stored(pair, "b").number == old["b"]
    assert_same_archive(pair)


def test_an_article_both_written_and_deleted_in_a_batch_is_written(pair: Pair) -> None:
    pair.write([text("a")])
    commit = pair.write([text("a", "strike"), text("b")], ["a", "b"])
    assert (commit.added, commit.updated, commit.deleted) == (1, 1, 0)
    assert_same_archive(pair)


def test_a_refused_batch_leaves_nothing_behind(pair: Pair) -> None:
    pair.write([text("a")])
    wrong = replace(text("c"), vectors=corpus.vectors_at([], 0))
    with pytest.raises(ArticleError):
        pair.engine.write([text("b"), text("a", "strike"), wrong], ["a"])
    assert_same_archive(pair)
    pair.write([text("b")])
    assert_same_archive(pair)


def test_readers_see_whole_batches_only(pair: Pair) -> None:
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(pair.engine.search(Search(Query((Word("missile"),)), "keyword", limit=3)).total)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for batch in range(6):
            pair.write([text(f"{batch}-{i}") for i in range(7)])
    finally:
        done.set()
        reader.join()
    assert seen
    assert seen == sorted(seen)
    assert {n % 7 for n in seen} == {0}


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-11:00"])
def test_the_first_and_the_last_instant_are_dates_too(pair: Pair, date: str) -> None:
    pair.write([text("edge", published=date), text("dated", published="2024"), text("undated")])
    for sort in get_args(Sort):
        search = Search(facets=FACETS, timeline=Timeline("day"), sort=sort)
        assert_same_page(pair.engine.search(search), pair.oracle.search(search))


# ---------------------------------------------------------------- what comes back
def test_every_article_comes_back_as_it_was_written(mixed: Pair) -> None:
    written = {p.article.id: p.article for p in corpus.mixed()}
    got = mixed.engine.get(iter([*written, "unknown", *list(written)[:3]]))
    assert {id: s.article for id, s in got.items()} == written
    assert {s.digest for s in got.values()} == {a.digest() for a in written.values()}


def test_since_goes_by_sequence_and_id(mixed: Pair) -> None:
    whole = mixed.oracle.since(0, limit=10_000)
    for limit in (1000, 50, 7):
        found: list[Stored] = []
        position = (0, "")
        while step := mixed.engine.since(*position, limit=limit):
            assert len(step) <= limit
            found += step
            position = (step[-1].sequence, step[-1].article.id)
        assert [comparable(s) for s in found] == [comparable(s) for s in whole]
    for sequence in range(mixed.engine.stats().sequence + 2):
        for after in ("", "m", "random/100", "zzz", "я"):
            mine, theirs = (e.since(sequence, after, 20) for e in (mixed.engine, mixed.oracle))
            assert [s.article.id for s in mine] == [s.article.id for s in theirs]


def test_since_shows_an_update_and_forgets_the_deleted(pair: Pair) -> None:
    pair.write([text("a"), text("b"), text("c")])
    pair.write([text("a", "strike")], ["b"])
    assert [(s.sequence, s.article.id) for s in pair.engine.since(0)] == [(1, "c"), (2, "a")]
    assert [s.article.id for s in pair.engine.since(1)] == ["a"]
    assert [s.article.id for s in pair.engine.since(1, "b")] == ["c", "a"]
    assert pair.engine.since(2) == []


@pytest.mark.parametrize(
    "prefix", ["k", "Ky", "київ", "КИЇ", "sao", "SÃ", "s", "40", "jack", "o", "no such", "ac dc", "?", ""]
)
def test_suggestions_are_values_a_word_of_which_begins_so(mixed: Pair, prefix: str) -> None:
    for fields in (VALUE_FACETS, ("person",), ("place", "country"), ()):
        for limit in (1, 3, 1000):
            assert mixed.engine.suggest(prefix, fields, limit) == mixed.oracle.suggest(prefix, fields, limit)


def test_stats_count_what_lives(mixed: Pair) -> None:
    assert_same_archive(mixed)
    assert mixed.engine.stats().bytes >= 0
    assert mixed.engine.stats().engine


# ---------------------------------------------------------------- rebuilding and reopening
def test_rebuilding_and_reopening_change_nothing(pair: Pair) -> None:
    fill(pair, corpus.mixed()[:90])
    pair.write(corpus.mixed()[20:40], [p.article.id for p in corpus.mixed()[:10]])
    secret = pair.engine.secret
    assert len(secret) == 32
    for step in ("reopen", "rebuild", "reopen", "rebuild"):
        if step == "reopen":
            pair.reopen()
        else:
            pair.engine.rebuild()
        assert_same_archive(pair)
        assert pair.engine.check() == []
        assert pair.engine.secret == secret
        for prefix in ("k", "s"):
            assert pair.engine.suggest(prefix, VALUE_FACETS) == pair.oracle.suggest(prefix, VALUE_FACETS)
    pair.write(corpus.mixed()[5:15])
    assert_same_archive(pair)


def test_the_state_changes_with_every_commit_and_rebuild_and_with_nothing_else(pair: Pair) -> None:
    states = [pair.engine.state]
    for step in (
        lambda: fill(pair, corpus.mixed()[:5]),
        lambda: pair.write(corpus.mixed()[:1]),
        lambda: pair.write([], [corpus.mixed()[0].article.id]),
        pair.engine.rebuild,
    ):
        step()
        states.append(pair.engine.state)
        pair.write([])
        pair.reopen()
        assert pair.engine.state == states[-1]
    assert len(set(states)) == len(states)


def test_rebuilding_with_a_new_preparation_replaces_names_and_vectors(pair: Pair) -> None:
    fill(pair, corpus.mixed()[:60])

    def prepare(batch: Sequence[Prepared]) -> Sequence[Prepared]:
        found = []
        for old in batch:
            rng = random.Random(old.article.id)
            vectors = corpus.vectors_at(rng.choices(range(6), k=rng.randint(0, 3)), len(old.article.id))
            bare = replace(old.article, mentions=(), passages=())
            found.append(corpus.prepared(bare, vectors, rng.sample(corpus.NAMES, 2)))
        return found

    pair.oracle.rebuild(prepare)
    pair.engine.rebuild(prepare)
    assert_same_archive(pair)
    pair.reopen()
    assert_same_archive(pair)


def test_an_empty_archive_can_be_rebuilt_and_reopened(pair: Pair) -> None:
    pair.engine.rebuild()
    pair.reopen()
    assert_same_archive(pair)
    pair.write([text("a")])
    assert_same_archive(pair)


# ---------------------------------------------------------------- any history
VERSIONS = [
    corpus.random_article(random.Random(f"{id}{version}"), id)
    for id in ("a", "b/c", "https://d.org/", "é")
    for version in range(4)
]
Step = tuple[str, list[Prepared], list[str]]
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(
        st.just("write"),
        st.lists(st.sampled_from(VERSIONS), max_size=4, unique_by=lambda p: p.article.id),
        st.lists(st.sampled_from(["a", "b/c", "é", "unknown"]), max_size=2),
    ),
    st.tuples(st.sampled_from(("reopen", "rebuild")), st.just([]), st.just([])),
)


@settings(CI, max_examples=15)
@given(history=st.lists(steps, min_size=2, max_size=7))
def test_any_history_ends_as_the_oracles(make_pair: Callable[[], Pair], history: list[Step]) -> None:
    pair = make_pair()
    for verb, batch, delete in history:
        if verb == "write":
            pair.write(batch, delete)
        elif verb == "reopen":
            pair.reopen()
        else:
            pair.engine.rebuild()
    assert_same_archive(pair)
    pair.kit.discard(pair.engine)
