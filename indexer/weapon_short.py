"""Short forms of weapons named in full: `the Dunham` after `USS Jason Dunham`, `Hornets` after `F/A-18 Hornet`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archive.gazetteer import Entity, Gazetteer
from indexer.reading import Reading
from indexer.weapon_kinds import ALL_KINDS, PREFIXES, is_ship
from indexer.weapon_names import MAKERS, Found

__all__ = ["short_names"]

SHORTEST = 4
"""Letters of a short form of one word."""
JOINING = frozenset("of de the la du von and al".split())


def short_names(
    readings: Sequence[Reading], entities: Iterable[Entity], named: Iterable[Found], gazetteer: Gazetteer
) -> Iterator[Found]:
    """Where short forms of these weapons stand, each to be taken only where nothing speaks against it.

    `named`: where their names stand; abbreviations among them stand for their weapons elsewhere too.
    """
    heads: dict[str, list[tuple[tuple[str, ...], Entity]]] = {}
    for found in named:
        word = found.reading.words[found.first]
        if found.formed and found.first == found.last and word.isupper():
            heads.setdefault(found.reading.forms[found.first], []).append(
                (tuple(found.reading.forms[found.first : found.first + 1]), found.entity)
            )
    for entity in entities:
        for words in _shorts(entity, gazetteer):
            heads.setdefault(words[0], []).append((words, entity))
            plural = (*words[:-1], f"{words[-1]}s")
            heads.setdefault(plural[0], []).append((plural, entity))
    if not heads:
        return
    for reading in readings:
        forms, cased = reading.forms, reading.lettering != "lower"
        for first, form in enumerate(forms):
            if form not in heads or (cased and not reading.words[first][0].isupper()):
                continue
            for words, entity in heads[form]:
                if tuple(forms[first : first + len(words)]) == words and reading.joined(first, len(words)):
                    yield Found(reading, first, first + len(words) - 1, entity, ambiguous=True)


def _shorts(entity: Entity, gazetteer: Gazetteer) -> Iterator[tuple[str, ...]]:
    """Forms of a ship's name without its prefix, and of a nickname without its designation."""
    if not entity.keys:  # one that its form named, in this article only
        yield tuple(gazetteer.analyser.forms(entity.name))
    for name in entity.names:
        words = gazetteer.analyser.words(name)
        forms = tuple(gazetteer.analyser.form(w) for w in words)
        if len(forms) > 1 and forms[0] in PREFIXES:
            yield forms[1:]
            if len(forms) in (3, 4) and not JOINING.intersection(forms) and len(forms[-1]) >= SHORTEST:
                yield forms[-1:]
        elif not is_ship(entity.class_name):
            while len(forms) > 1 and forms[0] in MAKERS:
                words, forms = words[1:], forms[1:]
            last = max((i for i, w in enumerate(words) if any(c.isdigit() for c in w)), default=-1)
            nick = forms[last + 1 :]
            capitals = all(w[0].isupper() and w.isalpha() for w in words[last + 1 :])
            if -1 < last < len(words) - 1 and any(c.isalpha() for w in words[: last + 1] for c in w):
                yield forms[: last + 1]
            if (
                -1 < last < len(words) - 1
                and capitals
                and not ALL_KINDS.intersection(nick)
                and len(nick[0]) >= SHORTEST
            ):
                yield nick
