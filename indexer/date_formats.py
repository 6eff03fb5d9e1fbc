"""Publication dates as sources write them, brought to ISO 8601 at their own precision."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Final

from archive.calendar import normalise_date

__all__ = ["READABLE_DATES", "read_date"]

READABLE_DATES: Final = (
    "2024-11-25, 2024-11-25T08:45:59+02:00, 2024-11, 2024, Mon, 25 Nov 2024 08:45:59 GMT, Nov 25, 2024,"
    " 25 November 2024, 25/11/2024, 25.11.2024, 20241125, or seconds or milliseconds since 1970"
)

_LONGEST: Final = 80  # characters
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>\d{4})"
_TIME: Final = (
    r"(?:(?:,|\s+at)?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d)?)?"
)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII | re.IGNORECASE)


_NAMED: Final = (
    _pattern(rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+{_YEAR}{_TIME}"),  # Nov 25, 2024
    _pattern(rf"{_WEEKDAY}{_DAY}\.?[\s-]+{_MONTH},?[\s-]+{_YEAR}{_TIME}"),  # 25 November 2024, 25-Nov-2024
    _pattern(rf"{_MONTH},?\s+{_YEAR}"),  # November 2024
)
_NUMERIC: Final = _pattern(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_COMPACT: Final = _pattern(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d))?(Z?)")
_ISO_LIKE: Final = _pattern(
    r"(\d{4}[-/]\d\d[-/]\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?(?:\s+utc)?)?"
)
_EPOCH_UNITS: Final = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
"""Digits of a count since 1970 -> its units a second; shorter ones are years and days, or no date."""


def read_date(value: str | int | float) -> str | None:
    """ISO 8601, normalised; None for an empty text. Raises ValueError when it can't be read.

    `03/02/2009` may be February or March: only its year is certain, so only its year is kept. With dots the day
    comes first everywhere.
    """
    if isinstance(value, (int, float)):
        return _from_number(value)
    text = " ".join(value.split())
    if not text:
        return None
    if not text.isascii() or len(text) > _LONGEST:
        raise ValueError(f"not a date: {value!r}")
    readers: Sequence[Callable[[str], str | None]] = (
        normalise_date, _from_iso_like, _from_digits, _from_named, _from_numeric, _from_rfc_2822,
    )  # fmt: skip
    for reader in readers:
        try:
            found = reader(text)
        except (ValueError, OverflowError, TypeError, IndexError):  # the last two: email.utils on odd input
            continue
        if found is not None:
            return found
    raise ValueError(f"not a date: {value!r}")


def _from_number(value: int | float) -> str:
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"not a date: {value!r}")
    whole = math.floor(value)
    found = _from_digits(str(whole)) if whole >= 0 else _from_epoch(whole, -whole)
    if found is None:
        raise ValueError(f"not a date: {value!r}")
    return found


def _from_digits(text: str) -> str | None:
    """`2024`, `20241125`, `20241125084559`, `20241125T084559Z`, or a count since 1970."""
    if m := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, z = m.groups()
        clock = f"T{hour}:{minute}:{second}{z}" if hour else ""
        return normalise_date(f"{year}-{month}-{day}{clock}")
    if not text.isdecimal():
        return None
    return normalise_date(text) if len(text) == 4 else _from_epoch(int(text), int(text))


def _from_epoch(count: int, size: int) -> str | None:
    units = _EPOCH_UNITS.get(len(str(size)))
    if units is None:
        return None
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=count // units)
    return normalise_date(moment.isoformat())


def _from_iso_like(text: str) -> str | None:
    """ISO with slashes, with more than nine digits of a second, `+02`, `UTC`, `+0000 UTC`."""
    m = _ISO_LIKE.fullmatch(text)
    if not m:
        return None
    clock = f"T{m[2]}{_zone(m[3])}" if m[2] else ""
    return normalise_date(m[1].replace("/", "-") + clock)


def _from_named(text: str) -> str | None:
    m = next((m for p in _NAMED if (m := p.fullmatch(text))), None)
    if m is None:
        return None
    parts = m.groupdict()
    month = _MONTHS.index(parts["month"][:3].lower()) + 1
    if "day" not in parts:
        return normalise_date(f"{parts['year']}-{month:02}")
    return _with_time(f"{parts['year']}-{month:02}-{int(parts['day']):02}", parts)


def _with_time(date: str, parts: Mapping[str, str | None]) -> str | None:
    """The date with the groups of _TIME."""
    if parts["hour"] is None:
        return normalise_date(date)
    hour = int(parts["hour"])
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    second = f":{parts['second']}" if parts["second"] else ""
    return normalise_date(f"{date}T{hour:02}:{parts['minute']}{second}{_zone(parts['zone'])}")


def _from_numeric(text: str) -> str | None:
    """Days and months as numbers, in either order, as far as it is certain which is which."""
    m = _NUMERIC.fullmatch(text)
    if not m:
        return None
    first, second, year = int(m[1]), int(m[3]), m[4]
    orders = ((first, second),) if m[2] == "." else ((first, second), (second, first))
    days = {f"{year}-{month:02}-{day:02}" for day, month in orders if month <= 12}
    if len(days) == 1:
        return _with_time(days.pop(), m.groupdict())
    real = [normalise_date(d) for d in days]
    return real[0][:4] if real else None


def _from_rfc_2822(text: str) -> str | None:
    # Without a weekday's name, email.utils reads almost any two numbers as a date.
    if "," not in text:
        return None
    return normalise_date(parsedate_to_datetime(text).isoformat())


def _zone(text: str | None) -> str:
    if not text:
        return ""
    if text[0] in "+-":
        return text if len(text) > 3 else f"{text}:00"
    return "Z"
