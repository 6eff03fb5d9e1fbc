"""A small embedder for tests that are not about meaning: words hashed into a unit vector."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archive.analysis import Analyser

__all__ = ["BagOfWords"]


class BagOfWords:
    """Texts that share words are near; deterministic, and needs no model."""

    name = "bag-of-words"
    dimensions = 384

    def __init__(self) -> None:
        self._analyser = Analyser()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for stem in self._analyser.stems(text) or [""]:
                digest = hashlib.blake2b(stem.encode(), digest_size=16).digest()
                for place in range(0, 16, 4):
                    row[int.from_bytes(digest[place : place + 2], "little") % self.dimensions] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
