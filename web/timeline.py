"""The timeline as an SVG: where each bar stands, and which range it stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.calendar import interval

__all__ = ["Bar", "TimelineView", "draw"]

WIDTH, HEIGHT = 960.0, 72.0
"""Units of the drawing, which stretches to its column."""
MIN_BAR = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    date: str
    count: int
    x: float
    y: float
    width: float
    height: float
    href: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    bars: tuple[Bar, ...]
    first: str
    last: str
    highest: int
    undated: int
    coarser: int
    interval: str
    field: str
    width: float = WIDTH
    height: float = HEIGHT


def draw(answer: dict[str, Any], links: Sequence[str]) -> TimelineView | None:
    """Bars to scale of time; `links`: one for each bucket. None where there is nothing to draw."""
    buckets = answer["buckets"]
    if not buckets:
        return None
    spans = [interval(b["date"]) for b in buckets]
    start, end = spans[0].first, spans[-1].last
    days = (end - start).days + 1
    highest = max(b["count"] for b in buckets)
    bars = []
    for bucket, span, href in zip(buckets, spans, links, strict=True):
        x = _share(start, span.first, days) * WIDTH
        width = max(MIN_BAR, ((span.last - span.first).days + 1) / days * WIDTH - 1)
        height = max(MIN_BAR, bucket["count"] / highest * HEIGHT)
        shown = (round(x, 1), round(HEIGHT - height, 1), round(min(width, 48), 1), round(height, 1))
        bars.append(Bar(bucket["date"], bucket["count"], *shown, href))
    return TimelineView(
        tuple(bars),
        buckets[0]["date"],
        buckets[-1]["date"],
        highest,
        answer["undated"],
        answer["coarser"],
        answer["interval"],
        answer["field"],
    )


def _share(start: dt.date, day: dt.date, days: int) -> float:
    return (day - start).days / days
