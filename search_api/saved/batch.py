"""A batch of articles that tells, for any part of a query or a refinement, which of them satisfy it.

It is made of the copies that any engine gives (`Engine.copies`), so what fires is the same on every engine. Each
part is looked up once, however many searches ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.analysis import Analyser
from archive.calendar import Interval, interval
from archive.engine import Copy, FacetName, Refinement
from archive.facets import date_values, facet_values, name_texts
from archive.plan import Requirement
from archive.positions import holds_window, near_fields
from archive.query import (
    TEXT_FIELDS,
    And,
    Dates,
    Fuzzy,
    Has,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Window,
    Word,
)
from archive.streams import Streams
from search_api.saved.proximity import holds_near
from search_api.saved.terms import Bits, Stream, members

__all__ = ["Batch"]


class Batch:
    """Articles in (sequence, id) order; a place is an article's index among them."""

    def __init__(self, copies: Sequence[Copy], analyser: Analyser) -> None:
        self.copies = copies
        self.every: Bits = (1 << len(copies)) - 1
        self._analyser = analyser
        self._nodes: dict[Node, Bits] = {}
        self._refined: dict[Refinement, Bits] = {}
        self._met: dict[Requirement, Bits] = {}
        self._floats: NDArray[Any] | None = None

    def holding(self, node: Node) -> Bits:
        """The articles that satisfy a part of a query."""
        found = self._nodes.get(node)
        if found is None:
            found = self._nodes[node] = self._holding(node)
        return found

    def passing(self, refinement: Refinement) -> Bits:
        """The articles that a refinement lets through."""
        found = self._refined.get(refinement)
        if found is None:
            included = self._any(self._with(refinement.field, v) for v in refinement.include)
            excluded = self._any(self._with(refinement.field, v) for v in refinement.exclude)
            found = (included if refinement.include else self.every) & ~excluded
            self._refined[refinement] = found
        return found

    def meeting(self, requirement: Requirement) -> Bits:
        """The articles that hold every word of a requirement, or one of its phrases."""
        found = self._met.get(requirement)
        if found is None:
            found = self.every
            for word in requirement.words:
                found &= self._any(stream.term(word) for stream in self._stems(""))
            found |= self._any(s.phrase(p) for p in requirement.phrases for s in self._stems(""))
            self._met[requirement] = found
        return found

    @cached_property
    def codes(self) -> NDArray[np.int8]:
        """(passages, dimensions): the passages of all articles, one behind the other."""
        held = [c.vectors for c in self.copies if len(c.vectors)]
        return np.concatenate(held) if held else np.empty((0, 0), np.int8)

    def floats(self, type: type[np.float32] | type[np.float64]) -> NDArray[Any]:
        """`codes` in a type whose matrix products are fast."""
        if self._floats is None or self._floats.dtype != type:
            self._floats = self.codes.astype(type)
        return self._floats

    @cached_property
    def embedded(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places of the articles that have passages, and where in `codes` each one's begin."""
        counts = np.array([len(c.vectors) for c in self.copies], np.int64)
        places = np.flatnonzero(counts)
        return places, np.concatenate(([0], np.cumsum(counts[places])[:-1])).astype(np.int64)

    # ---------------------------------------------------------------- the query
    def _holding(self, node: Node) -> Bits:
        match node:
            case And(parts):
                bits = self.every
                for part in parts:
                    bits &= self.holding(part)
                return bits
            case Or(parts):
                return self._any(map(self.holding, parts))
            case Not(part):
                return self.every & ~self.holding(part)
            case Near():
                return self._near(node)
            case Window():
                return self._window(node)
            case Word(text, field) | Phrase(text, field):
                terms = self._terms(text, field)
                return self._any(stream.phrase(terms) for stream in self._stems(field))
            case Prefix(text, field):
                start = self._analyser.form(text)
                return self._any(stream.prefix(start) for stream in self._forms(field))
            case Fuzzy(text, field):
                form = self._analyser.form(text)
                return self._any(stream.fuzzy(form) for stream in self._forms(field))
            case Dates(field, within):
                return self._within(field, within)
            case Has(facet):
                return self.every & ~self._without(facet)  # type: ignore[arg-type]

    def _near(self, near: Near) -> Bits:
        # The parts are of one field, and held by whatever holds them side by side.
        bits = self.holding(near.left) & self.holding(near.right)
        fields = ("title", "body")
        streams = [(self._text_stems[fields[i]], self._text_forms[fields[i]]) for i in near_fields(near)]

        def holds(place: int) -> bool:
            return any(holds_near(near, place, stems, forms, self._analyser) for stems, forms in streams)

        return _those(bits, holds)

    def _window(self, window: Window) -> Bits:
        terms = self._terms(window.text, window.field)
        streams = self._stems(window.field)
        bits = self.every
        for term in set(terms):
            bits &= self._any(stream.term(term) for stream in streams)
        return _those(
            bits, lambda place: any(holds_window(terms, run, window.distance) for s in streams for run in s.runs[place])
        )

    def _terms(self, text: str, field: str) -> list[str]:
        return self._analyser.stems(text) if field in TEXT_FIELDS else self._analyser.forms(text)

    def _stems(self, field: str) -> list[Stream]:
        """What words, phrases and windows of a field are looked for in; names aren't stemmed."""
        return self._of(self._text_stems, field)

    def _forms(self, field: str) -> list[Stream]:
        """What wildcards and fuzzy words of a field are looked for in."""
        return self._of(self._text_forms, field)

    def _of(self, text: dict[str, Stream], field: str) -> list[Stream]:
        if field not in TEXT_FIELDS:
            return [self._names[field]]
        return [text[field]] if field else list(text.values())

    @cached_property
    def _streams(self) -> list[Streams]:
        articles = (c.stored.article for c in self.copies)
        return [Streams(a.title, a.body, self._analyser) for a in articles]

    @cached_property
    def _text_stems(self) -> dict[str, Stream]:
        streams = self._streams
        return {
            "title": Stream([[s.title_stems] for s in streams]),
            "body": Stream([[s.body_stems] for s in streams]),
        }

    @cached_property
    def _text_forms(self) -> dict[str, Stream]:
        streams = self._streams
        return {
            "title": Stream([[s.title_forms] for s in streams]),
            "body": Stream([[s.body_forms] for s in streams]),
        }

    @cached_property
    def _names(self) -> dict[str, Stream]:
        texts = [name_texts(copy.prepared) for copy in self.copies]
        fields = texts[0] if texts else ()
        return {field: Stream([[self._analyser.forms(t) for t in found[field]] for found in texts]) for field in fields}

    # ---------------------------------------------------------------- values and dates
    def _with(self, facet: FacetName, value: str | Interval | None) -> Bits:
        if value is None:
            return self._without(facet)
        if isinstance(value, Interval):
            return self._within(facet, value)
        return self._values.get(facet, {}).get(value, 0)

    def _without(self, facet: FacetName) -> Bits:
        """The articles to which a facet is `missing`: without any value, or without any date."""
        if facet in self._dates:
            return sum(1 << place for place, dates in enumerate(self._dates[facet]) if not dates)
        return self.every & ~self._any(self._values.get(facet, {}).values())

    def _within(self, field: str, within: Interval) -> Bits:
        return sum(1 << place for place, dates in enumerate(self._dates[field]) if any(d in within for d in dates))

    @cached_property
    def _values(self) -> dict[FacetName, dict[str, Bits]]:
        found: dict[FacetName, dict[str, Bits]] = {}
        for place, copy in enumerate(self.copies):
            for facet, values in facet_values(copy.stored.article).items():
                held = found.setdefault(facet, {})
                for value in values:
                    held[value] = held.get(value, 0) | 1 << place
        return found

    @cached_property
    def _dates(self) -> dict[str, list[list[Interval]]]:
        articles = [c.stored.article for c in self.copies]
        return {
            "published": [[interval(a.published)] if a.published else [] for a in articles],
            "mentioned": [[interval(value) for value in date_values(a)] for a in articles],
        }

    @staticmethod
    def _any(sets: Iterable[Bits]) -> Bits:
        bits = 0
        for one in sets:
            bits |= one
        return bits


def _those(bits: Bits, holds: Callable[[int], bool]) -> Bits:
    return sum(1 << place for place in members(bits) if holds(place))
