"""The alert rule: when an article fires.

An article fires if it satisfies all that binds (refinements too) and holds all the free words, or, in hybrid and
semantic mode, its best passage is at least as near as the floor that was stored with the search. There is no fused
score in it and no K: whether one article fires depends on that article alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.analysis import Analyser
from archive.engine import Refinement, Search
from archive.plan import Requirement, plan
from archive.query import Node
from archive.vectors import FLOOR, UNIT

__all__ = ["DEFAULT_FLOOR", "LOWEST_FLOOR", "Rule", "dot_of", "rule_of"]

LOWEST_FLOOR = FLOOR / UNIT
"""Below this cosine a passage says nothing about a query, in searches and here."""
DEFAULT_FLOOR = 0.5
"""Where the owner chose none; docs/decisions/031-floor.md measured it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides about one article."""

    scope: Node | None
    """All of the query that binds."""
    refinements: tuple[Refinement, ...]
    requirements: tuple[Requirement, ...]
    """The free words. None of them: what binds decides alone."""
    vector: bytes | None = None
    """int8 codes; None where meaning has no say."""
    floor: int = FLOOR
    """The least dot product of a passage that fires."""


def rule_of(search: Search, floor: int, analyser: Analyser) -> Rule:
    """The rule of a resolved search; `floor`: a dot product (`dot_of`)."""
    understood = plan(search, analyser)
    by_meaning = understood.mode in ("hybrid", "semantic") and understood.requirements
    return Rule(
        scope=understood.scope,
        refinements=search.refinements,
        requirements=understood.requirements,
        vector=search.vector if by_meaning else None,
        floor=max(floor, FLOOR),
    )


def dot_of(cosine: float) -> int:
    """The least dot product whose cosine is at least this one."""
    exact = cosine * UNIT
    nearest = round(exact)
    return nearest if abs(exact - nearest) < 1e-6 else int(exact) + 1
