"""Weapons systems in an article: names found, ambiguous ones proved, overlaps resolved to the longest reading.

A name that is proved once in an article is proved wherever it stands in it, and so are the short forms of its weapon
(`Storm Shadows`, `the Dunham`); words that make another name of it (`Stacey Abrams`) speak against that everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from archive.article import Mention
from archive.gazetteer import Gazetteer
from indexer.reading import Reading
from indexer.weapon_abbreviations import abbreviations
from indexer.weapon_context import AT_WAR, Context
from indexer.weapon_designations import designations, listed_name, nickname_end
from indexer.weapon_names import Found, gazetteer_names
from indexer.weapon_ships import ship_names
from indexer.weapon_short import short_names

__all__ = ["weapons"]

ROUNDS = 3
"""How often what was proved may prove its neighbours in a list (`Javelins, Stingers and NLAWs`)."""
SHORT = 4
"""Letters and digits up to which a designation alone proves little."""
FICTION = frozenset({"star trek", "starship"})
"""Where these stand, `USS Enterprise` is no ship of the Navy's."""
_JOINT = r"(?:,? as well as|,? (?:and|or|AND|OR|plus)| &|,)(?: (?:the|a|an|some|[0-9,.]+|THE|A|AN))? |/|, "
_LISTED_BEFORE = re.compile(rf"(?:{_JOINT})$")
_LISTED_BEHIND = re.compile(_JOINT)
LONGEST_JOINT = 25
"""Code points between two names of a list."""
_MARK = re.compile(
    r" (?:(?:Mk|MK|Mark|Block)\.? ?(?:[IVX]+[A-Z]?|\d+[A-Z]?)|[IVX]{1,3})(?![\w-])|-[A-Z]\d{1,2}(?![\w-])"
)
_SIDE_BY_SIDE = re.compile(r"[ \u00a0-]| ?[\"\u201c]")


def weapons(readings: Sequence[Reading], gazetteer: Gazetteer) -> Iterator[Mention]:
    """The mentions of weapons in an article's fields, each field's in order; takes their stretches."""
    named = {id(r): list(gazetteer_names(r, gazetteer.weapons, cased=r.lettering != "lower")) for r in readings}
    found = [f for r in readings for f in (*named[id(r)], *ship_names(r), *designations(r)) if r.free(f.start, f.end)]
    if not found:
        return
    context = Context(readings, gazetteer)
    context.note(_family(f) for f in found if not f.ambiguous and not f.formed)
    proved = _proved(found, readings, context, gazetteer)
    for reading in readings:
        for one in _longest(reading, [f for f in proved if f.reading is reading], gazetteer):
            reading.take(one.start, one.end)
            yield _mention(one)


def _proved(found: list[Found], readings: Sequence[Reading], context: Context, gazetteer: Gazetteer) -> list[Found]:
    """Those that are weapons' names here, and the short forms that they prove."""
    found = [f for f in found if not (f.formed and _known(f, found))]
    if any(f.entity.name.startswith("USS") for f in found) and any(
        phrase in r.text.lower() for phrase in FICTION for r in readings
    ):
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
        ends = {(id(f.reading), at) for f in proved for at in (f.start, f.end)}
        more += [f for f in rest if f not in set(more) and _in_list(f, ends) and not context.other_name(f)]
        places = {(id(f.reading), f.start) for f in (*found, *proved)}
        more += [n for f in proved for n in listed_name(f) if (id(n.reading), n.start) not in places]
        if not more:
            break
        proved += more
    proved += list(abbreviations(proved))
    entities = {f.entity.name: f.entity for f in proved}.values()
    short = [
        f
        for f in short_names(readings, entities, proved, gazetteer)
        if f.reading.free(f.start, f.end) and _may_follow(f, context)
    ]
    return [*proved, *short]


def _known(found: Found, all_found: Iterable[Found]) -> bool:
    """Whether the gazetteer has a name where one was only formed: then it knows where the name ends."""
    words = min(found.last - found.first, 1)  # the prefix alone (`USS`) is no ship
    return any(
        not f.formed and f.reading is found.reading and f.start == found.start and f.last - f.first >= words
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
    if found.last - found.first > 1:
        return not context.other_name(found)
    word = _written(found)
    # A short designation or a single word may be anything else in an article without arms (`the MG4`).
    plain = found.first == found.last and word.isalpha() and not found.reading.words[found.first].isupper()
    needed = AT_WAR if plain or len(word) <= SHORT or word.endswith("clas") else 0
    return context.beside(found) or (context.arms >= needed and not context.other_name(found))


def _proved_around(found: Found, context: Context) -> bool:
    if not found.ambiguous or found.formed:
        return False
    if found.designation:
        return context.around(found)
    word = found.reading.forms[found.last]
    common = {word, f"{word}s", word.removesuffix("s")} & context.forms
    if found.reading.lettering == "mixed" and (common or context.person(found)):
        return False
    return context.around(found)


def _may_follow(found: Found, context: Context) -> bool:
    """Whether a name whose weapon is proved elsewhere in the article stands for it here."""
    if context.other_name(found):
        return False
    return found.designation or not (context.place(found) or context.common_ship(found) or context.namesake(found))


def _in_list(found: Found, ends: Collection[tuple[int, int]]) -> bool:
    """Whether it stands in a list beside a name that is proved: `Javelins and Stingers`."""
    text, here = found.reading.text, id(found.reading)
    before = _LISTED_BEFORE.search(text, max(0, found.start - LONGEST_JOINT), found.start)
    behind = _LISTED_BEHIND.match(text, found.end)
    return bool((before and (here, before.start()) in ends) or (behind and (here, behind.end()) in ends))


def _longest(reading: Reading, proved: list[Found], gazetteer: Gazetteer) -> list[Found]:
    """Without those inside longer ones; a weapon's neighbours joined (`Abrams M1A1`), marks taken in (`Hawk Mk 66`)."""
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
            joined[-1] = Found(
                reading, last.first, one.last, last.entity, last.ambiguous and one.ambiguous, last.formed
            )
        else:
            joined.append(one)
    for one in joined:
        end = one.end if any(one.end == k.start - 1 for k in joined) else nickname_end(one, gazetteer)
        mark = _MARK.match(reading.text, end)
        end = mark.end() if mark else end
        if end > one.end:
            one.last = reading.within(one.start, end)[1] - 1
    return joined


def _family(found: Found) -> str:
    """The letters with which a name begins: golf scores (`T-55, T-62`) are all of one family."""
    return re.split(r"\d", _written(found), maxsplit=1)[0]


def _written(found: Found) -> str:
    """Its words in lower case, joined, without an s at the end."""
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
