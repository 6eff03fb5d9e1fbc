"""The progress bar of `dateline index`: share of the input, rates, time left."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from indexer.pipeline import Progress as Done
from indexer.readers import Reading

__all__ = ["IndexProgress"]


class IndexProgress:
    """A context manager; `report` is called as the work goes on. Nothing is drawn where the output is no terminal."""

    def __init__(self, reading: Reading, *, quiet: bool) -> None:
        self._reading = reading
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
        )
        self._task = self._bar.add_task("indexing", total=reading.total, rate="")

    def __enter__(self) -> IndexProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def report(self, done: Done) -> None:
        elapsed = self._bar.tasks[0].elapsed or 0.0
        articles = done.added + done.updated + done.unchanged
        rate = f"{articles} articles"
        if elapsed > 0:
            rate += f", {articles / elapsed:.1f}/s, {done.passages / elapsed:.1f} passages/s"
        if done.rejected:
            rate += f", {done.rejected} rejected"
        self._bar.update(self._task, completed=self._reading.done, total=self._reading.total, rate=rate)
