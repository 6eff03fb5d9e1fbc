"""All coverage: how many articles an archive holds of each day, month or year, for shares of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from cachetools import LRUCache

from archive.engine import Engine, Search, Timeline
from search_api.service import Answer

__all__ = ["Coverage", "with_shares"]

KEPT = 8
"""Timelines remembered: four intervals of two fields."""


class Coverage:
    """Counts all articles once for each commit and timeline: every share asks for it. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: LRUCache[tuple[str, Timeline], dict[str, int]] = LRUCache(KEPT)
        self._lock = threading.Lock()

    def counts(self, timeline: Timeline) -> Mapping[str, int]:
        """Bucket -> articles of the whole archive, oldest first, where there are any. Raises what the engine raises."""
        # Asked for before the counts: what is committed in between is then counted anew.
        key = self._engine.state, timeline
        with self._lock:
            known = self._known.get(key)
        if known is None:
            counted = self._engine.search(Search(timeline=timeline, sort="newest", limit=0)).timeline
            known = {bucket.date: bucket.count for bucket in counted.buckets} if counted else {}
            with self._lock:
                self._known[key] = known
        return known


def with_shares(timeline: Answer, coverage: Coverage) -> Answer:
    """An answer's `timeline` with `all`, the archive's own count, in each bucket: a bucket's share is count / all."""
    counts = coverage.counts(Timeline(timeline["interval"], timeline["field"]))
    # An article added since the archive was counted must not make a share above one.
    buckets = [{**b, "all": max(b["count"], counts.get(b["date"], 0))} for b in timeline["buckets"]]
    return {**timeline, "buckets": buckets}
