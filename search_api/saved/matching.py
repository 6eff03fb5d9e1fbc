"""Many rules against many articles at once: the same answer as one rule and one article at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.errors import SavedSearchError
from search_api.saved.batch import Batch
from search_api.saved.rule import Rule
from search_api.saved.terms import Bits, members

__all__ = ["Fired", "Outcome", "fires", "match"]

TOGETHER = 256
"""Vectors that are compared at once: their products with six thousand passages take 6 MB."""
EXACT = 1 << 24
"""Up to here float32 holds every integer, so its products are those of integers, in any order of summing."""
LARGEST = 127
"""Code of a component."""
NO_PASSAGES = -(1 << 40)


class Fired(NamedTuple):
    place: int
    """Of the article in the batch."""
    matched_by: Literal["words", "meaning"]
    closeness: int | None
    """Dot product of the best passage; None where meaning has no say, or there is no passage."""


Outcome = list[Fired] | SavedSearchError
"""What one rule gave: the articles that fire, in their order, or why it can't be told."""


def match(batch: Batch, rules: Sequence[Rule]) -> Iterator[Outcome]:
    """The outcome of each rule, in the order given; one that fails doesn't keep the others."""
    for start in range(0, len(rules), TOGETHER):
        some = rules[start : start + TOGETHER]
        closeness = _closeness(batch, some)
        for rule in some:
            if rule.vector is not None and len(rule.vector) != _dimensions(batch, rule):
                yield SavedSearchError(
                    "The archive's vectors are of another model than this search's: save the search anew."
                )
                continue
            try:
                yield _fired(batch, rule, closeness.get(rule.vector) if rule.vector is not None else None)
            except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
                yield SavedSearchError(f"It can't be matched, which is a defect of Dateline: {error!r:.200}")


def fires(batch: Batch, rule: Rule) -> list[Fired]:
    """`match` for one rule; raises SavedSearchError."""
    (outcome,) = match(batch, [rule])
    if isinstance(outcome, SavedSearchError):
        raise outcome
    return outcome


def _fired(batch: Batch, rule: Rule, closeness: NDArray[np.int64] | None) -> list[Fired]:
    bound: Bits = batch.every if rule.scope is None else batch.holding(rule.scope)
    for refinement in rule.refinements:
        bound &= batch.passing(refinement)
    if not bound:
        return []
    by_words = bound
    for requirement in rule.requirements:
        by_words &= batch.meeting(requirement)
    near: Bits = 0
    if closeness is not None:
        close = np.packbits(closeness >= rule.floor, bitorder="little")
        near = bound & int.from_bytes(close.tobytes(), "little")
    return [
        Fired(
            place,
            "words" if by_words >> place & 1 else "meaning",
            int(closeness[place]) if closeness is not None and closeness[place] != NO_PASSAGES else None,
        )
        for place in members(by_words | near)
    ]


def _dimensions(batch: Batch, rule: Rule) -> int:
    """What the rule's vector must have; anything will do where no article has a passage."""
    assert rule.vector is not None
    return batch.codes.shape[1] if len(batch.codes) else len(rule.vector)


def _closeness(batch: Batch, rules: Sequence[Rule]) -> dict[bytes, NDArray[np.int64]]:
    """For each vector among the rules, the dot product of every article's best passage."""
    dimensions = batch.codes.shape[1]
    vectors = list(dict.fromkeys(r.vector for r in rules if r.vector is not None))
    if not len(batch.codes):
        return {v: np.full(len(batch.copies), NO_PASSAGES, np.int64) for v in vectors}
    vectors = [v for v in vectors if len(v) == dimensions]
    if not vectors:
        return {}
    exact: type[np.float32] | type[np.float64] = np.float32 if dimensions * LARGEST * LARGEST < EXACT else np.float64
    asked = np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), dimensions).astype(exact)
    products: NDArray[Any] = asked @ batch.floats(exact).T
    places, starts = batch.embedded
    best = np.full((len(vectors), len(batch.copies)), NO_PASSAGES, np.int64)
    best[:, places] = np.maximum.reduceat(products, starts, axis=1).astype(np.int64)
    return dict(zip(vectors, best, strict=True))
