"""Headlines and datelines in capitals, written as the NER model knows names: `PUTIN MEETS XI` -> `Putin meets Xi`.

Letters change, offsets don't. A model of names lives on capitals and reads nothing sensible where all words have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from archive.gazetteer import Gazetteer

__all__ = ["soften"]

SHORTEST = 4
"""Letters from which a word in capitals is changed outside of a line in capitals; shorter ones are abbreviations."""
SHARE = 0.7
"""Part of a line's words that makes it a line in capitals."""
FEWEST = 3
"""Words from which a line can be one."""

_SHOUTED = re.compile(r"[^\W\d_a-z]{2,}(?:['\u2019][^\W\d_a-z]+)*")
_WORD = re.compile(r"[^\W\d_]+")


def soften(texts: Sequence[str], gazetteer: Gazetteer) -> list[str]:
    """The fields of one article for the model; what is written in small letters anywhere decides for all of them."""
    if not any(_SHOUTED.search(text) for text in texts):
        return list(texts)
    seen = {word for text in texts for word in _WORD.findall(text) if not word.isupper()}
    return ["".join(_line(line, seen, gazetteer) for line in text.splitlines(keepends=True)) for text in texts]


def _line(line: str, seen: set[str], gazetteer: Gazetteer) -> str:
    if not _SHOUTED.search(line):
        return line
    words = [w for w in _WORD.findall(line) if len(w) > 1]
    loud = len(words) >= FEWEST and sum(w.isupper() for w in words) >= SHARE * len(words)
    return _SHOUTED.sub(lambda found: _word(found, seen, gazetteer, loud=loud), line)


def _word(found: re.Match[str], seen: set[str], gazetteer: Gazetteer, *, loud: bool) -> str:
    word = found[0]
    if not word.isupper():
        return word
    name, small = _same_length(word, str.capitalize), _same_length(word, str.lower)
    form = gazetteer.analyser.form(word)
    if name in seen and not (small in seen and form in gazetteer.common):
        return name
    if loud:
        if small in seen or form in gazetteer.common:
            return small
        if len(word) >= SHORTEST and not gazetteer.organisations.exact([form], [word]):
            return name
        return word
    if len(word) >= SHORTEST and form not in gazetteer.common and gazetteer.places.exact([form], [name]):
        return name
    return word


def _same_length(word: str, change: Callable[[str], str]) -> str:
    """The word changed, but for letters that would become two (offsets must hold)."""
    changed = change(word)
    return changed if len(changed) == len(word) else word
