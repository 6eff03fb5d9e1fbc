"""Dates as news has them: a year, a month, a week, a day or an instant, and intervals of days.

A date is kept as ISO 8601 text at its own precision (`2024`, `2024-11`, `2024-W47`,
`2024-11-25`, `2024-11-25T08:45`, `2024-11-25T08:45:59+02:00`); everything else is computed.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

__all__ = ["Interval", "day_number", "instant", "interval", "normalise_date", "parse_range"]

_ISO = re.compile(
    r"(?P<y>\d{4})(?:-(?:W(?P<w>\d{2})|(?P<m>\d{2})(?:-(?P<d>\d{2})"
    r"(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<z>Z|[+-]\d{2}:?\d{2}(?::?\d{2})?)?)?)?))?",
    re.ASCII,
)


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """Whole days, both ends included."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"an interval that ends ({self.last}) before it begins ({self.first})")

    def __contains__(self, other: Interval) -> bool:
        return self.first <= other.first and other.last <= self.last

    def __str__(self) -> str:
        """The shortest ISO text of these days: `2024`, `2024-11`, `2024-W47`, `2024-11-25` or `from/to`."""
        a, b = self.first, self.last
        if a == b:
            return a.isoformat()
        if a.day == 1 and b == _month(a.year, a.month).last:
            return f"{a.year:04}-{a.month:02}"
        if (a.month, a.day, b.month, b.day) == (1, 1, 12, 31) and a.year == b.year:
            return f"{a.year:04}"
        if a.isoweekday() == 1 and (b - a).days == 6:
            year, week, _ = a.isocalendar()
            return f"{year:04}-W{week:02}"
        return f"{a.isoformat()}/{b.isoformat()}"


def normalise_date(text: str) -> str:
    """The date at its precision, in canonical ISO 8601: `2023-11-27 08:45:59.000Z` -> `2023-11-27T08:45:59+00:00`.

    Fractions of a second are dropped. A time without an offset keeps none (read as UTC where an
    instant is needed). Raises ValueError when the text is no ISO date or no real day.
    """
    m = _ISO.fullmatch(text.strip())
    if not m:
        raise ValueError(f"not an ISO 8601 date: {text!r}")
    if m["H"] is None:
        interval(m[0])  # is it a real day, month or week?
        return m[0]
    zone = m["z"] or ""
    if zone and zone != "Z" and ":" not in zone:
        zone = ":".join(zone[i : i + (3 if i == 0 else 2)] for i in ((0, 3) if len(zone) == 5 else (0, 3, 5)))
    zone = "+00:00" if zone == "Z" else zone
    seconds = f":{m['S']}" if m["S"] else ""
    value = f"{m['y']}-{m['m']}-{m['d']}T{m['H']}:{m['M']}{seconds}{zone}"
    dt.datetime.fromisoformat(value)
    return value


def interval(date: str) -> Interval:
    """The days that a normalised date (or a `from/to` pair of dates) covers, on its own offset's calendar."""
    if "/" in date:
        first, last = date.split("/")
        return Interval(interval(first).first, interval(last).last)
    if len(date) == 4:
        return Interval(dt.date(int(date), 1, 1), dt.date(int(date), 12, 31))
    if "W" in date:
        monday = dt.date.fromisocalendar(int(date[:4]), int(date[6:8]), 1)
        return Interval(monday, dt.date.fromisocalendar(int(date[:4]), int(date[6:8]), 7))
    if len(date) == 7:
        return _month(int(date[:4]), int(date[5:7]))
    day = dt.date.fromisoformat(date[:10])
    return Interval(day, day)


def parse_range(text: str) -> Interval:
    """A range as people type it: `2024-11`, `2024-11-01..2024-11-25`, `2023..`, `..2024`, `2024-11-18/2024-11-24`.

    Raises ValueError with a sentence that says what was expected.
    """
    text = text.strip()
    low, dots, high = text.partition("..")
    if not dots and "/" in text:
        low, dots, high = text.partition("/")
    try:
        if not dots:
            return interval(_plain(low))
        first = interval(_plain(low)).first if low else dt.date.min
        last = interval(_plain(high)).last if high else dt.date.max
        if not (low or high):
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is not a date: write 2024, 2024-11, 2024-W47, 2024-11-25 or a range like 2024-11-01..2024-11-25"
        ) from None
    if last < first:
        raise ValueError(f"the range {text!r} ends before it begins: write the earlier date first")
    return Interval(first, last)


def instant(date: str) -> int:
    """Seconds since 1970-01-01T00:00Z of the beginning of a normalised date; negative before."""
    if len(date) <= 10:
        moment = dt.datetime.combine(interval(date).first, dt.time())
    else:
        moment = dt.datetime.fromisoformat(date)
    zone = moment.utcoffset() or dt.timedelta()
    # Differences, because the moment itself may lie beyond the years 1 and 9999 in UTC.
    return round((moment.replace(tzinfo=None) - dt.datetime(1970, 1, 1) - zone).total_seconds())


def day_number(day: dt.date) -> int:
    """Days since 0000-12-31, as `date.toordinal`: how engines store days."""
    return day.toordinal()


def _plain(text: str) -> str:
    value = normalise_date(text)
    if len(value) > 10:
        raise ValueError("a time of day")
    return value


def _month(year: int, month: int) -> Interval:
    return Interval(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]))
