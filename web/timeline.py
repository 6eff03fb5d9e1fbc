"""The timeline as an SVG: where each bar stands, what it says, and the search it links to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from archive.calendar import Interval, interval
from web.dates import readable

__all__ = [
    "ANY_RANGE",
    "HEIGHT",
    "MAX_BARS",
    "WIDTH",
    "Bar",
    "TimelineView",
    "articles",
    "draw",
    "most_bars",
    "percent",
]

WIDTH, HEIGHT = 960.0, 72.0
"""Units of the drawing, which stretches to its column."""
MIN_BAR, MAX_BAR = 2.0, 48.0
"""Thin enough for centuries, wide enough to be hit; a lone bar is no wall."""
MAX_BARS = 160
"""Thirteen years of months. More are hardly hit and make the page heavy: a coarser interval is drawn."""
WEIGHT, FRAME = 36_000, 125
"""Bytes of a timeline in the page, and of a bar without its link: a long query is repeated in each of them."""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    """`November 2024: 12 articles`"""
    x: float
    y: float
    width: float
    height: float
    href: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    bars: tuple[Bar, ...]
    label: str
    """What the drawing shows, for those who don't see it."""
    first: str
    last: str
    top: str
    """What the highest bar stands for."""
    note: str
    """The articles that stand in no bar, and why; empty where there are none."""
    begins: str
    """The first day drawn, in ISO 8601."""
    ends: str
    interval: str
    range: str
    """The link of a range, with ANY_RANGE in place of its days."""


ANY_RANGE = Interval(dt.date(1, 1, 1), dt.date(1, 1, 2))
"""Stands for the days that a reader draws; `0001-01-01..0001-01-02` in a link."""


def most_bars(link: str) -> int:
    """How many bars fit into a page whose links are about as long as this one."""
    return max(1, min(MAX_BARS, WEIGHT // (FRAME + len(link))))


def draw(answer: Mapping[str, Any], link: Callable[[Interval], str], *, share: bool = False) -> TimelineView | None:
    """Bars to the scale of time from an answer's `timeline`; None where there is nothing to draw.

    `share`: of all coverage, which each bucket then gives as `all`.
    """
    buckets = answer["buckets"]
    if not buckets:
        return None
    spans = [interval(b["date"]) for b in buckets]
    start = spans[0].first
    days = (spans[-1].last - start).days + 1
    values = [b["count"] / b["all"] if share else float(b["count"]) for b in buckets]
    highest = max(values)
    bars = []
    for bucket, span, value in zip(buckets, spans, values, strict=True):
        room = ((span.last - span.first).days + 1) / days * WIDTH
        width = min(MAX_BAR, max(MIN_BAR, room - 1))
        x = min((span.first - start).days / days * WIDTH + max(0.0, (room - width) / 2), WIDTH - width)
        height = max(MIN_BAR, value / highest * HEIGHT)
        label = f"{readable(bucket['date'])}: {_said(bucket, share)}"
        bars.append(Bar(label, round(x, 1), round(HEIGHT - height, 1), round(width, 1), round(height, 1), link(span)))
    first, last = readable(buckets[0]["date"]), readable(buckets[-1]["date"])
    what = "mentioning a" if answer["field"] == "mentioned" else "by"
    shown = "Share of all coverage" if share else "Articles"
    return TimelineView(
        bars=tuple(bars),
        label=f"{shown} {what} {answer['interval']}, {first} to {last}; each bar is a link",
        first=first,
        last=last if len(bars) > 1 else "",
        top=percent(highest) if share else f"{highest:,.0f}",
        note=_note(answer),
        begins=start.isoformat(),
        ends=spans[-1].last.isoformat(),
        interval=answer["interval"],
        range=link(ANY_RANGE),
    )


def percent(share: float) -> str:
    """`0.4 %`, `12 %`: as many figures as say something."""
    return f"{share:.1%}".replace("%", " %") if share < 0.1 else f"{share:.0%}".replace("%", " %")


def _note(answer: Mapping[str, Any]) -> str:
    parts = []
    if answer["undated"]:
        parts.append(f"{answer['undated']:,} undated")
    if answer["coarser"]:
        parts.append(f"{answer['coarser']:,} with no date as fine as a {answer['interval']}")
    return ", ".join(parts)


def _said(bucket: Mapping[str, Any], share: bool) -> str:
    """The number of articles stands at the end, as in every other count."""
    if not share:
        return articles(bucket["count"])
    return f"{percent(bucket['count'] / bucket['all'])} of {articles(bucket['all'])}"


def articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"
