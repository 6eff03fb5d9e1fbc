"""Articles that are added and deleted while the service runs: the indexer's pipeline over the archive it serves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO

from archive.article import Article, Prepared
from archive.engine import Engine
from archive.errors import ArchiveBusy
from indexer.pipeline import Outcome, index
from indexer.prepare import Preparer
from indexer.readers import read_stream
from indexer.rejects import Reject

__all__ = ["MOST_LISTED", "Added", "Writer"]

PATIENCE = 10.0
"""Seconds that a batch waits for its turn, as an engine waits for its lock."""
MOST_LISTED = 1_000
"""Rejects that an answer lists: a wrong file may have millions."""


@dataclass(slots=True)
class Added:
    """What became of the articles of one request."""

    sequence: int = 0
    accepted: list[tuple[str, Outcome]] = field(default_factory=list)
    """Searchable now, by id."""
    rejected: list[Reject] = field(default_factory=list)
    """The first MOST_LISTED."""
    rejections: int = 0

    def reject(self, reject: Reject) -> None:
        self.rejections += 1
        if len(self.rejected) < MOST_LISTED:
            self.rejected.append(reject)


class Writer:
    """Adds to and deletes from one archive; safe from many threads, which take turns a batch at a time."""

    def __init__(self, engine: Engine, preparer: Callable[[], Preparer]) -> None:
        """`preparer` is called at the first batch: what it loads takes seconds, and many services never write."""
        self._engine = engine
        self._load = preparer
        self._preparer: Preparer | None = None
        self._turn = threading.Lock()

    def add(self, raw: BinaryIO) -> Added:
        """JSON or JSON Lines. What is committed when an error breaks in stays: sending it again does the rest.

        Raises ArchiveBusy after 10 s in which others were writing, and what the engine raises.
        """
        added = Added()
        records = read_stream(raw, "body", "json")
        with ThreadPoolExecutor(1) as committing:
            summary = index(
                records,
                self._engine,
                self._prepare,
                added.reject,
                committing,
                accept=lambda id, outcome: added.accepted.append((id, outcome)),
            )
        added.sequence = summary.sequence
        return added

    def delete(self, id: str) -> int | None:
        """The sequence from which on there is no such article; None where there was none. Raises as `add`."""
        commit = self._engine.write([], [id])
        return commit.sequence if commit.deleted else None

    def _prepare(self, articles: Sequence[Article], encoded: Callable[[int], None]) -> list[Prepared]:
        # One batch at a time: the NER model isn't safe from several threads, and the cores are busy with one.
        if not self._turn.acquire(timeout=PATIENCE):
            raise ArchiveBusy("Other articles are being indexed: try again in a few seconds.")
        try:
            if self._preparer is None:
                self._preparer = self._load()
            return self._preparer(articles, encoded)
        finally:
            self._turn.release()
