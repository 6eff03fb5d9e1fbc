"""Several counts over time as lines to one scale: an SVG, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from archive.buckets import bucket_codes, bucket_label
from archive.calendar import Interval, interval
from archive.engine import IntervalName
from web.dates import readable
from web.timeline import articles, percent

__all__ = ["HEIGHT", "MAX_BUCKETS", "WIDTH", "Cell", "Line", "LinesView", "Point", "bucket_count", "draw_lines"]

WIDTH, HEIGHT = 960.0, 220.0
MAX_BUCKETS = 250
"""Points of a line at most, as in the timeline."""
DOTTED = 240
"""Points that are drawn as links; of more, the lines alone are drawn and the table holds the links."""
MARGIN = 6.0
"""Room for half a dot at the edges."""


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    points: tuple[Point, ...]
    """Those with a count, as links; none where there are too many."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    href: str | None
    """None where there are no articles."""


@dataclass(frozen=True, slots=True)
class LinesView:
    lines: tuple[Line, ...]
    label: str
    first: str
    last: str
    top: str
    """What the highest point stands for."""
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    """(bucket, a cell for each line), the latest first; buckets without any article are left out."""


def bucket_count(counts: Sequence[Sequence[Mapping[str, Any]]], unit: IntervalName) -> int:
    """How many buckets lie between the first and the last of all lines."""
    codes = _codes(counts, unit)
    return int(codes[-1] - codes[0]) + 1 if codes else 0


def draw_lines(
    counts: Sequence[Sequence[Mapping[str, Any]]],
    names: Sequence[str],
    unit: IntervalName,
    link: Callable[[int, Interval], str],
    *,
    share: bool,
) -> LinesView | None:
    """`counts`: for each line its buckets (`date`, `count`, `all`); None where no line has any."""
    codes = _codes(counts, unit)
    if not codes:
        return None
    labels = [bucket_label(code, unit) for code in range(codes[0], codes[-1] + 1)]
    by_date = [{bucket["date"]: bucket for bucket in buckets} for buckets in counts]
    values = [[_value(found.get(label), share) for label in labels] for found in by_date]
    highest = max(max(line) for line in values)
    room = (WIDTH - 2 * MARGIN) / max(1, len(labels) - 1)
    dotted = sum(len(found) for found in by_date) <= DOTTED
    lines = []
    for number, (found, line) in enumerate(zip(by_date, values, strict=True)):
        spots = [
            (round(MARGIN + i * room, 1) if len(labels) > 1 else WIDTH / 2, round(HEIGHT - v / highest * HEIGHT, 1))
            for i, v in enumerate(line)
        ]
        points = tuple(
            Point(
                x, y, f"{names[number]}, {readable(label)}: {_said(found[label], share)}", link(number, interval(label))
            )
            for label, (x, y) in zip(labels, spots, strict=True)
            if dotted and label in found
        )
        lines.append(Line("M" + " ".join(f"{x} {y}" for x, y in spots), points))
    rows = tuple(
        (readable(label), tuple(_cell(found.get(label), share, n, label, link) for n, found in enumerate(by_date)))
        for label in reversed(labels)
        if any(label in found for found in by_date)
    )
    first, last = readable(labels[0]), readable(labels[-1])
    return LinesView(
        lines=tuple(lines),
        label=f"{'Share of all coverage' if share else 'Articles'} by {unit}, {first} to {last}",
        first=first,
        last=last if len(labels) > 1 else "",
        top=percent(highest) if share else f"{highest:,.0f}",
        rows=rows,
    )


def _codes(counts: Sequence[Sequence[Mapping[str, Any]]], unit: IntervalName) -> list[int]:
    """The numbers of all buckets, in order."""
    days = [interval(bucket["date"]).first.toordinal() for buckets in counts for bucket in buckets]
    return sorted(bucket_codes(np.asarray(days, np.int64), unit).tolist()) if days else []


def _value(bucket: Mapping[str, Any] | None, share: bool) -> float:
    if bucket is None:
        return 0.0
    return float(bucket["count"] / bucket["all"] if share else bucket["count"])


def _said(bucket: Mapping[str, Any], share: bool) -> str:
    return (
        f"{percent(bucket['count'] / bucket['all'])} of {articles(bucket['all'])}"
        if share
        else articles(bucket["count"])
    )


def _cell(
    bucket: Mapping[str, Any] | None, share: bool, number: int, label: str, link: Callable[[int, Interval], str]
) -> Cell:
    if bucket is None:
        return Cell("0", None)
    text = percent(bucket["count"] / bucket["all"]) if share else f"{bucket['count']:,}"
    return Cell(text, link(number, interval(label)))
