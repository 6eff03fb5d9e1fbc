"""The dates that an article speaks of, on a small line of time, with the day it was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.calendar import Interval

__all__ = ["HEIGHT", "WIDTH", "DateLineView", "Mark", "draw_dates"]

WIDTH, HEIGHT = 280.0, 44.0
MARGIN = 7.0
LEAST = 7.0
"""Width of a day: wide enough to be hit."""
ROWS = 3
"""Marks that would hide each other stand above each other, as far as there is room."""


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    width: float
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class DateLineView:
    marks: tuple[Mark, ...]
    published: float | None
    """Where the day of publication stands."""
    first: str
    last: str


def draw_dates(dates: Sequence[tuple[Interval, str, str]], published: Interval | None) -> DateLineView | None:
    """`dates`: (days, label, link) of each; None where there are too few to say anything: fewer than two."""
    spans = [days for days, _, _ in dates] + ([published] if published else [])
    if len(spans) < 2 or not dates:
        return None
    start, end = min(s.first for s in spans), max(s.last for s in spans)
    room = (WIDTH - 2 * MARGIN) / max(1, (end - start).days + 1)
    ends = [float("-inf")] * ROWS
    marks = []
    for days, label, href in sorted(dates, key=lambda d: (d[0].first, d[0].last)):
        width = max(LEAST, ((days.last - days.first).days + 1) * room)
        x = min(MARGIN + (days.first - start).days * room, WIDTH - MARGIN - width)
        row = next((r for r in range(ROWS) if ends[r] + 1 <= x), ends.index(min(ends)))
        ends[row] = max(ends[row], x + width)
        marks.append(Mark(round(x, 1), HEIGHT - 13 - row * 10, round(width, 1), label, href))
    at = None if published is None else round(MARGIN + ((published.first - start).days + 0.5) * room, 1)
    return DateLineView(tuple(marks), at, f"{start.year}", f"{end.year}")
