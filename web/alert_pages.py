"""The pages of alerts and of what was found and sent, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from search_api.saved.answers import SEARCHES
from search_api.saved.records import Alert, Delivery, Match, SavedSearch
from web.frame import Twin
from web.saved_pages import MatchView, Row, json_twin, match_view, moment, row_of

__all__ = ["AlertsPage", "HistoryPage", "alerts_page", "history_page"]

SCHEDULES = (("at_once", "at once"), ("hourly", "every hour"), ("daily", "every day"), ("weekly", "every week"))
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
STATES = {"waiting": "waiting", "delivered": "delivered", "given_up": "given up"}


@dataclass(frozen=True, slots=True)
class AlertView:
    id: int
    what: str
    target: str
    when: str
    active: bool
    next: str | None
    secret: str | None


@dataclass(frozen=True, slots=True)
class AlertsPage:
    row: Row
    alerts: tuple[AlertView, ...]
    schedules: tuple[tuple[str, str], ...]
    weekdays: tuple[str, ...]
    given: dict[str, str]
    """What was typed, where it wasn't right."""
    error: str | None
    told: str | None
    """What became of a test."""
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryView:
    id: int
    when: str
    what: str
    articles: str
    href: str
    state: str
    is_open: bool
    """It can be tried again."""
    detail: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What was found, or what was told."""

    row: Row
    heading: str
    matches: tuple[MatchView, ...]
    deliveries: tuple[DeliveryView, ...]
    more: str | None
    empty: str
    twins: tuple[Twin, ...] = ()


def alerts_page(
    found: SavedSearch,
    alerts: Sequence[Alert],
    given: dict[str, str] | None = None,
    error: str | None = None,
    told: str | None = None,
) -> AlertsPage:
    start = {"kind": "webhook", "target": "", "schedule": "at_once", "zone": "UTC", "hour": "8", "weekday": "1"}
    return AlertsPage(
        row=row_of(found),
        alerts=tuple(map(_alert, alerts)),
        schedules=SCHEDULES,
        weekdays=tuple(WEEKDAYS),
        given=start | (given or {}),
        error=error,
        told=told,
        twins=json_twin(f"{SEARCHES}/{found.id}/alerts"),
    )


def history_page(
    found: SavedSearch,
    *,
    matches: Sequence[Match] = (),
    deliveries: Sequence[Delivery] = (),
    alerts: Sequence[Alert] = (),
    more: str | None,
    sent: bool = False,
) -> HistoryPage:
    """Of matches; or, `sent`, of deliveries by `alerts`."""
    known = {a.id: a for a in alerts}
    kind = "deliveries" if sent else "matches"
    return HistoryPage(
        row=row_of(found),
        heading="What was sent" if sent else "What it found",
        matches=tuple(match_view(m, found.seen) for m in matches),
        deliveries=tuple(_delivery(d, known[d.alert], found.id) for d in deliveries if d.alert in known),
        more=more,
        empty="Nothing was sent yet." if sent else "Nothing yet: what is indexed from now on counts.",
        twins=json_twin(f"{SEARCHES}/{found.id}/{kind}"),
    )


def _alert(alert: Alert) -> AlertView:
    when = dict(SCHEDULES)[alert.schedule]
    if alert.schedule in ("daily", "weekly"):
        day = f" on {WEEKDAYS[alert.weekday - 1]}" if alert.schedule == "weekly" else ""
        when = f"{when}{day} at {alert.hour}:00, {alert.zone}"
    return AlertView(
        id=alert.id,
        what="Webhook" if alert.kind == "webhook" else "E-mail",
        target=alert.target,
        when=when,
        active=alert.active,
        next=moment(alert.due) if alert.due else None,
        secret=alert.secret if alert.kind == "webhook" else None,
    )


def _delivery(delivery: Delivery, alert: Alert, search: int) -> DeliveryView:
    detail = f"{delivery.attempts} attempt{'' if delivery.attempts == 1 else 's'}"
    if delivery.problem:
        detail += f". {delivery.problem}"
    if delivery.state == "waiting" and delivery.next and delivery.attempts:
        detail += f" Tried again {moment(delivery.next)}."
    return DeliveryView(
        id=delivery.id,
        when=moment(delivery.created),
        what=f"{'Webhook' if alert.kind == 'webhook' else 'E-mail'} to {alert.target}",
        articles=f"{delivery.count:,} article{'' if delivery.count == 1 else 's'}",
        href=f"/saved/{search}/matches?{urlencode({'first': delivery.first, 'last': delivery.last})}",
        state=STATES[delivery.state],
        is_open=delivery.state != "delivered",
        detail=detail,
    )
