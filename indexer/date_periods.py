"""Calendar periods: days, weeks, months, quarters, seasons, years, and how to move from one to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from archive.calendar import Interval, interval

__all__ = ["Period", "Tense", "Unit", "nearest"]

Unit = Literal["day", "weekend", "week", "month", "quarter", "season", "half", "year", "decade", "century", "range"]
Tense = Literal["past", "future"]

_SIZES: tuple[Unit, ...] = ("day", "weekend", "week", "month", "quarter", "season", "half", "year")
_SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

# News names no day nearly a year away without its year, whatever the verbs around it say.
_FAR = dt.timedelta(260)
_NEAR = dt.timedelta(75)
# With no verb to tell, half a year is far; months run back for longer: `In February` in November.
_FAR_UNTOLD = dt.timedelta(200)
_NEAR_UNTOLD = dt.timedelta(100)
_FAR_MONTH = dt.timedelta(300)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included, and the unit that they were named by."""

    unit: Unit
    first: dt.date
    last: dt.date

    @property
    def value(self) -> str:
        """ISO 8601 at the period's precision, or `from/to` where ISO 8601 has no short form."""
        return str(Interval(self.first, self.last))

    @classmethod
    def published(cls, date: str) -> Period:
        """The day (week, month, year) of a normalised date, on its own offset's calendar."""
        days = interval(date)
        unit: Unit = "day" if len(date) >= 10 else "week" if "W" in date else "month" if len(date) == 7 else "year"
        return cls(unit, days.first, days.last)

    @classmethod
    def day(cls, year: int, month: int, day: int) -> Period:
        """Raises ValueError when the month has no such day."""
        date = dt.date(year, month, day)
        return cls("day", date, date)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        return cls("month", *_months(year, month, 1))

    @classmethod
    def quarter(cls, year: int, number: int) -> Period:
        return cls("quarter", *_months(year, 3 * number - 2, 3))

    @classmethod
    def half(cls, year: int, number: int) -> Period:
        return cls("half", *_months(year, 6 * number - 5, 6))

    @classmethod
    def season(cls, year: int, name: str) -> Period:
        """Meteorological, of the northern hemisphere: the winter of 2023 begins in December 2023."""
        return cls("season", *_months(year, _SEASON_STARTS[name], 3))

    @classmethod
    def year(cls, year: int) -> Period:
        return cls("year", *_months(year, 1, 12))

    @classmethod
    def years(cls, unit: Unit, first: int, last: int) -> Period:
        return cls(unit, dt.date(first, 1, 1), dt.date(last, 12, 31))

    @classmethod
    def around(cls, date: dt.date, unit: Unit) -> Period:
        """The period of that unit that holds a day; of a weekend, that at the end of the day's week."""
        match unit:
            case "weekend":
                saturday = date + dt.timedelta(6 - date.isoweekday())
                return cls(unit, saturday, saturday + dt.timedelta(1))
            case "week":
                monday = date - dt.timedelta(date.weekday())
                return cls(unit, monday, monday + dt.timedelta(6))
            case "month":
                return cls.month(date.year, date.month)
            case "quarter":
                return cls.quarter(date.year, (date.month + 2) // 3)
            case "year":
                return cls.year(date.year)
            case "decade":
                return cls.years(unit, date.year // 10 * 10, date.year // 10 * 10 + 9)
            case "century":
                return cls.years(unit, date.year // 100 * 100, date.year // 100 * 100 + 99)
            case _:
                return cls("day", date, date)

    def moved(self, number: int, unit: Unit) -> Period:
        """This period, as precise as it is, that many units on (negative: back). Raises ValueError or OverflowError."""
        match unit:
            case "day":
                return Period.around(self.first + dt.timedelta(number), self.unit)
            case "week" | "weekend":
                return Period.around(self.first + dt.timedelta(7 * number), self.unit)
            case "month":
                months = number
            case "quarter":
                months = 3 * number
            case "decade":
                months = 120 * number
            case "century":
                months = 1200 * number
            case _:
                months = 12 * number
        first, _ = _months(self.first.year, self.first.month + months, 1)
        if self.unit in ("day", "week"):
            length = Period.around(first, "month").last.day
            return Period.around(first.replace(day=min(self.first.day, length)), self.unit)
        if self.unit == "season":
            return Period("season", *_months(first.year, first.month, 3))
        if self.unit == "half":
            return Period("half", *_months(first.year, first.month, 6))
        return Period.around(first, self.unit)

    def holds(self, unit: Unit) -> bool:
        """Whether a period of that unit is no finer than this one, so that this one tells which is meant."""
        return self.unit == "day" or unit not in _SIZES or _SIZES.index(self.unit) <= _SIZES.index(unit)


def nearest(periods: Iterable[Period], now: Period, tense: Tense | None) -> Period | None:
    """The one that is meant, of periods in order of time that share a name (`Friday`, `November 11`, `summer`).

    Past (also where no verb tells): the last that has begun; future: the first that hasn't ended;
    but the other one where that is far away and the other near.
    """
    past = future = None
    for period in periods:
        if period.first <= now.last:
            past = period
        if future is None and period.last >= now.first:
            future = period
    if past is None or future is None or past == future:
        return past or future
    back, ahead = now.first - past.last, future.first - now.last
    days = past.unit in ("day", "range")
    if tense == "future":
        just_reported = past.unit == "quarter" and back < _NEAR_UNTOLD  # `expects to report third-quarter income`
        return past if just_reported or (days and ahead > _FAR and back < _NEAR) else future
    if tense == "past":
        return future if days and back > _FAR and ahead < _NEAR else past
    far, near = (_FAR_UNTOLD, _NEAR_UNTOLD) if days else (_FAR_MONTH, _NEAR)
    return future if back > far and ahead < near else past


def _months(year: int, month: int, count: int) -> tuple[dt.date, dt.date]:
    """The first day of a month (numbers beyond 1 to 12 run into other years) and the last of that many months."""
    first = dt.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    after = first.year * 12 + first.month - 1 + count
    end = dt.date(after // 12, after % 12 + 1, 1) if after < 120_000 else None
    return first, end - dt.timedelta(1) if end else dt.date.max
