"""Readers: from files, folders and standard input to records, one at a time, whatever the input holds.

One bad record never stops a run, nor does one bad file: each becomes a Reject that says where and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from indexer.readers.csv_file import read_csv
from indexer.readers.folder import Found, files_of
from indexer.readers.formats import FORMATS, READ_TYPES, Format, format_by_content, format_by_name
from indexer.readers.html import read_html
from indexer.readers.json_document import read_json
from indexer.readers.jsonl import read_jsonl
from indexer.readers.stream import BrokenStream, Stream, TooLong
from indexer.readers.text import read_text
from indexer.records import Record, clean_text
from indexer.rejects import Reject

__all__ = ["FORMATS", "Format", "Reading", "Record", "Reject", "read", "read_stream"]

STDIN = "-"


def read(paths: Sequence[str], stdin: BinaryIO | None = None, *, format: Format | None = None) -> Reading:
    """The records of files, folders (with all below them) and, for `-`, of standard input, in this order.

    `format` holds for all of them and overrides what names and contents say.
    """
    return Reading(paths, stdin, format=format)


class Reading:
    """Records and rejects of some paths, to be iterated once; `done` and `total` tell how far it is, in bytes."""

    def __init__(self, paths: Sequence[str], stdin: BinaryIO | None = None, *, format: Format | None = None) -> None:
        self._paths = tuple(paths)
        self._stdin = stdin
        self._format = format
        self.done = 0
        """Bytes taken from the disk or from standard input so far, compressed ones where they are."""
        self.total: int | None = self._size()
        """Bytes on disk when reading began; None where standard input is among the paths."""

    def __iter__(self) -> Iterator[Record | Reject]:
        for path in self._paths:
            if path == STDIN:
                yield from self._read_stdin()
                continue
            for found in files_of(path):
                if isinstance(found, Reject):
                    yield found
                else:
                    yield from self._read_file(found)

    def _count(self, size: int) -> None:
        self.done += size

    def _size(self) -> int | None:
        if STDIN in self._paths:
            return None
        return sum(f.size for path in self._paths for f in files_of(path) if isinstance(f, Found))

    def _read_stdin(self) -> Iterator[Record | Reject]:
        if self._stdin is None:
            yield Reject(STDIN, None, None, "There is no standard input here: name a file.")
        else:
            yield from read_stream(self._stdin, STDIN, self._format, self._count)

    def _read_file(self, found: Found) -> Iterator[Record | Reject]:
        before = self.done
        try:
            with open(found.path, "rb", buffering=0) as raw:
                yield from read_stream(raw, found.path, self._format or format_by_name(found.path), self._count)
        except OSError as error:
            why = "give yourself permission to read it" if isinstance(error, PermissionError) else error.strerror
            yield Reject(found.path, None, None, f"The file can't be opened: {why}.")
        # A file that was given up half-way is done, too.
        self.done = max(self.done, before + found.size)


def read_stream(
    raw: BinaryIO, file: str, format: Format | None, count: Callable[[int], None] = lambda _: None
) -> Iterator[Record | Reject]:
    """The records of one file, in this format, or in the one its first bytes show.

    `file` is the name that records and rejects carry; `count` is told the bytes of every piece that is read.
    """
    file = clean_text(file)  # a name that is not UTF-8 holds surrogates, which couldn't be printed
    stream = Stream(raw, count)
    try:
        yield from _read_format(stream, file, format or format_by_content(stream.peek()))
    except BrokenStream as error:
        yield Reject(file, error.line, None, error.message)
    except TooLong as error:
        yield Reject(file, None, None, error.message)


def _read_format(stream: Stream, file: str, format: Format | None) -> Iterator[Record | Reject]:
    match format:
        case "text":
            return read_text(stream, file)
        case "jsonl":
            return read_jsonl(stream, file)
        case "json":
            return read_json(stream, file)
        case "csv":
            return read_csv(stream, file)
        case "tsv":
            return read_csv(stream, file, "\t")
        case "html":
            return read_html(stream, file)
        case None:
            return iter([Reject(file, None, None, _unknown(stream, file))])


def _unknown(stream: Stream, file: str) -> str:
    if not stream.peek():
        return "It is empty."
    cure = "name its format with --format" if file == STDIN else "rename it, or name its format with --format"
    return f"Neither its name nor its first bytes tell what it holds. Read are {READ_TYPES}: {cure}."
