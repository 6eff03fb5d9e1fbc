"""A resolved search as JSON, to be kept: what was understood when it was saved holds, whatever is understood later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from archive.calendar import Interval
from archive.engine import Expansion, Refinement, Search
from archive.errors import SavedSearchError
from archive.query import And, Dates, Fuzzy, Has, Near, Node, Not, Or, Phrase, Prefix, Query, Window, Word

__all__ = ["search_from_json", "search_to_json"]

VERSION = 1
"""Raise it when a node changes its meaning; older ones must stay readable."""
NODES: dict[str, type[Any]] = {
    c.__name__.lower(): c for c in (Word, Phrase, Window, Prefix, Fuzzy, Near, And, Or, Not, Dates, Has)
}


def search_to_json(search: Search) -> dict[str, Any]:
    """Query, expansions, refinements and mode; not the vector."""
    return {
        "version": VERSION,
        "text": search.query.text,
        "clauses": [_node_to_json(c) for c in search.query.clauses],
        "mode": search.mode,
        "expansions": [[e.first, e.count, list(e.aliases)] for e in search.expansions],
        "refinements": [
            {"field": r.field, "include": [_value(v) for v in r.include], "exclude": [_value(v) for v in r.exclude]}
            for r in search.refinements
        ],
    }


def search_from_json(data: Mapping[str, Any], vector: bytes | None) -> Search:
    """Raises SavedSearchError where it was written by a version that knows more."""
    try:
        if data["version"] != VERSION:
            raise ValueError(data["version"])
        return Search(
            query=Query(tuple(_node(c) for c in data["clauses"]), data["text"]),
            mode=data["mode"],
            vector=vector,
            expansions=tuple(Expansion(first, count, tuple(a)) for first, count, a in data["expansions"]),
            refinements=tuple(
                Refinement(r["field"], tuple(map(_read, r["include"])), tuple(map(_read, r["exclude"])))
                for r in data["refinements"]
            ),
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        raise SavedSearchError(
            "What was saved can't be read by this version of Dateline: update it, or save the search anew."
        ) from None


def _node_to_json(node: Node) -> dict[str, Any]:
    out: dict[str, Any] = {"is": type(node).__name__.lower()}
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Interval):
            out[field.name] = _days(value)
        elif isinstance(value, tuple):
            out[field.name] = [_node_to_json(part) for part in value]
        elif type(value) in NODES.values():
            out[field.name] = _node_to_json(value)
        else:
            out[field.name] = value
    return out


def _node(data: Mapping[str, Any]) -> Node:
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name == "is":
            continue
        if name == "parts":
            values[name] = tuple(_node(part) for part in value)
        elif name == "within":
            values[name] = _interval(value)
        else:
            values[name] = _node(value) if isinstance(value, Mapping) else value
    node: Node = NODES[data["is"]](**values)
    return node


def _value(value: str | Interval | None) -> Any:
    return _days(value) if isinstance(value, Interval) else value


def _read(value: Any) -> str | Interval | None:
    return _interval(value) if isinstance(value, list) else value


def _days(days: Interval) -> list[str]:
    return [days.first.isoformat(), days.last.isoformat()]


def _interval(days: list[str]) -> Interval:
    first, last = days
    return Interval(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
