"""What a batch of articles must be, and the numbers its articles get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.article import Prepared
from archive.errors import ArticleError

__all__ = ["MAX_ID", "check_prepared", "numbered"]

MAX_ID = 2_000
"""Bytes of an article's id in UTF-8; text indexes drop much longer terms without a word."""


def check_prepared(prepared: Prepared, dimensions: int) -> None:
    """Raises ArticleError where the article has no usable id, or not a vector of `dimensions` codes a passage."""
    article = prepared.article
    if not article.id or len(article.id.encode()) > MAX_ID:
        raise ArticleError(f"The id {article.id[:60]!r} is empty or longer than {MAX_ID:,} bytes: give a shorter one.")
    if prepared.vectors.shape != (len(article.passages), dimensions):
        raise ArticleError(
            f"The article {article.id!r} comes with vectors of shape {prepared.vectors.shape}; its "
            f"{len(article.passages)} passages need ({len(article.passages)}, {dimensions})."
        )


def numbered(
    batch: Sequence[Prepared], known: Mapping[str, tuple[int, int]], sequence: int, next_number: int
) -> list[tuple[Prepared, int, int]]:
    """(article, number, first sequence) in the order of ids; `known`: id -> its number and first sequence."""
    rows = []
    for prepared in batch:
        number, first = known.get(prepared.article.id, (next_number, sequence))
        next_number = max(next_number, number + 1)
        rows.append((prepared, number, first))
    return sorted(rows, key=lambda row: row[0].article.id)
