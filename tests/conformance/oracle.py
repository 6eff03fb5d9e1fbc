"""The naive engine: docs/search-contract.md over a list of articles in plain Python.

Every other engine is compared with this one. It shares no deciding code with them: only the reading of
queries, texts and dates (`plan`, `analysis`, `facets`, `calendar`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from archive.analysis import Analyser
from archive.article import Prepared, Stored
from archive.engine import (
    Bucket,
    Commit,
    Copy,
    Cursor,
    FacetCounts,
    FacetName,
    Hit,
    Identity,
    Page,
    Rebuilding,
    Refinement,
    Search,
    Sort,
    Stats,
    Suggestion,
    Timeline,
    TimelineCounts,
)
from archive.errors import ArticleError
from archive.plan import Plan, plan

from .reading import Reading, bucket

__all__ = ["Oracle"]

UNIT = 160_000
FLOOR = 40_000
POOL = 100
RELATED = 100
UNDATED_LAST = 1 << 200


class Oracle:
    """An `archive.engine.Engine` in memory."""

    secret = bytes(32)

    def __init__(self) -> None:
        self.model = "none"
        self._analyser = Analyser()
        self._live: dict[str, Reading] = {}
        self._sequence = 0
        self._next_number = 0

    @property
    def identity(self) -> Identity:
        return Identity(self.secret, self.model, 0, "english")

    @property
    def state(self) -> str:
        return str(self._sequence)

    # ---------------------------------------------------------------- writing
    def write(self, batch: Sequence[Prepared], delete: Sequence[str] = ()) -> Commit:
        for prepared in batch:
            if len(prepared.vectors) != len(prepared.article.passages):
                raise ArticleError(f"{prepared.article.id} has not as many vectors as passages.")
        written = {prepared.article.id for prepared in batch}
        gone = {id for id in delete if id in self._live and id not in written}
        if not batch and not gone:
            return Commit(self._sequence, 0, 0, 0)
        self._sequence += 1
        live = {id: reading for id, reading in self._live.items() if id not in gone}
        updated = 0
        for prepared in batch:
            known = self._live.get(prepared.article.id)
            if known:
                updated += 1
                number, first = known.stored.number, known.stored.first_sequence
            else:
                number, first = self._next_number, self._sequence
                self._next_number += 1
            stored = Stored(prepared.article, number, self._sequence, first, prepared.article.digest())
            live[prepared.article.id] = Reading(stored, prepared, self._analyser)
        self._live = live
        return Commit(self._sequence, len(batch) - updated, updated, len(gone))

    def rebuild(self, prepare: Rebuilding | None = None, model: tuple[str, int] | None = None) -> None:
        self.model = model[0] if model else self.model
        live = {}
        for id, old in self._live.items():
            [prepared] = prepare([old.prepared]) if prepare else [old.prepared]
            live[id] = Reading(replace(old.stored, article=prepared.article), prepared, self._analyser)
        self._live = live

    def check(self) -> list[str]:
        return []

    def close(self) -> None:
        """Nothing is held open."""

    # ---------------------------------------------------------------- other reading
    def get(self, ids: Iterable[str]) -> dict[str, Stored]:
        return {id: self._live[id].stored for id in ids if id in self._live}

    def since(self, sequence: int, after: str = "", limit: int = 1000) -> list[Stored]:
        ordered = sorted((r.stored for r in self._live.values()), key=lambda s: (s.sequence, s.article.id))
        behind = [
            s for s in ordered if s.sequence > sequence or (after and s.sequence == sequence and s.article.id > after)
        ]
        return behind[:limit]

    def copies(self, sequence: int, after: str = "", limit: int = 1000) -> list[Copy]:
        found = [self._live[s.article.id] for s in self.since(sequence, after, limit)]
        return [Copy(r.stored, r.prepared.vectors, r.prepared.names) for r in found]

    def copy(self, id: str) -> Copy | None:
        found = self._live.get(id)
        return found and Copy(found.stored, found.prepared.vectors, found.prepared.names)

    def adopt(
        self,
        copies: Sequence[Copy],
        sequence: int,
        next_number: int,
        gone: Sequence[str] = (),
        *,
        complete: bool = False,
    ) -> None:
        live = {id: reading for id, reading in self._live.items() if id not in gone}
        for copy in copies:
            prepared = Prepared(copy.stored.article, copy.vectors, copy.names)
            live[copy.stored.article.id] = Reading(copy.stored, prepared, self._analyser)
        self._live, self._sequence, self._next_number = live, sequence, next_number

    def suggest(self, prefix: str, fields: Sequence[str], limit: int = 10) -> list[Suggestion]:
        counts: Counter[tuple[str, str]] = Counter()
        for reading in self._live.values():
            counts.update((name, value) for name in fields for value in reading.values[name])  # type: ignore[index]
        wanted = self._analyser.forms(prefix)
        found = [Suggestion(f, v, n) for (f, v), n in counts.items() if _begins(self._analyser.forms(v), wanted)]
        return sorted(found, key=lambda s: (-s.count, s.value, s.field))[:limit]

    def stats(self) -> Stats:
        dated = sorted((r for r in self._live.values() if r.published), key=lambda r: r.key)
        return Stats(
            engine="oracle",
            articles=len(self._live),
            passages=sum(len(r.prepared.vectors) for r in self._live.values()),
            sequence=self._sequence,
            next_number=self._next_number,
            first_published=dated[0].stored.article.published if dated else None,
            last_published=dated[-1].stored.article.published if dated else None,
            bytes=0,
            details={},
        )

    # ---------------------------------------------------------------- search
    def search(self, search: Search) -> Page:
        return _Answer(list(self._live.values()), self._sequence, search, self._analyser).page()


class _Answer:
    """One search over the articles of one instant."""

    def __init__(self, live: list[Reading], sequence: int, search: Search, analyser: Analyser) -> None:
        self.live = live
        self.sequence = sequence
        self.search = search
        self.plan: Plan = plan(search, analyser)
        self.dots: dict[int, list[int]] = {}
        if self.plan.mode in ("semantic", "hybrid"):
            assert search.vector is not None
            vector = np.frombuffer(search.vector, np.int8).astype(np.int64)
            self.dots = {r.stored.number: r.dots(vector) for r in live}
        self.scope = [r for r in live if self.plan.scope is None or r.holds(self.plan.scope)]
        self.exact = [r for r in self.scope if all(r.meets(q) for q in self.plan.requirements)]
        self.of_pairs = dict.fromkeys((r.stored.number for r in live), 0.0)
        self.word_scores = self._word_scores()

    def page(self) -> Page:
        cursor = self.search.cursor or self._draw()
        visible = {r.stored.number: r for r in self.live if r.stored.first_sequence <= cursor.sequence}
        related = {n for n, is_related in zip(cursor.pool, cursor.related, strict=True) if is_related and n in visible}
        base = set(related)
        if self.plan.mode != "semantic":
            base |= {r.stored.number for r in self.exact if r.stored.number in visible}
        members = [visible[number] for number in sorted(base)]
        refined = self._refined(members, self.search.refinements)
        ranked, tail, following = self._next(refined, cursor)
        hits = [self._hit(r, related, cursor, in_pool=True) for r in ranked]
        hits += [self._hit(r, related, cursor, in_pool=False) for r in tail]
        return Page(
            total=len(refined),
            hits=tuple(hits),
            facets={name: self._facet(members, name) for name in self.search.facets},
            timeline=_timeline(refined, self.search.timeline) if self.search.timeline else None,
            next=following,
            sequence=self.sequence,
        )

    # ---------------------------------------------------------------- the pool
    def _draw(self) -> Cursor:
        """W, V and P of the first page, and which of P belongs to the set as related."""
        mode = self.plan.mode
        if mode is None:
            return Cursor((), (), 0, None, self.sequence, 1.0)
        if mode == "semantic":
            pool = self._closest()
            return self._cursor(pool, [True] * len(pool), 1.0)
        if mode == "keyword":
            pool = self._best_by_words(self.exact)
            return self._cursor(pool, [False] * len(pool), self._best(pool))
        either = {r.stored.number: r for r in self._best_by_words(self.scope) + self._closest()}
        best = self._best(list(either.values()))
        pool = sorted(_newest_first(either.values()), key=lambda r: -self._fused(r, best))
        exact = {r.stored.number for r in self.exact}
        outside = [r.stored.number for r in pool if r.stored.number not in exact][:RELATED]
        return self._cursor(pool, [r.stored.number in outside for r in pool], best)

    def _cursor(self, pool: list[Reading], related: list[bool], best: float) -> Cursor:
        return Cursor(tuple(r.stored.number for r in pool), tuple(related), 0, None, self.sequence, best)

    def _best_by_words(self, among: list[Reading]) -> list[Reading]:
        """W: the 100 with a positive word score and the best."""
        scored = [r for r in _newest_first(among) if self._word_score(r) > 0]
        return sorted(scored, key=lambda r: -self._word_score(r))[:POOL]

    def _closest(self) -> list[Reading]:
        """V: the 100 closest of the scope, none below the floor."""
        found = [(max(dots), r) for r in _newest_first(self.scope) if (dots := self.dots[r.stored.number])]
        close = [(dot, r) for dot, r in found if dot >= FLOOR]
        return [r for _, r in sorted(close, key=lambda pair: -pair[0])][:POOL]

    def _best(self, pool: list[Reading]) -> float:
        return max((self._word_score(r) for r in pool), default=0.0) or 1.0

    def _fused(self, reading: Reading, best: float) -> float:
        score = self._word_score(reading) / best + 1.5 * self._cosine(reading)
        for boost, gets in zip(self.search.boosts, self._boosts(reading), strict=True):
            score += boost.weight * gets
        return score

    def _boosts(self, reading: Reading) -> tuple[bool, ...]:
        """Which of the search's boosts it gets: those any of whose values it has."""
        return tuple(any(reading.has_value(b.field, v) for v in b.values) for b in self.search.boosts)

    def _cosine(self, reading: Reading) -> float:
        return max(self.dots[reading.stored.number], default=0) / UNIT

    # ---------------------------------------------------------------- BM25
    def _word_scores(self) -> dict[int, float]:
        """Number -> word score, of every live article."""
        scores = {r.stored.number: 0.0 for r in self.live}
        for column, term in enumerate(self.plan.terms):
            self._add(scores, 1.0, [(r, self._held(r, column, r.term_counts[term]), r.length) for r in self.live])
        for column, (a, b) in enumerate(self.plan.pairs, len(self.plan.terms)):
            counts = [(r, self._held(r, column, r.pair_counts[f"{a}_{b}"]), r.pairs) for r in self.live]
            self._add(scores, 0.7, counts)
            self._add(self.of_pairs, 0.7, counts)
        return scores

    def _held(self, reading: Reading, column: int, tf: int) -> int:
        """How often an article holds a word or pair, or the names that it is part of."""
        names = [name for name in self.plan.names if column in name.columns]
        return max(tf, *(sum(map(reading.occurrences, name.phrases)) for name in names)) if names else tf

    @staticmethod
    def _add(scores: dict[int, float], weight: float, counts: list[tuple[Reading, int, int]]) -> None:
        """Add the BM25 of one word or pair; `counts`: every live article, how often it holds it, its length."""
        n = len(counts)
        df = sum(tf > 0 for _, tf, _ in counts)
        mean = sum(length for _, _, length in counts) / n if n else 0.0
        idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
        for reading, tf, length in counts:
            if tf:
                # The order of these operations is part of the definition: scores are compared to the last bit.
                norm = 1.2 * (1 - 0.75 + 0.75 * length / mean)
                scores[reading.stored.number] += weight * idf * tf / (tf + norm)

    def _word_score(self, reading: Reading) -> float:
        return self.word_scores[reading.stored.number]

    # ---------------------------------------------------------------- paging
    def _next(self, refined: list[Reading], cursor: Cursor) -> tuple[list[Reading], list[Reading], Cursor | None]:
        """The next of the pool, the next by date, and the cursor behind them."""
        sort, limit = self.search.sort, self.search.limit
        by_number = {r.stored.number: r for r in refined}
        if sort == "relevance":
            left = [(i, by_number[n]) for i, n in enumerate(cursor.pool) if i >= cursor.shown and n in by_number]
            others = [r for r in refined if r.stored.number not in cursor.pool]
        else:
            left, others = [], refined
        behind = [r for r in others if cursor.key is None or _place(r, sort) > cursor.key]
        others = sorted(behind, key=lambda r: _place(r, sort))
        ranked = [r for _, r in left[:limit]]
        tail = others[: limit - len(ranked)]
        if len(ranked) + len(tail) == len(left) + len(others):
            return ranked, tail, None
        # What stands in the pool before the next to be shown is passed over for good.
        shown = left[limit][0] if limit < len(left) else len(cursor.pool)
        key = _place(tail[-1], sort) if tail else cursor.key
        return ranked, tail, replace(cursor, shown=shown, key=key)

    def _hit(self, reading: Reading, related: set[int], cursor: Cursor, *, in_pool: bool) -> Hit:
        mode = self.plan.mode
        words = self._word_score(reading) if mode in ("keyword", "hybrid") else 0.0
        embedded = mode in ("semantic", "hybrid")
        dots = self.dots[reading.stored.number] if embedded else []
        score: float | None = None
        if in_pool and mode == "semantic":
            score = self._cosine(reading)
        elif in_pool:
            score = words / cursor.best if mode == "keyword" else self._fused(reading, cursor.best)
        by_words = reading in self.exact if mode == "semantic" else reading.stored.number not in related
        return Hit(
            stored=reading.stored,
            matched_by="words" if by_words else "related",
            score=score,
            passage=dots.index(max(dots)) if dots else None,
            words=words,
            cosine=self._cosine(reading) if embedded else None,
            pairs=self.of_pairs[reading.stored.number] if mode in ("keyword", "hybrid") else 0.0,
            boosts=self._boosts(reading) if mode == "hybrid" else (),
        )

    # ---------------------------------------------------------------- counts
    @staticmethod
    def _refined(members: list[Reading], refinements: Iterable[Refinement]) -> list[Reading]:
        refinements = list(refinements)
        return [r for r in members if all(r.passes(refinement) for refinement in refinements)]

    def _facet(self, members: list[Reading], name: FacetName) -> FacetCounts:
        among = self._refined(members, (r for r in self.search.refinements if r.field != name))
        counts = Counter(value for r in among for value in r.values[name])
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        limit = self.search.facet_limit
        return FacetCounts(tuple(ordered[:limit]), sum(r.lacks(name) for r in among), len(ordered[limit:]))


def _timeline(refined: list[Reading], timeline: Timeline) -> TimelineCounts:
    counts: Counter[str] = Counter()
    undated = coarser = 0
    for reading in refined:
        dates = reading.days(timeline.field)
        buckets = {b for days in dates if (b := bucket(days, timeline.interval))}
        counts.update(buckets)
        undated += not dates
        coarser += bool(dates) and not buckets
    buckets_in_order = tuple(Bucket(date, n) for date, n in sorted(counts.items()))
    return TimelineCounts(timeline.interval, buckets_in_order, undated, coarser)


def _newest_first(readings: Iterable[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda r: r.key, reverse=True)


def _place(reading: Reading, sort: Sort) -> int:
    """A whole number that rises along the order, as a cursor can carry it."""
    if sort == "added":
        return -((reading.stored.sequence << 64) + reading.stored.number)
    dated, moment, number = reading.key
    rank = ((moment + (1 << 50)) << 64) + number if dated else number
    if sort == "oldest":
        return rank if dated else rank + UNDATED_LAST
    return -rank


def _begins(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether neighbouring words are the wanted ones, the last of which may go on."""
    size = len(wanted)
    return any(
        list(words[i : i + size - 1]) == list(wanted[:-1]) and words[i + size - 1].startswith(wanted[-1])
        for i in range(len(words) - size + 1)
        if size
    )
