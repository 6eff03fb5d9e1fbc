"""What the archive holds, for readers: how much, from when, from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.engine import FacetName
from search_api.parameters import SearchRequest
from web.dates import readable
from web.frame import Twin
from web.links import narrowed, refined, search_link
from web.sidebar import FACET_TITLES, step
from web.timeline import TimelineView, draw

__all__ = ["ArchivePage", "build"]

LISTED: tuple[FacetName, ...] = ("source", "section", "language")
NAMED: tuple[FacetName, ...] = ("person", "place", "organisation", "weapon", "country", "author")
UNITS = ("bytes", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class ShareView:
    name: str
    count: int
    step: int
    href: str


@dataclass(frozen=True, slots=True)
class ArchivePage:
    articles: int
    facts: tuple[tuple[str, str], ...]
    timeline: TimelineView | None
    names: tuple[tuple[str, int, str], ...]
    """(kind, how many different ones, link to all of them)"""
    lists: tuple[tuple[str, tuple[ShareView, ...], int, str], ...]
    """(title, the largest, how many further ones, link to all of them)"""
    twins: tuple[Twin, ...]


def build(held: Mapping[str, Any]) -> ArchivePage:
    """`held`: as `ArchiveAnswer` describes it."""
    everything = SearchRequest()
    facts = [
        ("Articles", f"{held['articles']:,}"),
        ("Passages", f"{held['passages']:,}"),
        ("Published", _span(held["first"], held["last"])),
        ("Undated", f"{held['undated']:,}"),
        ("Size on disk", _size(held["bytes"])),
        ("Last commit", f"number {held['sequence']:,}"),
        ("Engine", held["engine"]),
        ("Model of meaning", held["model"].partition("/")[0]),
    ]
    lists = []
    for field in LISTED:
        values, other = held["facets"][field]["values"], held["facets"][field]["other"]
        highest = max((v["count"] for v in values), default=1)
        shares = tuple(
            ShareView(
                v["value"],
                v["count"],
                step(v["count"], highest),
                search_link(refined(everything, field, v["value"])),
            )
            for v in values
        )
        if shares:
            lists.append((FACET_TITLES[field][0], shares, other, f"/facet/{field}"))
    return ArchivePage(
        articles=held["articles"],
        facts=tuple((what, fact) for what, fact in facts if fact),
        timeline=draw(held["timeline"], lambda days: search_link(narrowed(everything, "published", days))),
        names=tuple((FACET_TITLES[f][0], held["names"][f], f"/facet/{f}") for f in NAMED if held["names"][f]),
        lists=tuple(lists),
        twins=(Twin("application/json", "The archive as JSON", "/api/v1/archive"),),
    )


def _span(first: str | None, last: str | None) -> str:
    return f"{readable(first)} to {readable(last)}" if first and last else ""


def _size(count: int) -> str:
    size = float(count)
    for unit in UNITS:
        if size < 1000 or unit == UNITS[-1]:
            return f"{size:.0f} {unit}" if size >= 100 or unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")
