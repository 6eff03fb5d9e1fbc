"""Weapons systems in a text: names of the gazetteer, the longest reading, ambiguous ones proved by their context."""

from __future__ import annotations

from collections.abc import Iterator

from archive.article import Mention
from archive.gazetteer import Candidate, Gazetteer
from indexer.reading import Reading

__all__ = ["weapons"]

WINDOW = 25
"""Words on either side in which a word of context must stand."""
LONGEST_PHRASE = 3
"""Words of a phrase of context (`surface-to-air`)."""
NEIGHBOURS = frozenset(
    "the a an us u.s uk british american german russian ukrainian israeli iranian french turkish swedish polish soviet "
    "raf nato boeing lockheed raytheon army navy marine block mk mark two three four five six one first modern more "
    "new old and or of with uav mq".split()
)
"""Capitalised words that may stand before a weapon's name; any other makes it another name (`Stacey Abrams`)."""
SHIP_WORDS = frozenset({"cruiser", "aircraft", "submarine", "landing"})
"""Words in lower case with which a name of the gazetteer begins."""


def weapons(reading: Reading, gazetteer: Gazetteer) -> Iterator[Mention]:
    """The mentions of weapons in a field, in order; takes their stretches."""
    index = gazetteer.weapons
    words, forms = reading.words, reading.forms
    people = [(s.start, s.end) for s in reading.spans if s.label == "PERSON"]
    first = 0
    while first < len(words):
        initial = words[first][0]
        if not (initial.isupper() or initial.isdigit() or words[first] in SHIP_WORDS):
            first += 1
            continue
        count, found = index.longest(forms, words, first, cased=True)
        while count:
            start, end = _name_span(reading, first, count)
            candidate = found[0]
            if (
                reading.joined(first, count)
                and reading.free(start, end)
                and (not candidate.ambiguous or _proven(reading, first, count, candidate, gazetteer, people))
            ):
                reading.take(start, end)
                yield Mention(
                    kind="weapon",
                    name=candidate.entity.name,
                    field=reading.field,
                    start=start,
                    end=end,
                    text=reading.text[start:end],
                    why="context" if candidate.ambiguous else "alias",
                    weapon_class=candidate.entity.class_name,
                )
                break
            count, found = index.longest(forms, words, first, cased=True, limit=count - 1)
        first += max(count, 1)


def _name_span(reading: Reading, first: int, count: int) -> tuple[int, int]:
    """Without type words in lower case at its ends (`Taurus missile`, `cruiser Moskva`)."""
    last = first + count - 1
    while last > first and reading.words[last].islower() and reading.words[last].isalpha():
        last -= 1
    while first < last and reading.words[first].islower():
        first += 1
    return reading.tokens[first].start, reading.tokens[last].end


def _proven(
    reading: Reading,
    first: int,
    count: int,
    candidate: Candidate,
    gazetteer: Gazetteer,
    people: list[tuple[int, int]],
) -> bool:
    context = candidate.entity.context
    stem = gazetteer.analyser.stem
    last = first + count - 1
    behind = reading.words[last + 1 : last + 2]
    # A type word right behind proves it against every other sign (`Patriot missile`, `Abrams tanks`).
    if (
        behind
        and reading.text[reading.tokens[last].end : reading.tokens[last + 1].start] in (" ", "-")
        and _holds([stem(w) for w in reading.words[last + 1 : last + 1 + LONGEST_PHRASE]], context, starting=True)
    ):
        return True
    start, end = reading.tokens[first].start, reading.tokens[last].end
    if any(s <= start and end <= e and e - s > end - start for s, e in people):
        return False
    if (
        reading.next_to(first, first - 1)
        and not reading.opens_sentence(first - 1)
        and (reading.forms[first - 1] not in NEIGHBOURS)
    ):
        return False
    if reading.next_to(last, last + 1) and not reading.opens_sentence(last + 1):
        return False
    before = [stem(w) for w in reading.words[max(0, first - WINDOW) : first]]
    after = [stem(w) for w in reading.words[last + 1 : last + 1 + WINDOW]]
    return _holds(before, context) or _holds(after, context)


def _holds(stems: list[str], context: frozenset[str], *, starting: bool = False) -> bool:
    """Whether a word or phrase of context stands among the stems (`starting`: at their head)."""
    heads = range(1 if starting else len(stems))
    return any(" ".join(stems[i : i + n]) in context for i in heads for n in range(1, LONGEST_PHRASE + 1))
