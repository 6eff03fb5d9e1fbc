"""Proximity, decided in Python: which of an article's positions satisfy NEAR, BEFORE and windows.

Engines propose the articles that hold all the words; these functions look at the streams of one field.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from archive.analysis import Analyser
from archive.query import And, Fuzzy, Near, Node, Not, Or, Phrase, Prefix, Window, Word

__all__ = ["edits_allowed", "follows", "holds_near", "holds_window", "near_fields", "needs_positions", "within_edits"]

Span = tuple[int, int]
"""First and last position of an occurrence."""


def holds_near(near: Near, stems: Sequence[str], forms: Sequence[str], analyser: Analyser) -> bool:
    """Whether one field's streams hold `near`."""
    left = _spans(near.left, stems, forms, analyser)
    right = _spans(near.right, stems, forms, analyser)
    if follows(left, right, near.distance):
        return True
    return not near.ordered and follows(right, left, near.distance)


def holds_window(terms: Sequence[str], stream: Sequence[str], distance: int) -> bool:
    """Whether all terms stand, each at a place of its own, at most `distance` positions from first to last."""
    wanted: dict[str, int] = {}
    for term in terms:
        wanted[term] = wanted.get(term, 0) + 1
    places = [(i, t) for i, t in enumerate(stream) if t in wanted]
    held = dict.fromkeys(wanted, 0)
    low = 0
    for i, term in places:
        held[term] += 1
        while places[low][0] < i - distance:
            held[places[low][1]] -= 1
            low += 1
        if all(held[t] >= n for t, n in wanted.items()):
            return True
    return False


def near_fields(near: Near) -> tuple[int, ...]:
    """Which streams of an article count: 0 the title, 1 the body. All operands are of one field."""
    node: Node = near.left
    while isinstance(node, Or):
        node = node.parts[0]
    return {"title": (0,), "body": (1,)}.get(getattr(node, "field", ""), (0, 1))


def needs_positions(node: Node) -> bool:
    """Whether a node is decided here, or holds a part that is."""
    match node:
        case Near() | Window():
            return True
        case And(parts) | Or(parts):
            return any(needs_positions(p) for p in parts)
        case Not(part):
            return needs_positions(part)
        case _:
            return False


def edits_allowed(form: str) -> int:
    """One edit up to five letters, two above."""
    return 1 if len(form) <= 5 else 2


def within_edits(a: str, b: str, limit: int) -> bool:
    """Whether `a` becomes `b` by at most `limit` edits (optimal string alignment: a swap of neighbours is one)."""
    if abs(len(a) - len(b)) > limit:
        return False
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit and min(row) > limit:
            return False
        before, row = row, current
    return row[-1] <= limit


def follows(earlier: Sequence[Span], later: Sequence[Span], distance: int) -> bool:
    """Whether a span of `later` begins behind the end of one of `earlier`, at most `distance` positions on."""
    starts = sorted(first for first, _ in later)
    for _, end in earlier:
        i = bisect_left(starts, end + 1)
        if i < len(starts) and starts[i] - end <= distance:
            return True
    return False


def _spans(node: Node, stems: Sequence[str], forms: Sequence[str], analyser: Analyser) -> list[Span]:
    match node:
        case Or(parts):
            return [span for part in parts for span in _spans(part, stems, forms, analyser)]
        case Word(text) | Phrase(text):
            words = analyser.stems(text)
            last = len(words) - 1
            return [
                (i, i + last) for i, s in enumerate(stems) if s == words[0] and list(stems[i : i + last + 1]) == words
            ]
        case Prefix(text):
            start = analyser.form(text)
            return [(i, i) for i, form in enumerate(forms) if form.startswith(start)]
        case Fuzzy(text):
            target = analyser.form(text)
            near = {form for form in set(forms) if within_edits(form, target, edits_allowed(target))}
            return [(i, i) for i, form in enumerate(forms) if form in near]
        case _:
            raise TypeError(f"{type(node).__name__} has no positions")
