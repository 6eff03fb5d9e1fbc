"""The terms of one article, field by field, as every engine indexes them."""

from __future__ import annotations

from archive.analysis import Analyser

__all__ = ["NAME_GAP", "Streams"]

NAME_GAP = "|" * 8
"""A term between two names of one field, so that no phrase crosses from one to the next. No word
holds a `|`, and none is within two edits of eight of them."""


class Streams:
    """The terms of one article, field by field."""

    __slots__ = ("body_forms", "body_stems", "pairs", "title_forms", "title_stems")

    def __init__(self, title: str, body: str, analyser: Analyser) -> None:
        title_words, body_words = analyser.words(title), analyser.words(body)
        self.title_forms = [analyser.form(w) for w in title_words]
        self.body_forms = [analyser.form(w) for w in body_words]
        self.title_stems = [analyser.stem(w) for w in title_words]
        self.body_stems = [analyser.stem(w) for w in body_words]
        self.pairs = analyser.pairs(self.title_stems) + analyser.pairs(self.body_stems)
