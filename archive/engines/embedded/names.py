"""The values that facets count, each with a number, and the days and buckets of those that are dates."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from archive.buckets import bucket_codes
from archive.calendar import interval
from archive.engine import FACETS, IntervalName
from archive.engines.embedded.files import damaged, map_bytes

__all__ = ["NO_BUCKET", "Names", "whole_buckets"]

NO_BUCKET = -(1 << 40)
"""Less than the number of any bucket."""


class Names:
    """The interned facet values: id <-> (facet, value). Grows with the archive; ids never change."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []
        self.ids: dict[tuple[str, str], int] = {}
        self._read = 0
        self._lock = threading.Lock()
        self._columns: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]] = (
            np.empty(0, np.uint8),
            np.empty(0, np.int64),
            np.empty(0, np.int64),
        )
        self._buckets: dict[IntervalName, NDArray[np.int64]] = {}

    def read(self, path: Path, size: int) -> None:
        """Take in the lines up to `size` bytes."""
        with self._lock:
            if size <= self._read:
                return
            data = bytes(map_bytes(path, size)[self._read :])
            try:
                new = [(str(facet), str(value)) for facet, value in map(orjson.loads, data.splitlines())]
                facets = np.array([FACETS.index(f) for f, _ in new], np.uint8)
                days = [interval(v) if f == "mentioned" else None for f, v in new]
            except (ValueError, TypeError):
                raise damaged(f"{path} is damaged: a line of it is no value of a facet") from None
            self.ids.update({entry: id for id, entry in enumerate(new, len(self.entries))})
            self.entries += new
            self._read = size
            first = np.array([d.first.toordinal() if d else 0 for d in days], np.int64)
            last = np.array([d.last.toordinal() if d else 0 for d in days], np.int64)
            known = self._columns
            self._columns = (
                np.concatenate([known[0], facets]),
                np.concatenate([known[1], first]),
                np.concatenate([known[2], last]),
            )

    def columns(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        """For each id: its facet (index into FACETS), and for `mentioned` the first and last day number."""
        return self._columns

    def buckets(self, interval: IntervalName) -> NDArray[np.int64]:
        """For each id the code of the bucket that holds all its days; NO_BUCKET where none does."""
        _, first, last = self._columns
        known = self._buckets.get(interval)
        if known is None or len(known) < len(first):
            known = self._buckets[interval] = whole_buckets(first, last, interval)
        return known


def whole_buckets(first: NDArray[np.int64], last: NDArray[np.int64], interval: IntervalName) -> NDArray[np.int64]:
    """Where a first and a last day lie in the same bucket its code; without a day (0), NO_BUCKET."""
    codes = bucket_codes(first, interval)
    return np.where((first > 0) & (codes == bucket_codes(last, interval)), codes, NO_BUCKET)
