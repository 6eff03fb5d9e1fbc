"""Meaning as vectors: the `Embedder` interface. Implementations stand beside this file.

`onnx.MiniLM` is the default and needs no torch; `transformers.SentenceTransformers` runs any
Sentence Transformers model and is installed by the extra `transformers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEFAULT_MODEL", "Embedder", "open_embedder"]

DEFAULT_MODEL = "all-MiniLM-L6-v2"


class Embedder(Protocol):
    """Turns text into unit vectors. Safe to share between threads."""

    @property
    def name(self) -> str:
        """Model, pooling and a hash of its weights: an archive answers only to the embedder that filled it."""

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimensions) float32, each row of length 1. Long texts are cut at the model's window."""


def open_embedder(model: str = DEFAULT_MODEL, *, cache: Path | None = None, threads: int = 0) -> Embedder:
    """The embedder of that name (`cache`: where a converted model is kept; `threads` 0: all cores).

    Raises ModelError where it isn't installed.
    """
    if model == DEFAULT_MODEL:
        from archive.embedding.onnx import MiniLM

        return MiniLM(cache=cache, threads=threads)
    from archive.embedding.transformers import SentenceTransformers

    return SentenceTransformers(model)
