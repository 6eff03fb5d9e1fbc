"""Names of the gazetteers of people, places and organisations in a text, the longest reading at each word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.gazetteer import Candidate, Gazetteer
from indexer.reading import Reading

__all__ = ["Known", "known_names", "tight"]

OTHER_NAMES = frozenset({"PERSON", "ORG", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"})
"""Labels of names of which a place or person may be a mere part (`New York Times`, `Trump Tower`)."""
LOWER_STARTS = frozenset({"al", "de", "bin", "von", "el", "ten", "the", "mainland", "occupied"})
"""Words in lower case with which a name may begin."""


@dataclass(frozen=True, slots=True)
class Known:
    """A run of words that is a name in the gazetteers."""

    first: int
    count: int
    start: int
    end: int
    """Code points, without generic words in lower case (`Kursk region` is `Kursk`)."""
    candidates: tuple[Candidate, ...]
    label: str | None
    """What the model reads in these very words; None: nothing, or something else around them."""
    inside: bool
    """The model reads a longer name of another kind around them."""
    trimmed: bool
    """Words in lower case at the end decided what it is."""


def known_names(reading: Reading, gazetteer: Gazetteer) -> Iterator[Known]:
    """All of them from left to right, without overlaps; what is taken is passed over."""
    indexes = (gazetteer.people, gazetteer.organisations, gazetteer.places)
    spans = [(*tight(reading, s.start, s.end), s.label) for s in reading.spans]
    words, forms = reading.words, reading.forms
    at = 0
    first = 0
    while first < len(words):
        word = words[first]
        if not (word[0].isupper() or word in LOWER_STARTS):
            first += 1
            continue
        limit: int | None = None
        count = 0
        found: list[Candidate] = []
        while limit is None or limit > 0:
            answers = [index.longest(forms, words, first, cased=True, limit=limit) for index in indexes]
            count = max(n for n, _ in answers)
            found = [c for n, candidates in answers if n == count for c in candidates]
            if not count or reading.joined(first, count):
                break
            limit = count - 1
        if not count or not found or not reading.joined(first, count):
            first += 1
            continue
        start, end, trimmed = _name_span(reading, first, count)
        if reading.free(start, end):
            while at < len(spans) and spans[at][1] <= start:
                at += 1
            label, inside = _label(spans[at : at + 3], start, end)
            yield Known(first, count, start, end, tuple(found), label, inside, trimmed)
        first += count


def tight(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """A span of the model without a leading `the`, trailing possessives and punctuation, up to the line's end."""
    line = reading.text.find("\n", start, end)
    first, last = reading.within(start, end if line <= start else line)
    if first < last and reading.forms[first] in ("the", "a", "an") and last - first > 1:
        first += 1
    if first >= last:
        return start, start
    return reading.tokens[first].start, min(reading.tokens[last - 1].end, end)


def _name_span(reading: Reading, first: int, count: int) -> tuple[int, int, bool]:
    last = first + count - 1
    end = last
    while end > first and reading.words[end].islower():
        end -= 1
    while first < end and reading.words[first] in ("the", "mainland", "occupied"):
        first += 1
    stop = reading.tokens[end].end
    # A name such as `U.S.` keeps its last full stop.
    if (
        reading.text[stop : stop + 1] == "."
        and reading.tokens[end].end - reading.tokens[end].start == 1
        and end > first
    ):
        stop += 1
    return reading.tokens[first].start, stop, end < last


def _label(spans: Sequence[tuple[int, int, str]], start: int, end: int) -> tuple[str | None, bool]:
    for left, right, label in spans:
        if left < end and start < right:
            if left >= start and right <= end:
                return label, False
            if left <= start and end <= right:
                # One character more is a full stop.
                if right - left <= end - start + 1:
                    return label, False
                return (None, True) if label in OTHER_NAMES else (label, False)
    return None, False
