"""Which format a file is in: by the option, by its name, else by its first bytes."""

from __future__ import annotations

import os
from typing import Final, Literal, get_args

from indexer.readers.csv_file import delimiter_of
from indexer.readers.encoding import decode
from indexer.readers.html import looks_like_html
from indexer.readers.text import looks_like_text

__all__ = ["FORMATS", "READ_TYPES", "Format", "format_by_content", "format_by_name"]

Format = Literal["text", "jsonl", "json", "csv", "tsv", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

_BY_ENDING: Final[dict[str, Format]] = {
    ".txt": "text", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv",
    ".html": "html", ".htm": "html",
}  # fmt: skip
READ_TYPES: Final = ", ".join(_BY_ENDING) + ", each also with .gz"


def format_by_name(path: str) -> Format | None:
    """None where the ending says nothing."""
    name = os.path.basename(path).lower().removesuffix(".gz")
    return _BY_ENDING.get(os.path.splitext(name)[1])


def format_by_content(head: bytes) -> Format | None:
    """None where the first bytes say nothing either."""
    start = head.lstrip()
    if start.startswith((b"{", b"[")):
        return "json"  # which finds out itself whether the values are lines
    if looks_like_html(head):
        return "html"
    if looks_like_text(head):
        return "text"
    delimiter = delimiter_of(decode(start.partition(b"\n")[0]))
    if delimiter is None:
        return None
    return "tsv" if delimiter == "\t" else "csv"
