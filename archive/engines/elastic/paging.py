"""The page of a search, from the cursor on: total, counts and articles in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.engine import Cursor, Hit, Page, Search
from archive.engines.elastic.counting import Counting
from archive.engines.elastic.document import SIGN, codes_of, signed, stored_of
from archive.engines.elastic.proposing import Candidates, Figures
from archive.engines.elastic.view import Reader, all_of, none_of
from archive.keys import MAX_NUMBER, NUMBER_BITS
from archive.plan import Plan
from archive.ranking import boosts_of, total_score
from archive.vectors import cosine

__all__ = ["Paging"]

Json = dict[str, Any]
COMPLEMENT = (1 << 64) - 1
SHOWN: Json = {
    "_source": ["content", "codes"],
    "docvalue_fields": ["number", "key", "length", "pair_count", "stems"],
}
"""What to bring of an article that is shown."""


class Paging:
    """Assembles one page of a search."""

    def __init__(
        self, reader: Reader, search: Search, plan: Plan, figures: Figures, vector: NDArray[np.int8] | None
    ) -> None:
        self._reader = reader
        self._search = search
        self._plan = plan
        self._figures = figures
        self._vector = vector
        self._by_words = plan.mode in ("hybrid", "keyword")

    def page(self, cursor: Cursor, base: Sequence[Json], exact: Sequence[Json]) -> Page:
        """`base`: filters for the set before refinements; `exact`: those of the exact set."""
        search = self._search
        counting = Counting(search, base)
        in_pool = search.sort == "relevance" and bool(cursor.pool)
        left = cursor.pool[cursor.shown :] if in_pool else ()
        tail_filters = [*counting.refined]
        if in_pool:
            tail_filters.append(none_of({"terms": {"number": list(cursor.pool)}}))
        tail_sort = "newest" if search.sort == "relevance" else search.sort
        named = exact if self._plan.mode == "semantic" else None
        tail_body = _by_key(tail_filters, cursor.key, tail_sort, search.limit, named)
        # Where the pool alone will fill the page, what stands behind it is not asked for.
        sure = len(left) > search.limit and not search.refinements
        counts = counting.bodies()
        figures = self._figures.bodies() if self._by_words else []
        bodies = [*counts, *figures]
        if left:
            bodies.append(_by_rank(counting.refined, left, search.limit + 1, named))
        if not sure:
            bodies.append(tail_body)
        answers = self._reader.ask(bodies)
        total, facets, timeline = counting.read(answers[: len(counts)], self._reader)
        self._figures.learn(answers[len(counts) : len(counts) + len(figures)])
        rest = answers[len(counts) + len(figures) :]
        ranked = rest.pop(0)["hits"]["hits"] if left else []
        shown, more = len(cursor.pool) if in_pool else 0, False
        if len(ranked) > search.limit:
            shown, more = cursor.pool.index(_number(ranked.pop())), True
        tail: list[Json] = []
        key = cursor.key
        if not more:
            [answer] = rest or self._reader.ask([tail_body])
            tail = answer["hits"]["hits"][: search.limit - len(ranked)]
            more = answer["hits"]["total"]["value"] > len(tail)
            key = _key(tail[-1], tail_sort) if tail else cursor.key
        following = Cursor(cursor.pool, cursor.related, shown, key, cursor.sequence, cursor.best)
        return Page(
            total=total,
            hits=self._hits([*ranked, *tail], len(ranked), cursor),
            facets=facets,
            timeline=timeline,
            next=following if more else None,
            sequence=self._reader.view.state.committed,
        )

    def _hits(self, found: Sequence[Json], ranked: int, cursor: Cursor) -> tuple[Hit, ...]:
        """`ranked`: how many, from the first on, have a place in the pool's order."""
        mode = self._plan.mode
        related = {n for n, is_related in zip(cursor.pool, cursor.related, strict=True) if is_related}
        words = pairs = np.zeros(len(found))
        if self._by_words:
            words, pairs = self._figures.parts(Candidates.of(found))
        boosts = self._search.boosts if mode == "hybrid" else ()
        hits = []
        for place, (hit, score, of_pairs) in enumerate(zip(found, words.tolist(), pairs.tolist(), strict=True)):
            passage, dot = self._best_passage(hit["_source"])
            holds = EXACT in hit.get("matched_queries", ()) if mode == "semantic" else _number(hit) not in related
            stored = stored_of(hit["_source"])
            held = boosts_of(stored.article, boosts)
            hits.append(
                Hit(
                    stored=stored,
                    matched_by="words" if holds else "related",
                    score=total_score(mode, score, dot, cursor.best, boosts, held) if mode and place < ranked else None,
                    passage=passage,
                    words=score,
                    cosine=None if self._vector is None else cosine(dot),
                    pairs=of_pairs,
                    boosts=held,
                )
            )
        return tuple(hits)

    def _best_passage(self, source: Json) -> tuple[int | None, int]:
        """Index and dot product of the nearest passage; (None, 0) without one."""
        if self._vector is None:
            return None, 0
        codes = codes_of(source, len(self._vector))
        if not len(codes):
            return None, 0
        dots = codes.astype(np.int32) @ self._vector.astype(np.int32)
        best = int(np.argmax(dots))
        return best, int(dots[best])


EXACT = "exact"


def _by_rank(filters: Sequence[Json], ranked: Sequence[int], size: int, exact: Sequence[Json] | None) -> Json:
    """Those of `ranked` that pass, in that order. `exact`: each shall tell whether it passes these filters too."""
    order = [
        {"constant_score": {"filter": {"term": {"number": number}}, "boost": len(ranked) - place}}
        for place, number in enumerate(ranked)
    ]
    either = {"bool": {"should": order, "minimum_should_match": 1}}
    query = {"bool": {"must": [either], "should": _named(exact), "filter": list(filters)}}
    return {"query": query, "size": size, "track_total_hits": False, **SHOWN}


def _named(exact: Sequence[Json] | None) -> list[Json]:
    """A clause that neither binds nor scores: hits tell whether they pass it."""
    return [] if exact is None else [{"bool": {"filter": list(exact), "_name": EXACT, "boost": 0}}]


def _by_key(filters: Sequence[Json], after: int | None, sort: str, size: int, exact: Sequence[Json] | None) -> Json:
    """The next by date, or by what was added last, and how many there are. `exact`: as in `_by_rank`."""
    order: list[Json]
    if sort == "oldest":
        order = [{"oldest": "asc"}]
        behind: Json | None = None if after is None else {"range": {"oldest": {"gt": signed(after)}}}
    elif sort == "added":
        order = [{"sequence": "desc"}, {"number": "desc"}]
        behind = None if after is None else _added_before(COMPLEMENT - after)
    else:
        order = [{"key": "desc"}]
        behind = None if after is None else {"range": {"key": {"lt": signed(COMPLEMENT - after)}}}
    query = {"bool": {"filter": [*filters, behind] if behind else list(filters), "should": _named(exact)}}
    return {"query": query, "size": size, "sort": order, "track_total_hits": True, **SHOWN}


def _added_before(place: int) -> Json:
    sequence, number = place >> NUMBER_BITS, place & MAX_NUMBER
    same = all_of([{"term": {"sequence": sequence}}, {"range": {"number": {"lt": number}}}])
    return {"bool": {"should": [{"range": {"sequence": {"lt": sequence}}}, same], "minimum_should_match": 1}}


def _key(hit: Json, sort: str) -> int:
    """The place of an article in the order, as a whole number that rises along it."""
    if sort == "oldest":
        return int(hit["sort"][0]) + SIGN
    if sort == "added":
        sequence, number = map(int, hit["sort"])
        return COMPLEMENT - (sequence << NUMBER_BITS | number)
    return COMPLEMENT - (int(hit["sort"][0]) + SIGN)


def _number(hit: Json) -> int:
    number: int = hit["fields"]["number"][0]
    return number
