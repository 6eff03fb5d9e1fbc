"""What the server's own limits must not cut short: expansions, depths, numbers of values, of words, of ids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archive.article import Article, Passage, Prepared
from archive.engine import Refinement, Search, Timeline
from archive.engines.cluster import ClusterSettings
from archive.engines.elastic import ElasticEngine
from archive.errors import ArticleError
from archive.query import And, Fuzzy, Near, Node, Not, Or, Phrase, Prefix, Query, Window, Word

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def engine(location: str) -> ElasticEngine:
    return ElasticEngine.create(location, dimensions=8)


def article(id: str, body: str = "", title: str = "", **given: object) -> Prepared:
    return Prepared(replace(Article(id, title, body), **given), np.empty((0, 8), np.int8))  # type: ignore[arg-type]


def total(engine: ElasticEngine, *clauses: Node) -> int:
    return engine.search(Search(Query(clauses), "keyword", limit=0)).total


def test_wildcards_and_misspellings_are_expanded_to_every_word(engine: ElasticEngine) -> None:
    words = [f"missil{a}{b}" for a in LETTERS for b in LETTERS]
    engine.write([article(word, word) for word in words])
    assert total(engine, Prefix("missil")) == len(words)
    assert total(engine, Fuzzy("missile")) == sum("e" in word[6:] for word in words) + 25 * 25
    assert total(engine, Near(Prefix("mi"), Word("nothing"), 3)) == 0


def test_deep_and_wide_queries_are_answered(engine: ElasticEngine) -> None:
    engine.write([article("a", "missile strike"), article("b", "drone")])
    deep: Node = Word("missile")
    for i in range(70):
        deep = Not(And((deep, Word("strike")))) if i % 2 else Or((deep, Phrase("no such")))
    plain = "missile" in "missile strike"
    for i in range(70):
        plain = not plain if i % 2 else plain
    assert total(engine, deep) == 1 + plain
    wide = Or((*(Word(f"word{i}") for i in range(3_000)), Word("drone")))
    assert total(engine, wide) == 1
    assert total(engine, Or((Near(Word("missile"), Word("strike"), 1), Window("strike missile", 1)))) == 1


def test_facets_of_more_values_than_one_answer_lists_are_counted_to_the_last(engine: ElasticEngine) -> None:
    authors = tuple(f"Author {i:05}" for i in range(10_500))
    engine.write([article("many", authors=authors), article("one", authors=authors[10_000:10_001])])
    page = engine.search(Search(facets=("author", "source"), facet_limit=2, timeline=Timeline("year")))
    assert page.facets["author"].values == (("Author 10000", 2), ("Author 00000", 1))
    assert page.facets["author"].other == len(authors) - 2
    refined = Search(facets=("author",), refinements=(Refinement("author", authors[10_000:10_001]),), facet_limit=1)
    page = engine.search(refined)
    assert (page.total, page.facets["author"].other) == (2, len(authors) - 1)


def test_sets_of_more_articles_than_one_answer_holds_are_whole(engine: ElasticEngine) -> None:
    count = 12_000
    for start in range(0, count, 4_000):
        engine.write([article(f"{i:05}", "missile strike") for i in range(start, start + 4_000)])
    assert total(engine, Near(Word("missile"), Word("strike"), 1)) == count
    page = engine.search(Search(Query((Word("missile"),)), "keyword", limit=1000))
    assert (page.total, len(page.hits)) == (count, 1000)
    assert len(engine.get(f"{i:05}" for i in range(count))) == count
    assert engine.write([], [f"{i:05}" for i in range(0, count, 2)]).deleted == count // 2
    assert total(engine, Word("missile")) == count // 2


def test_an_article_larger_than_a_request_may_be_is_named_and_the_next_one_is_written(engine: ElasticEngine) -> None:
    with pytest.raises(ArticleError, match=r"'long' is too long for the server \(\d{3} MB"):
        engine.write([article("short", "word"), article("long", "missile " * 3_000_000)])
    assert engine.write([article("short", "word")]).added == 1
    assert total(engine, Word("missile")) == 0


def test_a_graph_of_vectors_proposes_where_it_is_asked_for(location: str) -> None:
    engine = ElasticEngine.create(location, dimensions=8, cluster=ClusterSettings(vectors="hnsw"))
    codes = np.random.default_rng(3).integers(-127, 128, (200, 8)).astype(np.int8)
    engine.write(
        [Prepared(Article(f"{i}", "", "word", passages=(Passage(0, 4),)), v[None]) for i, v in enumerate(codes)]
    )
    search = Search(Query((Word("word"),)), "semantic", codes[7].tobytes(), limit=100)
    hits = engine.search(search).hits
    dots = codes.astype(int) @ codes[7].astype(int)
    near = [str(i) for i in np.argsort(-dots, kind="stable") if dots[i] >= 40_000]
    assert {h.stored.article.id for h in hits} == set(near[: len(hits)])
    assert hits[0].stored.article.id == near[0]
