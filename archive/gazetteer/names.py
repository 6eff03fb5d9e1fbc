"""The index of names: which entities a run of words may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, takewhile
from typing import NamedTuple

from archive.analysis import Analyser
from archive.gazetteer.entity import Entity, fits

__all__ = ["Candidate", "NameIndex"]

_VARIANT = re.compile(r"^(.*\d)(?!(?:st|nd|rd|th|mm|km|kg|lb)$)[a-z]{1,4}\d{0,2}[a-z]?$")
"""A designation with letters of a variant behind its number: `f16c`, `t72b3m`; not an ordinal: `t55th`."""
SHORTEST_PLURAL = 2
"""Letters above which a name's last word may be a plural: `F-35 is` is no F-35I."""
SHORTEST_PART = 3
"""Letters from which the parts of a name may be joined (`Storm-Shadow`, `StormShadow`)."""
_LEADING = re.compile(r"[^\W\d_]+|\d+")


class Candidate(NamedTuple):
    """One entity that the words may stand for, by which of its names."""

    entity: Entity
    alias: str

    @property
    def ambiguous(self) -> bool:
        return self.alias in self.entity.ambiguous


class NameIndex:
    """Names by their folded words. `squeezed` also joins the words, so that `F-16`, `F 16` and `F16` are one."""

    def __init__(self, entities: Iterable[Entity], analyser: Analyser, *, squeezed: bool = False) -> None:
        self._joint = "" if squeezed else " "
        self._squeezed = squeezed
        self._analyser = analyser
        self._keys: dict[str, list[Candidate]] = {}
        self._longest: dict[str, int] = {}
        for entity in entities:
            for alias, key in zip(entity.names, entity.keys, strict=True):
                joined = key.replace(" ", "") if squeezed else key
                self._keys.setdefault(joined, []).append(Candidate(entity, alias))
                if squeezed:
                    for head, count in _heads(key):
                        self._longest[head] = max(count, self._longest.get(head, 0))
                else:
                    first, count = key.partition(" ")[0], key.count(" ") + 1
                    self._longest[first] = max(count, self._longest.get(first, 0))

    def longest(
        self, forms: Sequence[str], words: Sequence[str], first: int, *, cased: bool, limit: int | None = None
    ) -> tuple[int, list[Candidate]]:
        """The longest name that begins at `first`: its count of words and the entities it may stand for.

        `cased` asks that it is written as a name is; `limit` is the most words it may have. (0, []) if there is none.
        """
        most = min(self._most(forms[first]), len(forms) - first)
        if limit is not None:
            most = min(most, limit)
        for count in range(most, 0, -1):
            found = self._look_up(forms[first : first + count])
            if found and self._squeezed:
                found = [c for c in found if _parted_alike(c, forms[first : first + count])]
            if found and cased:
                written = words[first : first + count]
                found = [c for c in found if fits(c.alias, self._analyser.words(c.alias), written)]
            if found:
                return count, found
        return 0, []

    def exact(self, forms: Sequence[str], words: Sequence[str]) -> list[Candidate]:
        """The entities that these words, all of them and written as names are, may stand for."""
        return [c for c in self._look_up(forms) if fits(c.alias, self._analyser.words(c.alias), words)]

    def _most(self, form: str) -> int:
        """Words that a name beginning with this one may have; 0 where none begins so."""
        most = self._longest.get(form, 0)
        if most or not self._squeezed:
            return most
        if form.endswith("s"):
            most = self._longest.get(form[:-1], 0)
        if not most and form[-1:].isalpha() and (variant := _VARIANT.match(form)):
            most = self._longest.get(variant[1], 0)
        return most

    def _look_up(self, forms: Sequence[str]) -> list[Candidate]:
        key = self._joint.join(forms)
        found = self._keys.get(key)
        if found or not self._squeezed:
            return found or []
        if key.endswith("s") and (len(forms) == 1 or len(forms[-1]) > SHORTEST_PLURAL or not forms[-1].isalpha()):
            key = key[:-1]
            if found := self._keys.get(key):
                return found
        # The letters of a variant are written together with its number: `F-16C`, not `F-16 jet`.
        variant = _VARIANT.match(forms[-1])
        if not variant:
            return []
        base = "".join(forms[:-1]) + variant[1]
        return [] if base.isdigit() else [c for c in self._keys.get(base, ()) if any(ch.isdigit() for ch in c.alias)]


def _parted_alike(candidate: Candidate, forms: Sequence[str]) -> bool:
    """Whether words without digits are parted where the name parts them: `Presidents` is no President-S."""
    entity = candidate.entity
    parts = entity.keys[entity.names.index(candidate.alias)].split(" ")
    if len(forms) == 1:
        return len(parts) == 1 or any(c.isdigit() for c in forms[0]) or min(map(len, parts)) >= SHORTEST_PART
    ends = set(accumulate(map(len, parts)))
    gaps = zip(accumulate(map(len, forms)), pairwise(forms), strict=False)
    return all(end in ends or not (a[-1].isalpha() and b[0].isalpha()) for end, (a, b) in gaps)


def _heads(key: str) -> Iterator[tuple[str, int]]:
    """The words with which a text may begin a name, and how many words it may then have.

    A text joins words of a name, or parts them between letters and digits: `F16`, `S-300 PMU-2`.
    """
    parts = _LEADING.findall(key)
    words = key.split(" ")
    for joined in accumulate(words):
        yield joined, len(parts)
    for joined in takewhile(lambda j: len(j) <= len(words[0]), accumulate(parts)):
        yield joined, len(parts)
