"""Facets, missing, timelines and refinements over a set of articles, by counting their rows.

A refinement narrows; the counts of a field are taken under the refinements of all other fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from archive.buckets import bucket_label
from archive.calendar import Interval
from archive.engine import FACETS, Bucket, FacetCounts, FacetName, IntervalName, Refinement, Timeline, TimelineCounts
from archive.engines.embedded.names import NO_BUCKET
from archive.engines.embedded.snapshot import Snapshot

__all__ = ["Counter"]

Mask = NDArray[np.bool_]
Tally = tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]
"""Ids of values, the facet of each (index into FACETS), and in how many articles it stands."""


class Counter:
    """Counts over one set of articles (the base set) under refinements."""

    def __init__(self, snapshot: Snapshot, base: NDArray[np.int64], refinements: Sequence[Refinement]) -> None:
        self.snapshot = snapshot
        self.base = base
        self._rows = snapshot.rows[base]
        self._owners: NDArray[np.int64] | None = None
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._tallies: dict[FacetName | None, Tally] = {}
        self._passes = [(r.field, self._passing(r)) for r in refinements]

    def refined(self) -> NDArray[np.int64]:
        """The numbers of the base set that pass all refinements."""
        return self.base[self._mask(None)]

    def having(self, name: FacetName, values: Sequence[str | Interval]) -> Mask:
        """For each of the base set whether it has any of the values."""
        return self._any_of(name, values)

    def facet(self, name: FacetName, limit: int) -> FacetCounts:
        if name in ("published", "mentioned"):
            codes, counts, _ = self._buckets(name, "year", self._mask(name))
            found = len(codes)
            values = [(bucket_label(code, "year"), n) for code, n in zip(codes.tolist(), counts.tolist(), strict=True)]
        else:
            values, found = self._most(name, limit)
        ranked = nsmallest(limit, ((-count, value) for value, count in values))
        mask = self._mask(name)
        missing = int(mask.sum()) - int((self._has(name) & mask).sum())
        return FacetCounts(tuple((value, -count) for count, value in ranked), missing, max(0, found - limit))

    def timeline(self, timeline: Timeline) -> TimelineCounts:
        mask = self._mask(None)
        has = self._has(timeline.field) & mask
        codes, counts, placed = self._buckets(timeline.field, timeline.interval, mask)
        found = zip(codes.tolist(), counts.tolist(), strict=True)
        buckets = tuple(Bucket(bucket_label(code, timeline.interval), n) for code, n in found)
        undated = int(mask.sum()) - int(has.sum())
        return TimelineCounts(timeline.interval, buckets, undated, int(has.sum()) - placed)

    def _most(self, name: FacetName, limit: int) -> tuple[list[tuple[str, int]], int]:
        """The values with the highest counts, ties with the last included; and how many values there are."""
        ids, facets, tally = self._tally(name)
        own = facets == FACETS.index(name)
        found, counts = ids[own], tally[own]
        if 0 < limit < len(found):
            few = counts >= np.partition(counts, -limit)[-limit]
            chosen, counts = found[few], counts[few]
        else:
            chosen = found if limit else found[:0]
        entries = self.snapshot.names.entries
        return [(entries[i][1], n) for i, n in zip(chosen.tolist(), counts.tolist(), strict=False)], len(found)

    def _tally(self, name: FacetName) -> Tally:
        """The values of all facets, counted under the refinements of all fields but `name`: once for most facets."""
        refined = name if any(field == name for field, _ in self._passes) else None
        known = self._tallies.get(refined)
        if known is None:
            owners, ids = self._all_entries()
            if self._passes:
                ids = ids[self._mask(refined)[owners]]
            tally = np.bincount(ids)
            found = np.flatnonzero(tally)
            known = self._tallies[refined] = found, self.snapshot.names.columns()[0][found], tally[found]
        return known

    # ---------------------------------------------------------------- refinements
    def _mask(self, skip: FacetName | None) -> Mask:
        mask = np.ones(len(self.base), bool)
        for field, passes in self._passes:
            if field != skip:
                mask &= passes
        return mask

    def _passing(self, refinement: Refinement) -> Mask:
        name = refinement.field
        passes = np.ones(len(self.base), bool)
        if refinement.include:
            passes &= self._any_of(name, refinement.include)
        if refinement.exclude:
            passes &= ~self._any_of(name, refinement.exclude)
        return passes

    def _any_of(self, name: FacetName, values: Sequence[str | Interval | None]) -> Mask:
        found = np.zeros(len(self.base), bool)
        if None in values:
            found |= ~self._has(name)
        ranges = [v for v in values if isinstance(v, Interval)]
        if name == "published":
            first, last = self._rows["first_day"], self._rows["last_day"]
            for within in ranges:
                found |= (first >= within.first.toordinal()) & (last <= within.last.toordinal()) & (first > 0)
            return found
        facets, first, last = self.snapshot.names.columns()
        wanted = np.zeros(len(facets), bool)
        if name == "mentioned":
            for within in ranges:
                inside = (first >= within.first.toordinal()) & (last <= within.last.toordinal())
                wanted |= inside & (facets == FACETS.index(name))
        else:
            ids = (self.snapshot.names.ids.get((name, v)) for v in values if isinstance(v, str))
            wanted[[i for i in ids if i is not None and i < len(wanted)]] = True
        owners, found_ids = self._entries(name, None)
        found[owners[wanted[found_ids]]] = True
        return found

    # ---------------------------------------------------------------- values of the base set
    def _has(self, name: FacetName) -> Mask:
        return (self._rows["has"] >> FACETS.index(name) & 1).astype(bool)

    def _entries(self, name: FacetName, mask: Mask | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(place in the base set, id) of every value of a facet, of the articles in the mask."""
        owners, ids = self._all_entries()
        facets = self.snapshot.names.columns()[0]
        chosen = facets[ids] == FACETS.index(name)
        if mask is not None:
            chosen &= mask[owners]
        return owners[chosen], ids[chosen]

    def _all_entries(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._owners is None:
            lengths = self._rows["values"].astype(np.int64)
            ends = np.cumsum(lengths)
            self._owners = np.repeat(np.arange(len(lengths)), lengths)
            # Entry i of the set stands in the file at its article's first entry, plus its place within the article.
            shift = self._rows["value"].astype(np.int64) - (ends - lengths)
            places = np.arange(len(self._owners)) + shift[self._owners]
            self._ids = np.asarray(self.snapshot.values[places], np.int64)
        return self._owners, self._ids

    # ---------------------------------------------------------------- dates
    def _buckets(
        self, name: FacetName, interval: IntervalName, mask: Mask
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """The codes of the buckets in rising order, the articles in each; and how many articles are in any."""
        if name == "published":
            codes = self.snapshot.buckets(interval)[self.base[mask]]
            codes = np.sort(codes[codes != NO_BUCKET])
            return *_runs(codes), len(codes)
        owners, ids = self._entries(name, mask)
        codes = self.snapshot.names.buckets(interval)[ids]
        owners, codes = owners[codes != NO_BUCKET], codes[codes != NO_BUCKET]
        placed = int(np.count_nonzero(np.diff(owners, prepend=-1)))  # owners stand in rising order
        # An article that names two days of a month counts once in it. Sorting is quicker than np.unique's hashing.
        both, _ = _runs(np.sort(codes * len(self.base) + owners))
        return *_runs(both // max(1, len(self.base))), placed


def _runs(ordered: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct numbers among ordered ones, and how often each stands there."""
    begins = np.flatnonzero(np.diff(ordered, prepend=NO_BUCKET))
    return ordered[begins], np.diff(begins, append=len(ordered))
