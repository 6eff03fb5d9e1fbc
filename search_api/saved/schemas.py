"""The JSON of saved searches and alerts, in and out, for OpenAPI."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from archive.engine import FACETS, Mode, Sort
from search_api.saved.records import Kind, Schedule, State

__all__ = [
    "AlertAnswer",
    "AlertChanges",
    "AlertDraft",
    "AlertsAnswer",
    "Changes",
    "DeliveriesAnswer",
    "DeliveryAnswer",
    "Draft",
    "FloorAnswer",
    "MatchesAnswer",
    "SavedAnswer",
    "SavedListAnswer",
    "SharedAnswer",
    "TestAnswer",
]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


_VALUES: dict[str, Any] = {
    f"values_{i}": (list[str] | None, Field(None, alias=name, description="As of `/search`."))
    for i, name in enumerate((*FACETS, *(f"exclude.{f}" for f in FACETS)))
}


class _Common(_Given):
    name: str | None = Field(None, description="Else the query's text.", examples=["Bridges on the Tyne"])
    note: str | None = Field(None, description="For yourself.")
    floor: float | None = Field(
        None, description="The least cosine that fires, .25 to 1; in hybrid and semantic mode.", examples=[0.5]
    )
    q: str | None = Field(None, description="Query text.", examples=["bridge Tyne"])
    mode: Mode | None = None
    from_: str | None = Field(None, alias="from", description="Published on or after; it binds.")
    to: str | None = Field(None, description="Published on or before; it binds.")
    sort: Sort | None = None
    expand: Literal["on", "off"] | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the search that are given."""
        given = self.model_dump(by_alias=True, exclude_none=True, exclude={"name", "note", "floor"})
        return [
            (name, value)
            for name, values in given.items()
            for value in (values if isinstance(values, list) else [values])
        ]

    def named(self) -> set[str]:
        """The parameters of the search that are spoken of, also by null, which takes them away."""
        fields = type(self).model_fields
        return {fields[name].alias or name for name in self.model_fields_set} - {"name", "note", "floor"}


Draft = create_model("SavedSearchDraft", __base__=_Common, **_VALUES)
Draft.__doc__ = "A search to save: its parameters as of `/search`, those that repeat as arrays."
Changes = create_model("SavedSearchChanges", __base__=_Common, **_VALUES)
Changes.__doc__ = "What is to change; what isn't named stays, and null takes a parameter of the search away."


class SavedAnswer(_Told):
    id: int
    name: str
    note: str
    parameters: dict[str, str | list[str]] = Field(description="Of the search, as they were given.")
    parsed: str = Field(description="The query as understood when it was saved.")
    mode: Mode
    floor: float = Field(description="The least cosine that fires; keyword searches have no use for it.")
    new: int = Field(description="Matches since its owner last looked.")
    total: int = Field(description="All matches.")
    created: str
    changed: str
    deleted: str | None
    sequence: int = Field(description="Of the archive: up to where it was matched.")
    failing: str | None = Field(description="Why it can't be matched now; it goes on where it stands.")
    page: str
    feed: str
    shared: str | None = Field(description="The link that anyone may open.")


class SavedListAnswer(_Told):
    searches: list[SavedAnswer]
    standing_still: str | None = Field(description="Why nothing is matched at all just now.")


class SharedAnswer(_Told):
    name: str
    note: str
    parameters: dict[str, str | list[str]]
    parsed: str
    mode: Mode
    floor: float
    total: int
    feed: str


class MatchAnswer(_Told):
    match: int = Field(description="Rises in the order in which articles were found.")
    id: str = Field(description="Of the article.")
    title: str = Field(description="Or its first sentence.")
    url: str | None
    published: str | None
    source: str | None
    sequence: int = Field(description="Of the first version that matched.")
    found: str
    matched_by: Literal["words", "meaning"]
    cosine: float | None
    page: str


class MatchesAnswer(_Told):
    matches: list[MatchAnswer] = Field(description="The latest first.")
    next: int | None = Field(description="`before` of the next page; null at the end.")


class ExampleAnswer(_Told):
    id: str
    title: str
    cosine: float
    fires: bool
    passage: str = Field(description="The nearest in meaning.")
    page: str


class FloorAnswer(_Told):
    floor: float
    examples: list[ExampleAnswer] = Field(description="The nearest to the floor from both sides, the highest first.")


class AlertDraft(_Given):
    kind: Kind
    target: str = Field(description="Where to: a URL, or an e-mail address.", examples=["https://example.org/hook"])
    schedule: Schedule | None = Field(None, description="`at_once` by default; else a digest.")
    zone: str | None = Field(None, description="Of a digest's clock; UTC by default.", examples=["Europe/London"])
    hour: int | None = Field(None, ge=0, le=23, description="Of a daily or weekly digest; 8 by default.")
    weekday: int | None = Field(None, ge=1, le=7, description="Of a weekly digest, 1: Monday.")
    active: bool | None = None


class AlertChanges(_Given):
    kind: Kind | None = None
    target: str | None = None
    schedule: Schedule | None = None
    zone: str | None = None
    hour: int | None = Field(None, ge=0, le=23)
    weekday: int | None = Field(None, ge=1, le=7)
    active: bool | None = Field(None, description="Off: nothing is sent. On again: what is found from then on.")


class AlertAnswer(_Told):
    id: int
    kind: Kind
    target: str
    schedule: Schedule
    zone: str
    hour: int
    weekday: int
    active: bool
    secret: str | None = Field(description="What a webhook is signed with.")
    next_digest: str | None
    created: str


class AlertsAnswer(_Told):
    alerts: list[AlertAnswer]


class TestAnswer(_Told):
    __test__ = False
    arrived: bool
    problem: str | None


class DeliveryAnswer(_Told):
    id: int
    alert: int
    key: str = Field(description="Its Idempotency-Key.")
    state: State
    count: int = Field(description="Of its articles.")
    first: int
    last: int = Field(description="Of its matches, both included.")
    attempts: int
    next_attempt: str | None
    created: str
    finished: str | None
    problem: str | None = Field(description="Why the last attempt failed.")


class DeliveriesAnswer(_Told):
    deliveries: list[DeliveryAnswer] = Field(description="The latest first.")
    next: int | None = Field(description="`before` of the next page; null at the end.")
