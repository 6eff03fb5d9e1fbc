"""The world as a dot map: land is where cities are, places are circles that can be clicked. No tiles, no borders."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from archive.gazetteer import Gazetteer

__all__ = ["Circle", "Place", "Projection", "WorldView", "around", "draw_world", "whole"]

WIDTH = 960.0
"""Units of the drawing."""
COLUMNS = 132
"""Dots in a row: a regular grid, so that a plain and a city look alike and the page stays light."""
SOUTH, NORTH, WEST, EAST = -56.0, 72.0, -170.0, 180.0
"""Where people live."""
LEAST_SPAN = 9.0
"""Degrees of latitude of the closest view: there are no towns to be seen in a nearer one."""
LABELLED = 30
"""Circles and names after which no more names are written: those of the largest, as far as there is room."""
LETTER, LINE = 7.2, 16.0
"""Room of a letter and of a line of a label."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place to be drawn."""

    name: str
    count: int
    lat: float
    lon: float
    country: bool
    """It is a country, so that its circle stands for an area."""
    href: str
    counted: str = "article"
    """What `count` counts."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Equirectangular, true to scale at its middle latitude."""

    west: float
    north: float
    scale: float
    """Units per degree of latitude."""
    squeeze: float
    """Cosine of the middle latitude."""
    height: float

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale

    def holds(self, lat: float, lon: float) -> bool:
        x, y = self.at(lat, lon)
        return 0 <= x <= WIDTH and 0 <= y <= self.height


@dataclass(frozen=True, slots=True)
class Circle:
    x: float
    y: float
    radius: float
    country: bool
    label: str
    """`Kyiv, Ukraine: 12 articles`"""
    href: str
    name: str
    """Written beside it; empty where there is no room."""
    anchor: str
    """`start` or `end`: on which side the name stands."""
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class WorldView:
    height: float
    land: str
    """Path of the dots, in units of the grid."""
    cell: float
    """A unit of the grid in units of the drawing."""
    circles: tuple[Circle, ...]
    """The largest first, so that small ones lie on top."""
    outside: int
    """Places that lie outside this view."""


def whole() -> Projection:
    squeeze = math.cos(math.radians(35))
    scale = WIDTH / ((EAST - WEST) * squeeze)
    return Projection(WEST, NORTH, scale, squeeze, round((NORTH - SOUTH) * scale))


def around(places: Sequence[Place], height: float = 480.0) -> Projection:
    """The closest view that holds most of the mentions; of no places the whole world."""
    if not places:
        return whole()
    # A country's point says little of where something happened.
    weights = [p.count * (1 if p.country else 4) for p in places]
    south, north = _most([p.lat for p in places], weights)
    west, east = _most([p.lon for p in places], weights)
    middle = (south + north) / 2
    squeeze = math.cos(math.radians(min(abs(middle), 70.0)))
    span = max((north - south) * 1.3, (east - west) * 1.3 * squeeze * height / WIDTH, LEAST_SPAN)
    if span >= (NORTH - SOUTH) * 0.9:
        return whole()
    # Rounded, so that one drawing of the land serves many searches.
    span = math.ceil(span / 3) * 3
    scale = height / span
    top = min(round(middle) + span / 2, 84.0)
    left = round((west + east) / 2) - WIDTH / scale / squeeze / 2
    return Projection(left, top, scale, squeeze, height)


def draw_world(gazetteer: Gazetteer, places: Sequence[Place], view: Projection, enlarged: float = 1.0) -> WorldView:
    """`enlarged`: by how much circles and names are, where the drawing stands in a narrow column."""
    inside = [p for p in places if view.holds(p.lat, p.lon)]
    highest = max((p.count for p in inside), default=1)
    circles: list[Circle] = []
    taken: list[tuple[float, float, float, float]] = []
    for place in sorted(inside, key=lambda p: -p.count):
        x, y = view.at(place.lat, place.lon)
        radius = (4 + 18 * math.sqrt(place.count / highest)) * (1 + enlarged) / 2
        circles.append(_circle(place, x, y, radius, view.height, taken, enlarged))
    return WorldView(view.height, _land(gazetteer, view), WIDTH / COLUMNS, tuple(circles), len(places) - len(inside))


def _circle(
    place: Place,
    x: float,
    y: float,
    radius: float,
    height: float,
    taken: list[tuple[float, float, float, float]],
    enlarged: float,
) -> Circle:
    """`taken`: the boxes of circles and labels so far; these are added."""
    short = place.name.partition(",")[0]
    width, line = len(short) * LETTER * enlarged, LINE * enlarged
    name, anchor, text_x = "", "start", x + radius + 4
    taken.append((x - radius * 0.7, y - radius * 0.7, x + radius * 0.7, y + radius * 0.7))
    if len(taken) <= LABELLED and len(short) <= 24:
        for side in ("start", "end"):
            left = x + radius + 4 if side == "start" else x - radius - 4 - width
            box = (left, y - line / 2, left + width, y + line / 2)
            fits = box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= height
            if fits and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                name, anchor, text_x = short, side, x + (radius + 4) * (1 if side == "start" else -1)
                break
    label = f"{place.name}: {place.count:,} {place.counted}{'' if place.count == 1 else 's'}"
    return Circle(
        x=round(x, 1),
        y=round(y, 1),
        radius=round(radius, 1),
        country=place.country,
        label=label,
        href=place.href,
        name=name,
        anchor=anchor,
        text_x=round(text_x, 1),
        text_y=round(y + 4.5 * enlarged, 1),
    )


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _most(values: Iterable[float], weights: Sequence[int]) -> tuple[float, float]:
    """The smallest and largest value without the tenth of the weights at each end."""
    ordered = sorted(zip(values, weights, strict=True))
    total = sum(weights)
    sums = np.cumsum([weight for _, weight in ordered])
    low = int(np.searchsorted(sums, total * 0.1))
    high = int(np.searchsorted(sums, total * 0.9))
    return ordered[low][0], ordered[min(high, len(ordered) - 1)][0]


@lru_cache(64)
def _land(gazetteer: Gazetteer, view: Projection) -> str:
    """One dot for each cell of the grid in which a city lies, row by row."""
    lats, lons = gazetteer.atlas.coordinates.T
    cell = WIDTH / COLUMNS
    columns = np.floor((lons - view.west) * view.squeeze * view.scale / cell).astype(np.int64)
    rows = np.floor((view.north - lats) * view.scale / cell).astype(np.int64)
    inside = (columns >= 0) & (columns < COLUMNS) & (rows >= 0) & (rows < int(view.height / cell))
    filled = np.unique(rows[inside] * COLUMNS + columns[inside])
    path: list[str] = []
    row, at = -1, 0
    for found in filled.tolist():
        r, c = divmod(found, COLUMNS)
        path.append(f"m{c - at} 0h0" if r == row else f"M{c} {r}h0")
        row, at = r, c
    return "".join(path)
