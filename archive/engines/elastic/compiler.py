"""From the query tree to queries of the server, as JSON built here: user text is only ever a term in it.

Proximity is decided in Python: the server proposes the articles that hold all the words, and those that pass become a
set of numbers within the larger query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from archive.analysis import Analyser
from archive.article import Prepared
from archive.engines.elastic.document import names_of, stored_of, stream_of, streams_of
from archive.engines.elastic.view import BARE, Reader, all_of, any_of, none_of
from archive.facets import name_texts
from archive.plan import Requirement
from archive.positions import edits_allowed, holds_near, holds_window, near_fields, needs_positions
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
    leaves,
)
from archive.vectors import no_codes

__all__ = ["Compiler", "stems_phrase", "within"]

Json = dict[str, Any]
MAX_DEPTH = 12
"""Deeper parts of a tree are found first: the server refuses queries nested deeper than 30, of which some are ours."""
STREAMS_AT_ONCE = 500


class Compiler:
    """Compiles for one reader, through which it may have to look at articles."""

    def __init__(self, reader: Reader, analyser: Analyser) -> None:
        self.reader = reader
        self.analyser = analyser

    def exact(self, scope: Node | None, requirements: Sequence[Requirement]) -> list[Json]:
        """Filters for the exact set: what binds, and every requirement."""
        filters = [self._requirement(r) for r in requirements]
        if scope is not None:
            filters.append(self.scope(scope, filters))
        return filters

    def scope(self, node: Node, context: Sequence[Json] = (), depth: int = 0) -> Json:
        """The articles that satisfy a node. `context`: filters that also hold, to spare proximity work."""
        if depth > MAX_DEPTH:
            query = self.scope(node, context)
            return self._numbers(f"part {_name(query)}", lambda: self.reader.numbers([query]))
        deeper = depth + 1
        match node:
            case And(parts):
                plain = [self.scope(p, (), deeper) for p in parts if not needs_positions(p)]
                costly = [self.scope(p, [*context, *plain], deeper) for p in parts if needs_positions(p)]
                return all_of(plain + costly)
            case Or(parts):
                return any_of([self.scope(p, context, deeper) for p in parts])
            case Not(part):
                return none_of(self.scope(part, context, deeper))
            case Near(left, right):
                return self._near(node, [*context, self.scope(left), self.scope(right)])
            case Window():
                return self._window(node, context)
            case Word(text, field) | Phrase(text, field):
                return self._phrase(text, field)
            case Prefix(text, field):
                start = self.analyser.form(text)
                return any_of([{"prefix": {f: {"value": start}}} for f in _form_fields(field)])
            case Fuzzy(text, field):
                return self._fuzzy(self.analyser.form(text), field)
            case Dates("published", interval):
                first, last = interval.first.toordinal(), interval.last.toordinal()
                return all_of([{"range": {"first_day": {"gte": first}}}, {"range": {"last_day": {"lte": last}}}])
            case Dates(_, interval):
                return within(interval.first.toordinal(), interval.last.toordinal())
            case Has(facet):
                return {"term": {"has": facet}}

    def _requirement(self, requirement: Requirement) -> Json:
        words = all_of([{"term": {"words": word}} for word in requirement.words])
        phrases = [stems_phrase(phrase) for phrase in requirement.phrases]
        return any_of([words, *phrases])

    def _phrase(self, text: str, field: str) -> Json:
        if field in TEXT_FIELDS:
            return stems_phrase(self.analyser.stems(text), field)
        return _sequence(f"name.{field}", self.analyser.forms(text))

    def _fuzzy(self, form: str, field: str) -> Json:
        # Every other rewriting keeps only the nearest 50 terms.
        asked = {"value": form, "fuzziness": edits_allowed(form), "rewrite": "constant_score"}
        return any_of([{"fuzzy": {f: asked}} for f in _form_fields(field)])

    # ---------------------------------------------------------------- proximity
    def _near(self, near: Near, filters: Sequence[Json]) -> Json:
        fields = near_fields(near)
        by_form = any(isinstance(leaf, (Prefix, Fuzzy)) for leaf, _ in leaves(near))

        def holds(hit: Json) -> bool:
            stems = streams_of(stream_of(hit, "stems"))
            forms = streams_of(stream_of(hit, "forms")) if by_form else ([], [])
            return any(holds_near(near, stems[i], forms[i], self.analyser) for i in fields)

        wanted = {**BARE, "docvalue_fields": ["stems", "forms"] if by_form else ["stems"]}
        if isinstance(near.left, Word) and isinstance(near.right, Word):
            words = [self.analyser.stem(near.left.text), self.analyser.stem(near.right.text)]
            filters = [*filters, *_close_by(words, near.left.field, near.distance)]
        return self._passing(f"near {near!r}", filters, wanted, holds)

    def _window(self, window: Window, context: Sequence[Json]) -> Json:
        in_text = window.field in TEXT_FIELDS
        terms = self.analyser.stems(window.text) if in_text else self.analyser.forms(window.text)
        field = window.field or "words" if in_text else f"name.{window.field}"
        chosen = {"title": (0,), "body": (1,)}.get(window.field, (0, 1))

        def in_streams(hit: Json) -> bool:
            streams = streams_of(stream_of(hit, "stems"))
            return any(holds_window(terms, streams[i], window.distance) for i in chosen)

        def in_names(hit: Json) -> bool:
            source = hit["_source"]
            article = stored_of(source).article
            texts = name_texts(Prepared(article, no_codes(), names_of(source)))[window.field]
            return any(holds_window(terms, self.analyser.forms(text), window.distance) for text in texts)

        filters = [*context, *({"term": {field: term}} for term in dict.fromkeys(terms))]
        if in_text:
            filters += _close_by(terms, window.field, window.distance)
            return self._passing(f"window {window!r}", filters, {**BARE, "docvalue_fields": ["stems"]}, in_streams)
        return self._passing(f"window {window!r}", filters, {"_source": ["content"]}, in_names)

    def _passing(self, name: str, filters: Sequence[Json], wanted: Json, holds: Callable[[Json], bool]) -> Json:
        """The articles that pass the filters and of which `holds` is true."""

        def find() -> list[int]:
            scanned = self.reader.scan([*self.reader.view.visible(), *filters], {"size": STREAMS_AT_ONCE, **wanted})
            return [hit["sort"][0] for hit in scanned if holds(hit)]

        return self._numbers(f"{name} {_name(filters)}", find)

    def _numbers(self, name: str, find: Callable[[], list[int]]) -> Json:
        return {"terms": {"number": self.reader.view.cached(name, find)}}


def stems_phrase(stems: Sequence[str], field: str = "") -> Json:
    """Articles that hold these stems next to each other, in a field or in either."""
    if not field and len(stems) == 1:
        return {"term": {"words": stems[0]}}
    return any_of([_sequence(f, stems) for f in ((field,) if field else ("title", "body"))])


def within(first: int, last: int) -> Json:
    """Articles one of whose mentioned dates lies wholly within these days."""
    return {"range": {"mentioned": {"gte": first, "lte": last, "relation": "within"}}}


def _sequence(field: str, terms: Sequence[str]) -> Json:
    if len(terms) == 1:
        return {"term": {field: terms[0]}}
    return {"match_phrase": {field: " ".join(terms)}}


def _close_by(terms: Sequence[str], field: str, distance: int) -> list[Json]:
    """Spares a look at most articles whose words stand far apart: all that pass may be, none that fail is close by.

    The slop of a phrase is the range of its words' positions, each less its place in the phrase. With a word twice the
    server's matcher may miss some.
    """
    if len(set(terms)) < max(2, len(terms)):
        return []
    slop = distance + len(terms) - 1
    fields = (field,) if field else ("title", "body")
    return [any_of([{"match_phrase": {f: {"query": " ".join(terms), "slop": slop}}} for f in fields])]


def _form_fields(field: str) -> tuple[str, ...]:
    if not field:
        return ("title_forms", "body_forms")
    return (f"{field}_forms",) if field in TEXT_FIELDS else (f"name.{field}",)


def _name(query: Json | Sequence[Json]) -> str:
    """Filters may hold sets of any size, so that only their hash makes a name."""
    return hashlib.blake2b(orjson.dumps(query), digest_size=16).hexdigest()
