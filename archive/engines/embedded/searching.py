"""One search on one snapshot: the text index and the vectors propose, `archive.ranking` decides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from archive.analysis import Analyser
from archive.engine import RELATED_LIMIT, Cursor, Hit, Page, Search, Sort
from archive.engines.embedded.compiler import Compiler
from archive.engines.embedded.counting import Counter
from archive.engines.embedded.snapshot import NOT_CLOSE, Snapshot
from archive.keys import MAX_NUMBER, NUMBER_BITS, OLDEST_LAST
from archive.plan import Plan, plan
from archive.ranking import (
    best_by_words,
    boosts_of,
    carrier_weights,
    carriers,
    fuse,
    hold_names,
    nearest,
    proposals_suffice,
    total_score,
    word_parts,
)
from archive.vectors import cosine

__all__ = ["run"]

Numbers = NDArray[np.int64]
LOOKED_AT = 100
"""Results up to which a page is one that somebody looks at and may ask for again; larger ones are steps of a walk."""
ASK = 150
"""Proposals asked of the text index: its order differs from the exact one, by less than this in most searches."""


def run(snapshot: Snapshot, search: Search, analyser: Analyser) -> Page:
    return _Run(snapshot, search, analyser).page()


class _Run:
    def __init__(self, snapshot: Snapshot, search: Search, analyser: Analyser) -> None:
        self.snapshot = snapshot
        self.search = search
        self.plan: Plan = plan(search, analyser)
        self.compiler = Compiler(snapshot, analyser)
        self.vector: NDArray[np.int8] | None = None
        if self.plan.mode in ("hybrid", "semantic"):
            if search.vector is None:
                raise ValueError(f"a {self.plan.mode} search needs the vector of what is embedded")
            self.vector = np.frombuffer(search.vector, np.int8)

    def page(self) -> Page:
        cursor = self.search.cursor or self._first_cursor()
        pool = np.array(cursor.pool, np.int64)
        related = self._visible(pool[np.array(cursor.related, bool)], cursor)
        base = self._members(related)
        if self.plan.mode != "semantic":
            base[self._visible(self._exact(), cursor)] = True
        counter = Counter(self.snapshot, np.flatnonzero(base), self.search.refinements)
        refined = counter.refined()
        hits, following = self._walk(cursor, refined, set(related.tolist()))
        return Page(
            total=len(refined),
            hits=hits,
            facets={f: counter.facet(f, self.search.facet_limit) for f in self.search.facets},
            timeline=counter.timeline(self.search.timeline) if self.search.timeline else None,
            next=following,
            sequence=self.snapshot.marker.sequence,
        )

    # ---------------------------------------------------------------- sets
    def _exact(self) -> Numbers:
        scope, requirements = self.plan.scope, self.plan.requirements
        if scope is None and not requirements:
            return self.snapshot.everything()
        return self.snapshot.cached(
            f"exact {scope!r} {requirements!r}",
            lambda: self.snapshot.numbers(self.compiler.exact(scope, requirements)),
        )

    def _scope(self) -> Numbers:
        scope = self.plan.scope
        if scope is None:
            return self.snapshot.everything()
        return self.snapshot.cached(f"scope {scope!r}", lambda: self.snapshot.numbers(self.compiler.scope(scope)))

    def _members(self, numbers: Numbers) -> NDArray[np.bool_]:
        """A set as a mask over all article numbers."""
        mask = np.zeros(len(self.snapshot.rows), bool)
        mask[numbers] = True
        return mask

    def _visible(self, numbers: Numbers, cursor: Cursor) -> Numbers:
        """Those that are live and were first seen up to the cursor's sequence."""
        if self.search.cursor is None:
            return numbers
        first = self.snapshot.rows["first_sequence"][numbers]
        return numbers[self.snapshot.live[numbers] & (first <= cursor.sequence)]

    # ---------------------------------------------------------------- the pool
    def _first_cursor(self) -> Cursor:
        mode = self.plan.mode
        sequence = self.snapshot.marker.sequence
        if mode is None or (mode == "keyword" and self.search.sort != "relevance"):
            return Cursor((), (), 0, None, sequence, 1.0)
        keys = self.snapshot.keys
        if mode == "semantic" and self.vector is not None:
            scope = self._scope()
            dots = self.snapshot.closeness(self.vector)[scope]
            chosen = scope[nearest(dots, keys[scope])]
            return Cursor(tuple(chosen.tolist()), (True,) * len(chosen), 0, None, sequence, 1.0)
        by_words, scores = self._best_by_words()
        if self.vector is None:
            best = float(scores.max(initial=0.0)) or 1.0
            return Cursor(tuple(by_words.tolist()), (False,) * len(by_words), 0, None, sequence, best)
        scope = self._scope()
        closeness = self.snapshot.closeness(self.vector)
        close = scope[nearest(closeness[scope], keys[scope])]
        only_close = np.setdiff1d(close, by_words)
        pool = np.concatenate([by_words, only_close])
        scores = np.concatenate([scores, self._word_scores(only_close)])
        counter = Counter(self.snapshot, pool, ())
        held = [counter.having(boost.field, boost.values) for boost in self.search.boosts]
        fused = fuse(scores, _or_zero(closeness[pool]), keys[pool], self.search.boosts, held)
        ranked = pool[fused.order]
        outside = ~np.isin(ranked, self._exact())
        related = outside & (np.cumsum(outside) <= RELATED_LIMIT)
        return Cursor(tuple(ranked.tolist()), tuple(related.tolist()), 0, None, sequence, fused.best)

    def _best_by_words(self) -> tuple[Numbers, NDArray[np.float64]]:
        """W, and its exact word scores."""
        filters = []
        if self.plan.mode == "keyword" and (self.plan.scope is not None or self.plan.requirements):
            filters = [self.compiler.exact(self.plan.scope, self.plan.requirements)]
        elif self.plan.scope is not None:
            filters = [self.compiler.scope(self.plan.scope)]
        query = self.compiler.by_words(self.plan, self._carried(), filters)
        asked = ASK
        while True:
            numbers, proposed = self.snapshot.proposals(query, asked)
            scores = self._word_scores(numbers)
            if proposals_suffice(scores, proposed, asked):
                break
            asked *= 3
        best = best_by_words(scores, self.snapshot.keys[numbers])
        return numbers[best], scores[best]

    def _word_scores(self, numbers: Numbers) -> NDArray[np.float64]:
        return self._word_parts(numbers)[0]

    def _word_parts(self, numbers: Numbers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The word score of each, and the share of the pairs in it."""
        terms, pairs = self.plan.terms, [f"{a}_{b}" for a, b in self.plan.pairs]
        counts = self.snapshot.term_counts(numbers, [*terms, *pairs])
        occurs = self.snapshot.occurrences
        hold_names(counts, self.plan.names, lambda phrase: occurs(numbers, phrase))
        frequencies = self._frequencies
        rows = self.snapshot.rows[numbers]
        lengths, pair_counts = rows["length"].astype(np.int64), rows["pairs"].astype(np.int64)
        return word_parts(counts, frequencies, len(terms), lengths, pair_counts, self.snapshot.collection)

    @cached_property
    def _frequencies(self) -> list[int]:
        """Of each scored term and pair: how many live articles hold it, or a name that it is part of."""
        terms = [("words", t) for t in self.plan.terms] + [("pairs", f"{a}_{b}") for a, b in self.plan.pairs]
        found = []
        for column, term in enumerate(terms):
            phrases = [p for name in self.plan.names if column in name.columns for p in name.phrases]
            key = (f"{term[0]} {phrases!r}" if phrases else term[0], term[1])
            found.append(self.snapshot.how_many(key, partial(self.compiler.any_phrase, term, phrases)))
        return found

    def _carried(self) -> dict[str, float]:
        """The words that find recognised names by another name, and their weights."""
        held = {carrier: self.snapshot.frequency("words", carrier) for carrier in carriers(self.plan)}
        return carrier_weights(self.plan, self._frequencies, self.snapshot.collection.articles, held)

    # ---------------------------------------------------------------- the page
    def _walk(self, cursor: Cursor, refined: Numbers, related: set[int]) -> tuple[tuple[Hit, ...], Cursor | None]:
        """The next `limit` articles of the refined set in their order, and where the page after begins."""
        limit = self.search.limit
        if self.search.sort != "relevance" or not cursor.pool:
            chosen, key, more = self._by_key(refined, cursor.key, limit, self.search.sort)
            following = Cursor(cursor.pool, cursor.related, 0, key, cursor.sequence, cursor.best)
            return self._hits(chosen, related, 0, cursor), following if more else None
        members = self._members(refined)
        pool = np.array(cursor.pool, np.int64)
        left = cursor.shown + np.flatnonzero(members[pool[cursor.shown :]])
        ranked = pool[left[:limit]].tolist()
        shown = int(left[limit]) if limit < len(left) else len(pool)
        members[pool] = False
        tail, key, more = self._by_key(np.flatnonzero(members), cursor.key, limit - len(ranked), "newest")
        following = Cursor(cursor.pool, cursor.related, shown, key, cursor.sequence, cursor.best)
        hits = self._hits(ranked + tail, related, len(ranked), cursor)
        return hits, following if more or shown < len(pool) else None

    def _by_key(
        self, numbers: Numbers, after: int | None, limit: int, sort: Sort
    ) -> tuple[list[int], int | None, bool]:
        """The next without a rank: their numbers, the last one's key, and whether there are more."""
        keys = self.snapshot.keys[numbers]
        if sort == "oldest":
            keys = np.where(keys > np.uint64(MAX_NUMBER), keys, keys + np.uint64(OLDEST_LAST))
        elif sort == "added":
            sequences = self.snapshot.rows["sequence"][numbers].astype(np.uint64)
            keys = ~(sequences << np.uint64(NUMBER_BITS) | numbers.astype(np.uint64))
        else:
            keys = ~keys
        if after is not None:
            behind = keys > np.uint64(after)
            numbers, keys = numbers[behind], keys[behind]
        if limit < len(keys):
            first = np.argpartition(keys, limit)[:limit]
            more = True
        else:
            first = np.arange(len(keys))
            more = False
        order = first[np.argsort(keys[first])]
        last = int(keys[order[-1]]) if len(order) else after
        return numbers[order].tolist(), last, more

    def _hits(self, numbers: Sequence[int], related: set[int], ranked: int, cursor: Cursor) -> tuple[Hit, ...]:
        """`ranked`: how many of the numbers, from the first on, have a place in the pool's order."""
        stored = self.snapshot.stored(numbers, keep=len(numbers) <= LOOKED_AT)
        mode = self.plan.mode
        words = pairs = np.zeros(len(numbers))
        if mode in ("hybrid", "keyword"):
            words, pairs = self._word_parts(np.array(numbers, np.int64))
        boosts = self.search.boosts if mode == "hybrid" else ()
        exact = set(self._exact().tolist()) if mode == "semantic" else set()
        hits = []
        parts = zip(numbers, words.tolist(), pairs.tolist(), strict=True)
        for place, (number, score, of_pairs) in enumerate(parts):
            passage, dot = self._best_passage(number)
            by_words = number in exact if mode == "semantic" else number not in related
            held = boosts_of(stored[number].article, boosts)
            hits.append(
                Hit(
                    stored=stored[number],
                    matched_by="words" if by_words else "related",
                    score=total_score(mode, score, dot, cursor.best, boosts, held) if mode and place < ranked else None,
                    passage=passage,
                    words=score,
                    cosine=None if self.vector is None else cosine(dot),
                    pairs=of_pairs,
                    boosts=held,
                )
            )
        return tuple(hits)

    def _best_passage(self, number: int) -> tuple[int | None, int]:
        """Index and dot product of the nearest passage; (None, 0) without one."""
        if self.vector is None:
            return None, 0
        dots = self.snapshot.passage_dots(number, self.vector)
        if not len(dots):
            return None, 0
        best = int(np.argmax(dots))
        return best, int(dots[best])


def _or_zero(dots: Numbers) -> Numbers:
    return np.where(dots == NOT_CLOSE, 0, dots)
