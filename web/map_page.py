"""The map of a search's places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from archive.errors import ParameterError
from archive.gazetteer import Gazetteer
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters, to_parameters
from search_api.places import places
from search_api.service import SearchService
from web.frame import Twin
from web.links import entity_link, narrowed, search_link
from web.sidebar import Chip, build_chips, step
from web.timeline import articles
from web.world import Place, WorldView, around, draw_world, whole

__all__ = ["MapPage", "build", "parse"]

View = Literal["close", "world"]
DRAWN = 150
"""Circles of a map at most: more hide each other and make the page heavy."""
LISTED = 40
"""Places that stand in the list too, where nothing hides another."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    name: str
    count: int
    step: int
    """Length of its bar, as in the sidebar."""
    href: str
    about: str
    """The page of the place."""


@dataclass(frozen=True, slots=True)
class MapPage:
    title: str
    q: str
    total: int
    world: WorldView
    view: View
    other_view: str
    """Link to the same map from closer by or farther away."""
    chips: tuple[Chip, ...]
    places: tuple[PlaceView, ...]
    note: str
    """What isn't drawn, and why; empty where all is."""
    search: str
    hidden: tuple[tuple[str, str], ...]
    """Parameters that the form carries along."""
    twins: tuple[Twin, ...]


def parse(items: Iterable[tuple[str, str]]) -> tuple[View, SearchRequest]:
    """A search's parameters, and `view`; raises ParameterErrors."""
    items = list(items)
    views = [value for name, value in items if name == "view" and value.strip()]
    if len(views) > 1 or any(view not in ("close", "world") for view in views):
        raise ParameterErrors([ParameterError("view", "view is `close` or `world`, given once.")])
    request = parse_parameters([(name, value) for name, value in items if name not in ("view", "share")])
    plain = replace(request, cursor=None, timeline=None, facets=(), limit=20, format="json")
    return "world" if views == ["world"] else "close", plain


def build(service: SearchService, gazetteer: Gazetteer, request: SearchRequest, view: View) -> MapPage:
    """Raises what `SearchService.search` raises."""
    answer = places(service, gazetteer, request)

    def link(name: str) -> str:
        return search_link(narrowed(request, "place", name))

    found = [
        Place(p["name"], p["count"], p["lat"], p["lon"], p["name"] == p["country"], link(p["name"]))
        for p in answer["places"]
    ]
    drawn = found[:DRAWN]
    world = draw_world(gazetteer, drawn, whole() if view == "world" else around(drawn))
    highest = max((p.count for p in found), default=1)
    parameters = to_parameters(request)
    other = [*parameters, *([] if view == "world" else [("view", "world")])]
    api = "/api/v1/places?" + urlencode([(n, v) for n, v in parameters if n != "sort"], errors="replace")
    return MapPage(
        title=f"Map of {request.q}" if request.q.strip() else "Map",
        q=request.q,
        total=answer["total"],
        world=world,
        view=view,
        other_view="/map?" + urlencode(other, errors="replace") if other else "/map",
        chips=build_chips(request, "/map"),
        places=tuple(
            PlaceView(p.name, p.count, step(p.count, highest), p.href, entity_link("place", p.name))
            for p in found[:LISTED]
        ),
        note=_note(world, len(found), len(answer["unplaced"]) + answer["other"], answer["missing"]),
        search=search_link(request),
        hidden=tuple((name, value) for name, value in parameters if name != "q"),
        twins=(Twin("application/json", "These places as JSON", api),),
    )


def _note(world: WorldView, found: int, unplaced: int, missing: int) -> str:
    parts = []
    if world.outside:
        parts.append(f"{_places(world.outside)} outside this view")
    if (beyond := found - DRAWN) > 0:
        parts.append(f"{_places(beyond)} with fewer articles")
    if unplaced:
        parts.append(f"{_places(unplaced)} beyond the most mentioned or without known coordinates")
    if missing:
        parts.append(f"{articles(missing)} that mention no place")
    return ", ".join(parts)


def _places(count: int) -> str:
    return f"{count:,} place{'' if count == 1 else 's'}"
