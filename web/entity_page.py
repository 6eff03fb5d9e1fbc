"""One person, place, organisation or weapons system: what it is, when it was written about, together with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.engine import FacetName
from archive.gazetteer import EntityKind, Gazetteer
from search_api.entities import ENTITY_KINDS, coverage, entity
from search_api.parameters import SearchRequest
from search_api.service import Answer, SearchService
from search_api.together import NEWEST, Name, together
from web.dates import readable
from web.frame import Twin
from web.links import article_link, as_clause, entity_link, narrowed, refined, search_link
from web.network import NetworkView, draw_network
from web.sidebar import step
from web.timeline import MAX_BARS, TimelineView, draw
from web.world import Place, WorldView, around, draw_world

__all__ = ["EntityPage", "build"]

KINDS: Mapping[EntityKind, tuple[str, str]] = {
    "person": ("Person", "People"),
    "place": ("Place", "Places"),
    "organisation": ("Organisation", "Organisations"),
    "weapon": ("Weapons system", "Weapons systems"),
}
BESIDE = 8
"""Names of each kind in the lists."""
NODES = 12
"""Names in the network: more lines than these can't be followed."""
MAP_HEIGHT = 480.0
ENLARGED = 2.8
"""Of circle and name, because the map stands in a narrow column."""


@dataclass(frozen=True, slots=True)
class BesideView:
    name: str
    count: int
    step: int
    """Length of its bar, as in the sidebar."""
    href: str
    """Its own page; of an outlet its articles about this name."""
    both: str
    """The articles that mention both."""


@dataclass(frozen=True, slots=True)
class ListedArticle:
    title: str
    about: str
    href: str


@dataclass(frozen=True, slots=True)
class EntityPage:
    kind: str
    kind_label: str
    name: str
    facts: tuple[tuple[str, str, str | None], ...]
    """(what, the fact, link to all articles that share it), so far as they are known."""
    aliases: tuple[str, ...]
    total: int
    span: str
    """From the first to the last article."""
    timeline: TimelineView | None
    articles: tuple[ListedArticle, ...]
    beside: tuple[tuple[str, str, tuple[BesideView, ...]], ...]
    """(kind, title, names), the most often mentioned first."""
    network: NetworkView | None
    looked_at: int
    """Articles in which it was looked who is mentioned together, at most."""
    sources: tuple[BesideView, ...]
    world: WorldView | None
    """Of a place: where it lies."""
    search: str
    """All its articles."""
    within: str
    """The same as query text, to go on from."""
    map: str
    twins: tuple[Twin, ...]


def build(service: SearchService, gazetteer: Gazetteer, kind: EntityKind, name: str) -> EntityPage | None:
    """None where the archive doesn't mention it. Raises what `SearchService.search` raises."""
    found = entity(service, gazetteer, kind, name, "month", BESIDE)
    if found is None:
        return None
    name = found["name"]
    if len(found["timeline"]["buckets"]) > MAX_BARS:
        found = {**found, "timeline": coverage(service, kind, name, "year")}
    only = refined(SearchRequest(), kind, name)
    beside = found["mentioned_with"]
    strongest = _strongest(beside)
    names: list[Name] = [(k, n) for k, n, _ in strongest]
    pairs = together(service, kind, name, names) if names else {}
    return EntityPage(
        kind=kind,
        kind_label=KINDS[kind][0],
        name=name,
        facts=tuple(_facts(found)),
        aliases=tuple(found["aliases"]),
        total=found["total"],
        span=_span(found["first"], found["last"]),
        timeline=draw(found["timeline"], lambda days: search_link(narrowed(only, "published", days))),
        articles=tuple(_article(a) for a in found["articles"]),
        beside=tuple((k, KINDS[k][1], _names(only, k, beside[k], own=k == kind)) for k in ENTITY_KINDS if beside[k]),
        network=draw_network(strongest, pairs),
        looked_at=NEWEST,
        sources=_sources(only, found["sources"]),
        world=_world(gazetteer, found),
        search=search_link(only),
        within=search_link(SearchRequest(q=as_clause(kind, name, exclude=False))),
        map=search_link(only, "/map"),
        twins=(Twin("application/json", "This name as JSON", "/api/v1/entities" + entity_link(kind, name)[7:]),),
    )


def _strongest(beside: Mapping[EntityKind, Sequence[Answer]]) -> list[tuple[EntityKind, str, int]]:
    """Of all kinds together those mentioned beside it most often."""
    every = [(k, v["value"], v["count"]) for k in ENTITY_KINDS for v in beside[k]]
    return sorted(every, key=lambda found: (-found[2], found[1]))[:NODES]


def _facts(found: Answer) -> list[tuple[str, str, str | None]]:
    facts: list[tuple[str, str, str | None]] = []
    if found["class"]:
        # Only the classes of weapons are a facet.
        link = search_link(refined(SearchRequest(), "class", found["class"])) if found["kind"] == "weapon" else None
        facts.append(("Class", found["class"], link))
    if found["country"] and found["country"] != found["name"]:
        facts.append(("Country", found["country"], entity_link("place", found["country"])))
    if found["lat"] is not None:
        north, east = ("N" if found["lat"] >= 0 else "S"), ("E" if found["lon"] >= 0 else "W")
        facts.append(("Lies at", f"{abs(found['lat']):.2f}° {north}, {abs(found['lon']):.2f}° {east}", None))
    return facts


def _span(first: str | None, last: str | None) -> str:
    if first is None or last is None:
        return ""
    return readable(first) if readable(first) == readable(last) else f"{readable(first)} to {readable(last)}"


def _article(found: Mapping[str, Any]) -> ListedArticle:
    about = (found["source"], readable(found["published"]) if found["published"] else "undated")
    title = found["title"] or "(no title)"
    return ListedArticle(title, " · ".join(part for part in about if part), article_link(found["id"]))


def _names(only: SearchRequest, kind: EntityKind, values: Sequence[Answer], *, own: bool) -> tuple[BesideView, ...]:
    highest = max(v["count"] for v in values)
    views = []
    for v in values:
        name, count = v["value"], v["count"]
        # Two values of one facet mean any of them: the second goes into the text, where it binds.
        clause = as_clause(kind, name, exclude=False)
        both = SearchRequest(q=clause, refinements=only.refinements) if own else refined(only, kind, name)
        views.append(BesideView(name, count, step(count, highest), entity_link(kind, name), search_link(both)))
    return tuple(views)


def _sources(only: SearchRequest, values: Sequence[Answer]) -> tuple[BesideView, ...]:
    highest = max((v["count"] for v in values), default=1)
    field: FacetName = "source"
    links = [search_link(refined(only, field, v["value"])) for v in values]
    return tuple(
        BesideView(v["value"], v["count"], step(v["count"], highest), link, link)
        for v, link in zip(values, links, strict=True)
    )


def _world(gazetteer: Gazetteer, found: Answer) -> WorldView | None:
    if found["kind"] != "place" or found["lat"] is None:
        return None
    country = found["country"] == found["name"]
    href = search_link(refined(SearchRequest(), "place", found["name"]))
    place = Place(found["name"], found["total"], found["lat"], found["lon"], country, href)
    return draw_world(gazetteer, [place], around([place], MAP_HEIGHT), ENLARGED)
