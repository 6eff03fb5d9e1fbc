"""Who and what is mentioned together with a name: a small network in the round, laid out without chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search_api.entities import ENTITY_KINDS
from web.links import entity_link
from web.timeline import articles

__all__ = ["HEIGHT", "WIDTH", "Edge", "NetworkView", "Node", "draw_network"]

WIDTH, HEIGHT = 420, 330
ACROSS, DOWN = 92.0, 143.0
"""Half axes of the ring: higher than wide, because names stand at its sides and the column is narrow."""
LONGEST = 16
"""Characters of a name in the drawing; the list beside it has them whole."""
PAIRS = 24
"""Lines between names, the strongest: more are a ball of wool."""
STRONGEST = 4.0
"""Width of the strongest line."""


@dataclass(frozen=True, slots=True)
class Node:
    kind: str
    name: str
    label: str
    """`Keir Starmer: 12 articles`"""
    x: float
    y: float
    radius: float
    text_x: float
    text_y: float
    anchor: str
    href: str


@dataclass(frozen=True, slots=True)
class Edge:
    path: str
    width: float
    middle: bool
    """It goes to the name in the middle."""


@dataclass(frozen=True, slots=True)
class NetworkView:
    width: int
    height: int
    centre: tuple[float, float]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def draw_network(beside: Sequence[tuple[str, str, int]], together: Mapping[tuple[int, int], int]) -> NetworkView | None:
    """`beside`: (kind, name, articles) of each; `together`: of two of them, by index. None where nobody is beside."""
    if not beside:
        return None
    # Those of one kind stand side by side, so that lines among them stay short.
    order = sorted(range(len(beside)), key=lambda i: (ENTITY_KINDS.index(beside[i][0]), -beside[i][2]))
    highest = max(count for _, _, count in beside)
    middle = WIDTH / 2, HEIGHT / 2
    places: dict[int, tuple[float, float]] = {}
    nodes, edges = [], []
    for at, index in enumerate(order):
        kind, name, count = beside[index]
        angle = 2 * math.pi * (at + 0.5) / len(order) - math.pi / 2
        x, y = middle[0] + ACROSS * math.cos(angle), middle[1] + DOWN * math.sin(angle)
        places[index] = x, y
        radius = 4 + 7 * math.sqrt(count / highest)
        side = 0 if abs(math.cos(angle)) < 0.25 else 1 if math.cos(angle) > 0 else -1
        nodes.append(
            Node(
                kind=kind,
                name=_short(name),
                label=f"{name}: {articles(count)}",
                x=round(x, 1),
                y=round(y, 1),
                radius=round(radius, 1),
                text_x=round(x + side * (radius + 6), 1),
                text_y=round(y + (4 if side else math.copysign(radius + 12, math.sin(angle)) + 4), 1),
                anchor=("middle", "start", "end")[side],
                href=entity_link(kind, name),
            )
        )
        line = f"M{middle[0]:g} {middle[1]:g}L{x:.1f} {y:.1f}"
        edges.append(Edge(line, round(max(0.8, STRONGEST * count / highest), 1), True))
    strongest = sorted(together.items(), key=lambda pair: (-pair[1], pair[0]))[:PAIRS]
    most = max((count for _, count in strongest), default=1)
    for (i, j), count in strongest:
        (ax, ay), (bx, by) = places[i], places[j]
        # Bent towards the middle, so that neighbours on the ring are joined by a line that can be seen.
        bend = f"Q{(ax + bx + middle[0]) / 3:.1f} {(ay + by + middle[1]) / 3:.1f} {bx:.1f} {by:.1f}"
        edges.append(Edge(f"M{ax:.1f} {ay:.1f}{bend}", round(max(0.5, 2.5 * count / most), 1), False))
    return NetworkView(WIDTH, HEIGHT, middle, tuple(nodes), tuple(edges))


def _short(name: str) -> str:
    """What there is room for: of `Kursk Oblast, Russia` the place alone."""
    name = name if len(name) <= LONGEST else name.partition(", ")[0]
    return name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…"
