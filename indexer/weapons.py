"""Weapons systems in an article: names found, ambiguous ones proved, overlaps resolved to the longest reading.

A name that is proved once in an article is proved wherever it stands in it, and so are the short forms of its weapon
(`Storm Shadows`, `the Dunham`); words that make another name of it (`Stacey Abrams`) speak against that everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.article import Mention
from archive.gazetteer import Entity, Gazetteer
from indexer.reading import Reading
from indexer.weapon_context import AT_WAR, Context
from indexer.weapon_forms import form_names
from indexer.weapon_names import Found, gazetteer_names
from indexer.weapon_short import short_names

__all__ = ["weapons"]

ROUNDS = 3
"""How often what was proved may prove its neighbours in a list (`Javelins, Stingers and NLAWs`)."""
FICTION = frozenset({"star trek", "starship"})
"""Where these stand, `USS Enterprise` is no ship of the Navy's."""
_IN_A_LIST = re.compile(r"(?:,|,? (?:and|or|AND|OR|plus)|/| &)(?: (?:the|a|an|some|[0-9,.]+|THE|A|AN))?[ /]?|/")
_MARK = re.compile(r" (?:(?:Mk|MK|Mark|Block)\.? ?(?:[IVX]+[A-Z]?|\d+[A-Z]?)|[IVX]{1,3})(?![\w-])")
_SIDE_BY_SIDE = re.compile(r"[ \u00a0-]| ?[\"\u201c]")


def weapons(readings: Sequence[Reading], gazetteer: Gazetteer) -> Iterator[Mention]:
    """The mentions of weapons in an article's fields, each field's in order; takes their stretches."""
    named = {id(r): list(gazetteer_names(r, gazetteer.weapons, cased=r.lettering != "lower")) for r in readings}
    found = [
        f for r in readings for f in (*named[id(r)], *form_names(r)) if r.free(f.start, f.end)
    ]
    if not found:
        return
    context = Context(readings, gazetteer.analyser)
    proved = _proved(found, readings, context, gazetteer)
    for reading in readings:
        for one in _longest(reading, [f for f in proved if f.reading is reading]):
            reading.take(one.start, one.end)
            yield _mention(one)


def _proved(found: list[Found], readings: Sequence[Reading], context: Context, gazetteer: Gazetteer) -> list[Found]:
    """Those that are weapons' names here, and the short forms that they prove."""
    found = [f for f in found if not (f.formed and _known(f, found))]
    if any(f.formed for f in found) and any(phrase in r.text.lower() for phrase in FICTION for r in readings):
        found = [f for f in found if not f.entity.name.startswith("USS")]
    proved = [f for f in found if _stands_alone(f, context)]
    rest = [f for f in found if f not in set(proved)]
    doubted = {_written(f) for f in found if context.other_name(f)}
    near = [f for f in rest if _written(f) not in doubted and _proved_around(f, context)]
    proved += near
    for _ in range(ROUNDS):
        held = set(proved)
        rest = [f for f in rest if f not in held]
        known = {f.entity.name for f in proved}
        more = [f for f in rest if f.entity.name in known and _may_follow(f, context)]
        ends = {(id(f.reading), f.start): f for f in proved} | {(id(f.reading), f.end): f for f in proved}
        more += [f for f in rest if f not in set(more) and _in_list(f, ends) and not context.other_name(f)]
        if not more:
            break
        proved += more
    short = [
        f
        for f in short_names(readings, {f.entity.name: f.entity for f in proved}.values(), gazetteer)
        if f.reading.free(f.start, f.end) and _may_follow(f, context)
    ]
    return [*proved, *short]


def _known(found: Found, all_found: Iterable[Found]) -> bool:
    """Whether the gazetteer has a name in the place of one that was only formed."""
    return any(
        not f.formed and f.reading is found.reading and f.start == found.start and f.last >= found.first + 1 - (found.first == found.last)
        for f in all_found
    )


def _stands_alone(found: Found, context: Context) -> bool:
    """Whether the name itself, or its kind beside it, proves it."""
    if found.formed:
        if not found.ambiguous:
            return True
        if found.entity.context:
            return context.around(found) or (context.beside(found) and context.words_of_war > 0)
        return context.words_of_war >= AT_WAR
    if found.ambiguous:
        return context.beside(found)
    if found.designation and found.first != found.last and len(found.reading.words[found.first]) > 2:
        return True
    if found.last - found.first > 1:
        return not context.other_name(found)
    return context.beside(found) or (context.words_of_war > 0 and not context.other_name(found))


def _proved_around(found: Found, context: Context) -> bool:
    if not found.ambiguous or found.formed:
        return False
    if found.designation:
        return context.around(found)
    word = found.reading.forms[found.last]
    common = {word, f"{word}s", word.removesuffix("s")} & context.forms
    if found.reading.lettering == "mixed" and (common or context.person(found)):
        return False
    return context.around(found) or (context.called(found) and not context.other_name(found))


def _may_follow(found: Found, context: Context) -> bool:
    """Whether a name whose weapon is proved elsewhere in the article stands for it here."""
    if context.other_name(found):
        return False
    return found.designation or not context.place(found)


def _in_list(found: Found, ends: dict[tuple[int, int], Found]) -> bool:
    """Whether it stands in a list beside a name that is proved: `Javelins and Stingers`."""
    text, reading = found.reading.text, found.reading
    before = re.search(r"(?:,|,? (?:and|or|AND|OR|plus)|/| &)(?: (?:the|a|an|some|[\d,.]+|THE|A|AN))?[ /]?$|/$", text[max(0, found.start - 20) : found.start])
    if before:
        end = found.start - len(before[0])
        if (id(reading), end) in ends:
            return True
    behind = _IN_A_LIST.match(text, found.end)
    return bool(behind) and (id(reading), behind.end()) in ends if behind else False


def _longest(reading: Reading, proved: list[Found]) -> list[Found]:
    """Without those inside longer ones; neighbours of one weapon joined (`Abrams M1A1`), marks taken in (`Hawk Mk 66`)."""
    kept: list[Found] = []
    for one in sorted(proved, key=lambda f: (f.start - f.end, f.formed, f.start)):
        if all(one.end <= k.start or k.end <= one.start for k in kept):
            kept.append(one)
    kept.sort(key=lambda f: f.start)
    joined: list[Found] = []
    for one in kept:
        last = joined[-1] if joined else None
        if (
            last
            and last.entity.name == one.entity.name
            and last.designation != one.designation
            and _SIDE_BY_SIDE.fullmatch(reading.text[last.end : one.start])
        ):
            joined[-1] = Found(reading, last.first, one.last, last.entity, last.ambiguous and one.ambiguous, last.formed)
        else:
            joined.append(one)
    for one in joined:
        if mark := _MARK.match(reading.text, one.end):
            _, behind = reading.within(one.start, mark.end())
            one.last = behind - 1
    return joined


def _written(found: Found) -> str:
    return "".join(found.reading.forms[found.first : found.last + 1]).removesuffix("s")


def _mention(found: Found) -> Mention:
    return Mention(
        kind="weapon",
        name=found.entity.name,
        field=found.reading.field,
        start=found.start,
        end=found.end,
        text=found.reading.text[found.start : found.end],
        why="context" if found.ambiguous or found.formed else "alias",
        weapon_class=found.entity.class_name,
    )
