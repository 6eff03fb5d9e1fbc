"""The words of a text that may match: those that begin as one of the stems looked for does.

Most words of a text match nothing, and looking for a beginning is many times faster than taking every word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache, cached

from archive.analysis import Analyser, Token

__all__ = ["beginning", "candidates"]

KEPT = 16_000_000
"""Code points of texts that are remembered with their forms for the next search: some 5,000 articles in 32 MB."""


def beginning(stem: str) -> str:
    """What the form of every English word of this stem begins with.

    Snowball drops endings, after which it adds at most an `e`, turns a last `y` into an `i` or back, or makes `bili`
    a `bl`; and `dying` and its like become `die`.
    """
    if len(stem) == 3 and stem.endswith("ie"):
        return stem[:1]
    return stem[:-1] if len(stem) > 1 and stem.endswith(("e", "i", "y", "bl")) else stem


def candidates(text: str, begins: Set[str], analyser: Analyser) -> Iterable[Token]:
    """All words whose form begins with one of `begins` (forms themselves), and perhaps others; in order."""
    aligned = _align(text, analyser)
    starts = set(_may_begin(aligned, begins))
    for begin in begins:
        at = aligned.forms.find(begin)
        while at >= 0:
            before = text[at - 1] if at else " "
            if _is_mark(before):
                return analyser.tokens(text)
            if not before.isalnum():
                starts.add(at)
            at = aligned.forms.find(begin, at + 1)
    found = []
    dropped = -1  # where the last possessive s stands
    for at in sorted(starts):
        token = analyser.token_at(text, at)
        if token is None:
            continue
        if token.text in "sS" and at > 1 and text[at - 1] in _APOSTROPHES:
            before = text[at - 2]
            if _is_mark(before):
                return analyser.tokens(text)
            if before.isalnum() and at - 2 != dropped:
                dropped = at
                continue
        found.append(token)
    return found


class _Aligned(NamedTuple):
    forms: str
    """The text with each character as its form, so far as that is one character too; as long as the text."""
    others: tuple[tuple[int, str], ...]
    """The words for which that is not their form: where they begin, and with which letter ("" where it is open)."""


@cached(LRUCache(KEPT, getsizeof=lambda aligned: 1 + len(aligned.forms)), lock=Lock())
def _align(text: str, analyser: Analyser) -> _Aligned:
    irregular = []
    changed: dict[str, str] = {}
    forms = text
    if not text.isascii():
        for character in set(_BEYOND_ASCII.findall(text)):
            form = analyser.form(character)
            if len(form) != 1 or _joins(character):
                irregular.append(character)
            elif form != character:
                changed[character] = form
    if len(changed) > 50:
        forms = forms.translate({ord(c): form for c, form in changed.items()})
    else:  # several times faster for few
        for character, form in changed.items():
            forms = forms.replace(character, form)
    # After the forms no letter is left whose lower case is longer than itself.
    forms = forms.lower()
    return _Aligned(forms, tuple(_words_holding(irregular, text, forms)) if irregular else ())


def _words_holding(characters: Sequence[str], text: str, forms: str) -> Iterator[tuple[int, str]]:
    """Where the words begin that hold one of the characters, and their first letters; linear, also without spaces."""
    done, within = 0, False  # within: what ended at `done` was the middle of a word
    for found in re.finditer(f"[{re.escape(''.join(characters))}]", text):
        place = start = found.start()
        while start > done and (text[start - 1].isalnum() or _is_mark(text[start - 1])):
            start -= 1
        same = within and start == done
        done, within = found.end(), True
        if same:
            continue
        while start <= place and not text[start].isalnum():  # marks that follow no letter
            start += 1
        if start <= place:
            yield start, forms[start] if start < place else ""
        else:
            within = False


def _may_begin(aligned: _Aligned, begins: Set[str]) -> Iterator[int]:
    """Where those of the other words begin whose first letter doesn't rule them out.

    A letter beyond ASCII may become another one by what follows it, but none of ASCII; those of ASCII stay themselves.
    """
    firsts = {begin[0] for begin in begins}
    beyond_ascii = not all(first.isascii() for first in firsts)
    for start, first in aligned.others:
        if not first or first in firsts or (beyond_ascii and not first.isascii()):
            yield start


def _is_mark(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character).startswith("M")


def _joins(character: str) -> bool:
    """Whether it may become one letter with what stands before it: marks, and the vowels and finals of Hangul."""
    return _is_mark(character) or "\u1160" <= character <= "\u11ff"


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\u2010-\u203a]")
_APOSTROPHES = "'\u2019\u02bc\uff07"
"""Behind which analysis drops the s of a possessive."""
