"""Text cut into marked and plain pieces, and snippets around the marks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Piece", "marked", "snippet"]

SNIPPET = 280
"""Code points of a snippet: about three lines."""
LEAD = 60
"""Code points shown before the first mark."""
PARAGRAPH = 100
"""Code points from which a line is taken for running text: captions and bylines are shorter."""

_LINE_END = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text as one element shows it."""

    text: str
    hit: bool = False
    """It holds words of the search."""
    kind: str = ""
    """Kind of the mention it belongs to; empty outside of mentions."""
    title: str = ""
    """What the mention stands for."""
    reading: int = 0
    """The number of the line that explains the mention; 0 outside of mentions."""
    stop: bool = False
    """The tab key halts here: at the first mention that is read in this way."""


def marked(text: str, spans: Iterable[tuple[int, int]], start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """The text from `start` to `end`, with the parts of the spans (sorted, apart from each other) marked."""
    end = len(text) if end is None else min(end, len(text))
    pieces = []
    at = start
    for span in spans:
        first, last = max(span[0], at), min(span[1], end)
        if first >= last:
            continue
        if at < first:
            pieces.append(Piece(text[at:first]))
        pieces.append(Piece(text[first:last], hit=True))
        at = last
    if at < end:
        pieces.append(Piece(text[at:end]))
    return tuple(pieces)


def snippet(body: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """Where most marks stand close together, in whole words; without marks, the beginning of the running text.

    `spans`: sorted, apart from each other, code points of the body. Line ends show as a middle dot.
    """
    start = _before(body, _densest(spans)) if spans else _running_text(body)
    end = min(start + SNIPPET, len(body))
    if end < len(body):
        gap = body.rfind(" ", start, end)
        end = gap if gap > start else end
    pieces = [Piece(_LINE_END.sub(" · ", p.text), p.hit) for p in marked(body.rstrip(), spans, start, end)]
    if start > 0:
        pieces.insert(0, Piece("… "))
    if end < len(body.rstrip()):
        pieces.append(Piece(" …"))
    return tuple(pieces)


def _densest(spans: Sequence[tuple[int, int]]) -> int:
    """Where the mark begins behind which, within a snippet, most marks begin; of equals the first."""
    starts = [first for first, _ in spans]
    return max(starts, key=lambda at: bisect_left(starts, at + SNIPPET - LEAD) - bisect_left(starts, at))


def _before(body: str, mark: int) -> int:
    """Where to begin so that the mark is read in its context: its line's beginning if that is near."""
    earliest = max(0, mark - LEAD)
    line = body.rfind("\n", 0, mark) + 1
    if line >= earliest:
        return line
    gap = body.find(" ", earliest, mark)
    return gap + 1 if gap >= 0 and earliest else earliest


def _running_text(body: str) -> int:
    at = 0
    for line in body.splitlines(keepends=True):
        if len(line) >= PARAGRAPH:
            return at
        at += len(line)
    return 0
