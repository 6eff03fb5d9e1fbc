"""From articles as they were read to articles ready to be written: mentions, passages, vectors, names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Protocol

import numpy as np

from archive.article import Article, Mention, Prepared
from archive.embedding import Embedder
from archive.vectors import quantise
from indexer.dates import read_dates
from indexer.passages import passages, text_to_embed

__all__ = ["MentionReader", "MentionsAnew", "Preparer", "read_mentions"]

SLICE = 32
"""Passages encoded between two reports of progress: about a second's work."""


class MentionReader(Protocol):
    """Reads people, places, organisations and weapons systems (`indexer.entities.EntityReader`)."""

    def read(self, articles: Sequence[Article]) -> list[tuple[Mention, ...]]: ...

    def names(self, mentions: Sequence[Mention]) -> Mapping[str, tuple[str, ...]]: ...


def read_mentions(articles: Sequence[Article], reader: MentionReader) -> list[tuple[Mention, ...]]:
    """All mentions of each article, title before body, in the order of the text."""
    found = []
    for article, entities in zip(articles, reader.read(articles), strict=True):
        dates = (
            *read_dates(article.title, article.published, "title"),
            *read_dates(article.body, article.published, "body"),
        )
        every = (*entities, *dates)
        found.append(tuple(sorted(every, key=lambda m: (m.field != "title", m.start, m.end, m.kind))))
    return found


class Preparer:
    """Prepares batches; mentions are read in `executor` while the encoder works."""

    def __init__(self, embedder: Embedder, reader: MentionReader, executor: Executor) -> None:
        self._embedder = embedder
        self._reader = reader
        self._executor = executor

    def __call__(self, articles: Sequence[Article], encoded: Callable[[int], None] = lambda _: None) -> list[Prepared]:
        """`encoded` is told how many more passages have their vector."""
        mentions = self._executor.submit(read_mentions, articles, self._reader)
        with_passages = [replace(a, passages=passages(a)) for a in articles]
        texts = [text_to_embed(a, p) for a in with_passages for p in a.passages]
        codes = np.empty((len(texts), self._embedder.dimensions), np.int8)
        # Longest first: texts of like length share a batch, and the time left is not underestimated.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for start in range(0, len(order), SLICE):
            some = order[start : start + SLICE]
            codes[some] = quantise(self._embedder.encode([texts[i] for i in some]))
            encoded(len(some))
        prepared = []
        row = 0
        for article, found in zip(with_passages, mentions.result(), strict=True):
            vectors = codes[row : row + len(article.passages)]
            row += len(article.passages)
            names = self._reader.names(found)
            prepared.append(Prepared(replace(article, mentions=found), vectors, names))
        return prepared


class MentionsAnew:
    """Reads the mentions of stored articles again, with the present gazetteers; vectors stay as they are."""

    def __init__(self, reader: MentionReader) -> None:
        self._reader = reader

    def __call__(self, stored: Sequence[Prepared]) -> list[Prepared]:
        mentions = read_mentions([p.article for p in stored], self._reader)
        return [
            Prepared(replace(old.article, mentions=found), old.vectors, self._reader.names(found))
            for old, found in zip(stored, mentions, strict=True)
        ]
