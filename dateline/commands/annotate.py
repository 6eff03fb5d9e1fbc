"""`dateline annotate FILE...`: the mentions of articles, without an archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

BATCH = 64


def annotate(
    files: Annotated[list[str], typer.Argument(help="JSONL files (also gzipped), or -.", metavar="FILE...")],
    out: Annotated[Path, typer.Option(help="Where to write: a line {id, mentions} for each article.")],
    gazetteer: Annotated[Path | None, typer.Option(help="A folder with gazetteer files of your own.")] = None,
) -> None:
    """Read people, places, organisations, weapons systems and dates from articles.

    Offsets are code points in the text as given.
    """
    from itertools import islice

    import orjson

    from archive.gazetteer import Gazetteer
    from indexer.entities import EntityReader
    from indexer.identify import identify
    from indexer.prepare import read_mentions
    from indexer.readers import Reading, Record

    reader = EntityReader(Gazetteer.load(gazetteer))
    rejected = 0
    records = iter(Reading(files, stdin=sys.stdin.buffer, format="jsonl"))
    with out.open("wb") as handle:
        while some := list(islice(records, BATCH)):
            articles = [identify(r.article) for r in some if isinstance(r, Record)]
            for reject in (r for r in some if not isinstance(r, Record)):
                rejected += 1
                typer.echo(f"{reject.file}:{reject.line or 0}: {reject.reason}", err=True)
            for article, mentions in zip(articles, read_mentions(articles, reader), strict=True):
                line = {"id": article.id, "mentions": [m.to_json() for m in mentions]}
                handle.write(orjson.dumps(line) + b"\n")
    if rejected:
        typer.echo(f"{rejected} rejected", err=True)
        raise typer.Exit(3)
