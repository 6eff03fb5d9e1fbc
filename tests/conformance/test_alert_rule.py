"""The alert rule in bulk: what `engine.search` finds by words, and what the rule says of each article alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.engine import Search
from archive.vectors import FLOOR
from search_api.saved.batch import Batch
from search_api.saved.latest import backwards, latest
from search_api.saved.matching import fires, match
from search_api.saved.rule import Rule, rule_of
from search_api.saved.tree import search_from_json, search_to_json

from .conftest import Pair
from .reading import Reading
from .strategies import ANALYSER, searches

floors = st.sampled_from((FLOOR, 48_000, 64_000, 80_000, 120_000))


@given(some=st.lists(st.tuples(searches(), floors), min_size=1, max_size=12))
@settings(max_examples=150)
def test_many_rules_at_once_are_each_of_them_on_each_article(mixed: Pair, some: list[tuple[Search, int]]) -> None:
    articles = list(mixed.oracle._live.values())
    places = {r.stored.article.id: r for r in articles}
    batch = _batch(mixed)
    rules = [rule_of(search, floor, ANALYSER) for search, floor in some]
    for rule, outcome in zip(rules, match(batch, rules), strict=True):
        assert isinstance(outcome, list), outcome
        found = {batch.copies[f.place].stored.article.id: f for f in outcome}
        expected = {id: _fires(rule, reading) for id, reading in places.items()}
        assert {id: (f.matched_by, f.closeness) for id, f in found.items()} == {
            id: why for id, why in expected.items() if why
        }


@given(search=searches())
@settings(max_examples=100)
def test_by_words_alone_a_rule_is_what_the_engine_finds(mixed: Pair, search: Search) -> None:
    search = Search(query=search.query, mode="keyword", expansions=search.expansions, refinements=search.refinements)
    batch = _batch(mixed)
    found = {batch.copies[f.place].stored.article.id for f in fires(batch, rule_of(search, FLOOR, ANALYSER))}
    page = mixed.engine.search(
        Search(search.query, "keyword", expansions=search.expansions, refinements=search.refinements, limit=1000)
    )
    assert found == {hit.stored.article.id for hit in page.hits}


@given(search=searches())
def test_what_is_saved_is_read_back_as_it_was(search: Search) -> None:
    kept = search_from_json(search_to_json(search), search.vector)
    asked = Search(
        search.query, search.mode, search.vector, expansions=search.expansions, refinements=search.refinements
    )
    assert kept == asked and kept.query.text == search.query.text


def test_one_article_alone_fires_as_it_does_among_others(mixed: Pair) -> None:
    batch = _batch(mixed)
    rules = [rule_of(search, FLOOR, ANALYSER) for search in _some_searches()]
    together = [{f.place: f for f in outcome} for outcome in match(batch, rules) if isinstance(outcome, list)]
    for place, copy in enumerate(batch.copies):
        alone = Batch([copy], ANALYSER)
        for rule, found in zip(rules, together, strict=True):
            one = fires(alone, rule)
            assert bool(one) == (place in found)
            assert not one or one[0][1:] == found[place][1:]


def _batch(pair: Pair) -> Batch:
    """All of the archive as the engine itself gives it, read once."""
    if (known := _batches.get(id(pair))) is None:
        known = _batches[id(pair)] = Batch(pair.engine.copies(0, "", 10_000), ANALYSER)
    return known


_batches: dict[int, Batch] = {}


def _fires(rule: Rule, reading: Reading) -> tuple[str, int | None] | None:
    """The rule word for word, of one article."""
    dots = reading.dots(np.frombuffer(rule.vector, np.int8).astype(np.int64)) if rule.vector else []
    best = max(dots, default=None)
    if rule.scope is not None and not reading.holds(rule.scope):
        return None
    if not all(reading.passes(refinement) for refinement in rule.refinements):
        return None
    if all(reading.meets(requirement) for requirement in rule.requirements):
        return "words", best
    return ("meaning", best) if best is not None and best >= rule.floor else None


def _some_searches() -> list[Search]:
    from search_api.syntax import parse

    from .strategies import query_vectors

    texts = (
        "missile strike",
        '"command post"',
        "missil* NEAR/5 strike",
        "person:Putin -drone",
        "kurks~ has:weapon",
        "",
    )
    vectors = query_vectors()[: len(texts)]
    return [Search(parse(text, ANALYSER), vector=vector) for text, vector in zip(texts, vectors, strict=True)]


@given(search=searches(), floor=floors, limit=st.sampled_from((0, 1, 5, 20, 1000)))
@settings(max_examples=60)
def test_a_feed_holds_the_last_that_the_rule_lets_through(mixed: Pair, search: Search, floor: int, limit: int) -> None:
    search = Search(
        search.query, search.mode, search.vector, expansions=search.expansions, refinements=search.refinements
    )
    rule = rule_of(search, floor, ANALYSER)
    fired = [r.stored for r in mixed.oracle._live.values() if _fires(rule, r)]
    expected = sorted(((s.sequence, s.article.id) for s in fired), reverse=True)[:limit]
    found = latest(mixed.engine, ANALYSER, search, floor, limit)
    assert [(s.sequence, s.article.id) for s in found] == expected


def test_the_archive_is_read_backwards_whole(mixed: Pair) -> None:
    batches = list(backwards(mixed.engine))
    found = [(c.stored.sequence, c.stored.article.id) for copies in reversed(batches) for c in copies]
    assert found == [(c.stored.sequence, c.stored.article.id) for c in mixed.engine.copies(0, "", 10_000)]
    assert len(batches) > 1
