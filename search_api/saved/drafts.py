"""What a caller says of a saved search or an alert: read, checked, and refused by the name of the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.engine import FACETS
from archive.errors import ParameterError
from archive.vectors import UNIT
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters, to_parameters
from search_api.saved.mail import is_address
from search_api.saved.records import Kind, Schedule
from search_api.saved.rule import LOWEST_FLOOR, dot_of

__all__ = [
    "ALERT_FIELDS",
    "SEARCH_FIELDS",
    "alert_values",
    "floor_of",
    "name_of",
    "note_of",
    "saved_pairs",
    "search_request",
]

SEARCH_FIELDS = ("q", "mode", "from", "to", "sort", "expand", *FACETS, *(f"exclude.{f}" for f in FACETS))
"""The parameters of a search that are saved: what is found, and in what order it is shown."""
ALERT_FIELDS = ("kind", "target", "schedule", "zone", "hour", "weekday", "active")
LONGEST_NAME = 200
LONGEST_NOTE = 10_000
LONGEST_TARGET = 2_000
_UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What no database takes."""
_NOT_ON_A_LINE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


def search_request(pairs: Iterable[tuple[str, str]]) -> SearchRequest:
    """The search that these parameters ask for; what only a page of it needs is refused. Raises ParameterErrors."""
    pairs = list(pairs)
    unfit = dict.fromkeys(name for name, value in pairs if name not in SEARCH_FIELDS and value.strip())
    if unfit:
        raise ParameterErrors(
            [ParameterError(n, f"{n[:80]} is no part of a saved search: leave it out.") for n in unfit]
        )
    for name, value in pairs:
        if _UNFIT.search(value):
            raise ParameterErrors([ParameterError(name, f"{name} holds a character that can't be kept: delete it.")])
    return parse_parameters(pairs)


def saved_pairs(request: SearchRequest) -> list[tuple[str, str]]:
    """Of any search what is saved of it."""
    return [(name, value) for name, value in to_parameters(request) if name in SEARCH_FIELDS]


def name_of(text: str, request: SearchRequest) -> str:
    """The name given, or one made of the query. Raises ParameterErrors."""
    text = " ".join(text.split()) or request.q.strip()[:LONGEST_NAME] or "All articles"
    text = " ".join(text.split())
    if len(text) > LONGEST_NAME or _NOT_ON_A_LINE.search(text):
        raise ParameterErrors([ParameterError("name", f"name: one line of at most {LONGEST_NAME} characters, please.")])
    return text


def note_of(text: str) -> str:
    """Raises ParameterErrors."""
    if len(text) > LONGEST_NOTE or _UNFIT.search(text):
        raise ParameterErrors([ParameterError("note", f"note: at most {LONGEST_NOTE:,} characters of plain text.")])
    return text


def floor_of(cosine: float) -> int:
    """A floor as a dot product. Raises ParameterErrors."""
    if not LOWEST_FLOOR <= cosine <= 1:
        raise ParameterErrors(
            [ParameterError("floor", f"floor: a cosine from {LOWEST_FLOOR} (far) to 1 (the same text), please.")]
        )
    return min(dot_of(cosine), UNIT)


def alert_values(given: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The columns of an alert: all of them for a new one, else those that are given. Raises ParameterErrors."""
    start = {"schedule": "at_once", "zone": "UTC", "hour": 8, "weekday": 1, "active": True}
    values = {**(old or start), **{name: value for name, value in given.items() if value is not None}}
    errors = []

    def wrong(name: str, message: str) -> None:
        errors.append(ParameterError(name, f"{name}: {message}"))

    if values.get("kind") not in get_args(Kind):
        wrong("kind", f"one of {', '.join(get_args(Kind))}, please.")
    if values["schedule"] not in get_args(Schedule):
        wrong("schedule", f"one of {', '.join(get_args(Schedule))}, please.")
    if not is_zone(str(values["zone"])):
        wrong("zone", "the name of a time zone, like Europe/London, or UTC.")
    for name, low, high in (("hour", 0, 23), ("weekday", 1, 7)):
        if not (isinstance(values[name], int) and low <= values[name] <= high):
            wrong(name, f"a whole number from {low} to {high}, please.")
    target = str(values.get("target") or "").strip()
    if values.get("kind") == "webhook" and not is_web_address(target):
        wrong("target", "the whole address of the webhook, https://... or http://...")
    if values.get("kind") == "email" and not is_address(target):
        wrong("target", "one e-mail address, like name@example.org.")
    if errors:
        raise ParameterErrors(errors)
    return {**{name: values[name] for name in ALERT_FIELDS}, "target": target}


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_web_address(text: str) -> bool:
    if len(text) > LONGEST_TARGET or re.search(r"\s|[\x00-\x1f\x7f\ud800-\udfff]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
