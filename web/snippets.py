"""Text cut into marked and unmarked pieces, and snippets around the marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Piece", "first_sentence", "marked", "snippet"]

SNIPPET = 280
"""Code points of a snippet: about three lines."""
LEAD = 60
"""Code points shown before the first mark."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `mark` is its class, empty for plain text."""

    text: str
    mark: str = ""
    title: str = ""


def marked(text: str, spans: Sequence[tuple[int, int]], start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """The text from `start` to `end`, with the parts of the spans (sorted, apart from each other) marked."""
    end = len(text) if end is None else end
    pieces = []
    at = start
    for span in spans:
        first, last = max(span[0], at), min(span[1], end)
        if first >= last:
            continue
        pieces += [Piece(text[at:first])] if at < first else []
        pieces.append(Piece(text[first:last], "hit"))
        at = last
    if at < end:
        pieces.append(Piece(text[at:end]))
    return tuple(pieces)


def snippet(body: str, spans: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """Where most of the marks stand close together, with whole words at both ends."""
    best = 0
    if spans:
        first = max(spans, key=lambda s: sum(s[0] <= other[0] < s[0] + SNIPPET - LEAD for other in spans))
        best = max(0, first[0] - LEAD)
    start = best if best == 0 else body.find(" ", best, best + LEAD) + 1 or best
    end = start + SNIPPET
    if end < len(body):
        end = body.rfind(" ", start, end) if " " in body[start:end] else end
    pieces = marked(body, spans, start, min(end, len(body)))
    return (*([Piece("… ")] if start else []), *pieces, *([Piece(" …")] if end < len(body) else []))


def first_sentence(body: str) -> str:
    """What stands for a headline where there is none."""
    line = next((line.strip() for line in body.splitlines() if line.strip()), "")
    for stop in (". ", "? ", "! "):
        line = line.split(stop)[0] if stop in line else line
    return line if len(line) <= 120 else line[:117].rsplit(" ", 1)[0] + "…"
