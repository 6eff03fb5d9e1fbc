"""`dateline batch LIST`: counts, dates and best articles for each name or query of a list."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from dateline.commands.asking import ExcludeOption, FromOption, ModeOption, RefineOption, ToOption, parameters
from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption


def batch(
    list: Annotated[str, typer.Argument(help="A CSV with a column `query` or `name`, or a query a line; - for stdin.")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    limit: Annotated[int, typer.Option(min=0, max=100, help="Best articles a row.")] = 3,
    format: Annotated[Literal["csv", "jsonl"], typer.Option(help="Of the table.")] = "csv",
    mode: ModeOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    refine: RefineOption = None,
    exclude: ExcludeOption = None,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Write a table to standard output: how many articles hold each, the first and the last, and the best."""
    from archive.errors import ReadError
    from dateline.opening import gazetteer, open_archive, open_service
    from search_api.batch import answers, csv_pieces, jsonl_pieces, read_list
    from search_api.parameters import parse_parameters

    try:
        raw = sys.stdin.buffer.read() if list == "-" else Path(list).read_bytes()
    except OSError as error:
        raise ReadError(f"{list} can't be read ({error.strerror}).") from None
    asked = read_list(raw.decode("utf-8", "replace"))
    request = parse_parameters(parameters(mode, from_, to, refine, exclude))
    service = open_service(open_archive(archive), archive, model)
    rows = answers(service, partial(gazetteer, archive), asked, request, limit)
    for piece in csv_pieces(rows, asked, limit) if format == "csv" else jsonl_pieces(rows):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
