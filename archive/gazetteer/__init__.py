"""Gazetteers: the names that Dateline knows of people, places, organisations and weapons systems.

Readable YAML in `data/` is the source; `python -m archive.gazetteer.distil` compiles it, and the cities of
GeoNames (CC BY 4.0), into files that load in milliseconds. See docs/gazetteers.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from archive.analysis import Analyser
from archive.errors import GazetteerError
from archive.gazetteer.atlas import Atlas
from archive.gazetteer.cities import Cities
from archive.gazetteer.compiled import load_shipped
from archive.gazetteer.entity import ENTITY_KINDS, Entity, EntityKind, Recognised
from archive.gazetteer.entries import (
    REGION_WEIGHT,
    check,
    common_words,
    demonyms,
    entities,
    given_names,
    read_folder,
)
from archive.gazetteer.names import Candidate, NameIndex

__all__ = ["REGION_WEIGHT", "Candidate", "Entity", "EntityKind", "Gazetteer", "NameIndex", "Recognised", "check"]

SHORT_WORD = 3
"""Names of one word up to this length are recognised in a query only as they are written: `US`, not `us`."""


class Gazetteer:
    """All the names known to an archive; load it once and pass it around. Safe to share between threads."""

    def __init__(self, entities: Iterable[Entity], cities: Iterable[Entity] = ()) -> None:
        """`cities`: the major ones, which queries may name; all others are read at first use."""
        self.analyser = Analyser()
        self._entities: dict[EntityKind, dict[str, Entity]] = {kind: {} for kind in ENTITY_KINDS}
        for entity in entities:
            self._entities[entity.kind][entity.name] = entity
        self._major = {city.name: city for city in cities}

    @classmethod
    def load(cls, extra: Path | None = None) -> Gazetteer:
        """The shipped gazetteers, and the user's own from a folder of the same format.

        An entry of the user's replaces the shipped one with the same kind and name.
        Raises GazetteerError when a file is wrong, with file, entry and cure.
        """
        shipped, cities = load_shipped()
        own: list[Entity] = []
        if extra is not None:
            if not extra.is_dir():
                raise GazetteerError(f"There is no gazetteer folder {extra}; make it or leave the setting out.")
            analyser = Analyser()
            for kind, entries in read_folder(extra).items():
                own.extend(entities(kind, entries, analyser))
        return cls([*shipped, *own], cities)

    def all(self, kind: EntityKind) -> Iterable[Entity]:
        """The entities of a kind, without the cities."""
        return self._entities[kind].values()

    def entity(self, kind: EntityKind, name: str) -> Entity | None:
        """The entity with this canonical name, major cities among them."""
        return self._entities[kind].get(name) or (self._major.get(name) if kind == "place" else None)

    def aliases(self, kind: EntityKind, name: str) -> tuple[str, ...]:
        """Its other spellings; none where it is unknown."""
        found = self.entity(kind, name)
        return found.aliases if found else ()

    def recognise(self, words: Sequence[str]) -> list[Recognised]:
        """The names among a query's words, the longest first taken, from left to right.

        Case and accents don't matter, but common words and ambiguous names are never recognised.
        """
        analyser = self.analyser
        forms = [analyser.form(w) for w in words]
        out: list[Recognised] = []
        first = 0
        while first < len(words):
            count, found = max(
                (self._recognise_at(index, forms, words, first) for index in (self._queries, self.weapons)),
                key=lambda answer: answer[0],
            )
            if found:
                out.append(Recognised(first, count, found.kind, found.name, found.names))
            first += max(count, 1)
        return out

    @cached_property
    def weapons(self) -> NameIndex:
        """Weapons, `F-16`, `F 16` and `F16` being one."""
        return NameIndex(self.all("weapon"), self.analyser, squeezed=True)

    @cached_property
    def people(self) -> NameIndex:
        return NameIndex(self.all("person"), self.analyser)

    @cached_property
    def organisations(self) -> NameIndex:
        return NameIndex(self.all("organisation"), self.analyser)

    @cached_property
    def places(self) -> NameIndex:
        """Countries, regions, seas and major cities."""
        return NameIndex([*self.all("place"), *self._major.values()], self.analyser)

    @cached_property
    def cities(self) -> Cities:
        """Every city; read from disk at first use (about 0.5 s, 60 MB)."""
        return Cities(*self._areas)

    @cached_property
    def atlas(self) -> Atlas:
        """Where every city lies; read from disk at first use (about 0.2 s, 20 MB)."""
        return Atlas(*self._areas)

    @cached_property
    def common(self) -> frozenset[str]:
        """Forms of common English words."""
        return common_words()

    @property
    def _areas(self) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
        """ISO code -> country, and (country, admin1) -> region."""
        countries = {e.code: e.name for e in self.all("place") if e.code}
        regions = {(e.country, e.admin1): e.name for e in self.all("place") if e.country and e.admin1}
        return countries, regions

    @cached_property
    def demonyms(self) -> frozenset[str]:
        """Forms of the names of nations and peoples (`british`, `briton`)."""
        return demonyms()

    @cached_property
    def given(self) -> frozenset[str]:
        """Forms of given names (`jean`, `sergei`) that are no common words."""
        return given_names()

    @cached_property
    def _queries(self) -> NameIndex:
        return NameIndex(
            [*self.all("person"), *self.all("organisation"), *self.all("place"), *self._major.values()], self.analyser
        )

    def _recognise_at(
        self, index: NameIndex, forms: Sequence[str], words: Sequence[str], first: int
    ) -> tuple[int, Entity | None]:
        count, found = index.longest(forms, words, first, cased=False)
        while count:
            part = words[first : first + count]
            sure = [c for c in found if not _ambiguous(c, part) and self._distinct(c, forms[first], part)]
            if sure:
                return count, max(sure, key=lambda c: c.entity.population).entity
            count, found = index.longest(forms, words, first, cased=False, limit=count - 1)
        return 0, None

    def _distinct(self, candidate: Candidate, form: str, part: Sequence[str]) -> bool:
        """Whether a query's words can only be meant as this name."""
        if len(part) > 1:
            # `at 4` is no AT4.
            return part[0].isupper() or form not in self.common or not part[1].isdigit()
        as_written = part[0] == candidate.alias.replace(".", "")
        if (as_written and part[0].isupper()) or (any(c.isdigit() for c in form) and not form.isdigit()):
            return True
        return len(form) > SHORT_WORD and form not in self.common


def _ambiguous(candidate: Candidate, part: Sequence[str]) -> bool:
    """Whether a query's words may mean something else: `scalp` may, `SCALP` typed as the acronym that it is may not."""
    as_acronym = len(part) == 1 and part[0] == candidate.alias and part[0].isupper() and len(part[0]) > SHORT_WORD
    return candidate.ambiguous and not as_acronym
