"""What of an article is counted and filtered: the values of each facet, and the names its fields match."""

from __future__ import annotations

from archive.article import Article, Prepared
from archive.engine import FacetName
from archive.query import NAME_FIELDS

__all__ = ["VALUE_FACETS", "date_values", "facet_values", "name_texts"]

VALUE_FACETS: tuple[FacetName, ...] = (
    "person",
    "place",
    "country",
    "organisation",
    "weapon",
    "class",
    "source",
    "author",
    "section",
    "language",
)
"""Facets whose values are names; `published` and `mentioned` are computed from dates."""


def facet_values(article: Article) -> dict[FacetName, tuple[str, ...]]:
    """The distinct values of every facet in VALUE_FACETS, in order of appearance; empty strings never count."""
    found: dict[FacetName, dict[str, None]] = {name: {} for name in VALUE_FACETS}
    for mention in article.mentions:
        if mention.kind == "date":
            continue
        found[mention.kind][mention.name] = None
        if mention.country:
            found["country"][mention.country] = None
        if mention.weapon_class:
            found["class"][mention.weapon_class] = None
    for author in article.authors:
        found["author"][author] = None
    for name, value in (("source", article.source), ("section", article.section), ("language", article.language)):
        if value:
            found[name][value] = None  # type: ignore[index]
    return {name: tuple(v for v in values if v) for name, values in found.items()}


def date_values(article: Article) -> tuple[str, ...]:
    """The distinct values of its date mentions (`2024-11`, `2024-11-18/2024-11-24`)."""
    return tuple(dict.fromkeys(m.value for m in article.mentions if m.kind == "date" and m.value))


def name_texts(prepared: Prepared) -> dict[str, tuple[str, ...]]:
    """For each of NAME_FIELDS the names whose words it matches: facet values and, of mentions, aliases too."""
    values = facet_values(prepared.article)
    texts: dict[str, tuple[str, ...]] = {}
    for name in NAME_FIELDS:
        own = values["language" if name == "lang" else name]  # type: ignore[index]
        texts[name] = tuple(dict.fromkeys((*own, *prepared.names.get(name, ()))))
    return texts
