"""Weapons' names of the gazetteer where they stand in a text, before anything is said about what they mean there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.gazetteer import Candidate, Entity, NameIndex
from indexer.reading import Reading
from indexer.weapon_kinds import ALL_KINDS, is_ship, makers_belong

__all__ = ["MAKERS", "NAME_WORD", "Found", "formed", "gazetteer_names", "name_end"]

NAME_WORD = r"(?:[A-Z]\.(?:[A-Z]\.)?|[A-Z][^\W\d_]*(?:['\u2019-][A-Z]?[^\W\d_]+)*)"
"""A capitalised word of a name, or initials."""

MAKERS = frozenset(
    "boeing lockheed martin northrop grumman raytheon general dynamics sikorsky bell beechcraft cessna mcdonnell "
    "douglas fairchild republic convair curtiss vought hughes kaman grumman antonov ilyushin tupolev sukhoi mikoyan "
    "gurevich yakovlev kamov mil beriev bae hawker avro vickers bristol blackburn gloster supermarine fairey "
    "westland leonardo agustawestland agusta dassault aerospatiale airbus eurocopter sud messerschmitt junkers "
    "heinkel focke wulf dornier saab embraer aermacchi pilatus nakajima mitsubishi kawasaki aichi shenyang chengdu "
    "xian harbin hongdu de havilland hal iai krauss maffei rheinmetall nexter oshkosh textron handley page".split()
)
"""Makers whose names are no part of a weapon's (`Boeing B-17`), unless it is a firearm's (`Colt Cobra`)."""
NO_NAMES = frozenset({"mi5", "mi6"})
"""Designations to the letter that are always something else."""
BOUND = frozenset("@&")
"""What binds a word to the one before it."""
LIKE = frozenset({"style", "type", "series", "family", "like"})
"""Words behind a hyphen that are no part of a name (`an AR-15-style rifle`)."""
_JOINT = re.compile(r"[ \u00a0]?[-\u2010\u2011\u2013/.]?[ \u00a0]?|['\u2019]s |s['\u2019] | & | ?[\"\u201c\u201d]")
"""What may stand between the words of a name."""
_LIST = re.compile(r",? ")
_QUANTITY = re.compile(r"\d(?:%|\.\d|,\d{3}\b)")
"""The last digit of a number that counts something (`shares jump 20%`, `Mars 2,174 miles`)."""
_PLURAL = re.compile(r"['\u2019][sS]\b")
_BEHIND_PLURAL = re.compile(
    r"[,;:)]|\s*--|\.?\s*$| (?:and|or|in|at|to|from|with|on|are|were|have|had|for|over|by|as)\b", re.I
)


@dataclass(slots=True, eq=False)
class Found:
    """A name in a text: words `first` to `last`, without type words around it."""

    reading: Reading
    first: int
    last: int
    entity: Entity
    ambiguous: bool
    """Whether it needs proof."""
    formed: bool = False
    """Whether its form, and no gazetteer, says that it is a weapon's."""

    @property
    def start(self) -> int:
        return self.reading.tokens[self.first].start

    @property
    def end(self) -> int:
        """Code points; behind an apostrophe and s where these make a plural."""
        return name_end(self.reading, self.last)

    @property
    def designation(self) -> bool:
        """Whether it has a number: then it can hardly be a person, team or place."""
        words = self.reading.words[self.first : self.last + 1]
        return any(c.isdigit() for w in words for c in w) and any(c.isalpha() for w in words for c in w)


def gazetteer_names(reading: Reading, index: NameIndex, *, cased: bool = True) -> Iterator[Found]:
    """Every reading of every place where a name may begin, the longest first; they may overlap."""
    words = reading.words
    for first, word in enumerate(words):
        initial = word[0]
        if cased and not (initial.isupper() or initial.isdigit() or word in ALL_KINDS or word[-1].isdigit()):
            continue
        limit: int | None = None
        while limit is None or limit > 0:
            count, candidates = index.longest(reading.forms, words, first, cased=cased, limit=limit)
            if not count:
                break
            quantity = _QUANTITY.match(reading.text, reading.tokens[first + count - 1].end - 1)
            for candidate in candidates if _begins(reading, first) and not quantity else ():
                if is_ship(candidate.entity.class_name) and _joined_forms(reading, first, count) not in _keys(
                    candidate
                ):
                    continue  # there is one of it: `the Braves` are no HMS Brave
                if _joined(reading, first, count, commas="," in candidate.alias):
                    yield _found(reading, first, first + count - 1, candidate)
            limit = count - 1


def _joined_forms(reading: Reading, first: int, count: int) -> str:
    return "".join(reading.forms[first : first + count])


def _keys(candidate: Candidate) -> Iterator[str]:
    return (key.replace(" ", "") for key in candidate.entity.keys)


def _begins(reading: Reading, first: int) -> bool:
    """Whether a name may begin here: not in `U.S. M-1`, `CFM56-5-S3` or `M&P15`; and MI6 is no helicopter."""
    start, text = reading.tokens[first].start, reading.text
    if reading.forms[first] in NO_NAMES or text[max(0, start - 1) : start] in BOUND:
        return False
    initials = len(reading.words[first]) == 1 and text[max(0, start - 1) : start] == "."
    return start < 2 or not (
        (initials and text[start - 2].isupper()) or (text[start - 1] == "-" and text[start - 2].isdigit())
    )


def name_end(reading: Reading, last: int) -> int:
    """Where a name ends whose last word is given: `SS-20's` is a plural and whole, `the F-35's wing` a possessive."""
    end = reading.tokens[last].end
    mark = _PLURAL.match(reading.text, end)
    if mark and reading.words[last][-1].isdigit() and _BEHIND_PLURAL.match(reading.text, mark.end()):
        return mark.end()
    return end


def _found(reading: Reading, first: int, last: int, candidate: Candidate) -> Found:
    head, tail = _without_type_words(reading, first, last, candidate)
    # `A 10-year-old` is no A-10, nor is `At 4` an AT4: the parts of a designation have a hyphen or stand together.
    tokens, words = reading.tokens, reading.words
    parted = (
        last > first
        and len(words[first]) < 3
        and words[first + 1][0].isdigit()
        and reading.text[tokens[first].end : tokens[first + 1].start] == " "
    )
    single = head == tail and words[head].isalpha() and len(words[head]) > 1
    caps_only = single and words[head].isupper() and not _acronym(candidate.alias) and not candidate.ambiguous
    return Found(
        reading,
        head,
        tail,
        candidate.entity,
        candidate.ambiguous or parted or (caps_only and reading.lettering == "upper"),
    )


def _acronym(alias: str) -> bool:
    return sum(c.isupper() for c in alias) > 2


def _joined(reading: Reading, first: int, count: int, *, commas: bool) -> bool:
    tokens = reading.tokens
    for left, right in zip(tokens[first : first + count - 1], tokens[first + 1 : first + count], strict=True):
        gap = reading.text[left.end : right.start]
        if not _JOINT.fullmatch(gap) and not (commas and _LIST.fullmatch(gap)):
            return False
        if "." in gap and (len(left.text) > 1 or (gap == ". " and left is tokens[first])):
            return False
        if gap == " " and left.text in ("A", "I"):
            return False
    return True


def _without_type_words(reading: Reading, first: int, last: int, candidate: Candidate) -> tuple[int, int]:
    """`Taurus missile` without `missile`, `cruiser Moskva` without `cruiser`; a class keeps its `class`.

    A word goes if the name writes it small, or if what is left is a name of the same weapon (`Bradley Fighting
    Vehicle`); the words of a full name stay (`Army Tactical Missile System`). So does a maker's (`Boeing B-17`).
    """
    forms, entity = reading.forms, candidate.entity
    names = {key.replace(" ", "") for key in entity.keys}
    small = {w for part in candidate.alias.split() for w in part.replace("-", " ").split() if part.islower()}
    behind = last
    while behind > first and not forms[behind].startswith("class"):
        kind = (
            forms[behind] in ALL_KINDS
            or forms[behind] in LIKE
            or forms[behind] in small
            or forms[behind].removesuffix("s") in small
        )
        if not kind:
            break
        behind -= 1
        rest = "".join(forms[first : behind + 1])
        if (
            rest in names
            or forms[behind + 1] in small
            or forms[behind + 1] in LIKE
            or forms[behind + 1].removesuffix("s") in small
        ):
            last = behind
    while first < last and forms[first] in small and forms[first] in ALL_KINDS:
        first += 1
    if not makers_belong(entity.class_name):
        head = first
        while head < last and forms[head] in MAKERS:
            head += 1
        rest = "".join(forms[head : last + 1]).removesuffix("s")
        lettered = any(c.isalpha() for c in rest) and any(c.isdigit() for c in rest)  # no bare `206`
        if head > first and (lettered or any(name.startswith(rest) for name in names)):
            first = head
    return first, last


def formed(
    reading: Reading,
    start: int,
    end: int,
    name: str,
    class_name: str,
    *,
    ambiguous: bool = False,
    context: frozenset[str] = frozenset(),
) -> Iterator[Found]:
    """A name that its form proves, with an entity made for it; nothing where no word begins at `start`."""
    first, behind = reading.within(start, end)
    if first < behind and reading.tokens[first].start == start:
        entity = Entity("weapon", name, ambiguous=frozenset({name}), context=context, class_name=class_name)
        yield Found(reading, first, behind - 1, entity, ambiguous, formed=True)
