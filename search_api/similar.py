"""Articles like an article: found by its title and most telling names as words, and by its beginning as meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archive.analysis import Analyser
from archive.article import Article, Kind
from archive.engine import POOL_SIZE, Hit, Search
from archive.query import Query
from archive.ranking import MEANING_WEIGHT
from archive.vectors import FLOOR, cosine
from search_api.service import Answer, SearchService
from search_api.syntax import plain

__all__ = ["SIMILAR_FIELDS", "similar"]

SIMILAR_FIELDS = ("id", "title", "url", "published", "source", "score", "matched_by", "passage")
"""What a result can hold; all of it by default."""
MAX_WORDS = 24
"""Words looked for: each one more costs time, and the first names tell the story."""
TITLE_WORDS = 16
"""Of these for the title at most, so that a long one leaves room for names."""
LONGEST_WORD = 64
"""Code points, as in the terms of the index: so a query's length has a bound too."""
LEAST_PART = MEANING_WEIGHT * cosine(FLOOR)
"""What closeness adds to a score at the floor of the search. The pool is filled up to 100 with whatever shares one
common word: what reaches this neither by meaning nor by words is not alike. In sum a stranger would: a cosine below
the floor and one common word are more. (For 120 of 891 articles of news, four others below the floor had a fifth of the
words or more; none told the same story, and one passed.)"""
FIRST = 3
"""Hits looked at first, for each article asked for: reading an article costs more than finding it."""
TELLING: tuple[Kind, ...] = ("person", "weapon", "place", "organisation")
"""Kinds of names, the most telling first."""


def similar(service: SearchService, id: str, limit: int = 10) -> list[Answer] | None:
    """The articles most like this one, best first, as results with SIMILAR_FIELDS; None where there is no such article.

    Only what the search ranks: where nothing is alike, the list is empty.
    """
    held = service.engine.copy(id)
    if held is None:
        return None
    stored = held.stored
    query = _words(stored.article, service.analyser)
    if not query.clauses:
        return []
    # The first passage's own vector is that of its beginning: making it anew would take most of the time.
    vector = held.vectors[0].tobytes() if len(held.vectors) else service.vector(_beginning(stored.article))
    # What is not alike may stand before what is: where the first few don't suffice, the whole pool is looked at.
    for looked_at in (FIRST * limit, 2 * POOL_SIZE):
        page = service.engine.search(Search(query=query, mode="hybrid", vector=vector, limit=looked_at))
        others = (hit for hit in page.hits if hit.stored.number != stored.number)
        alike = [_result(hit, hit.score) for hit in others if hit.score is not None and _alike(hit, hit.score)]
        if len(alike) >= limit or page.next is None or looked_at >= 2 * POOL_SIZE:
            break
    return alike[:limit]


def _words(article: Article, analyser: Analyser) -> Query:
    """The title and the names as plain words; of an article without either, how it begins."""
    chosen = analyser.words(article.title)[:TITLE_WORDS]
    seen = {analyser.stem(word) for word in chosen}
    for name in _names(article):
        words = analyser.words(name)
        new = {analyser.stem(word) for word in words} - seen
        if new and len(chosen) + len(words) <= MAX_WORDS:
            chosen += words
            seen |= new
    if not chosen:
        chosen = analyser.words(_beginning(article))[:MAX_WORDS]
    return plain(" ".join(word[:LONGEST_WORD] for word in chosen), analyser)


def _names(article: Article) -> Sequence[str]:
    """The most mentioned first; of places the name alone, because their country says little."""
    counts = Counter((m.kind, m.name) for m in article.mentions if m.kind in TELLING)
    ranked = sorted(counts, key=lambda key: (-counts[key], TELLING.index(key[0])))
    return [name.partition(",")[0] if kind == "place" else name for kind, name in ranked]


def _beginning(article: Article) -> str:
    """The title and the first passage: the same text that this passage's own vector stands for."""
    body = article.body
    if article.passages:
        body = body[article.passages[0].start : article.passages[0].end]
    return f"{article.title}\n{body}" if article.title else body


def _alike(hit: Hit, score: float) -> bool:
    meaning = MEANING_WEIGHT * (hit.cosine or 0.0)
    return max(meaning, score - meaning) >= LEAST_PART


def _result(hit: Hit, score: float) -> Answer:
    article = hit.stored.article
    passage = None
    if hit.passage is not None:
        place = article.passages[hit.passage]
        passage = {"start": place.start, "end": place.end, "text": article.body[place.start : place.end]}
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "published": article.published,
        "source": article.source,
        "score": round(score, 6),
        "matched_by": hit.matched_by,
        "passage": passage,
    }
