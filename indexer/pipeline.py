"""`index`: read, identify, skip what is unchanged, prepare, commit, a batch at a time.

It can be killed at any moment and run again: what was committed is skipped, the rest is done. What can't be read
becomes a reject, and the run goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

from archive.article import Article, Prepared
from archive.engine import Commit, Engine
from indexer.identify import IdGuard
from indexer.readers import Record, Reject

__all__ = ["BATCH", "Outcome", "Parallel", "Progress", "Summary", "index"]

BATCH = 32
"""Articles a commit: a few seconds of encoding, which is what a kill may cost."""
LOOKUP = 64
"""Articles whose stored versions are looked up at once; more would let the progress bar run ahead of the work."""


_T = TypeVar("_T")
Outcome = Literal["added", "updated", "unchanged"]


@dataclass(slots=True)
class Progress:
    """What a run has done so far."""

    read: int = 0
    rejected: int = 0
    unchanged: int = 0
    repeated: int = 0
    """Read again, word for word, within this run."""
    added: int = 0
    updated: int = 0
    passages: int = 0
    """Passages that have their vector."""


Prepare = Callable[[Sequence[Article], Callable[[int], None]], Sequence[Prepared]]
"""`indexer.prepare.Preparer`: is told what to call with the number of passages that got their vector."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Other processes that prepare batches, several at once; commits stay in the order of the input."""

    executor: Executor
    workers: int
    prepare: Callable[[Sequence[Article]], Sequence[Prepared]]
    """Is sent to the processes."""


@dataclass(frozen=True, slots=True)
class Summary:
    progress: Progress
    sequence: int
    """The archive's sequence after the run."""


def index(
    records: Iterable[Record | Reject],
    engine: Engine,
    prepare: Prepare | Parallel,
    reject: Callable[[Reject], None],
    committing: Executor,
    report: Callable[[Progress], None] = lambda _: None,
    accept: Callable[[str, Outcome], None] = lambda _id, _outcome: None,
    batch: int = BATCH,
) -> Summary:
    """Index records into an archive. `committing` writes one batch while the next is prepared.

    `accept` is told the id of each article that is searchable as it was read, once it is so.
    """
    progress = Progress()
    commit: Future[Commit] | None = None
    committed: list[_Changed] = []

    def encoded(passages: int) -> None:
        progress.passages += passages
        report(progress)

    def finish() -> None:
        if commit is not None:
            done = commit.result()
            progress.added += done.added
            progress.updated += done.updated
            for changed in committed:
                accept(changed.article.id, "updated" if changed.known else "added")
            report(progress)

    changes = _changes(_accepted(records, reject, progress), engine, progress, report, accept)
    batches = _batches(changes, batch)
    way = _ahead(batches, prepare, encoded) if isinstance(prepare, Parallel) else _here(batches, prepare, encoded)
    for changed, prepared in way:
        finish()
        commit, committed = committing.submit(engine.write, prepared), changed
    finish()
    report(progress)
    return Summary(progress, engine.stats().sequence)


_Prepared = Iterator[tuple[list["_Changed"], Sequence[Prepared]]]


def _here(
    batches: Iterable[list[_Changed]],
    prepare: Prepare,
    encoded: Callable[[int], None],
) -> _Prepared:
    for changed in batches:
        yield changed, prepare([c.article for c in changed], encoded)


def _ahead(batches: Iterable[list[_Changed]], parallel: Parallel, encoded: Callable[[int], None]) -> _Prepared:
    """In the order of the batches; one more is sent ahead than there are workers, so that none is idle."""
    waiting: deque[tuple[list[_Changed], Future[Sequence[Prepared]]]] = deque()

    def first() -> tuple[list[_Changed], Sequence[Prepared]]:
        changed, future = waiting.popleft()
        prepared = future.result()
        encoded(sum(len(p.vectors) for p in prepared))
        return changed, prepared

    for changed in batches:
        waiting.append((changed, parallel.executor.submit(parallel.prepare, [c.article for c in changed])))
        if len(waiting) > parallel.workers:
            yield first()
    while waiting:
        yield first()


def _accepted(
    records: Iterable[Record | Reject], reject: Callable[[Reject], None], progress: Progress
) -> Iterator[Article]:
    """The articles of a run, each once; everything else is told to `reject`."""
    guard = IdGuard()
    for record in records:
        progress.read += 1
        seen = guard.check(record) if isinstance(record, Record) else record
        if isinstance(seen, Reject):
            progress.rejected += 1
            reject(seen)
        elif seen is None:
            progress.repeated += 1
        else:
            yield seen


@dataclass(frozen=True, slots=True)
class _Changed:
    article: Article
    known: bool
    """The archive holds another version of it."""


def _changes(
    articles: Iterable[Article],
    engine: Engine,
    progress: Progress,
    report: Callable[[Progress], None],
    accept: Callable[[str, Outcome], None],
) -> Iterator[_Changed]:
    """Those that the archive doesn't hold as they are."""
    for some in _batches(articles, LOOKUP):
        stored = engine.get(a.id for a in some)
        for article in some:
            known = stored.get(article.id)
            if known is not None and known.digest == article.digest():
                progress.unchanged += 1
                accept(article.id, "unchanged")
            else:
                yield _Changed(article, known is not None)
        report(progress)


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
