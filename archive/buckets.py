"""The buckets of a timeline: days, weeks, months and years as integers, and their names."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from archive.engine import IntervalName

__all__ = ["bucket_codes", "bucket_label"]

_DAY_OF_1970 = dt.date(1970, 1, 1).toordinal()


def bucket_codes(days: NDArray[np.int64], interval: IntervalName) -> NDArray[np.int64]:
    """The number of the bucket that holds each day: days, weeks since year 1, months and years since 1970."""
    if interval == "day":
        return days
    if interval == "week":
        return (days - 1) // 7  # day 1 was a Monday
    unit = "datetime64[M]" if interval == "month" else "datetime64[Y]"
    return (days - _DAY_OF_1970).astype("datetime64[D]").astype(unit).astype(np.int64)


def bucket_label(code: int, interval: IntervalName) -> str:
    """`2024-11-25`, `2024-W48`, `2024-11` or `2024`."""
    if interval == "day":
        return dt.date.fromordinal(code).isoformat()
    if interval == "week":
        year, week, _ = dt.date.fromordinal(code * 7 + 1).isocalendar()
        return f"{year:04}-W{week:02}"
    if interval == "month":
        return f"{1970 + code // 12:04}-{code % 12 + 1:02}"
    return f"{1970 + code:04}"
