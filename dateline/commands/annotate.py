"""`dateline annotate FILE...`: the mentions of articles and why they are read so, without an archive."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from archive.article import Article, Mention
    from indexer.readers import Record, Reject

BATCH = 64
WIDTH = 110
"""Columns where the output is no terminal."""


def annotate(
    files: Annotated[
        list[str], typer.Argument(help="Files, folders, or - for standard input, as for index.", metavar="FILE...")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write JSON instead: a line {id, mentions} for each article.")
    ] = None,
    gazetteer: Annotated[Path | None, typer.Option(help="A folder with gazetteer files of your own.")] = None,
    format: Annotated[
        Literal["text", "jsonl", "json", "csv", "tsv", "html"] | None,
        typer.Option(help="The format, where names and contents don't tell."),
    ] = None,
) -> None:
    """Read people, places, organisations, weapons systems and dates, and say why.

    Why is `alias` (a known name stands there), `context` (what stands around it decides) or `model` (only the language
    model reads a name there). Offsets are code points in the text as given.
    """
    import orjson
    from rich.console import Console

    from archive.gazetteer import Gazetteer
    from dateline.commands.streams import opened_to_write, standard_input
    from indexer.entities import EntityReader
    from indexer.identify import identify
    from indexer.prepare import read_mentions
    from indexer.readers import Reading, Record

    reader = EntityReader(Gazetteer.load(gazetteer))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    rejected = 0
    with opened_to_write(out) if out else nullcontext() as handle:
        for some in _batches(iter(Reading(files, stdin=standard_input(), format=format))):
            articles = [identify(r.article) for r in some if isinstance(r, Record)]
            for reject in (r for r in some if not isinstance(r, Record)):
                rejected += 1
                typer.echo(str(reject), err=True)
            for article, mentions in zip(articles, read_mentions(articles, reader), strict=True):
                if handle:
                    line = {"id": article.id, "mentions": [m.to_json() for m in mentions]}
                    handle.write(orjson.dumps(line) + b"\n")
                else:
                    _show(article, mentions, console)
    if rejected:
        typer.echo(f"{rejected} rejected", err=True)
        raise typer.Exit(3)


def _batches(records: Iterator[Record | Reject]) -> Iterator[list[Record | Reject]]:
    while some := list(islice(records, BATCH)):
        yield some


def _show(article: Article, mentions: Sequence[Mention], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    console.print(Text(article.title or article.id, style="bold"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("field")
    table.add_column("at", justify="right")
    for heading in ("text", "kind", "stands for", "why"):
        table.add_column(heading)
    for m in mentions:
        cells = (m.field, str(m.start), " ".join(m.text.split()), m.kind, m.resolution, m.why)
        table.add_row(*map(Text, cells))
    console.print(table if mentions else Text("no mentions", style="dim"))
    console.print()
