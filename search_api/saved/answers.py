"""Saved searches, alerts and deliveries as the API shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from archive.errors import SavedSearchError
from archive.query import Query
from search_api.excerpts import first_sentence
from search_api.http import article_path
from search_api.saved.floors import Example
from search_api.saved.records import Alert, Delivery, SavedSearch

__all__ = ["alert_json", "as_parameters", "delivery_json", "example_json", "parsed", "saved_json", "shared_json"]

SEARCHES = "/api/v1/searches"


def saved_json(found: SavedSearch, base: str) -> dict[str, Any]:
    """`base`: where the service is, with a slash."""
    return {
        "id": found.id,
        "name": found.name,
        "note": found.note,
        "parameters": as_parameters(found.parameters),
        "parsed": parsed(found),
        "mode": found.resolved.get("mode", "keyword"),
        "floor": round(found.cosine, 6),
        "new": found.new,
        "total": found.total,
        "created": _moment(found.created),
        "changed": _moment(found.changed),
        "deleted": _moment(found.deleted),
        "sequence": found.sequence,
        "failing": found.failing,
        "page": f"{base}saved/{found.id}",
        "feed": f"{base.rstrip('/')}{SEARCHES}/{found.id}/feed",
        "shared": f"{base}shared/{found.share}" if found.share else None,
    }


def shared_json(found: SavedSearch, base: str) -> dict[str, Any]:
    """What anyone with the link is told: nothing of its owner."""
    own = saved_json(found, base)
    told = {name: own[name] for name in ("name", "note", "parameters", "parsed", "mode", "floor", "total")}
    return {**told, "feed": f"{base}api/v1/shared/{found.share}/feed"}


def as_parameters(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Those that repeat as arrays, always."""
    found: dict[str, str | list[str]] = {}
    for name, value in pairs:
        if name in ("q", "mode", "from", "to", "sort", "expand"):
            found[name] = value
        else:
            held = found.setdefault(name, [])
            assert isinstance(held, list)
            held.append(value)
    return found


def parsed(found: SavedSearch) -> str:
    """The query as it was understood; empty where it can't be read."""
    try:
        return str(Query(found.search.query.clauses))
    except SavedSearchError:
        return ""


def alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "kind": alert.kind,
        "target": alert.target,
        "schedule": alert.schedule,
        "zone": alert.zone,
        "hour": alert.hour,
        "weekday": alert.weekday,
        "active": alert.active,
        "secret": alert.secret if alert.kind == "webhook" else None,
        "next_digest": _moment(alert.due),
        "created": _moment(alert.created),
    }


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "alert": delivery.alert,
        "key": delivery.key,
        "state": delivery.state,
        "count": delivery.count,
        "first": delivery.first,
        "last": delivery.last,
        "attempts": delivery.attempts,
        "next_attempt": _moment(delivery.next),
        "created": _moment(delivery.created),
        "finished": _moment(delivery.finished),
        "problem": delivery.problem,
    }


def example_json(example: Example, base: str) -> dict[str, Any]:
    article = example.stored.article
    passage = article.passages[example.passage]
    return {
        "id": article.id,
        "title": article.title or first_sentence(article.body),
        "cosine": round(example.cosine, 4),
        "fires": example.above,
        "passage": article.body[passage.start : passage.end],
        "page": base + article_path(article.id).lstrip("/"),
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
