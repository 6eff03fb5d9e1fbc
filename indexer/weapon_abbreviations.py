"""A weapon's full name and its abbreviation in brackets prove each other: `Tube-launched Optically tracked (TOW)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from indexer.weapon_names import Found

__all__ = ["abbreviations"]

_ABBREVIATION = re.compile(
    r"(?: [Mm]issiles?| [Ss]ystems?| [Ww]eapons?)?,? (?:\(|or (?:the )?)(?P<name>[A-Z][A-Z-]{1,7})s?(?=[),.])"
)
MORE_WORDS = 4
"""Words without a letter in the abbreviation that a full name may have (`Optically tracked`)."""


def abbreviations(proved: Iterable[Found]) -> Iterator[Found]:
    """Abbreviations behind full names of weapons that were proved, and full names before their abbreviations."""
    for found in proved:
        reading = found.reading
        if found.last > found.first and (behind := _ABBREVIATION.match(reading.text, found.end)):
            at, _ = reading.within(*behind.span("name"))
            if _spells(reading.forms[found.first : at], behind["name"]):
                yield Found(reading, at, at, found.entity, ambiguous=True, formed=True)
        elif found.first == found.last and (first := _full_name(found)) is not None:
            yield Found(reading, first, found.first - 1, found.entity, ambiguous=True, formed=True)


def _full_name(found: Found) -> int | None:
    """The first word of the full name before an abbreviation in brackets."""
    reading, at = found.reading, found.first
    letters = reading.words[at].removesuffix("s")
    if at < 2 or len(letters) < 3 or not letters.isupper() or not letters.isalpha():
        return None
    text, tokens = reading.text, reading.tokens
    if text[tokens[at - 1].end : found.start] != " (" or text[found.end : found.end + 1] != ")":
        return None
    for first in range(at - 2, max(-1, at - len(letters) - MORE_WORDS - 1), -1):
        gap = text[tokens[first].end : tokens[first + 1].start]
        if gap not in (" ", "-", ", ", "/"):
            return None
        if reading.words[first][0] == letters[0] and _spells(reading.forms[first:at], letters):
            return first
    return None


def _spells(forms: list[str], letters: str) -> bool:
    """Whether the letters stand in this order at the beginnings of words."""
    initials = iter(form[0] for form in forms)
    return all(letter in initials for letter in letters.casefold() if letter.isalpha())
