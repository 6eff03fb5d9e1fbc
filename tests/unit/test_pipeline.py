"""A run goes on past an article that meets a defect, and ends where no article is to blame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from archive.article import Article, Mention, Prepared
from archive.engines.embedded import EmbeddedEngine
from archive.errors import ModelError
from indexer.pipeline import Parallel, Summary, index
from indexer.prepare import Preparer
from indexer.records import Record
from indexer.rejects import Reject
from tests.bag_of_words import BagOfWords


class Reader:
    """Reads no mentions, and has a defect that some articles meet."""

    def __init__(self, error: Exception, *met: str) -> None:
        self._error = error
        self._met = met

    def read(self, articles: Sequence[Article]) -> list[tuple[Mention, ...]]:
        if any(a.id in self._met for a in articles):
            raise self._error
        return [() for _ in articles]

    def names(self, mentions: Sequence[Mention]) -> dict[str, tuple[str, ...]]:
        return {}


class Run:
    def __init__(self, folder: Path, *, workers: bool) -> None:
        embedder = BagOfWords()
        self.engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
        self.rejected: list[Reject] = []
        self.accepted: list[str] = []
        self._embedder = embedder
        self._workers = workers

    def __call__(self, count: int, reader: Reader) -> Summary:
        records = [Record(Article(f"a{i}", title="", body=f"Ferry {i}."), "ferries.jsonl", i + 1) for i in range(count)]
        with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(2) as working, ThreadPoolExecutor(1) as committing:
            preparer = Preparer(self._embedder, reader, reading)
            prepare = self._parallel(working, preparer) if self._workers else preparer
            return index(
                records,
                self.engine,
                prepare,
                self.rejected.append,
                committing,
                accept=lambda id, _: self.accepted.append(id),
                batch=4,
            )

    def _parallel(self, executor: Executor, prepare: Callable[[Sequence[Article]], Sequence[Prepared]]) -> Parallel:
        return Parallel(executor, 2, prepare)


@pytest.fixture(params=[False, True], ids=["here", "workers"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    return Run(tmp_path / "archive", workers=request.param)


def test_a_defect_costs_the_article_that_meets_it_and_the_next_run_tries_it_again(run: Run) -> None:
    summary = run(10, Reader(KeyError("this upcoming"), "a5", "a9"))
    assert (summary.progress.added, summary.progress.rejected, summary.progress.read) == (8, 2, 10)
    assert run.accepted == [f"a{i}" for i in range(10) if i not in (5, 9)]
    assert [(r.file, r.line, r.id) for r in run.rejected] == [("ferries.jsonl", 6, "a5"), ("ferries.jsonl", 10, "a9")]
    assert "defect in Dateline" in run.rejected[0].reason and "KeyError('this upcoming')" in run.rejected[0].reason
    again = run(10, Reader(KeyError()))
    assert (again.progress.added, again.progress.unchanged) == (2, 8)
    assert run.engine.stats().articles == 10


def test_a_single_article_that_meets_a_defect_is_rejected_and_nothing_is_written(run: Run) -> None:
    summary = run(1, Reader(KeyError(), "a0"))
    assert (summary.progress.rejected, summary.sequence) == (1, 0)


@pytest.mark.parametrize("error", [RuntimeError("no memory"), ModelError("The model is damaged."), BrokenProcessPool()])
def test_what_no_article_is_to_blame_for_ends_the_run(run: Run, error: Exception) -> None:
    with pytest.raises(type(error)):
        run(10, Reader(error, *(f"a{i}" for i in range(10))))
    assert run.rejected == []
