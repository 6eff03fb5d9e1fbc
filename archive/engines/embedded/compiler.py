"""From the query tree to queries of the text index.

`Query` objects are built, never parsed from user text. Proximity is decided in Python: the text index proposes the
articles that hold all the words, and those that pass become a set of numbers within the larger query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from tantivy import FieldType, Query

from archive.analysis import Analyser
from archive.article import Prepared
from archive.engine import FACETS
from archive.engines.embedded.schema import ARTICLE, all_of, any_of
from archive.engines.embedded.snapshot import Snapshot
from archive.facets import name_texts
from archive.plan import Plan, Requirement
from archive.positions import edits_allowed, holds_near, holds_window, near_fields, needs_positions
from archive.query import And, Dates, Fuzzy, Has, Near, Node, Not, Or, Phrase, Prefix, Window, Word

__all__ = ["Compiler"]


class Compiler:
    """Compiles for one snapshot, whose articles it may have to look at."""

    def __init__(self, snapshot: Snapshot, analyser: Analyser) -> None:
        self.snapshot = snapshot
        self.schema = snapshot.schema
        self.analyser = analyser

    def exact(self, scope: Node | None, requirements: Sequence[Requirement]) -> Query:
        """The exact set: what binds, and every requirement."""
        parts = [self._requirement(r) for r in requirements]
        if scope is not None:
            parts.append(self.scope(scope, parts))
        return all_of(parts or [self._everything()])

    def scope(self, node: Node, context: Sequence[Query] = ()) -> Query:
        """The articles that satisfy a node. `context`: queries that also hold, to spare proximity work."""
        match node:
            case And(parts):
                plain = [self.scope(p) for p in parts if not needs_positions(p)]
                return all_of(plain + [self.scope(p, [*context, *plain]) for p in parts if needs_positions(p)])
            case Or(parts):
                return any_of([self.scope(p, context) for p in parts])
            case Not(part):
                return Query.and_must_not_match(self._everything(), self.scope(part, context))
            case Near(left, right):
                return self._near(node, [*context, self.scope(left), self.scope(right)])
            case Window():
                return self._window(node, context)
            case Word(text, field) | Phrase(text, field):
                return self._phrase(text, field)
            case Prefix(text, field):
                pattern = f"{self.analyser.form(text)}.*"
                return any_of([Query.regex_query(self.schema, f, pattern) for f in _form_fields(field)])
            case Fuzzy(text, field):
                return self._fuzzy(self.analyser.form(text), field)
            case Dates():
                return self._dates(node)
            case Has(facet):
                return self._term("has", facet)

    def by_words(self, plan: Plan, carried: Mapping[str, float], filters: Sequence[Query]) -> Query:
        """Ranks by the text index's own BM25 of words and pairs, within the filters.

        `carried`: the words that find recognised names by another name, and their weights.
        """
        words = [self._term("words", t) for t in plan.terms]
        adjacent = [Query.boost_query(self._term("pairs", f"{a}_{b}"), PAIR_BOOST) for a, b in plan.pairs]
        names = [Query.boost_query(self._term("words", carrier), weight) for carrier, weight in carried.items()]
        either = any_of(words + adjacent + names)
        return all_of([either, *(Query.const_score_query(f, 0.0) for f in filters)]) if filters else either

    def any_phrase(self, term: tuple[str, str], phrases: Sequence[tuple[str, ...]]) -> Query:
        """The articles that hold a term of a field, or one of the phrases in title or body."""
        return any_of([self._term(*term), *(self._stems_phrase(p, "") for p in phrases)])

    def _requirement(self, requirement: Requirement) -> Query:
        words = all_of([self._term("words", w) for w in requirement.words])
        phrases = [self._stems_phrase(p, "") for p in requirement.phrases]
        return any_of([words, *phrases]) if phrases else words

    def _phrase(self, text: str, field: str) -> Query:
        if field in ("", "title", "body"):
            return self._stems_phrase(self.analyser.stems(text), field)
        return self._sequence(field, self.analyser.forms(text))

    def _stems_phrase(self, stems: Sequence[str], field: str) -> Query:
        if not field and len(stems) == 1:
            return self._term("words", stems[0])
        return any_of([self._sequence(f, stems) for f in ((field,) if field else ("title", "body"))])

    def _sequence(self, field: str, terms: Sequence[str]) -> Query:
        if len(terms) == 1:
            return self._term(field, terms[0])
        return Query.phrase_query(self.schema, field, list(terms))

    def _fuzzy(self, form: str, field: str) -> Query:
        edits = edits_allowed(form)
        return any_of([Query.fuzzy_term_query(self.schema, f, form, edits, True) for f in _form_fields(field)])

    def _dates(self, node: Dates) -> Query:
        first, last = node.within.first.toordinal(), node.within.last.toordinal()
        if node.field == "published":
            return all_of(
                [
                    Query.range_query(self.schema, "first_day", FieldType.Unsigned, lower_bound=first),
                    Query.range_query(self.schema, "last_day", FieldType.Unsigned, upper_bound=last),
                ]
            )
        facets, firsts, lasts = self.snapshot.names.columns()
        ids = np.flatnonzero((facets == FACETS.index("mentioned")) & (firsts >= first) & (lasts <= last))
        return Query.term_set_query(self.schema, "mentioned", ids.tolist()) if len(ids) else Query.empty_query()

    def _near(self, near: Near, filters: Sequence[Query]) -> Query:
        fields = near_fields(near)
        stored = self.snapshot

        def holds(number: int) -> bool:
            stems, forms = stored.stems(number).split(b"\n"), stored.forms(number).split(b"\n")
            return any(
                holds_near(near, stems[i].decode().split(), forms[i].decode().split(), self.analyser) for i in fields
            )

        return self._numbers([n for n in stored.numbers(all_of(filters)).tolist() if holds(n)])

    def _window(self, window: Window, context: Sequence[Query]) -> Query:
        text = window.field in ("", "title", "body")
        terms = self.analyser.stems(window.text) if text else self.analyser.forms(window.text)
        field = "words" if not window.field else window.field
        found = self.snapshot.numbers(all_of([*context, *(self._term(field, t) for t in set(terms))])).tolist()

        def in_text(number: int) -> bool:
            streams = self.snapshot.stems(number).split(b"\n")
            fields = {"title": (0,), "body": (1,)}.get(window.field, (0, 1))
            return any(holds_window(terms, streams[i].decode().split(), window.distance) for i in fields)

        def in_names(number: int) -> bool:
            article = self.snapshot.stored([number])[number].article
            prepared = Prepared(article, NO_VECTORS, self.snapshot.names_of(number))
            texts = name_texts(prepared)[window.field]
            return any(holds_window(terms, self.analyser.forms(t), window.distance) for t in texts)

        return self._numbers([n for n in found if (in_text if text else in_names)(n)])

    def _numbers(self, numbers: Sequence[int]) -> Query:
        return Query.term_set_query(self.schema, "number", list(numbers)) if numbers else Query.empty_query()

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self.schema, field, term)

    def _everything(self) -> Query:
        return self._term("type", ARTICLE)


PAIR_BOOST = 0.7
NO_VECTORS = np.empty((0, 0), np.int8)


def _form_fields(field: str) -> tuple[str, ...]:
    if not field:
        return ("title_forms", "body_forms")
    return (f"{field}_forms",) if field in ("title", "body") else (field,)
