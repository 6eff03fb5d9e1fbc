"""The NER model (spaCy, English): which stretches of a text it reads as names, and of what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from threadpoolctl import ThreadpoolController

from indexer.ner_decoding import EntityDecoder
from indexer.ner_model import load_model

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["LABELS", "NameModel", "Span"]

LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"})
NO_NAMES = frozenset("covid-19 covid19 lgbt lgbtq lgbtq+ olympic olympics oscar oscars paralympic paralympics".split())
"""What the model takes for names though it stands alone, and common words (archive.gazetteer) don't settle."""
CHUNK = 2000
"""Code points that are read at once: whole paragraphs, so that memory doesn't grow with the article."""
BATCH = 16
"""Chunks in one pass through the network."""

_CUT = re.compile(r"\n+|(?<=[.!?]) ")


class Span(NamedTuple):
    """A name as the model reads it; offsets are code points."""

    start: int
    end: int
    label: str
    """One of LABELS."""


class NameModel:
    """spaCy's English NER, loaded at first use (about 1 s, 120 MB)."""

    def read(self, texts: Sequence[str]) -> list[list[Span]]:
        """The names in each text, in order. Raises ModelError when the model is not installed."""
        chunks = [(i, start, text[start:end]) for i, text in enumerate(texts) for start, end in _chunks(text)]
        spans: list[list[Span]] = [[] for _ in texts]
        make_doc, decoder, libraries = self._loaded
        # BLAS with a thread a core would spin on cores that the encoder needs, and gain nothing on so small matrices.
        with libraries.limit(limits=1, user_api="blas"):
            for start in range(0, len(chunks), BATCH):
                batch = chunks[start : start + BATCH]
                docs = [make_doc(chunk) for _, _, chunk in batch]
                for (i, offset, _), doc, entities in zip(batch, docs, decoder.read(docs), strict=True):
                    for first, end, label in entities:
                        last = doc[end - 1]
                        begin, behind = doc[first].idx, last.idx + len(last)
                        if label in LABELS and doc.text[begin:behind].lower() not in NO_NAMES:
                            spans[i].append(Span(offset + begin, offset + behind, label))
        return spans

    @cached_property
    def _loaded(self) -> tuple[Callable[[str], Doc], EntityDecoder, ThreadpoolController]:
        pipeline = load_model()
        return pipeline.make_doc, EntityDecoder(pipeline.get_pipe("ner")), ThreadpoolController()


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
