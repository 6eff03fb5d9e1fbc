"""`dateline export`: the whole archive to standard output."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption

PAGE = 500
"""Articles held in memory at once."""


def export(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    format: Annotated[
        Literal["jsonl"], typer.Option(help="One JSON object a line; `dateline index` reads it back.")
    ] = "jsonl",
) -> None:
    """Write every article, with its mentions, in the order of (sequence, id)."""
    import orjson

    from dateline.opening import open_archive

    engine = open_archive(archive)
    sequence, after = 0, ""
    while page := engine.since(sequence, after, PAGE):
        for stored in page:
            article = stored.article.to_json()
            del article["passages"]
            sys.stdout.buffer.write(orjson.dumps(article | {"sequence": stored.sequence}) + b"\n")
        sequence, after = page[-1].sequence, page[-1].article.id
    sys.stdout.buffer.flush()
