"""Dates as a reader wants them: `21 November 2024`, at the precision that is known."""

from __future__ import annotations

import datetime as dt

from archive.calendar import Interval, interval

__all__ = ["readable", "readable_days"]

MONTHS = "January February March April May June July August September October November December".split()
"""Not the operating system's: pages are in English wherever they are served."""


def readable(date: str, *, time: bool = False) -> str:
    """A normalised date, or a `from/to` pair of them; with `time`, the time of day and its offset too."""
    if time and "T" in date:
        offset = date[-6:] if date[-6] in "+-" else ""
        zone = " UTC" if offset == "+00:00" else f" UTC{offset}" if offset else ""
        return f"{readable_days(interval(date))}, {date[11:16]}{zone}"
    return readable_days(interval(date))


def readable_days(days: Interval) -> str:
    """`2024`, `November 2024`, `21 November 2024`, `18–24 November 2024`, `until 2 May 2023`."""
    first, last = days.first, days.last
    if first == dt.date.min and last == dt.date.max:
        return "any date"
    if first == dt.date.min:
        return f"until {_day(last)}"
    if last == dt.date.max:
        return f"since {_day(first)}"
    text = str(days)
    if len(text) == 4:
        return text
    if len(text) == 7:
        return f"{MONTHS[first.month - 1]} {first.year}"
    if first == last:
        return _day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)}"
    if first.year == last.year:
        return f"{first.day} {MONTHS[first.month - 1]} – {_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def _day(day: dt.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
