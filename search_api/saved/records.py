"""What the database holds, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from archive.engine import Search
from archive.vectors import UNIT
from search_api.parameters import SearchRequest, parse_parameters
from search_api.saved.tree import search_from_json

__all__ = ["Alert", "Delivery", "Kind", "Match", "SavedSearch", "Schedule", "State"]

Kind = Literal["webhook", "email"]
Schedule = Literal["at_once", "hourly", "daily", "weekly"]
State = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    id: int
    owner: str
    name: str
    note: str
    parameters: tuple[tuple[str, str], ...]
    """As of a URL: the query text, the mode, the refinements."""
    resolved: dict[str, Any]
    """What they meant when they were saved (`tree.py`)."""
    vector: bytes | None
    model: str | None
    """Of the vector."""
    floor: int
    """The least dot product that fires."""
    revision: int
    created: dt.datetime
    changed: dt.datetime
    deleted: dt.datetime | None
    began: int
    """The archive's sequence when it was saved: what came later fires."""
    sequence: int
    article: str
    """With `sequence`: up to where the archive was matched."""
    seen: int
    """The last match that its owner has looked at."""
    failing: str | None
    """Why it can't be matched; its position stays meanwhile."""
    share: str | None
    """The secret part of the link that anyone may open."""
    new: int = 0
    """Matches since its owner last looked."""
    total: int = 0
    """All matches."""

    @property
    def request(self) -> SearchRequest:
        return parse_parameters(self.parameters)

    @property
    def search(self) -> Search:
        """As it was resolved. Raises SavedSearchError."""
        return search_from_json(self.resolved, self.vector)

    @property
    def cosine(self) -> float:
        """The floor as a cosine."""
        return self.floor / UNIT


@dataclass(frozen=True, slots=True)
class Match:
    id: int
    search: int
    article: str
    sequence: int
    """Of the version that matched first."""
    found: dt.datetime
    matched_by: Literal["words", "meaning"]
    closeness: int | None
    title: str
    """The article's, or its first sentence."""
    url: str | None
    """Where the article stands at its source."""
    published: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """Whom to tell of the matches of one search, and when."""

    id: int
    search: int
    kind: Kind
    target: str
    """A URL, or an e-mail address."""
    schedule: Schedule
    zone: str
    """Of the digests' clock: `Europe/London`."""
    hour: int
    weekday: int
    """1: Monday."""
    secret: str
    """What webhooks are signed with."""
    active: bool
    position: int
    """The last match of which a delivery was made."""
    due: dt.datetime | None
    """The next digest."""
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """Some matches that are told in one message, under one key however often it is sent."""

    id: int
    alert: int
    key: str
    first: int
    last: int
    """Of the matches of its search, both included."""
    count: int
    state: State
    attempts: int
    next: dt.datetime | None
    created: dt.datetime
    finished: dt.datetime | None
    problem: str | None
