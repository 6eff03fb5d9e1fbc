"""When a digest is due, by the clock of its owner's time zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from search_api.saved.records import Schedule

__all__ = ["next_due"]


def next_due(schedule: Schedule, zone: str, hour: int, weekday: int, after: dt.datetime) -> dt.datetime | None:
    """The first moment behind `after`, in UTC; None for what is told at once.

    Where clocks are put forward over the hour, the digest comes when the hour would have been; where it comes twice,
    at the first of them. `weekday`: 1 is Monday.
    """
    if schedule == "at_once":
        return None
    if schedule == "hourly":
        # Of UTC: where a zone is half an hour apart, its digests come at half past.
        return after.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    clock = ZoneInfo(zone)
    day = after.astimezone(clock).date() - dt.timedelta(days=1)
    while True:
        moment = dt.datetime.combine(day, dt.time(hour), clock).astimezone(dt.UTC)
        if moment > after and (schedule == "daily" or day.isoweekday() == weekday):
            return moment
        day += dt.timedelta(days=1)
