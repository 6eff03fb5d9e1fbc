"""The floor of a search's meaning by examples: articles just above it, which fire, and just below, which don't."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from archive.analysis import Analyser
from archive.article import Stored
from archive.engine import POOL_SIZE, Copy, Engine, Search
from archive.vectors import FLOOR, UNIT
from search_api.saved.batch import Batch
from search_api.saved.latest import backwards
from search_api.saved.matching import fires
from search_api.saved.rule import rule_of

__all__ = ["Example", "nearby"]

EACH = 4
"""Examples on either side."""
RECENT = 4
"""Batches from the archive's end that are looked at (of 250 articles or more), beside the hundred nearest of all."""


@dataclass(frozen=True, slots=True)
class Example:
    stored: Stored
    cosine: float
    passage: int
    """Index of its nearest passage."""
    above: bool


def nearby(engine: Engine, analyser: Analyser, search: Search, floor: int) -> list[Example]:
    """Of articles that don't hold all the words (those fire anyway), the nearest to the floor from both sides, the
    highest first. None where meaning has no say in a search."""
    rule = rule_of(search, FLOOR, analyser)
    if rule.vector is None:
        return []
    found: dict[str, tuple[int, int, Stored]] = {}
    nearest = replace(search, mode="semantic", sort="relevance", limit=POOL_SIZE)
    for hit in engine.search(nearest).hits:
        if hit.matched_by == "related" and hit.cosine is not None and hit.passage is not None:
            found[hit.stored.article.id] = (round(hit.cosine * UNIT), hit.passage, hit.stored)
    for copies in islice(backwards(engine), RECENT):
        for fired in fires(Batch(copies, analyser), rule):
            if fired.matched_by == "meaning" and fired.closeness is not None:
                copy = copies[fired.place]
                found[copy.stored.article.id] = (fired.closeness, _passage(copy, rule.vector), copy.stored)
    ordered = sorted(found.values(), key=lambda f: (-f[0], f[2].article.id))
    above = [f for f in ordered if f[0] >= floor][-EACH:]
    below = [f for f in ordered if f[0] < floor][:EACH]
    return [Example(stored, dot / UNIT, passage, dot >= floor) for dot, passage, stored in (*above, *below)]


def _passage(copy: Copy, vector: bytes) -> int:
    dots = copy.vectors.astype(np.int64) @ np.frombuffer(vector, np.int8).astype(np.int64)
    return int(dots.argmax())
