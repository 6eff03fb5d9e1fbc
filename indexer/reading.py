"""One field of an article on its way to mentions: its words, the model's names, and what is already taken."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from archive.analysis import Analyser, Token
from archive.article import Field
from indexer.ner import Span

__all__ = ["Reading"]

_NAME = r"[^\W\d_][\w.'\u2019-]*"
_CREDIT = re.compile(
    r"(?:\b(?:Picture|Photo|Photograph|Image|Pic|Credit|Video|File photo|Courtesy)s?(?: credit| courtesy)?"
    r"(?: by|:| of:)|\u00a9|\(c\)|\bGetty Images|\bvia Getty)[^\n.;)\]]{0,70}"
)
_BYLINE = re.compile(
    rf"^[ \t]*(?:(?:Written |Reporting |Words |Edited )?(?:By|BY|by)[ :]+(?:{_NAME}[ ,&|/-]*){{1,10}}[^\n.]{{0,40}}$"
    rf"|(?:Reporting|Additional reporting|Editing|Writing) by [^\n]{{0,200}})",
    re.MULTILINE,
)

LETTERED = 3
"""Letters above which a word tells how a text is written: headlines leave `in` and `with` small."""
UNIFORM = 0.8
"""Share of such words in capitals (or with one) from which all the text is written so."""


class Reading:
    """A text as words with offsets (code points), the spans of the model, and the stretches already spoken for."""

    def __init__(self, field: Field, text: str, spans: Sequence[Span], analyser: Analyser) -> None:
        self.field = field
        self.text = text
        self.tokens: list[Token] = analyser.tokens(text)
        self.words = [t.text for t in self.tokens]
        form = analyser.form
        self.forms = [form(w) for w in self.words]
        self.spans = tuple(spans)
        self._starts = [t.start for t in self.tokens]
        self._taken = bytearray(len(text))
        for pattern in (_CREDIT, _BYLINE):
            for found in pattern.finditer(text):
                self.take(*found.span())

    @cached_property
    def lettering(self) -> Literal["mixed", "upper", "title", "lower"]:
        """How it is written: unless `mixed`, a word's capital (or its absence) says nothing."""
        words = [w for w in self.words if len(w) > LETTERED and w.isalpha()]
        upper, title = sum(map(str.isupper, words)), sum(map(str.istitle, words))
        if not words or upper > UNIFORM * len(words):
            return "upper" if words else "mixed"
        if self.field == "title" and title + upper > UNIFORM * len(words) and len(words) > 2:
            return "title"
        return "lower" if self.field == "title" and not upper and not title else "mixed"

    def free(self, start: int, end: int) -> bool:
        """Whether nothing has been read in this stretch yet (bylines and photo credits are never free)."""
        return not any(self._taken[start:end])

    def take(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\1" * (end - start)

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The words (first, behind the last) that begin in this stretch."""
        return bisect_left(self._starts, start), bisect_left(self._starts, end)

    def joined(self, first: int, count: int) -> bool:
        """Whether these words can be one name: nothing but a space, hyphen, full stop, slash or `&` between them."""
        for left, right in zip(
            self.tokens[first : first + count], self.tokens[first + 1 : first + count], strict=False
        ):
            gap = self.text[left.end : right.start]
            if gap in ("'s ", "\u2019s ", " & "):
                continue
            if len(gap) > 2 or gap.strip(" -\u2010\u2011\u2013\u2019'./,&\u00a0\""):
                return False
            if gap == ". " and len(left.text) > 2 and left.text not in ("St", "Mrs", "Gen", "Col"):
                return False
        return True

    def next_to(self, index: int, other: int) -> bool:
        """Whether two neighbouring words are parted by one space or hyphen, and both are capitalised."""
        if not (0 <= other < len(self.tokens)):
            return False
        left, right = sorted((index, other))
        gap = self.text[self.tokens[left].end : self.tokens[right].start]
        return gap in (" ", "-", "\u00a0") and self.words[other][0].isupper()

    def opens_sentence(self, index: int) -> bool:
        """Whether the word is the first of a sentence or line, so that its capital says nothing."""
        if index == 0:
            return True
        gap = self.text[self.tokens[index - 1].end : self.tokens[index].start]
        return any(c in gap for c in '.!?\n:\u201c"\u2018(')
