"""The bytes of one file or of standard input: decompressed on the way, in bounded memory, read once from front to back.

Whatever is wrong with the bytes (a broken disk, gzip data that is damaged or breaks off) is a BrokenStream, raised
after everything before the damage was given out.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast

from archive.errors import ReadError

__all__ = ["LONGEST_RECORD", "BrokenStream", "Stream", "TooLong"]

LONGEST_RECORD: Final = 64 * 1024 * 1024
"""Bytes of a line, a row or a text file that are held in memory; the longest articles have a thousandth of that."""

_PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"


class BrokenStream(ReadError):
    """The bytes end before they should. `line` is that of the record that is cut off, where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class TooLong(ReadError):
    """A file that must be held as a whole is longer than allowed."""


class Stream:
    """Bytes without a byte order mark; UTF-16 with one is turned into UTF-8."""

    def __init__(self, raw: BinaryIO, count: Callable[[int], None] = lambda _: None) -> None:
        """`count` is told the number of bytes of every piece taken from `raw`, compressed ones where it is so."""
        self._raw = _Counted(raw, count)
        self._pending = b""
        self._inflated: gzip.GzipFile | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begun = False

    def peek(self) -> bytes:
        """The first bytes that `read` will give, up to 64 KiB (often fewer); b"" at the end. Raises BrokenStream."""
        if not self._pending:
            self._pending = self.read()
        return self._pending

    def read(self) -> bytes:
        """The next piece; b"" at the end. Raises BrokenStream."""
        piece, self._pending = self._pending, b""
        if piece:
            return piece
        if not self._begun:
            self._begun = True
            return self._first()
        return self._decoded()

    def read_all(self, limit: int = LONGEST_RECORD) -> bytes:
        """Everything that is left. Raises TooLong above `limit` bytes, and BrokenStream."""
        pieces: list[bytes] = []
        size = 0
        while piece := self.read():
            size += len(piece)
            if size > limit:
                raise TooLong(f"The file is too long for one article: {limit // 2**20} MiB is the most that is read.")
            pieces.append(piece)
        return b"".join(pieces)

    def lines(self, limit: int = LONGEST_RECORD) -> Iterator[tuple[int, bytes | None]]:
        """Number from 1 and bytes of each line, its newline included.

        None stands for a line above `limit` bytes, of which nothing is kept. Raises BrokenStream with the number of
        the line that breaks off; of that line nothing is given.
        """
        number, size = 1, 0
        parts: list[bytes] = []
        try:
            while piece := self.read():
                ends = piece.split(b"\n")
                for i, part in enumerate(ends):
                    size += len(part)
                    if size <= limit:
                        parts.append(part)
                    else:
                        parts.clear()
                    if i < len(ends) - 1:
                        yield number, b"".join([*parts, b"\n"]) if size <= limit else None
                        number, size = number + 1, 0
                        parts.clear()
        except BrokenStream as error:
            error.line = number
            raise
        if size:
            yield number, b"".join(parts) if size <= limit else None

    def _first(self) -> bytes:
        """The first piece: finds out how the bytes are packed."""
        head = self._raw.read(len(_GZIP), exactly=True)
        self._raw.put_back(head)
        if head == _GZIP:
            self._inflated = gzip.GzipFile(fileobj=cast(BinaryIO, self._raw))
        piece = self._bytes()
        while 0 < len(piece) < len(codecs.BOM_UTF8) and (more := self._bytes()):
            piece += more
        if piece.startswith(codecs.BOM_UTF8):
            return piece[len(codecs.BOM_UTF8) :] or self._bytes()
        for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
            if piece.startswith(mark):
                self._decoder = codecs.getincrementaldecoder(name)("replace")
                text = self._decoder.decode(piece[len(mark) :])
                return text.encode() or self._decoded()
        return piece

    def _decoded(self) -> bytes:
        if self._decoder is None:
            return self._bytes()
        while piece := self._bytes():
            if text := self._decoder.decode(piece):
                return text.encode()
        return self._decoder.decode(b"", final=True).encode()

    def _bytes(self) -> bytes:
        try:
            # read1, since read would lose what it has when the data breaks off
            return self._raw.read(_PIECE) if self._inflated is None else self._inflated.read1(_PIECE)
        except EOFError as error:
            raise BrokenStream("The gzip data breaks off here: fetch the file again, its end is missing.") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise BrokenStream("The gzip data is damaged here: fetch the file again.") from error
        except OSError as error:
            raise BrokenStream(f"The file can't be read on from here ({error.strerror or error}).") from error


class _Counted:
    """A source of bytes that counts, and takes back what was only looked at."""

    def __init__(self, raw: BinaryIO, count: Callable[[int], None]) -> None:
        self._source = raw
        self._count = count
        self._back = b""

    def read(self, size: int, exactly: bool = False) -> bytes:
        """Up to `size` bytes; with `exactly`, fewer only at the end."""
        if self._back:
            piece, self._back = self._back[:size], self._back[size:]
            return piece
        piece = self._source.read(size) or b""
        while exactly and 0 < len(piece) < size and (more := self._source.read(size - len(piece))):
            piece += more
        self._count(len(piece))
        return piece

    def put_back(self, piece: bytes) -> None:
        self._back = piece
