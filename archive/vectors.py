"""Vectors as every engine keeps them: int8 codes, compared by integer dot products.

Integers make closeness exact: any engine, in any order of summing, gives the same dot product, and
copies of an article tie exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLOOR", "SCALE", "UNIT", "cosine", "no_codes", "quantise"]

SCALE = 400
"""Codes per unit. Components of a 384-dimensional unit vector are about .05; those above .3175 are clipped."""
UNIT = SCALE * SCALE
"""The dot product of two equal unit vectors."""
FLOOR = round(0.25 * UNIT)
"""The dot product below which a passage says nothing about the query."""


def quantise(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """(n, dimensions) float32 of unit length -> int8 codes of the same shape."""
    return np.clip(np.rint(vectors * SCALE), -127, 127).astype(np.int8)


def cosine(dot: int) -> float:
    """The cosine that an integer dot product of two codes stands for."""
    return dot / UNIT


def no_codes(dimensions: int = 0) -> NDArray[np.int8]:
    """The vectors of an article without passages."""
    return np.empty((0, dimensions), np.int8)
