"""One article as the definition reads it: what it holds, and what it counts under.

Written straight from docs/search-contract.md, to be slow and obviously right.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.analysis import Analyser
from archive.article import Prepared, Stored
from archive.calendar import Interval, interval
from archive.engine import FacetName, IntervalName, Refinement
from archive.facets import date_values, facet_values, name_texts
from archive.plan import Requirement
from archive.query import TEXT_FIELDS, And, Dates, Fuzzy, Has, Near, Node, Not, Or, Phrase, Prefix, Window, Word

__all__ = ["Reading", "bucket"]

Span = tuple[int, int]
"""First and last position of an occurrence."""


class Reading:
    """A live article with its streams of terms and its values."""

    def __init__(self, stored: Stored, prepared: Prepared, analyser: Analyser) -> None:
        self.stored = stored
        self.prepared = prepared
        self.analyser = analyser
        article = stored.article
        self.stems = {"title": analyser.stems(article.title), "body": analyser.stems(article.body)}
        self.forms = {"title": analyser.forms(article.title), "body": analyser.forms(article.body)}
        self.names = {field: [analyser.forms(text) for text in texts] for field, texts in name_texts(prepared).items()}
        terms = self.stems["title"] + self.stems["body"]
        pairs = analyser.pairs(self.stems["title"]) + analyser.pairs(self.stems["body"])
        self.term_counts, self.length = Counter(terms), len(terms)
        self.pair_counts, self.pairs = Counter(pairs), len(pairs)
        self.published = interval(article.published) if article.published else None
        self.mentioned = [interval(value) for value in date_values(article)]
        self.values: dict[FacetName, tuple[str, ...]] = {
            **facet_values(article),
            "published": years([self.published] if self.published else []),
            "mentioned": years(self.mentioned),
        }

    @property
    def key(self) -> tuple[bool, int, int]:
        """What `newest` sorts by, highest first."""
        published = self.stored.article.published
        return published is not None, instant(published) if published else 0, self.stored.number

    def dots(self, vector: NDArray[np.int64]) -> list[int]:
        """The dot product of each passage with the query's vector."""
        return [int(np.dot(codes, vector)) for codes in self.prepared.vectors.astype(np.int64)]

    # ---------------------------------------------------------------- queries
    def holds(self, node: Node) -> bool:
        match node:
            case And(parts):
                return all(self.holds(part) for part in parts)
            case Or(parts):
                return any(self.holds(part) for part in parts)
            case Not(part):
                return not self.holds(part)
            case Near():
                return any(self._near(node, field) for field in fields_of(near_field(node)))
            case Word(text, field) | Phrase(text, field):
                terms = self._terms(text, field)
                return any(spans_of(terms, stream) for stream in self._streams(field))
            case Window(text, distance, field):
                terms = self._terms(text, field)
                return any(in_window(terms, stream, distance) for stream in self._streams(field))
            case Prefix(text, field):
                start = self.analyser.form(text)
                return any(form.startswith(start) for stream in self._unstemmed(field) for form in stream)
            case Fuzzy(text, field):
                target = self.analyser.form(text)
                return any(resembles(form, target) for stream in self._unstemmed(field) for form in stream)
            case Dates("published", within):
                return self.published is not None and self.published in within
            case Dates(_, within):
                return any(days in within for days in self.mentioned)
            case Has(facet):
                return not self.lacks(facet)  # type: ignore[arg-type]

    def meets(self, requirement: Requirement) -> bool:
        """Every word somewhere, or one of the aliases as a phrase in title or body."""
        if all(word in self.term_counts for word in requirement.words):
            return True
        return any(spans_of(phrase, stream) for phrase in requirement.phrases for stream in self.stems.values())

    def occurrences(self, phrase: Sequence[str]) -> int:
        """How often these stems stand next to each other, in title and body together."""
        return sum(len(spans_of(phrase, stream)) for stream in self.stems.values())

    def _terms(self, text: str, field: str) -> list[str]:
        return self.analyser.stems(text) if field in TEXT_FIELDS else self.analyser.forms(text)

    def _streams(self, field: str) -> Iterator[list[str]]:
        """The streams in one of which a word, phrase or window must stand."""
        if field in TEXT_FIELDS:
            yield from (self.stems[name] for name in fields_of(field))
        else:
            yield from self.names[field]

    def _unstemmed(self, field: str) -> Iterator[list[str]]:
        if field in TEXT_FIELDS:
            yield from (self.forms[name] for name in fields_of(field))
        else:
            yield from self.names[field]

    def _near(self, near: Near, field: str) -> bool:
        left, right = self._spans(near.left, field), self._spans(near.right, field)
        ways = [(a, b) for a in left for b in right]
        if not near.ordered:
            ways += [(b, a) for a in left for b in right]
        return any(0 < later[0] - earlier[1] <= near.distance for earlier, later in ways)

    def _spans(self, node: Node, field: str) -> list[Span]:
        match node:
            case Or(parts):
                return [span for part in parts for span in self._spans(part, field)]
            case Word(text) | Phrase(text):
                return spans_of(self.analyser.stems(text), self.stems[field])
            case Prefix(text):
                start = self.analyser.form(text)
                return [(i, i) for i, form in enumerate(self.forms[field]) if form.startswith(start)]
            case Fuzzy(text):
                target = self.analyser.form(text)
                return [(i, i) for i, form in enumerate(self.forms[field]) if resembles(form, target)]
            case _:
                raise TypeError(f"{type(node).__name__} is no operand of NEAR")

    # ---------------------------------------------------------------- facets
    def lacks(self, facet: FacetName) -> bool:
        """Whether it is `missing` in this facet: no value; for the two date fields, no date at all."""
        if facet == "published":
            return self.published is None
        if facet == "mentioned":
            return not self.mentioned
        return not self.values[facet]

    def passes(self, refinement: Refinement) -> bool:
        if refinement.include and not any(self.has_value(refinement.field, v) for v in refinement.include):
            return False
        return not any(self.has_value(refinement.field, v) for v in refinement.exclude)

    def days(self, field: str) -> list[Interval]:
        """Its dates in `published` or `mentioned`."""
        if field == "mentioned":
            return self.mentioned
        return [self.published] if self.published else []

    def has_value(self, facet: FacetName, value: str | Interval | None) -> bool:
        if value is None:
            return self.lacks(facet)
        if isinstance(value, Interval):
            return any(days in value for days in self.days(facet))
        return value in self.values[facet]


def bucket(days: Interval, unit: IntervalName) -> str | None:
    """The bucket of a timeline that wholly holds these days."""
    first, last = _label(days.first, unit), _label(days.last, unit)
    return first if first == last else None


def instant(date: str) -> int:
    """Whole seconds from 1970 to the beginning of a date, read as UTC where it has no offset."""
    moment = dt.datetime.fromisoformat(date if len(date) > 10 else f"{interval(date).first}T00:00")
    since = moment.replace(tzinfo=None) - dt.datetime(1970, 1, 1)
    return int((since - (moment.utcoffset() or dt.timedelta())).total_seconds())


def years(dates: Sequence[Interval]) -> tuple[str, ...]:
    """The distinct years that wholly hold one of the dates."""
    return tuple(dict.fromkeys(year for days in dates if (year := bucket(days, "year"))))


def fields_of(field: str) -> tuple[str, ...]:
    return (field,) if field else ("title", "body")


def near_field(node: Node) -> str:
    """The field of the operands, which is the same for all of them."""
    match node:
        case Near(left):
            return near_field(left)
        case Or(parts):
            return near_field(parts[0])
        case Word(_, field) | Phrase(_, field) | Prefix(_, field) | Fuzzy(_, field):
            return field
        case _:
            raise TypeError(f"{type(node).__name__} is no operand of NEAR")


def spans_of(terms: Sequence[str], stream: Sequence[str]) -> list[Span]:
    """Where the terms stand next to each other in their order."""
    size = len(terms)
    return [(i, i + size - 1) for i in range(len(stream) - size + 1) if list(stream[i : i + size]) == list(terms)]


def in_window(terms: Sequence[str], stream: Sequence[str], distance: int) -> bool:
    """Whether some stretch of `distance` + 1 positions holds every term as often as it is asked for."""
    wanted = Counter(terms)
    return any(wanted <= Counter(stream[i : i + distance + 1]) for i in range(len(stream)))


def resembles(form: str, target: str) -> bool:
    return _edits(form, target) <= (1 if len(target) <= 5 else 2)


@lru_cache(200_000)
def _edits(a: str, b: str) -> int:
    """Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours."""
    if abs(len(a) - len(b)) > 2:
        return 3
    table = [[i + j if not (i and j) else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[len(a)][len(b)]


def _label(day: dt.date, unit: IntervalName) -> str:
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]
