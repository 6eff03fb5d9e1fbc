"""Preparing articles in several processes at once, for `dateline index --workers`."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING

from archive.article import Article, Prepared
from archive.errors import DatelineError
from indexer.pipeline import Parallel

if TYPE_CHECKING:
    from indexer.prepare import Preparer

__all__ = ["parallel"]


@contextmanager
def parallel(location: str, model: str, workers: int) -> Iterator[Parallel]:
    """So many processes, which share the cores. Raises DatelineError where one of them is killed."""
    threads = max(1, (os.cpu_count() or 1) // workers)
    # Not forked: the encoder's threads would not come along.
    spawn = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, spawn) as executor:
            yield Parallel(executor, workers, partial(_prepare, location, model, threads))
    except BrokenProcessPool:
        raise DatelineError(
            "A worker process was killed, for want of memory perhaps: run the same again, with fewer --workers. "
            "What was committed stays."
        ) from None


def _prepare(location: str, model: str, threads: int, articles: Sequence[Article]) -> Sequence[Prepared]:
    return _preparer(location, model, threads)(articles)


@cache
def _preparer(location: str, model: str, threads: int) -> Preparer:
    """Of this process, loaded at its first batch."""
    from dateline.commands.options import embedder
    from dateline.opening import gazetteer, open_preparer

    return open_preparer(embedder(model, threads), gazetteer(location))
