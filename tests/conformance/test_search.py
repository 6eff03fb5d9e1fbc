"""Any search gives the oracle's answer: sets, order, scores, facets and timelines."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import Article
from archive.calendar import Interval, interval, parse_range
from archive.engine import (
    FACETS,
    Boost,
    Expansion,
    FacetName,
    IntervalName,
    Mode,
    Refinement,
    Search,
    Sort,
    Timeline,
)
from archive.engines.elastic import view
from archive.engines.embedded import snapshot
from archive.query import NAME_FIELDS, And, Dates, Fuzzy, Has, Near, Node, Not, Or, Phrase, Prefix, Query, Window, Word

from . import corpus, strategies
from .comparing import assert_same_page, narrowed, note_search
from .conftest import Pair

CI = settings.get_profile("ci")
DateField = Literal["published", "mentioned"]
DATE_FIELDS: tuple[DateField, ...] = get_args(DateField)
VECTOR = corpus.vectors_at([2], 1002, 0.06)[0].tobytes()
FEW_WORDS = ("", "missile", "the of", "missile strike Kursk", "nowhere", "missile nowhere")


def check(pair: Pair, search: Search) -> set[str]:
    """Compare one search; the ids that were found."""
    note_search(search)
    page = pair.engine.search(search)
    assert_same_page(page, pair.oracle.search(search))
    return {hit.stored.article.id for hit in page.hits}


def found(pair: Pair, *clauses: Node) -> set[str]:
    """The exact set of a query, compared too."""
    return check(pair, Search(Query(clauses), mode="keyword", limit=1000))


# ---------------------------------------------------------------- anything at all
@settings(CI, max_examples=250)
@given(search=strategies.searches())
def test_any_search_of_the_awkward_corpus_gives_the_oracles_answer(mixed: Pair, search: Search) -> None:
    check(mixed, search)


@settings(CI, max_examples=120)
@given(search=strategies.searches())
def test_any_search_of_a_crowd_gives_the_oracles_answer(crowd: Pair, search: Search) -> None:
    check(crowd, search)


@settings(CI, max_examples=150)
@given(node=strategies.nodes)
def test_any_clause_binds_the_oracles_articles(mixed: Pair, node: Node) -> None:
    found(mixed, node)


@settings(CI, max_examples=80)
@given(node=st.one_of(strategies.near, strategies.windows))
def test_any_proximity_binds_the_oracles_articles(crowd: Pair, node: Node) -> None:
    found(crowd, node)


@settings(CI, max_examples=60)
@given(search=strategies.searches(), facet=st.sampled_from(FACETS))
def test_every_count_shown_is_the_total_after_the_click(mixed: Pair, search: Search, facet: FacetName) -> None:
    search = replace(search, facets=(facet,), facet_limit=8, limit=0)
    counts = mixed.engine.search(search).facets[facet]
    for value, count in counts.values:
        chosen = interval(value) if facet in ("published", "mentioned") else value
        after = mixed.engine.search(narrowed(search, Refinement(facet, (chosen,))))
        assert after.total == count, value
    assert mixed.engine.search(narrowed(search, Refinement(facet, (None,)))).total == counts.missing


# ---------------------------------------------------------------- what each engine must not get wrong
@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("place", range(len(FEW_WORDS)), ids=lambda place: FEW_WORDS[place] or "all")
def test_every_mode_sort_and_interval(mixed: Pair, place: int, mode: Mode) -> None:
    clauses = tuple(Word(w) for w in FEW_WORDS[place].split())
    sorts: tuple[Sort, ...] = get_args(Sort)
    units: tuple[IntervalName, ...] = get_args(IntervalName)
    # The order and the timeline of an answer don't touch: over the queries, each sort meets each interval.
    for i, unit in enumerate(units):
        sort = sorts[(i + place) % len(sorts)]
        for field in DATE_FIELDS:
            timeline = Timeline(unit, field)
            check(mixed, Search(Query(clauses), mode, VECTOR, facets=FACETS, timeline=timeline, sort=sort, limit=1000))


@pytest.mark.parametrize("text", sorted({*corpus.TOKENS, *corpus.PHRASES}))
def test_every_awkward_text_is_found_as_a_phrase(mixed: Pair, text: str) -> None:
    if not strategies.ANALYSER.words(text):
        return
    phrase = Phrase(text)
    whole = found(mixed, phrase)
    assert whole == found(mixed, Or((Phrase(text, "title"), Phrase(text, "body"))))
    for mode in get_args(Mode):
        check(mixed, Search(Query((phrase,)), mode, VECTOR, limit=1000))


def test_phrases_and_proximity_never_cross_from_title_to_body(mixed: Pair) -> None:
    assert "crossing" not in found(mixed, Phrase("command post"))
    assert "crossing" not in found(mixed, Window("command post", 12))
    assert "crossing" not in found(mixed, Near(Word("command"), Word("post"), 12))
    assert "crossing" in found(mixed, And((Word("command"), Word("post"))))


@pytest.mark.parametrize("distance", [0, 1, 2, 3, 7, 8, 9, 10, 11, 301, 302, 303])
def test_distances_are_counted_in_positions(mixed: Pair, distance: int) -> None:
    missile, strike = Word("missile", "body"), Word("strike", "body")
    assert ("distances" in found(mixed, Near(missile, strike, distance))) == (distance >= 1)
    assert ("distances" in found(mixed, Near(missile, strike, distance, ordered=True))) == (distance >= 9)
    assert ("distances" in found(mixed, Window("post command", distance, "body"))) == (distance >= 2)
    found(mixed, Near(Phrase("missile the"), Or((Prefix("str"), Fuzzy("comand"))), distance))


def test_a_window_uses_each_occurrence_once(mixed: Pair) -> None:
    assert "repeats" in found(mixed, Window("a a a a", 3, "body"))
    assert "repeats" not in found(mixed, Window("a a a a", 2, "body"))
    assert "repeats" not in found(mixed, Window("a a a a a", 12, "body"))
    assert "repeats" in found(mixed, Near(Word("a", "title"), Phrase("a a", "title"), 1))
    assert "repeats" not in found(mixed, Near(Phrase("a a", "title"), Phrase("a a", "title"), 5))


@pytest.mark.parametrize(
    ("text", "stands"), [("people", True), ("peopel", True), ("pople", True), ("peolpes", True), ("poelpes", False)]
)
def test_fuzzy_words_match_unstemmed_forms(mixed: Pair, text: str, stands: bool) -> None:
    assert ("possessive" in found(mixed, Fuzzy(text, "body"))) == stands


@pytest.mark.parametrize(
    "text", ["people", "universit", "internationa", "emergenc", "striking", "test", "Ки", "Sã", "ｆ１"]
)
def test_a_prefix_matches_unstemmed_forms(mixed: Pair, text: str) -> None:
    assert len(found(mixed, Prefix(text))) >= len(found(mixed, Prefix(text, "title")))


@pytest.mark.parametrize("field", NAME_FIELDS)
def test_names_are_matched_within_one_name(mixed: Pair, field: str) -> None:
    def asked(node: Node, place: int) -> bool:
        """All that the field holds; of what it doesn't hold, every third, another third in the next field."""
        search = Search(Query((node,)), mode="keyword", limit=0)
        return place % 3 == NAME_FIELDS.index(field) % 3 or mixed.oracle.search(search).total > 0

    for place, text in enumerate(strategies.NAME_TEXTS):
        if asked(Phrase(text, field), place):
            found(mixed, Phrase(text, field))
            found(mixed, Window(text, 3, field))
    for place, word in enumerate(strategies.NAME_WORDS):
        if asked(Word(word, field), place):
            found(mixed, Word(word, field))
            found(mixed, Prefix(word[:2] if len(strategies.ANALYSER.form(word[:2])) > 1 else "mi", field))
            found(mixed, Fuzzy(word, field))


def test_a_name_field_matches_aliases_but_its_facet_counts_names(mixed: Pair) -> None:
    by_alias = found(mixed, Phrase("Zelenskyy", "person"))
    assert by_alias
    assert by_alias == found(mixed, Phrase("Volodymyr Zelensky", "person"))
    values = mixed.engine.search(Search(facets=("person",), facet_limit=1000)).facets["person"].values
    assert ("Volodymyr Zelensky", len(by_alias)) in values
    assert "Zelenskyy" not in dict(values)


@pytest.mark.parametrize("text", corpus.INTERVALS)
@pytest.mark.parametrize("field", DATE_FIELDS)
def test_dates_hold_where_all_their_days_lie_within(mixed: Pair, field: DateField, text: str) -> None:
    within = parse_range(text)
    bound = found(mixed, Dates(field, within))
    assert bound.isdisjoint(found(mixed, Not(Dates(field, within))))
    assert bound == check(mixed, Search(refinements=(Refinement(field, (within,)),), facets=FACETS, limit=1000))
    for refinement in (Refinement(field, (within, None)), Refinement(field, (), (within,))):
        check(mixed, Search(refinements=(refinement,), facets=FACETS, limit=1000))


def test_a_day_is_that_of_the_articles_own_offset(mixed: Pair) -> None:
    found_then = found(mixed, Dates("published", interval("2024-11-25")))
    assert {"quotes", "cyrillic", "hyphens"} <= found_then
    assert not {"possessive", "accents", "emoji", "crossing"} & found_then


@pytest.mark.parametrize("facet", FACETS)
def test_has_and_missing_share_the_articles_between_them(mixed: Pair, facet: FacetName) -> None:
    with_value = found(mixed, Has(facet))
    page = mixed.engine.search(Search(facets=(facet,)))
    assert page.total - len(with_value) == page.facets[facet].missing
    assert with_value == check(mixed, Search(refinements=(Refinement(facet, (), (None,)),), limit=1000))
    check(mixed, Search(refinements=(Refinement(facet, ("No such value", None)),), facets=FACETS, limit=1000))


def test_a_value_that_no_article_has_matches_nothing(mixed: Pair) -> None:
    page = mixed.engine.search(Search(refinements=(Refinement("person", ("Nobody",)),), facets=("person", "source")))
    assert (page.total, page.hits, page.facets["source"].values) == (0, (), ())
    assert page.facets["person"].values


def test_an_empty_archive_answers_every_search(pair: Pair) -> None:
    for mode in get_args(Mode):
        for clauses in ((), (Word("missile"),), (Phrase("the of"),), (Not(Has("person")), Prefix("mi"))):
            search = Search(Query(clauses), mode, VECTOR, facets=FACETS, timeline=Timeline("day"))
            assert check(pair, search) == set()


# ---------------------------------------------------------------- what a query is understood to ask for
@pytest.mark.parametrize("facet", FACETS)
def test_a_boost_orders_the_pool_and_leaves_nobody_out(crowd: Pair, facet: FacetName) -> None:
    plain = Search(Query((Word("missile"), Word("strike"))), "hybrid", VECTOR, facets=FACETS, limit=1000)
    before = crowd.engine.search(plain)
    if facet in ("published", "mentioned"):
        values: tuple[str | Interval, ...] = (interval("2024-11"), interval("2023"))
    else:
        values = tuple(value for value, _ in before.facets[facet].values[:2]) or ("No such value",)
    boosted = replace(plain, boosts=(Boost(facet, values, 5.0), Boost(facet, (), 1.0), Boost("source", ("?",), 1.0)))
    check(crowd, boosted)
    page = crowd.engine.search(boosted)
    ranked = [hit for hit in page.hits if hit.score is not None]
    assert [hit.boosts[0] for hit in ranked] == sorted((hit.boosts[0] for hit in ranked), reverse=True)
    assert not any(any(hit.boosts[1:]) for hit in page.hits)
    assert len([h for h in before.hits if h.matched_by == "words"]) == len(
        [h for h in page.hits if h.matched_by == "words"]
    )
    for mode in ("keyword", "semantic"):
        check(crowd, replace(boosted, mode=mode))
        assert [h.stored.article.id for h in crowd.engine.search(replace(boosted, mode=mode)).hits] == [
            h.stored.article.id for h in crowd.engine.search(replace(plain, mode=mode)).hits
        ]


def test_a_walk_goes_on_where_its_boosts_have_changed(crowd: Pair) -> None:
    search = Search(Query((Word("missile"), Word("strike"))), "hybrid", VECTOR, limit=7)
    boosted = replace(search, boosts=(Boost("published", (interval("2024"),), 0.6),))
    whole = [h.stored.article.id for h in crowd.engine.search(replace(boosted, limit=1000)).hits]
    first = crowd.engine.search(boosted)
    second = crowd.engine.search(replace(search, cursor=first.next))
    assert [h.stored.article.id for h in (*first.hits, *second.hits)] == whole[:14]


def test_frequencies_that_were_forgotten_are_counted_again(crowd: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (snapshot, view):
        monkeypatch.setattr(module, "KEPT_FREQUENCIES", 1)
    for words in ("missile strike", "the of air", "missile strike", "city"):
        clauses = tuple(map(Word, words.split()))
        check(crowd, Search(Query(clauses), "hybrid", VECTOR, limit=1000))


@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
def test_a_name_scores_alike_by_any_of_its_names(pair: Pair, mode: Mode) -> None:
    bodies = {
        "typed": "an army tactical missile system was used here today",
        "alias": "an atacms was used here today and seen too",
        "other": "an mgm 140 was used here and seen too",
        "words": "a system of missiles for the tactical army over there",
        "none": "the rocket was used here today and then seen too",
    }
    pair.write([corpus.prepared(Article(id, "", body), corpus.vectors_at([1], 3, 0)) for id, body in bodies.items()])
    query = Query((Word("Army"), Word("Tactical"), Word("Missile"), Word("System")))
    # The longer alias holds the shorter one, which alone counts.
    expansions = (Expansion(0, 4, ("ATACMS", "MGM-140 ATACMS", "MGM-140")),)
    search = Search(query, mode, VECTOR, expansions=expansions, limit=10)
    assert check(pair, search) >= {"typed", "alias", "other", "words"}
    scores = {h.stored.article.id: h.words for h in pair.engine.search(search).hits}
    assert scores["alias"] == scores["other"]
    assert scores["typed"] == pytest.approx(scores["alias"], rel=0.15)  # lengths differ by a word
    assert scores["typed"] > scores["words"] > 0


# ---------------------------------------------------------------- ties and edges of the pool
def test_identical_articles_tie_and_stand_newest_first(mixed: Pair) -> None:
    search = Search(Query((Word("twin"), Word("strike"))), "hybrid", VECTOR, limit=1000)
    hits = [h for h in mixed.engine.search(search).hits if h.stored.article.id.startswith("twin")]
    assert len(hits) == 10
    assert len({h.score for h in hits}) == 1
    ids = [h.stored.article.id for h in hits]
    assert {*ids[:2]} == {"twin-later-a", "twin-later-b"}
    assert all(id.startswith("twin-undated") for id in ids[-3:])
    check(mixed, search)


def test_related_articles_are_cut_at_one_hundred(crowd: Pair) -> None:
    search = Search(Query((Word("missile"), Word("nowhere"))), "hybrid", VECTOR, limit=1000)
    assert len(check(crowd, search)) == 100
    assert crowd.engine.search(replace(search, mode="keyword")).total == 0
    assert crowd.engine.search(Search(Query((Word("missile"),)), "semantic", bytes(corpus.DIMENSIONS))).total == 0


def test_an_article_at_the_floor_is_close_and_one_below_is_not(pair: Pair) -> None:
    def codes(*front: int) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
        row = np.zeros((1, corpus.DIMENSIONS), np.int8)
        row[0, : len(front)] = front
        return row

    query = codes(100, 100, 100, 100, 1)[0].tobytes()
    passages = {
        "at": codes(100, 100, 100, 100),
        "below": codes(100, 100, 100, 99, 99),
        "above": codes(100, 100, 100, 100, 1),
        "against": codes(-100, -100, -100, -100),
    }
    pair.write([corpus.prepared(Article(id, "", "word"), vectors) for id, vectors in passages.items()])
    search = Search(Query((Word("nowhere"),)), "semantic", query)
    assert check(pair, search) == {"at", "above"}
    assert check(pair, replace(search, mode="hybrid")) == {"at", "above"}
    hits = pair.engine.search(replace(search, query=Query((Word("word"),)), mode="hybrid")).hits
    assert [h.stored.article.id for h in hits] == ["above", "at", "below", "against"]
    assert [h.cosine for h in hits] == [40001 / 160000, 0.25, 39999 / 160000, -0.25]


def test_the_first_of_equally_near_passages_is_named(pair: Pair) -> None:
    far, near = corpus.vectors_at([1], 3, 0)[0], corpus.vectors_at([0], 3, 0)[0]
    pair.write([corpus.prepared(Article("a", "", "word"), np.stack([far, near, near, far]))])
    [hit] = pair.engine.search(Search(Query((Word("word"),)), "hybrid", near.tobytes())).hits
    assert hit.passage == 1


# ---------------------------------------------------------------- a very long article
def test_an_article_of_two_hundred_thousand_words_is_searched_to_its_end(pair: Pair) -> None:
    body = " ".join(["missile strike in Kursk said"] * 40_000) + " needle in the haystack."
    long = corpus.prepared(Article("long", "Long", body, published="2024"), corpus.vectors_at([2] * 300, 4))
    short = corpus.prepared(Article("short", "Short", "missile needle", published="2025"), corpus.vectors_at([3], 4))
    pair.write([long, short])
    assert found(pair, Word("needle")) == {"long", "short"}
    assert found(pair, Phrase("Kursk said needle in the haystack")) == {"long"}
    assert found(pair, Near(Word("haystack"), Prefix("need"), 3)) == {"long"}
    assert found(pair, Window("haystack kursk", 5)) == {"long"}
    check(pair, Search(Query((Word("missile"), Word("strike"), Word("needle"))), "hybrid", VECTOR, facets=FACETS))
    assert pair.engine.get(["long"])["long"].article.body == body
