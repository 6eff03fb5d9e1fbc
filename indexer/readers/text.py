"""Plain text: one article a file, its first line `date 2024-11-25 Title`, then the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from archive.article import Article
from archive.calendar import normalise_date
from indexer.bylines import byline_in
from indexer.readers.encoding import decode
from indexer.readers.stream import Stream
from indexer.records import Record, clean_text
from indexer.rejects import Reject

__all__ = ["looks_like_text", "read_text"]

_FIRST_LINE: Final = re.compile(r"date[ \t]+(?P<date>\d{4}\S*)(?:[ \t]+(?P<title>.*))?", re.IGNORECASE)
_EXPECTED: Final = "A text file begins with a line like `date 2024-11-25 The title`, then a blank line, then the text"


def looks_like_text(head: bytes) -> bool:
    return _FIRST_LINE.match(head.lstrip().decode("utf-8", "replace")) is not None


def read_text(stream: Stream, file: str) -> Iterator[Record | Reject]:
    """One Record or one Reject. The file's line ends become newlines, as text files are read; nothing else changes.

    A byline (`By Ann Lowe`, alone on a line near the top) gives the authors and stays in the body.
    Raises TooLong and BrokenStream.
    """
    text = decode(stream.read_all()).replace("\r\n", "\n").replace("\r", "\n")
    begun = text.lstrip()
    first, _, rest = begun.partition("\n")
    line = 1 + text.count("\n", 0, len(text) - len(begun))
    m = _FIRST_LINE.fullmatch(first)
    if not m:
        yield Reject(file, line, None, f"{_EXPECTED}; this one doesn't.")
        return
    try:
        published = normalise_date(m["date"])
    except (ValueError, OverflowError):
        reason = f"{m['date'][:40]!r} is no date. {_EXPECTED}; the date may also be 2024-11 or 2024."
        yield Reject(file, line, None, reason)
        return
    title = clean_text(m["title"] or "").strip()
    body = _without_outer_blank_lines(clean_text(rest))
    if not title and not body.strip():
        yield Reject(file, line, None, f"The article is empty: it has neither a title nor a text. {_EXPECTED}.")
        return
    article = Article(id="", title=title, body=body, published=published, authors=byline_in(body))
    yield Record(article, file, line)


def _without_outer_blank_lines(text: str) -> str:
    """The first line keeps its indent."""
    blank = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, blank) + 1 :].rstrip()
