"""Why a result stands where it does, as people read it: the parts of its score, where they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["score_parts"]


def score_parts(result: Mapping[str, Any]) -> tuple[str, ...]:
    """`result`: one of an answer's `results`; empty where the search wasn't asked to explain."""
    explained = result.get("explain")
    if explained is None:
        return ()
    parts = [] if result["score"] is None else [f"score {result['score']:.2f}"]
    parts += [f"words {explained['words']:.2f}", f"pairs of words {explained['pairs']:.2f}"]
    if explained["cosine"] is not None:
        parts.append(f"cosine {explained['cosine']:.2f}")
    return (*parts, *(f"{b['kind']} {b['value']} +{b['boost']:g}" for b in explained["boosts"]))
