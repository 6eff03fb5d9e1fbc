"""`dateline index PATH...`"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption, embedder

if TYPE_CHECKING:
    from indexer.pipeline import Parallel
    from indexer.prepare import Preparer

REJECTED = 3
"""Exit code of a run that went to its end and rejected something."""


def index(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.", metavar="PATH...")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where to write what can't be indexed.", show_default="ARCHIVE.rejects.jsonl"),
    ] = None,
    format: Annotated[
        Literal["text", "jsonl", "json", "csv", "tsv", "html"] | None,
        typer.Option(help="The format of standard input."),
    ] = None,
    model: ModelOption = "all-MiniLM-L6-v2",
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that read names and encode; each takes about 600 MB.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the last line.")] = False,
) -> None:
    """Index articles: plain text, JSONL, CSV and HTML, also gzipped, in files and folders.

    Articles that are unchanged are skipped, so an interrupted run is simply started again. What can't be read
    goes to the rejects file with file, line and reason; the exit code is then 3.
    """
    from archive.engines import is_url
    from dateline.commands.progress import IndexProgress
    from dateline.commands.streams import standard_input
    from dateline.opening import create_archive, gazetteer, open_preparer
    from dateline.workers import parallel
    from indexer.pipeline import index as run
    from indexer.readers import Reading
    from indexer.rejects import RejectsFile

    started = time.monotonic()
    encoder = embedder(model)
    engine = create_archive(archive, encoder)
    reading = Reading(paths, stdin=standard_input(), format=format)
    beside = archive.rstrip("/").rpartition("/")[2] if is_url(archive) else archive.rstrip("/")
    where = rejects or Path(f"{beside}.rejects.jsonl")
    with (
        ThreadPoolExecutor(1) as committing,
        RejectsFile(where) as rejected,
        IndexProgress(reading, quiet=quiet) as progress,
    ):
        preparing: AbstractContextManager[Preparer | Parallel] = (
            nullcontext(open_preparer(encoder, gazetteer(archive)))
            if workers == 1
            else parallel(archive, model, workers)
        )
        with preparing as prepare:
            summary = run(reading, engine, prepare, rejected.write, committing, progress.report)
    done, held = summary.progress, engine.stats().articles
    typer.echo(
        f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged, {done.rejected} rejected "
        f"in {time.monotonic() - started:.1f} s; the archive holds {held} article{'' if held == 1 else 's'}."
        + (f" Rejects: {where}" if done.rejected else "")
    )
    if done.rejected:
        raise typer.Exit(REJECTED)
