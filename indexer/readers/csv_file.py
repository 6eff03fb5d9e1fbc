"""CSV and TSV: the first row names the columns, each further row is an article."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from indexer.readers.encoding import decode
from indexer.readers.stream import LONGEST_RECORD, Stream
from indexer.records import FIELD_NAMES, Record, field_of, record_from
from indexer.rejects import Reject

__all__ = ["delimiter_of", "read_csv"]

_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR: Final = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
"""The line by which Excel is told the delimiter."""


def read_csv(stream: Stream, file: str, delimiter: str | None = None) -> Iterator[Record | Reject]:
    """The delimiter, where none is given, is the one that makes known column names of the first row.

    A field may hold newlines within quotes. Raises BrokenStream.
    """
    # Process-wide and 128 KiB by default, which long articles exceed; rows are bounded by _Lines.
    csv.field_size_limit(LONGEST_RECORD)
    lines = _Lines(stream)
    first = next(lines, None)
    if first is None:
        return
    if told := _SEPARATOR.fullmatch(first):
        delimiter = told[1]
    else:
        lines.put_back(first)
    rows = csv.reader(lines, delimiter=delimiter or delimiter_of(first) or ",")
    header: list[str] | None = None
    while True:
        lines.begin()
        try:
            row = next(rows, None)
        except _RowTooLong as error:
            yield Reject(file, lines.begun, None, f"The row can't be read ({error}).")
            continue
        except csv.Error:  # of what it objects to, nothing else comes through _Lines
            reason = "A carriage return stands outside quotes: save the file with the line ends of Windows or Linux."
            yield Reject(file, lines.begun, None, reason)
            continue
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        if lines.unclosed:
            reason = "A quoted field of this row is never closed: the rest of the file is lost to it."
            yield Reject(file, lines.begun, None, reason)
        elif header is None:
            header = [cell.strip() for cell in row]
            if problem := _problem_of(header):
                yield Reject(file, lines.begun, None, problem)
                return
        elif len(row) != len(header):
            reason = f"The row has {len(row)} columns, the first row names {len(header)}"
            yield Reject(file, lines.begun, None, f"{reason}: quote fields that hold the delimiter.")
        else:
            yield record_from(dict(zip(header, row, strict=True)), file, lines.begun)


def delimiter_of(first: str) -> str | None:
    """The delimiter under which the first row names a body, and most fields; None if it names none under any."""

    def known(delimiter: str) -> set[str | None]:
        return {field_of(cell.strip().strip('"')) for cell in first.split(delimiter)} - {None}

    best = max(_DELIMITERS, key=lambda d: len(known(d)))
    return best if "body" in known(best) else None


def _problem_of(header: Sequence[str]) -> str | None:
    if any(field_of(name) == "body" for name in header):
        return None
    seen = [name[:30] for name in header[:8]]
    names = ", ".join(f"`{n}`" for n in FIELD_NAMES["body"][:3])
    return f"The first row must name the columns, one of them {names} for the article's text; it reads {seen!r}."


class _RowTooLong(Exception):
    """One row holds more than is kept in memory."""


class _Lines:
    """The file's lines as text for csv.reader, which takes several where a quoted field holds newlines."""

    def __init__(self, stream: Stream) -> None:
        self._lines = stream.lines()
        self._back: str | None = None
        self._number = 0
        self._size = 0
        self._taken = 0
        self.begun = 1
        """The line on which the row begins."""
        self.unclosed = False
        """The file ended within the row."""

    def begin(self) -> None:
        """A new row begins."""
        self._size = self._taken = 0

    def put_back(self, line: str) -> None:
        self._back = line

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._back is not None:
            line, self._back = self._back, None
        else:
            try:
                self._number, data = next(self._lines)
            except StopIteration:
                self.unclosed = self._taken > 0
                raise
            if data is None:
                self._size = LONGEST_RECORD + 1
                line = ""
            else:
                self._size += len(data)
                line = decode(data)
        if not self._taken:
            self.begun = self._number
        self._taken += 1
        if self._size > LONGEST_RECORD:
            raise _RowTooLong(f"it is longer than {LONGEST_RECORD // 2**20} MiB")
        return line.replace("\0", "")
