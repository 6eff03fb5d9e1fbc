"""Passages: overlapping stretches of the body, short enough for the model's window."""

from __future__ import annotations

import re

from archive.article import Article, Passage

__all__ = ["STRIDE", "WORDS", "passages", "text_to_embed"]

WORDS = 150
"""Words a passage; with the title in front about 230 word pieces, within MiniLM's window of 256."""
STRIDE = 120
"""Words from the beginning of one passage to the next."""

_WORD = re.compile(r"\S+")


def passages(article: Article) -> tuple[Passage, ...]:
    """The passages of the body; of an article without a body, one empty one that stands for the title."""
    words = [m.span() for m in _WORD.finditer(article.body)]
    if not words:
        return (Passage(0, 0),) if article.title.strip() else ()
    starts = range(0, max(1, len(words) - (WORDS - STRIDE)), STRIDE)
    return tuple(Passage(words[s][0], words[min(s + WORDS, len(words)) - 1][1]) for s in starts)


def text_to_embed(article: Article, passage: Passage) -> str:
    """The title, then the passage: what the vector stands for."""
    text = article.body[passage.start : passage.end]
    return f"{article.title}\n{text}" if article.title else text
