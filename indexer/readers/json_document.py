"""A `.json` file: an array of articles, one article, or several one after another. Read a piece at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Final

from indexer.readers.jsonl import read_jsonl
from indexer.readers.stream import LONGEST_RECORD, BrokenStream, Stream
from indexer.records import Record, record_from
from indexer.rejects import Reject

__all__ = ["read_json"]

_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_CURE: Final = "what follows in this file isn't read; write one article a line (.jsonl) to lose only the bad one"


def read_json(stream: Stream, file: str) -> Iterator[Record | Reject]:
    """Lines, where the first line is an object of its own (many `.json` files are JSON Lines); else whole values.

    Raises BrokenStream.
    """
    if _is_lines(stream.peek()):
        yield from read_jsonl(stream, file)
        return
    values = _Values(stream)
    try:
        while (char := values.next_char()) and char != "[":
            yield record_from(values.value(), file, values.begun)
        if char:
            yield from _array(values, file)
    except _NotJSON as error:
        yield Reject(file, error.line, None, f"{error}: {_CURE}.")


def _array(values: _Values, file: str) -> Iterator[Record | Reject]:
    values.take()
    if values.next_char() == "]":
        values.take()
    else:
        while True:
            yield record_from(values.value(), file, values.begun)
            char = values.next_char()
            if char not in (",", "]"):
                raise _NotJSON("The array is not closed" if not char else "A comma is missing here", values.line)
            values.take()
            if char == "]":
                break
    if values.next_char():
        raise _NotJSON("Something follows the end of the array", values.line)


def _is_lines(head: bytes) -> bool:
    first, newline, _ = head.lstrip().partition(b"\n")
    return first.startswith(b"{") and (not newline or first.rstrip().endswith(b"}"))


class _NotJSON(Exception):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Values:
    """JSON values of a stream, one after another; holds no more than the value being read."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._json = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._ended = False
        self._not_utf8 = False
        self.line = 1
        """Where the stream stands."""
        self.begun = 1
        """Where the last value began."""

    def next_char(self) -> str:
        """The next character that is not blank, left where it is; "" at the end."""
        while True:
            m = _BLANKS.match(self._text, self._at)
            assert m is not None  # it matches nothing, too
            self._advance(m.end())
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(1):
                return ""

    def take(self) -> None:
        """Pass over one character."""
        self._advance(self._at + 1)

    def value(self) -> object:
        """The value that begins here. Raises _NotJSON where there is none, BrokenStream where it breaks off."""
        self.next_char()
        self.begun = self.line
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except RecursionError:
                raise _NotJSON("The JSON is nested too deeply", self.begun) from None
            except ValueError as error:  # perhaps only since the value isn't here as a whole
                if len(self._text) - self._at > LONGEST_RECORD:
                    raise _NotJSON("An article is not JSON, or is longer than 64 MiB", self.begun) from None
                # Twice as much each time: trying again then costs no more than the last try.
                if not self._more(len(self._text) - self._at):
                    reason = f": {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
                    raise _NotJSON(f"An article that begins here is not JSON{reason}", self.begun) from None
                continue
            # Only a bare number may go on in the next piece.
            if end < len(self._text) or isinstance(value, (dict, list)) or not self._more(1):
                self._advance(end)
                return value

    def _advance(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self, size: int) -> bool:
        """Read `size` more characters, or what there is; False at the end."""
        pieces = [self._text[self._at :]]
        got = 0
        while got < size and not self._ended:
            piece = self._piece()
            got += len(piece)
            pieces.append(piece)
        self._text, self._at = "".join(pieces), 0
        return got > 0

    def _piece(self) -> str:
        if self._not_utf8:
            raise _NotJSON("An article that begins here is not UTF-8; convert the file", self.line)
        try:
            data = self._stream.read()
            self._ended = not data
            return self._decoder.decode(data, final=self._ended)
        except BrokenStream as error:
            error.line = self.line
            raise
        except UnicodeDecodeError as error:
            # What stands before it is still good.
            self._not_utf8, self._ended = True, False
            return error.object[: error.start].decode("utf-8")
