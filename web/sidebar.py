"""The facets beside the results, and the chips of what was chosen from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from archive.calendar import Interval, interval
from archive.engine import FacetName
from archive.query import Or
from search_api.parameters import SearchRequest, value_text
from search_api.syntax import parse
from web.dates import readable_days
from web.links import Value, ValueLinks, as_clause, excluded, refined, removed, search_link

__all__ = [
    "FACET_TITLES",
    "FACET_VALUES",
    "Chip",
    "FacetView",
    "ValueView",
    "ValueViews",
    "build_chips",
    "build_facets",
    "chosen_values",
    "step",
    "within",
]

FACET_TITLES: dict[FacetName, tuple[str, str]] = {
    "weapon": ("Weapons systems", "weapon"),
    "person": ("People", "person"),
    "place": ("Places", "place"),
    "country": ("Countries", "country"),
    "organisation": ("Organisations", "organisation"),
    "class": ("Weapon classes", "class"),
    "source": ("Sources", "source"),
    "section": ("Sections", "section"),
    "author": ("Authors", "author"),
    "language": ("Languages", "language"),
    "published": ("Years", "published"),
    "mentioned": ("Years mentioned", "mentioned"),
}
"""The sidebar in its order: the title of many, the word for one."""
FACET_VALUES = 8
"""Values shown of each facet until more are asked for."""
STEPS = 20
"""Lengths that a bar can have: each is a class of the stylesheet, because the policy allows no styles in the page."""


@dataclass(frozen=True, slots=True)
class ValueView:
    label: str
    count: int
    step: int
    """Length of its bar, 1 to STEPS: its share of the facet's largest count."""
    parameter: str
    """The value as the search's parameters have it."""
    chosen: bool
    excluded: bool
    missing: bool
    """It stands for the articles without any value."""
    href: str
    """Chooses the value, or takes it back."""
    exclude: str
    """Excludes the value, or takes that back."""


@dataclass(frozen=True, slots=True)
class FacetView:
    name: FacetName
    title: str
    values: tuple[ValueView, ...]
    more: str | None
    """`12 more`; None where all are shown."""
    more_href: str
    """The page of the facet, with all values and a box to find some."""
    missing: ValueView | None
    """The articles without any value."""


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    href: str
    """The search without it."""
    within: str
    """The search with it in the query text, where it binds and the results are ranked anew."""


def build_facets(answers: Mapping[str, Any], base: SearchRequest) -> tuple[FacetView, ...]:
    """`answers`: an answer's `facets`. What can't narrow the set (nothing, or one language only) is left out."""
    views = []
    for name, (title, _) in FACET_TITLES.items():
        answer = answers[name]
        view = ValueViews(base, name, answer)
        values = tuple(view(_typed(name, v["value"]), v["count"]) for v in answer["values"])
        dull = name == "language" and len(values) == 1 and not answer["missing"]
        if not values or (dull and not chosen_values(base, name)):
            continue
        views.append(
            FacetView(
                name=name,
                title=title,
                values=values,
                more=f"{answer['other']:,} more" if answer["other"] else None,
                more_href=search_link(base, f"/facet/{name}"),
                missing=view(None, answer["missing"]) if answer["missing"] else None,
            )
        )
    return tuple(views)


def build_chips(base: SearchRequest, path: str = "/") -> tuple[Chip, ...]:
    """One for each value chosen or excluded; `path`: of the page that they stand on."""
    chips = []
    for field, value, exclude in chosen_values(base):
        one = FACET_TITLES[field][1]
        label = f"no {one}" if value is None else f"{one}: {_label(value)}"
        without = removed(base, field, value)
        clause = as_clause(field, value, exclude=exclude)
        chips.append(
            Chip(
                label=f"not {label}" if exclude else label,
                href=search_link(without, path),
                within=search_link(within(without, clause), path),
            )
        )
    return tuple(chips)


def chosen_values(base: SearchRequest, name: FacetName | None = None) -> list[tuple[FacetName, Value, bool]]:
    """(field, value, whether it is excluded), of one field or of all."""
    found: list[tuple[FacetName, Value, bool]] = []
    for r in base.refinements:
        if name in (None, r.field):
            found += [(r.field, v, False) for v in r.include]
            found += [(r.field, v, True) for v in r.exclude]
    return found


def step(count: int, highest: int) -> int:
    """How long the bar of a count is, 1 to STEPS."""
    return min(STEPS, max(1, round(STEPS * count / max(1, highest))))


def _typed(name: FacetName, value: str) -> Value:
    return interval(value) if name in ("published", "mentioned") else value


class ValueViews:
    """Makes the views of the values of one facet."""

    def __init__(self, base: SearchRequest, name: FacetName, answer: Mapping[str, Any]) -> None:
        """`answer`: of the facet."""
        self._base = base
        self._name: FacetName = name
        self._links = ValueLinks(base, name)
        self._chosen = chosen_values(base, name)
        self._highest = max((v["count"] for v in answer["values"]), default=1)

    def __call__(self, value: Value, count: int) -> ValueView:
        name = self._name
        chosen, out = (name, value, False) in self._chosen, (name, value, True) in self._chosen
        return ValueView(
            label="none" if value is None else _label(value),
            count=count,
            step=step(count, self._highest),
            parameter=value_text(value),
            chosen=chosen,
            excluded=out,
            missing=value is None,
            href=self._link(value, chosen, out, self._links.refined, refined),
            exclude=self._link(value, out, chosen, self._links.excluded, excluded),
        )

    def _link(
        self,
        value: Value,
        so: bool,
        opposite: bool,
        quick: Callable[[Value], str],
        change: Callable[[SearchRequest, FacetName, Value], SearchRequest],
    ) -> str:
        """Takes the value back where it is `so` already; what is the opposite must first be undone."""
        if so or opposite:
            return search_link((removed if so else change)(self._base, self._name, value))
        return quick(value)


def within(base: SearchRequest, clause: str) -> SearchRequest:
    """The search with a clause put into its text."""
    return replace(base, q=f"{_bracketed(base.q)} {clause}".strip())


def _label(value: str | Interval) -> str:
    return readable_days(value) if isinstance(value, Interval) else value


def _bracketed(q: str) -> str:
    """An OR at the top must stay together when something is put beside it."""
    clauses = parse(q).clauses
    return f"({q})" if len(clauses) == 1 and isinstance(clauses[0], Or) else q
