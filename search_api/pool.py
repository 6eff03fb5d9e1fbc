"""Where searches run: off the event loop, a few at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

__all__ = ["SearchPool"]

SEARCH_THREADS = 4
"""Searches at once: the rest wait, so that a burst doesn't starve every one of them."""

_T = TypeVar("_T")


class SearchPool:
    """Runs searches off the event loop, a few at a time."""

    def __init__(self, threads: int = SEARCH_THREADS) -> None:
        self._threads = threads
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], _T]) -> _T:
        if self._limiter is None:  # it belongs to the event loop in which it is made
            self._limiter = anyio.CapacityLimiter(self._threads)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)
