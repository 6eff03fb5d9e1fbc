"""NEAR and BEFORE in a batch: where the operands stand is looked up, not searched for, in each article."""

from __future__ import annotations

from archive.analysis import Analyser
from archive.positions import follows
from archive.query import Fuzzy, Near, Node, Or, Phrase, Prefix, Word
from search_api.saved.terms import Stream

__all__ = ["holds_near"]


def holds_near(near: Near, place: int, stems: Stream, forms: Stream, analyser: Analyser) -> bool:
    """Whether one field of one article holds it; the same as `archive.positions.holds_near`."""
    left = _spans(near.left, place, stems, forms, analyser)
    right = _spans(near.right, place, stems, forms, analyser) if left else []
    if follows(left, right, near.distance):
        return True
    return not near.ordered and follows(right, left, near.distance)


def _spans(node: Node, place: int, stems: Stream, forms: Stream, analyser: Analyser) -> list[tuple[int, int]]:
    match node:
        case Or(parts):
            return [span for part in parts for span in _spans(part, place, stems, forms, analyser)]
        case Word(text) | Phrase(text):
            words = analyser.stems(text)
            run, size = stems.runs[place][0], len(words)
            starts = stems.positions(place).get(words[0], ())
            return [(i, i + size - 1) for i in starts if size == 1 or list(run[i : i + size]) == words]
        case Prefix(text):
            return _at(forms.beginning(analyser.form(text)), forms.positions(place))
        case Fuzzy(text):
            return _at(forms.resembling(analyser.form(text)), forms.positions(place))
        case _:
            raise TypeError(f"{type(node).__name__} has no positions")


def _at(terms: frozenset[str], positions: dict[str, list[int]]) -> list[tuple[int, int]]:
    return [(i, i) for term in terms & positions.keys() for i in positions[term]]
