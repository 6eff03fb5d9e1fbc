"""The pages of saved searches as data: everything their templates show, computed here and tested without HTML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from archive.vectors import UNIT
from search_api.excerpts import beginning, first_sentence
from search_api.parameters import SearchRequest, value_text
from search_api.saved.answers import SEARCHES
from search_api.saved.drafts import saved_pairs
from search_api.saved.floors import Example
from search_api.saved.records import Alert, Delivery, Match, SavedSearch
from web.dates import MONTHS, readable, readable_days
from web.frame import Twin
from web.links import article_link, json_search_link, search_link
from web.sidebar import FACET_TITLES, chosen_values

__all__ = [
    "AlertsPage",
    "EditPage",
    "FoundPage",
    "HistoryPage",
    "ListPage",
    "SharedPage",
    "alerts_page",
    "edit_page",
    "found_page",
    "history_page",
    "list_page",
    "save_link",
    "shared_page",
]

MODES = {"hybrid": "words and meaning", "keyword": "words", "semantic": "meaning"}
SCHEDULES = (("at_once", "at once"), ("hourly", "every hour"), ("daily", "every day"), ("weekly", "every week"))
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
STATES = {"waiting": "waiting", "delivered": "delivered", "given_up": "given up"}


@dataclass(frozen=True, slots=True)
class Row:
    """One saved search in the list."""

    id: int
    name: str
    href: str
    query: str
    mode: str
    limits: tuple[str, ...]
    new: int
    total: int
    failing: str | None


@dataclass(frozen=True, slots=True)
class ListPage:
    rows: tuple[Row, ...]
    deleted: tuple[Row, ...]
    undo: Row | None
    """What was deleted just now."""
    problem: str | None
    """Why nothing is matched at all."""
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleView:
    href: str
    title: str
    cosine: str
    above: bool
    passage: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """Saving a search, or changing a saved one."""

    heading: str
    action: str
    """Where the form is sent."""
    look: str
    """Where it is sent to see examples."""
    name: str
    note: str
    q: str
    mode: str
    from_: str
    to: str
    hidden: tuple[tuple[str, str], ...]
    """What has no control here and is carried along."""
    limits: tuple[tuple[str, str, str], ...]
    """(parameter, value, in words): refinements, which can be taken away."""
    floor: str
    examples: tuple[ExampleView, ...]
    by_meaning: bool
    error: str | None
    back: str
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchView:
    href: str
    title: str
    about: str
    why: str
    when: str
    new: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One saved search with what it found last."""

    row: Row
    note: str
    search: str
    """The same search, run now."""
    floor: str
    matches: tuple[MatchView, ...]
    more: str | None
    share: str | None
    feeds: tuple[tuple[str, str, str], ...]
    """(media type, name, link)"""
    json: str
    alerts: int
    twins: tuple[Twin, ...] = ()


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
    json: str
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedPage:
    name: str
    note: str
    query: str
    mode: str
    limits: tuple[str, ...]
    search: str
    save: str
    matches: tuple[MatchView, ...]
    total: int
    feeds: tuple[tuple[str, str, str], ...]
    twins: tuple[Twin, ...] = ()


def save_link(request: SearchRequest) -> str:
    """Where any search is saved."""
    pairs = saved_pairs(request)
    return "/saved/new" + (f"?{urlencode(pairs, errors='replace')}" if pairs else "")


def list_page(
    found: Sequence[SavedSearch], deleted: Sequence[SavedSearch], undo: int | None, problem: str | None
) -> ListPage:
    """`undo`: which was deleted just now."""
    gone = [_row(s) for s in deleted]
    return ListPage(
        rows=tuple(map(_row, found)),
        deleted=tuple(gone),
        undo=next((r for r in gone if r.id == undo), None),
        problem=problem,
        twins=_twin(SEARCHES),
    )


def edit_page(
    request: SearchRequest,
    *,
    saved: SavedSearch | None,
    name: str,
    note: str,
    floor: str,
    examples: Sequence[Example],
    by_meaning: bool,
    error: str | None = None,
) -> EditPage:
    """`request`: the search as it would be saved; `floor`: as typed."""
    return EditPage(
        heading="Edit a saved search" if saved else "Save this search",
        action=f"/saved/{saved.id}/edit" if saved else "/saved",
        look=f"/saved/{saved.id}/edit" if saved else "/saved/new",
        name=name,
        note=note,
        q=request.q,
        mode=request.mode or "hybrid",
        from_=request.from_ or "",
        to=request.to or "",
        hidden=tuple(p for p in saved_pairs(request) if p[0] in ("sort", "expand")),
        limits=tuple(_refinements(request)),
        floor=floor,
        examples=tuple(map(_example, examples)),
        by_meaning=by_meaning,
        error=error,
        back=f"/saved/{saved.id}" if saved else search_link(request),
        twins=_twin(f"{SEARCHES}/{saved.id}" if saved else json_search_link(request)),
    )


def found_page(
    found: SavedSearch, matches: Sequence[Match], alerts: int, base: str, *, more: bool, seen: int
) -> FoundPage:
    """`seen`: the last match that was looked at before."""
    return FoundPage(
        row=_row(found),
        note=found.note,
        search=search_link(found.request),
        floor=f"{found.cosine:.2f}",
        matches=tuple(_match(m, seen) for m in matches),
        more=f"/saved/{found.id}/matches" if more else None,
        share=f"{base}shared/{found.share}" if found.share else None,
        feeds=_feeds(f"{SEARCHES}/{found.id}/feed"),
        json=f"{SEARCHES}/{found.id}",
        alerts=alerts,
        twins=_twin(f"{SEARCHES}/{found.id}"),
    )


def alerts_page(
    found: SavedSearch,
    alerts: Sequence[Alert],
    given: dict[str, str] | None = None,
    error: str | None = None,
    told: str | None = None,
) -> AlertsPage:
    start = {"kind": "webhook", "target": "", "schedule": "at_once", "zone": "UTC", "hour": "8", "weekday": "1"}
    return AlertsPage(
        row=_row(found),
        alerts=tuple(map(_alert, alerts)),
        schedules=SCHEDULES,
        weekdays=tuple(WEEKDAYS),
        given=start | (given or {}),
        error=error,
        told=told,
        twins=_twin(f"{SEARCHES}/{found.id}/alerts"),
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
        row=_row(found),
        heading="What was sent" if sent else "What it found",
        matches=tuple(_match(m, found.seen) for m in matches),
        deliveries=tuple(_delivery(d, known[d.alert], found.id) for d in deliveries if d.alert in known),
        more=more,
        empty="Nothing was sent yet." if sent else "Nothing yet: what is indexed from now on counts.",
        json=f"{SEARCHES}/{found.id}/{kind}",
        twins=_twin(f"{SEARCHES}/{found.id}/{kind}"),
    )


def shared_page(found: SavedSearch, matches: Sequence[Match]) -> SharedPage:
    row = _row(found)
    return SharedPage(
        name=row.name,
        note=found.note,
        query=row.query,
        mode=row.mode,
        limits=row.limits,
        search=search_link(found.request),
        save=save_link(found.request),
        matches=tuple(_match(m, m.id) for m in matches),
        total=found.total,
        feeds=_feeds(f"/api/v1/shared/{found.share}/feed"),
        twins=_twin(f"/api/v1/shared/{found.share}"),
    )


def _twin(href: str) -> tuple[Twin, ...]:
    return (Twin("application/json", "This page as JSON", href),)


def _row(found: SavedSearch) -> Row:
    request = found.request
    return Row(
        id=found.id,
        name=found.name,
        href=f"/saved/{found.id}",
        query=request.q.strip(),
        mode=MODES[found.resolved.get("mode", "keyword")],
        limits=_limits(request),
        new=found.new,
        total=found.total,
        failing=found.failing,
    )


def _limits(request: SearchRequest) -> tuple[str, ...]:
    """What narrows the search besides its text, in words."""
    window = [f"published {readable_days(request.within)}"] if request.within else []
    return (*window, *(label for _, _, label in _refinements(request)))


def _refinements(request: SearchRequest) -> Iterator[tuple[str, str, str]]:
    """(parameter, value, in words) of each."""
    for field, value, exclude in chosen_values(request):
        one = FACET_TITLES[field][1]
        label = f"no {one}" if value is None else f"{one}: {value_text(value)}"
        yield f"exclude.{field}" if exclude else field, value_text(value), f"not {label}" if exclude else label


def _match(match: Match, seen: int) -> MatchView:
    why = "matched by words"
    if match.matched_by == "meaning" and match.closeness is not None:
        why = f"by meaning, {match.closeness / UNIT:.2f}"
    about = (match.source, readable(match.published) if match.published else "undated")
    return MatchView(
        href=article_link(match.article),
        title=match.title,
        about=" · ".join(part for part in about if part),
        why=why,
        when=_when(match.found),
        new=match.id > seen,
    )


def _example(example: Example) -> ExampleView:
    article = example.stored.article
    passage = article.passages[example.passage]
    return ExampleView(
        href=article_link(article.id),
        title=article.title or first_sentence(article.body) or "(no text)",
        cosine=f"{example.cosine:.2f}",
        above=example.above,
        passage=beginning(article.body[passage.start : passage.end]),
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
        next=_when(alert.due) if alert.due else None,
        secret=alert.secret if alert.kind == "webhook" else None,
    )


def _delivery(delivery: Delivery, alert: Alert, search: int) -> DeliveryView:
    detail = f"{delivery.attempts} attempt{'' if delivery.attempts == 1 else 's'}"
    if delivery.problem:
        detail += f". {delivery.problem}"
    if delivery.state == "waiting" and delivery.next and delivery.attempts:
        detail += f" Tried again {_when(delivery.next)}."
    return DeliveryView(
        id=delivery.id,
        when=_when(delivery.created),
        what=f"{'Webhook' if alert.kind == 'webhook' else 'E-mail'} to {alert.target}",
        articles=f"{delivery.count:,} article{'' if delivery.count == 1 else 's'}",
        href=f"/saved/{search}/matches?{urlencode({'first': delivery.first, 'last': delivery.last})}",
        state=STATES[delivery.state],
        is_open=delivery.state != "delivered",
        detail=detail,
    )


def _feeds(address: str) -> tuple[tuple[str, str, str], ...]:
    return (
        ("application/atom+xml", "Atom", f"{address}?format=atom"),
        ("application/rss+xml", "RSS", f"{address}?format=rss"),
        ("application/feed+json", "JSON Feed", f"{address}?format=jsonfeed"),
    )


def _when(moment: dt.datetime) -> str:
    utc = moment.astimezone(dt.UTC)
    return f"{utc.day} {MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M} UTC"
