"""Suggestions while typing: names that the archive holds, by the beginning of any word of a name or of an alias."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archive.analysis import Analyser
from archive.engine import Engine, FacetName, Search
from archive.gazetteer import EntityKind, Gazetteer

__all__ = ["DEFAULT_FIELDS", "EVERY_VALUE", "SUGGESTED_FIELDS", "Suggested", "Suggester", "joined"]

DEFAULT_FIELDS: tuple[FacetName, ...] = ("person", "place", "organisation", "weapon", "source")
SUGGESTED_FIELDS: tuple[FacetName, ...] = (*DEFAULT_FIELDS, "country", "author", "section", "class")
ALIASES: dict[FacetName, EntityKind] = {
    "person": "person",
    "place": "place",
    "organisation": "organisation",
    "weapon": "weapon",
    "country": "place",
}
"""The fields whose values have aliases, and where the gazetteers keep them."""
EVERY_VALUE = 10_000_000
"""A facet limit that no archive reaches."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A value that the archive holds, and in how many articles."""

    kind: FacetName
    name: str
    count: int
    alias: str | None
    """Which of its aliases begins so; None where the name itself does."""


class _Spelling(NamedTuple):
    """Words folded and joined, a space before each, so that looking for a beginning is one search in a string."""

    words: str
    aliases: tuple[tuple[str, str], ...]
    """(words, alias) of each."""


@dataclass(frozen=True, slots=True)
class _Value:
    name: str
    count: int
    spelling: _Spelling


class _Held(NamedTuple):
    """The values of every field by count, then name, at one commit."""

    state: str
    values: Mapping[FacetName, Sequence[_Value]]


class Suggester:
    """Suggests over one archive. Safe to share between threads.

    Reading and folding thousands of names takes longer than a key press: values are read once a commit, and a name
    is folded once. In memory that is about 330 bytes for each value.
    """

    def __init__(self, engine: Engine, analyser: Analyser, gazetteer: Callable[[], Gazetteer]) -> None:
        """`gazetteer` is called for each new name, and should remember what it loaded."""
        self._engine = engine
        self._analyser = analyser
        self._gazetteer = gazetteer
        self._spellings: dict[tuple[FacetName, str], _Spelling] = {}
        self._held = _Held("", {})
        self._lock = threading.Lock()

    def suggest(self, prefix: str, fields: Collection[FacetName] = DEFAULT_FIELDS, limit: int = 10) -> list[Suggested]:
        """Values of `fields` (of SUGGESTED_FIELDS) by count, then name; each once, none for a prefix without a word.

        The words of the prefix must begin neighbouring words: all but the last are whole, as in `Engine.suggest`.
        """
        words = joined(self._analyser.forms(prefix))
        if not words:
            return []
        held = self._read()
        found = [s for field in dict.fromkeys(fields) for s in _beginning(field, held.values[field], words, limit)]
        return sorted(found, key=lambda s: (-s.count, s.name, s.kind))[:limit]

    def _read(self) -> _Held:
        """The values of the present commit."""
        # Asked for before the values: what is committed in between is then read again.
        state = self._engine.state
        with self._lock:
            if self._held.state != state:
                search = Search(facets=SUGGESTED_FIELDS, facet_limit=EVERY_VALUE, sort="newest", limit=0)
                facets = self._engine.search(search).facets
                values = {
                    field: [_Value(name, count, self._spelling(field, name)) for name, count in facets[field].values]
                    for field in SUGGESTED_FIELDS
                }
                self._spellings = {(field, v.name): v.spelling for field, found in values.items() for v in found}
                self._held = _Held(state, values)
            return self._held

    def _spelling(self, field: FacetName, name: str) -> _Spelling:
        if known := self._spellings.get((field, name)):
            return known
        kind = ALIASES.get(field)
        aliases = self._gazetteer().aliases(kind, name) if kind else ()
        forms = self._analyser.forms
        return _Spelling(joined(forms(name)), tuple((joined(forms(alias)), alias) for alias in aliases))


def _beginning(field: FacetName, values: Sequence[_Value], words: str, limit: int) -> list[Suggested]:
    """The first of one field: its values stand in the order asked for."""
    found: list[Suggested] = []
    for value in values:
        spelling = value.spelling
        if words in spelling.words:
            found.append(Suggested(field, value.name, value.count, None))
        elif spelling.aliases:  # few have any, and the test is far cheaper than the look
            alias = next((alias for folded, alias in spelling.aliases if words in folded), None)
            if alias is not None:
                found.append(Suggested(field, value.name, value.count, alias))
        if len(found) == limit:
            break
    return found


def joined(forms: Sequence[str]) -> str:
    """Folded words, a space before each: what begins one of them, or several neighbours, is found as it stands."""
    return "".join(f" {form}" for form in forms)
