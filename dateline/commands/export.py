"""`dateline export`: every article of the archive, or of a search, whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from dateline.commands.asking import ExcludeOption, FromOption, ModeOption, RefineOption, ToOption, parameters
from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption


def export(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    format: Annotated[
        Literal["jsonl", "csv", "bibtex", "ris", "zip"],
        typer.Option(help="jsonl is what `dateline index` reads back; a zip holds a text file an article."),
    ] = "jsonl",
    query: Annotated[str, typer.Option("--query", "-q", help="Only what a search finds; else everything.")] = "",
    mode: ModeOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    refine: RefineOption = None,
    exclude: ExcludeOption = None,
    sort: Annotated[
        str | None, typer.Option(help="relevance, newest, oldest or added; else in (sequence, id) order.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(help="Go on behind the last article that you have.", metavar="SEQUENCE:ID")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="A file, made when all is written; else standard output.")] = None,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Write every article with its mentions, in the order of (sequence, id): complete, and resumable with --after."""
    from archive.errors import ParameterError
    from dateline.opening import open_archive, open_service
    from search_api.exporting import chunks, parse_export

    items = [("q", query), ("format", format), *parameters(mode, from_, to, refine, exclude)]
    items += [(name, value) for name, value in (("sort", sort), ("after", after)) if value is not None]
    pieces = chunks(open_service(open_archive(archive), archive, model), parse_export(items))
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    # Never half a file under the name that was asked for.
    unfinished = output.with_name(f"{output.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(output)
    except OSError as error:
        raise ParameterError("output", f"{output} can't be written ({error.strerror}): name another file.") from None
