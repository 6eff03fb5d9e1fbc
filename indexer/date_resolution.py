"""What a date expression means: the calendar period it names, against the publication date and what was told before.

Whether a name that returns (`Friday`, `November 11`, `the summer`) is past or future is told by
`last` and `next`, else by the verbs around it (`date_tense`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from indexer.date_grammar import Expression
from indexer.date_periods import Period, Tense, Unit, nearest
from indexer.date_tense import tense_near
from indexer.date_tokens import MONTHS, NUMBERS, ORDINALS, WEEKDAYS, Tokens, vocabulary

__all__ = ["Reading"]

_UNITS: dict[str, Unit] = {
    "day": "day", "days": "day", "week": "week", "weeks": "week", "weekend": "weekend", "month": "month",
    "months": "month", "quarter": "quarter", "year": "year", "years": "year", "decade": "decade", "decades": "decade",
}  # fmt: skip
_STEPS = {
    "last": -1, "previous": -1, "prior": -1, "preceding": -1, "this": 0, "current": 0, "that": 0, "same": 0,
    "next": 1, "coming": 1, "upcoming": 1, "following": 1, "this past": -1, "this coming": 1,
    "this upcoming": 1,
}  # fmt: skip
_OF_WHAT_WAS_TOLD = frozenset({"previous", "prior", "preceding", "following", "that", "same"})

# Two digits of a year mean one at most this many years after publication, else one of the century before.
_YEARS_AHEAD = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """One expression, and what it may be resolved against."""

    tokens: Tokens
    expression: Expression
    now: Period | None
    """The publication date."""
    told: Period | None
    """What the last date before it in the text was resolved to, comparisons (`a year earlier`) left out."""
    quarter: Period | None
    """Likewise, of quarters."""

    def period(self) -> Period | None:
        """None when the expression can't be resolved. Raises ValueError or OverflowError when no such date exists."""
        match self.expression.rule:
            case "calendar":
                return self._calendar()
            case "iso":
                return Period.day(*(int(self._part(name)) for name in ("year", "month", "day")))
            case "numeric":
                return self._numeric()
            case "attacks":
                return Period.day(2001, 9, 11)
            case "days":
                return self._days()
            case "year":
                year = self._year()
                return Period.year(year) if year else None
            case "years":
                return self._years()
            case "decade" | "century":
                return self._era()
            case "weekday":
                return self._weekday()
            case "nth_weekday":
                return self._nth_weekday()
            case "dayword" | "daypart":
                return self._day_around_now()
            case "unit":
                return self._unit()
            case "ago" | "shift" | "ahead":
                return self._moved()
            case "quarter" | "half" | "relative_quarter":
                return self._part_of_year()
            case "season":
                return self._season()
            case "year_end":
                return Period.around(self.now.first, "year") if self.now else None
            case "holiday":
                return self._holiday()

    def _part(self, name: str) -> str:
        return self.expression.parts.get(name, "")

    def _tense(self) -> Tense | None:
        return tense_near(self.tokens, self.expression.first, self.expression.last)

    def _year(self) -> int | None:
        """The year that the expression itself names, by number or as last, this or next year."""
        if digits := self._part("year") or self._part("year2"):
            return int(digits)
        if words := self._part("spoken"):
            century, *rest = (NUMBERS[word] for word in words.replace("-", " ").split())
            return 100 * century + sum(rest)
        if short := self._part("short"):
            latest = self.now.last.year + _YEARS_AHEAD if self.now else 2050
            return latest - (latest - int(short)) % 100
        if (which := self._part("whichyear")) and self.now:
            return self.now.first.year + _STEPS[which]
        return None

    def _nearest(self, periods: Iterator[Period], unit: Unit) -> Period | None:
        """Of periods that share a name, the one meant by `last`, `this`, `next` or the tense."""
        now = self.now
        if now is None or not now.holds(unit):
            return None
        match self._part("which"):
            case "last" | "this past" | "past" | "previous":
                return max((p for p in periods if p.last < now.first), key=lambda p: p.first, default=None)
            case "next" | "this coming" | "this upcoming" | "coming" | "upcoming" | "following":
                return min((p for p in periods if p.first > now.last), key=lambda p: p.first, default=None)
            case "this":
                return next((p for p in periods if p.first.year == now.first.year), None)
            case _:
                return nearest(periods, now, self._tense())

    def _around_years(self) -> range:
        return range(self.now.first.year - 1, self.now.first.year + 2) if self.now else range(0)

    def _calendar(self) -> Period | None:
        month = MONTHS[self._part("month")]
        day = int(self._part("day") or ORDINALS.get(self._part("dayword"), 0))
        make = partial(Period.day, month=month, day=day) if day else partial(Period.month, month=month)
        if self.expression.has_year:
            year = self._year()
            return make(year) if year else None
        if (month, day) == (9, 11) and self.tokens.after(self.expression.last) in _ATTACKS and self._after_2001():
            return make(2001)
        periods = list(_real(make, self._around_years()))
        weekday = WEEKDAYS.get(self._part("weekday"))
        fitting = [p for p in periods if p.first.isoweekday() == weekday]  # `Saturday, April 25` tells the year
        return self._nearest(iter(fitting or periods), "month")

    def _after_2001(self) -> bool:
        return self.now is not None and self.now.first.year > 2001

    def _numeric(self) -> Period | None:
        one, two = int(self._part("one")), int(self._part("two"))
        digits = self._part("year")
        if len(digits) < 4:
            if self._part("sign") != "/" or not self.now:
                return None
            latest = self.now.last.year + _YEARS_AHEAD
            year = latest - (latest - int(digits)) % 100
        else:
            year = int(digits)
        if self._part("sign") == "." or one > 12 or one == two:
            return Period.day(year, two, one)
        return Period.day(year, one, two) if two > 12 else None

    def _days(self) -> Period | None:
        month, first, last = MONTHS[self._part("month")], int(self._part("day")), int(self._part("day2"))
        if first >= last:
            return None

        def make(year: int) -> Period:
            return Period("range", Period.day(year, month, first).first, Period.day(year, month, last).last)

        year = self._year()
        return make(year) if year else self._nearest(_real(make, self._around_years()), "month")

    def _years(self) -> Period | None:
        year, short = int(self._part("year")), self._part("short")
        if until := self._part("year2"):
            return Period.years("range", year, int(until)) if year < int(until) and self._part("sign") != "/" else None
        if len(short) < 2:
            return None
        if int(short) > year % 100:
            if self._part("sign") != "/" and int(short) <= 12 and int(short) != year % 100 + 1:
                return Period.month(year, int(short))
            return Period.years("range", year, year - year % 100 + int(short))
        return Period.month(year, int(short)) if self._part("sign") == "-" else None

    def _era(self) -> Period | None:
        if self.expression.rule == "century":
            number = int(self._part("number") or ORDINALS[self._part("ordinal")])
            return Period.years("century", max(1, 100 * number - 100), 100 * number - 1)
        if word := self._part("decade"):
            stem = word.removesuffix("ies")
            first = 1900 + 10 * next(value // 10 for name, value in NUMBERS.items() if name == stem + "y")
        else:
            year = self._year()
            if year is None:
                return None
            # `the '90s` lie behind: the latest that have begun
            begun = self.now.last.year if self.now else year
            first = year - 100 if self._part("short") and year > begun else year
        if first % 100 == 0 and first < 2000 and not self._part("decade"):
            return Period.years("century", first, first + 99)  # `the 1800s`
        return Period.years("decade", first, first + 9)

    def _weekday(self) -> Period | None:
        if self.now is None or self.now.unit != "day":
            return None
        weekday = WEEKDAYS[self._part("weekday")]
        if which := self._part("whichweek"):
            if self._part("week") != "week":
                return None
            monday = Period.around(self.now.first, "week").first.toordinal() + 7 * _STEPS[which]
            return _ordinal_day(monday + weekday - 1)
        anchor = self.now
        if self._part("which") in ("previous", "following") and self.told and self.told.unit == "day":
            anchor = self.told
        today = anchor.first.toordinal()
        start = today - anchor.first.isoweekday() + weekday
        days = [_ordinal_day(start + 7 * n) for n in (-2, -1, 0, 1, 2)]
        if self._part("which") == "this":
            return next(day for day in days if day.first.toordinal() >= today)
        if anchor is not self.now:
            if self._part("which") == "following":
                return next(day for day in days if day.first > anchor.first)
            return next(day for day in reversed(days) if day.first < anchor.first)
        return self._nearest(iter(days), "day")

    def _nth_weekday(self) -> Period | None:
        month, weekday = MONTHS[self._part("month")], WEEKDAYS[self._part("weekday")]
        ordinal = self._part("ordinal")

        def make(year: int) -> Period:
            whole = Period.month(year, month)
            if ordinal == "last":
                return _ordinal_day(whole.last.toordinal() - (whole.last.isoweekday() - weekday) % 7)
            first = whole.first.toordinal() + (weekday - whole.first.isoweekday()) % 7
            return _ordinal_day(first + 7 * (ORDINALS[ordinal] - 1))

        if ordinal != "last" and ORDINALS[ordinal] > 4:
            return None
        year = self._year()
        return make(year) if year else self._nearest(_real(make, self._around_years()), "month")

    def _day_around_now(self) -> Period | None:
        if self.now is None or self.now.unit != "day":
            return None
        step = {"yesterday": -1, "tomorrow": 1}.get(self._part("dayword"), 0)
        step += {"before": -1, "after": 1}.get(self._part("side"), 0)
        return self.now.moved(-1 if self._part("which") == "last" else step, "day")

    def _unit(self) -> Period | None:
        unit, which = _UNITS[self._part("unit")], self._part("which") or "this"
        anchor = self.now
        if which in _OF_WHAT_WAS_TOLD or (which == "next" and unit == "day"):
            anchor = self.told
        elif unit == "quarter" and which == "latest":
            return self._quarter_told()
        if anchor is None or not anchor.holds(unit):
            return None
        if unit == "weekend" and not self._part("which"):
            weekends = [Period.around(anchor.first, unit).moved(n, unit) for n in (-1, 0, 1)]
            return nearest(weekends, anchor, self._tense() or "past")
        if unit == "weekend" and which == "last" and anchor.first.isoweekday() == 7:
            return Period.around(anchor.first, unit).moved(-1, unit)
        return Period.around(anchor.first, unit).moved(_STEPS[which], unit)

    def _moved(self) -> Period | None:
        parts = self.expression.parts
        number = _count(self._part("count")) if "count" in parts else 1
        unit = _UNITS[self._part("unit")] if "unit" in parts else "year"
        rule, side = self.expression.rule, self._part("side")
        if rule == "ahead" and "in" in parts and self._tense() != "future":
            return None
        back = rule == "ago" or side in ("ago", "earlier", "before")
        anchor = self.told if rule == "shift" else self.now
        finer = self.told is not None and self.told.unit in ("month", "quarter")
        if unit == "year" and number == 1 and back and finer and self.told:
            return self.told.moved(-1, unit)  # `rose in the third quarter from a year ago`
        if anchor is None and side in ("ago", "earlier"):
            anchor = self.now
        if anchor is None or not anchor.holds(unit):
            return None
        moved = Period.around(anchor.first, "day").moved(-number if back else number, unit)
        if name := self._part("weekday"):  # `a week ago Friday`: a week before the last Friday
            return _ordinal_day(moved.first.toordinal() - (moved.first.isoweekday() - WEEKDAYS[name]) % 7)
        return Period.around(moved.first, "year" if unit == "decade" else unit)

    def _part_of_year(self) -> Period | None:
        if self.expression.rule == "relative_quarter":
            quarter = self._quarter_told()
            year = self._year()
            if quarter and (ordinal := self._part("ordinal")):
                quarter = Period.quarter(quarter.first.year, _ordinal(ordinal))
            if quarter and year:
                return Period.quarter(year, (quarter.first.month + 2) // 3)
            return quarter.moved(-1, "year") if quarter and self._part("back") else quarter
        half = self.expression.rule == "half"
        make = partial(Period.half if half else Period.quarter, number=_ordinal(self._part("ordinal")))
        year = self._year()
        return make(year) if year else self._nearest(_real(make, self._around_years()), "quarter")

    def _quarter_told(self) -> Period | None:
        """The quarter that the article speaks of: that told last, else the last that has ended."""
        ahead = self.quarter and self.now and self.quarter.last > self.now.last
        if self.quarter and not (ahead and self._part("which") == "latest"):
            return self.quarter
        if self.now is None or not self.now.holds("quarter"):
            return None
        return Period.around(self.now.first, "quarter").moved(0 if self._part("which") == "current" else -1, "quarter")

    def _season(self) -> Period | None:
        make = partial(Period.season, name=self._part("season"))
        year = self._year()
        return make(year) if year else self._nearest(_real(make, self._around_years()), "season")

    def _holiday(self) -> Period | None:
        eve = "eve" in self._part("eve")
        month, day = (12, 24 if eve else 25) if self._part("christmas") else (12, 31) if eve else (1, 1)
        make = partial(Period.day, month=month, day=day)
        year = self._year()
        return make(year) if year else self._nearest(_real(make, self._around_years()), "month")


_ATTACKS = vocabulary("attack attacks terror terrorist terrorists hijackers hijackings commission anniversary")


def _real(make: Callable[[int], Period], years: range) -> Iterator[Period]:
    """The periods of those years; a year without that day (February 29) is passed over."""
    for year in years:
        try:
            yield make(year)
        except ValueError:
            continue


def _ordinal_day(number: int) -> Period:
    """The day of a proleptic Gregorian ordinal."""
    date = dt.date.fromordinal(number)
    return Period("day", date, date)


def _count(words: str) -> int:
    if "couple" in words:
        return 2
    return int(words) if words.isdigit() else sum(NUMBERS[word] for word in words.replace("-", " ").split())


def _ordinal(word: str) -> int:
    digits = "".join(c for c in word if c.isdigit())
    return int(digits) if digits else {"last": 2, "latest": 2}.get(word) or ORDINALS[word]
