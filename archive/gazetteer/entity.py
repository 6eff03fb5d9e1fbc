"""Entity: one thing that the gazetteers know, and the rule for when a spelling in a text is one of its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["ENTITY_KINDS", "Entity", "EntityKind", "Recognised", "fits"]

EntityKind = Literal["person", "place", "organisation", "weapon"]
ENTITY_KINDS: tuple[EntityKind, ...] = get_args(EntityKind)

ACRONYM_LETTERS = 4
"""All-capital names up to this length must stand in capitals (`WHO`, `US`); longer ones may be `Himars`."""

DESIGNATION_LETTERS = 3
"""Capital letters before a designation's number up to this length must stand in capitals where a gap follows."""

_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, organisation or weapons system."""

    kind: EntityKind
    name: str
    """Canonical, unique in its kind."""
    aliases: tuple[str, ...] = ()
    """Other names; of a place also its name without the country."""
    ambiguous: frozenset[str] = frozenset()
    """Those of its names that need proof: a word of `context` near, or (without any) the model's agreement."""
    context: frozenset[str] = frozenset()
    """Words and phrases that prove an ambiguous name, as stems joined by spaces."""
    class_name: str | None = None
    """Of a weapon or an organisation: what it is (`cruise missile`)."""
    origin: str | None = None
    country: str | None = None
    """The name of its country, for a country its own."""
    code: str | None = None
    """Of a country: its ISO 3166 code, by which cities refer to it."""
    admin1: str | None = None
    """GeoNames' code of the region within the country."""
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    population: int = 0
    """Of a place, as a weight between namesakes: inhabitants; large stand-ins for countries and regions."""
    keys: tuple[str, ...] = ()
    """For each of `names` its folded words, joined by spaces: what texts and queries are compared with."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling that stands for it in a text."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A known name among a query's words."""

    first: int
    count: int
    """How many words it covers."""
    kind: EntityKind
    name: str
    aliases: tuple[str, ...]
    """Its other spellings, to be searched as phrases."""


def fits(alias: str, alias_words: Sequence[str], words: Sequence[str]) -> bool:
    """Whether words of a text, already equal without regard to case, are written as a name is.

    Designations need a capital first; short acronyms all capitals; other names a capital wherever the alias has one.
    """
    if _DIGIT.search(alias):
        # `At 4` is no AT4.
        if len(words) > 1 and len(words[0]) <= DESIGNATION_LETTERS and alias_words[0].isupper():
            return words[0].isupper() or words[0].isdigit()
        first = next((c for w in words for c in w if c.isalpha()), "A")
        return not first.islower()
    letters = _LETTERS.sub("", alias)
    if len(letters) <= ACRONYM_LETTERS and letters.isupper():
        return all(w.isupper() or (w[-1] == "s" and len(w) > 2 and w[:-1].isupper()) for w in words)
    if len(words) != len(alias_words):
        return words[0][0].isupper()
    return all(not a[0].isupper() or not w[0].islower() for a, w in zip(alias_words, words, strict=True))
