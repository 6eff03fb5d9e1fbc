"""Where searches run: off the event loop, a few at a time, and no more waiting than can be answered soon."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from archive.errors import DatelineError
from search_api.stages import Observe, ignore

__all__ = ["SEARCH_QUEUE", "SEARCH_THREADS", "Overloaded", "SearchPool"]

SEARCH_THREADS = 2
"""Searches at once: the rest wait, so that a burst doesn't starve every one of them. More threads than cores only
take turns: with 4 on two cores, 8 clients wait a third longer."""
SEARCH_QUEUE = 64
"""Searches that may wait: about a second's work. Later ones are told to come back, instead of all being late."""

_T = TypeVar("_T")


class Overloaded(DatelineError):
    """More searches are waiting than can be answered soon."""

    code = "overloaded"


class SearchPool:
    """Runs work off the event loop, a few pieces at a time."""

    def __init__(
        self,
        threads: int = SEARCH_THREADS,
        queue: int = SEARCH_QUEUE,
        observe: Observe = ignore,
        changed: Callable[[int, int], None] = lambda _running, _waiting: None,
    ) -> None:
        """`changed` is told how many run and how many wait, from the event loop."""
        self._threads = threads
        self._queue = queue
        self._observe = observe
        self._changed = changed
        self._inside = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], _T], *, begun: bool = False) -> _T:
        """Raises Overloaded where too many wait already, and what `work` raises.

        What has `begun` to be answered is never turned away.
        """
        if self._limiter is None:  # it belongs to the event loop in which it is made
            self._limiter = anyio.CapacityLimiter(self._threads)
        if self._inside >= self._threads + self._queue and not begun:
            raise Overloaded("More searches are waiting than can be answered soon: try again in a few seconds.")
        asked = time.perf_counter()

        def begin() -> _T:
            self._observe("wait", time.perf_counter() - asked)
            return work()

        self._count(1)
        try:
            return await anyio.to_thread.run_sync(begin, limiter=self._limiter)
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        self._inside += more
        self._changed(min(self._inside, self._threads), max(0, self._inside - self._threads))
