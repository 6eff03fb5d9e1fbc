"""`index`: read, identify, skip what is unchanged, prepare, commit, a batch at a time.

It can be killed at any moment and run again: what was committed is skipped, the rest is done. What can't be read
becomes a reject, and the run goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from itertools import islice
from traceback import extract_tb
from typing import Literal, TypeVar

from archive.article import Article, Prepared
from archive.engine import Commit, Engine
from archive.errors import DatelineError
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

    def defect(changed: _Changed, error: Exception) -> None:
        progress.rejected += 1
        reject(_defect(changed.record, error))

    changes = _changes(_accepted(records, reject, progress), engine, progress, report, accept)
    batches = _batches(changes, batch)
    if isinstance(prepare, Parallel):
        way = _ahead(batches, prepare, encoded, defect)
    else:
        way = _here(batches, prepare, encoded, defect)
    for changed, prepared in way:
        finish()
        commit, committed = committing.submit(engine.write, prepared) if prepared else None, changed
    finish()
    report(progress)
    return Summary(progress, engine.stats().sequence)


_Prepared = Iterator[tuple[list["_Changed"], Sequence[Prepared]]]


def _here(
    batches: Iterable[list[_Changed]],
    prepare: Prepare,
    encoded: Callable[[int], None],
    defect: Callable[[_Changed, Exception], None],
) -> _Prepared:
    for changed in batches:
        yield _each(changed, lambda articles: prepare(articles, encoded), defect)


def _ahead(
    batches: Iterable[list[_Changed]],
    parallel: Parallel,
    encoded: Callable[[int], None],
    defect: Callable[[_Changed, Exception], None],
) -> _Prepared:
    """In the order of the batches; one more is sent ahead than there are workers, so that none is idle."""
    waiting: deque[tuple[list[_Changed], Future[Sequence[Prepared]]]] = deque()

    def first() -> tuple[list[_Changed], Sequence[Prepared]]:
        changed, future = waiting.popleft()
        sent = [future]

        def prepared(articles: Sequence[Article]) -> Sequence[Prepared]:
            return (sent.pop() if sent else parallel.executor.submit(parallel.prepare, articles)).result()

        done = _each(changed, prepared, defect)
        encoded(sum(len(p.vectors) for p in done[1]))
        return done

    for changed in batches:
        waiting.append((changed, parallel.executor.submit(parallel.prepare, [c.article for c in changed])))
        if len(waiting) > parallel.workers:
            yield first()
    while waiting:
        yield first()


def _each(
    changed: list[_Changed],
    prepare: Callable[[Sequence[Article]], Sequence[Prepared]],
    defect: Callable[[_Changed, Exception], None],
) -> tuple[list[_Changed], Sequence[Prepared]]:
    """A batch prepared; where that fails, each article for itself, so that a defect costs none but the one it meets."""
    try:
        return changed, prepare([c.article for c in changed])
    except (DatelineError, BrokenExecutor):
        raise
    except Exception as error:
        whole = error
    done: list[tuple[_Changed, Prepared]] = []
    failed: list[tuple[_Changed, Exception]] = []
    for one in changed:
        try:
            done.append((one, prepare([one.article])[0]))
        except (DatelineError, BrokenExecutor):
            raise
        except Exception as error:
            failed.append((one, error))
    if len(changed) > 1 and not done:
        raise whole  # no article is to blame where none can be prepared
    for one, met in failed:
        defect(one, met)
    return [c for c, _ in done], [p for _, p in done]


def _defect(record: Record, error: Exception) -> Reject:
    last = extract_tb(error.__traceback__)[-1]
    return Reject(
        record.file,
        record.line,
        record.article.id,
        f"A defect in Dateline keeps this article out ({error!r} in {last.name}, line {last.lineno}). Please report it "
        "with the article; the next run tries it again.",
    )


def _accepted(
    records: Iterable[Record | Reject], reject: Callable[[Reject], None], progress: Progress
) -> Iterator[Record]:
    """The articles of a run, each once; everything else is told to `reject`."""
    guard = IdGuard()
    for record in records:
        progress.read += 1
        if isinstance(record, Record):
            seen = guard.check(record)
            if isinstance(seen, Article):
                yield replace(record, article=seen)
                continue
        else:
            seen = record
        if seen is None:
            progress.repeated += 1
        else:
            progress.rejected += 1
            reject(seen)


@dataclass(frozen=True, slots=True)
class _Changed:
    record: Record
    known: bool
    """The archive holds another version of it."""

    @property
    def article(self) -> Article:
        return self.record.article


def _changes(
    records: Iterable[Record],
    engine: Engine,
    progress: Progress,
    report: Callable[[Progress], None],
    accept: Callable[[str, Outcome], None],
) -> Iterator[_Changed]:
    """Those that the archive doesn't hold as they are."""
    for some in _batches(records, LOOKUP):
        stored = engine.get(r.article.id for r in some)
        for record in some:
            article = record.article
            known = stored.get(article.id)
            if known is not None and known.digest == article.digest():
                progress.unchanged += 1
                accept(article.id, "unchanged")
            else:
                yield _Changed(record, known is not None)
        report(progress)


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
