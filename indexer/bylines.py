"""Authors from bylines: `By Ann Lowe and Peter Quist` -> two names."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

__all__ = ["byline_in", "split_authors"]

_FIRST_LINES: Final = 12  # lines with text among which a byline is looked for: captions and a stand-first come before
_NEAR_THE_TOP: Final = 4000  # code points in which these lines are
_LONGEST_BYLINE: Final = 200  # code points
_BY: Final = re.compile(r"by:?\s+", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s*,\s*(?:and\s+|&\s+)?|\s+(?:and|&)\s+", re.IGNORECASE)
_PARTICLES: Final = frozenset(
    {
        "al", "bin", "da", "de", "del", "della", "der", "di", "dos", "du", "el", "ibn", "la", "le", "ter", "van", "von",
        "y",
    }
)  # fmt: skip
_NOT_A_NAME: Final = frozenset(
    {
        "the", "agency", "agencies", "associated", "college", "conversation", "correspondent", "daily", "desk",
        "editor", "group", "institute", "journal", "magazine", "media", "ministry", "network", "news", "office", "post",
        "press", "reporter", "sports", "staff", "times", "trade", "tribune", "university",
    }
)  # fmt: skip


def split_authors(text: str) -> list[str]:
    """The names in a byline, without `By`.

    Semicolons always part names; commas, `and` and `&` do only where every part looks like a person's name, so
    `Food and Drug Administration` and `Ann Lowe, Reuters` stay whole.
    """
    text = " ".join(text.split())
    if m := _BY.match(text):
        text = text[m.end() :]
    names: list[str] = []
    for piece in text.split(";"):
        parts = [p for p in _SEPARATOR.split(piece.strip()) if p]
        # Some scrapers put the names run together before the names: "Ann Lowe Peter Quist, Ann Lowe, Peter Quist".
        if len(parts) > 2 and parts[0] == " ".join(parts[1:]):
            parts = parts[1:]
        if len(parts) > 1 and all(_is_name(p) for p in parts):
            names += parts
        elif piece.strip():
            names.append(piece.strip())
    return list(dict.fromkeys(names))


def byline_in(body: str) -> tuple[str, ...]:
    """The authors that a line of their own near the top of the text names (`By Flaminia Luck`), or none."""
    lines = (line.strip() for line in body[:_NEAR_THE_TOP].split("\n"))
    for line in islice(filter(None, lines), _FIRST_LINES):
        if len(line) <= _LONGEST_BYLINE and _BY.match(line):
            names = split_authors(line)
            if names and all(_is_name(n.partition(",")[0]) for n in names):
                return tuple(names)
    return ()


def _is_name(text: str) -> bool:
    """Two to five words that begin with a capital (or have no case), none of which belongs to an institution."""
    words = text.split()
    if not 2 <= len(words) <= 5 or text.endswith((".", ":", "!", "?")):
        return False
    shouted = text.isupper()
    for word in words:
        if word in _PARTICLES:
            continue
        if not word[0].isalpha() or word[0].islower() or word.lower() in _NOT_A_NAME:
            return False
        if not shouted and len(word) > 2 and word.isalpha() and word.isupper():  # MLB, AFP
            return False
    return True
