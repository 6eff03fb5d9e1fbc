"""The stages of a search, timed: whoever serves decides what becomes of the figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

__all__ = ["Observe", "Stage", "ignore", "timed"]

Stage = Literal["wait", "understand", "encode", "search", "answer", "write"]
"""wait: for a free thread; understand: parse, recognise names; encode: the query's vector, where it is not remembered;
search: the engine; answer: highlights, passages, mentions; write: JSON, another format, or HTML."""
Observe = Callable[[Stage, float], None]
"""Is told a stage and its seconds, from any thread."""


def ignore(stage: Stage, seconds: float) -> None:
    """For whoever doesn't measure."""


@contextmanager
def timed(observe: Observe, stage: Stage) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        observe(stage, time.perf_counter() - started)
