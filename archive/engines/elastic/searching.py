"""One search: the server proposes, `archive.ranking` decides, one more request brings the page.

Round trips: three for a first hybrid page (proposals; what the pool still lacks; the page), two for a first page by
words or by meaning, one for every later page and for every page by date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.analysis import Analyser
from archive.engine import POOL_SIZE, RELATED_LIMIT, Cursor, Page, Search
from archive.engines.elastic.compiler import Compiler
from archive.engines.elastic.counting import has_any
from archive.engines.elastic.paging import Paging
from archive.engines.elastic.proposing import (
    DECIDING,
    KEYS,
    Candidates,
    Figures,
    by_meaning,
    by_words,
    dots_of,
    proposed_scores,
)
from archive.engines.elastic.view import BARE, Reader, any_of, none_of
from archive.plan import Plan, plan
from archive.ranking import best_by_words, fuse, nearest, proposals_suffice
from archive.vectors import FLOOR

__all__ = ["run"]

Json = dict[str, Any]
Numbers = NDArray[np.int64]
ASK = 150
"""Proposals by words: the server's order differs from the exact one, by less than this in most searches."""
ASK_NEAR = 120
"""Proposals by meaning: more than are kept, so that ties at the cut fall by our key."""


def run(reader: Reader, search: Search, analyser: Analyser) -> Page:
    return _Run(reader, search, analyser).page()


class _Run:
    def __init__(self, reader: Reader, search: Search, analyser: Analyser) -> None:
        self.reader = reader
        self.view = reader.view
        self.search = search
        self.plan: Plan = plan(search, analyser)
        self.figures = Figures(self.view, self.plan)
        compiler = Compiler(reader, analyser)
        scope = self.plan.scope
        self.scope = [] if scope is None else [compiler.scope(scope)]
        self.exact = compiler.exact(scope, self.plan.requirements)
        self.vector: NDArray[np.int8] | None = None
        if self.plan.mode in ("hybrid", "semantic"):
            if search.vector is None:
                raise ValueError(f"a {self.plan.mode} search needs the vector of what is embedded")
            self.vector = np.frombuffer(search.vector, np.int8)

    def page(self) -> Page:
        cursor = self.search.cursor or self._first_cursor()
        related = [n for n, is_related in zip(cursor.pool, cursor.related, strict=True) if is_related]
        ways: list[Json] = [{"terms": {"number": related}}] if related else []
        if self.plan.mode != "semantic":
            ways.append({"bool": {"filter": self.exact}})
        base = [*self.view.visible(cursor.sequence), any_of(ways)]
        return Paging(self.reader, self.search, self.plan, self.figures, self.vector).page(cursor, base, self.exact)

    # ---------------------------------------------------------------- the pool
    def _first_cursor(self) -> Cursor:
        mode = self.plan.mode
        sequence = self.view.state.committed
        if mode is None or (mode == "keyword" and self.search.sort != "relevance"):
            return Cursor((), (), 0, None, sequence, 1.0)
        if mode == "semantic":
            close, dots = self._closest(self._propose(words=False)[1])
            chosen = close.numbers[nearest(dots, close.keys)].tolist()
            return Cursor(tuple(chosen), (True,) * len(chosen), 0, None, sequence, 1.0)
        proposed, near = self._propose(words=True)
        held, scores = self._best_by_words(proposed)
        if mode == "keyword":
            best = float(scores.max(initial=0.0)) or 1.0
            return Cursor(tuple(held.numbers.tolist()), (False,) * len(scores), 0, None, sequence, best)
        return self._fused(held, scores, *self._closest(near), sequence)

    def _fused(
        self, held: Candidates, scores: NDArray[np.float64], close: Candidates, dots: Numbers, sequence: int
    ) -> Cursor:
        """The pool of the best by words and the nearest, which of it is related, in one more round trip."""
        nearest_ones = nearest(dots, close.keys)
        known = dict(zip(close.numbers.tolist(), dots.tolist(), strict=True))
        close = close.among(nearest_ones)
        only_close = close.among(~np.isin(close.numbers, held.numbers))
        pool = held + only_close
        scores = np.concatenate([scores, self.figures.scores(only_close)])
        numbers = pool.numbers.tolist()
        if not numbers:
            return Cursor((), (), 0, None, sequence, 1.0)
        unknown = [n for n in numbers if n not in known]
        boosts = self.search.boosts
        among = {"terms": {"number": numbers}}
        sets = [self.exact, *([has_any(boost.field, boost.values)] for boost in boosts)]
        bodies = [_numbers_only([*self.view.visible(), *chosen, among], len(numbers)) for chosen in sets]
        if unknown and self.vector is not None and self.vector.any():
            among = {"terms": {"number": unknown}}
            bodies.append(by_meaning(self.vector, [among], len(unknown), NUMBER))
        answers = self.reader.ask(bodies)
        exact, *boosted = [_numbers(answer) for answer in answers[: len(sets)]]
        if len(answers) > len(sets):
            found = dots_of(_scores(answers[-1]))
            known |= dict(zip(_numbers(answers[-1]), found.tolist(), strict=True))
        pool_dots = np.array([known.get(n, 0) for n in numbers], np.int64)
        fused = fuse(scores, pool_dots, pool.keys, boosts, [np.isin(pool.numbers, gets) for gets in boosted])
        ranked = pool.numbers[fused.order]
        outside = ~np.isin(ranked, exact)
        related = outside & (np.cumsum(outside) <= RELATED_LIMIT)
        return Cursor(tuple(ranked.tolist()), tuple(related.tolist()), 0, None, sequence, fused.best)

    def _propose(self, *, words: bool) -> tuple[list[Json], list[Json]]:
        """Hits by words and hits by meaning, and the figures to decide with, in one round trip."""
        if words and self.figures.needed_first:
            self.figures.learn(self.reader.ask(self.figures.bodies()))
        figures = self.figures.bodies() if words else []
        asked: list[Json] = [self._by_words(ASK)] if words else []
        if self.vector is not None and self.vector.any():
            asked.append(by_meaning(self.vector, [*self.view.visible(), *self.scope], ASK_NEAR, self._bring()))
        answers = self.reader.ask([*asked, *figures], ranked=(0,) if words else ())
        self.figures.learn(answers[len(asked) :])
        found = [answer["hits"]["hits"] for answer in answers[: len(asked)]]
        by_word = found.pop(0) if words else []
        return by_word, found.pop(0) if found else []

    def _by_words(self, size: int) -> Json:
        return by_words(self.plan, self.figures.carried(), self._filters(), size)

    def _bring(self) -> Json:
        """What to bring of the nearest: a semantic search decides by key alone."""
        return DECIDING if self.plan.mode == "hybrid" else KEYS

    def _filters(self) -> list[Json]:
        """Where W is drawn from: in keyword mode the exact set, else the scope."""
        return [*self.view.visible(), *(self.exact if self.plan.mode == "keyword" else self.scope)]

    def _best_by_words(self, hits: Sequence[Json]) -> tuple[Candidates, NDArray[np.float64]]:
        """W, and its exact word scores."""
        asked = ASK
        while True:
            candidates = Candidates.of(hits)
            scores = self.figures.scores(candidates)
            if proposals_suffice(scores, proposed_scores(candidates), asked):
                break
            asked *= 3
            [answer] = self.reader.ask([self._by_words(asked)], ranked=(0,))
            hits = answer["hits"]["hits"]
        best = best_by_words(scores, candidates.keys)
        return candidates.among(best), scores[best]

    def _closest(self, hits: Sequence[Json]) -> tuple[Candidates, Numbers]:
        """Articles among which the nearest are, with their dots."""
        asked, found = ASK_NEAR, list(hits)
        while True:
            dots = dots_of(np.array([hit["_score"] for hit in found]))
            if len(hits) < asked or dots[-1] < max(dots[POOL_SIZE - 1], FLOOR):
                return Candidates.of(found), dots
            # The last one ties with the hundredth, so that others behind it may too.
            seen = none_of({"terms": {"number": [hit["fields"]["number"][0] for hit in found]}})
            asked = min(asked * 3, 10_000)
            filters = [*self.view.visible(), *self.scope, seen]
            assert self.vector is not None
            [answer] = self.reader.ask([by_meaning(self.vector, filters, asked, self._bring())])
            hits = answer["hits"]["hits"]
            found += hits


NUMBER: Json = {**BARE, "docvalue_fields": ["number"]}


def _numbers_only(filters: Sequence[Json], size: int) -> Json:
    return {"query": {"bool": {"filter": list(filters)}}, "size": size, "track_total_hits": False, **NUMBER}


def _numbers(answer: Json) -> list[int]:
    return [hit["fields"]["number"][0] for hit in answer["hits"]["hits"]]


def _scores(answer: Json) -> NDArray[np.float64]:
    return np.array([hit["_score"] for hit in answer["hits"]["hits"]])
