"""Links between pages: every click is another search, written as the API's own parameters."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, quote_plus, urlencode

from archive.calendar import Interval
from archive.engine import FACETS, FacetName, Refinement
from search_api.http import article_path
from search_api.parameters import FIELDS, MAX_LIMIT, FormatName, SearchRequest, to_parameters, value_text
from web.asked import page_parameters

__all__ = [
    "Value",
    "ValueLinks",
    "article_link",
    "as_clause",
    "entity_link",
    "excluded",
    "feed_links",
    "json_article_link",
    "json_search_link",
    "narrowed",
    "refined",
    "removed",
    "search_link",
    "twin_links",
]

Value = str | Interval | None
"""Of a refinement: a name, a range of days, or None for `missing`."""


def search_link(request: SearchRequest, path: str = "/") -> str:
    """The search page of a request, or another page that takes a search."""
    pairs = page_parameters(request)
    return f"{path}?{urlencode(pairs, errors='replace')}" if pairs else path


def entity_link(kind: str, name: str) -> str:
    """The page of a person, place, organisation or weapons system."""
    return f"/entity/{kind}/{quote(name, safe='', errors='replace')}"


def json_search_link(request: SearchRequest) -> str:
    """The same search in the API."""
    return "/api/v1/search?" + urlencode(to_parameters(request))


def feed_links(request: SearchRequest) -> tuple[tuple[str, str, str], ...]:
    """(media type, title, link): the feeds of a search, for readers that look for them in a page."""
    feeds: tuple[tuple[FormatName, str, str], ...] = (
        ("rss", "application/rss+xml", "RSS"),
        ("atom", "application/atom+xml", "Atom"),
        ("jsonfeed", "application/feed+json", "JSON Feed"),
    )
    title = f"Dateline: {request.q}" if request.q.strip() else "Dateline"
    whole = replace(_whole(request), sort="relevance")
    return tuple((type, f"{title} ({name})", json_search_link(replace(whole, format=f))) for f, type, name in feeds)


def twin_links(request: SearchRequest) -> tuple[tuple[str, str, str], ...]:
    """(what it is called, what it is, link): the answer to the same search in other forms."""
    whole = _whole(request)
    table = replace(whole, format="csv", limit=MAX_LIMIT)
    feed = replace(whole, format="rss", sort="relevance")
    return (
        ("JSON", "This page for programs", json_search_link(request)),
        ("CSV", f"The first {MAX_LIMIT:,} for a spreadsheet", json_search_link(table)),
        ("RSS", "A feed of what is added", json_search_link(feed)),
        ("Export", "Every article, whole, in one file", search_link(replace(whole, format="json"), "/export")),
    )


def _whole(request: SearchRequest) -> SearchRequest:
    """All of the answer, without what only the page asks for."""
    return replace(
        request, cursor=None, facets=(), facet_limit=20, timeline=None, limit=20, fields=FIELDS, explain=False
    )


def article_link(id: str, q: str = "") -> str:
    """The page of an article; with `q`, its words stay marked there."""
    return article_path(id) + (f"?{urlencode({'q': q})}" if q else "")


def json_article_link(id: str) -> str:
    return f"/api/v1/articles/{quote(id, safe='')}"


class ValueLinks:
    """Links to a search with one more value of a field, for many values: only the value differs, so the rest is made
    once. For values that are neither chosen nor excluded."""

    def __init__(self, base: SearchRequest, field: FacetName, path: str = "/") -> None:
        self._refined = search_link(refined(base, field, _ANY), path).partition(_ANY_QUOTED)
        self._excluded = search_link(excluded(base, field, _ANY), path).partition(_ANY_QUOTED)

    def refined(self, value: Value) -> str:
        return self._with(self._refined, value)

    def excluded(self, value: Value) -> str:
        return self._with(self._excluded, value)

    @staticmethod
    def _with(link: tuple[str, str, str], value: Value) -> str:
        return f"{link[0]}{quote_plus(value_text(value), errors='replace')}{link[2]}"


_ANY = "\ufdd0value\ufdd1"
"""Stands for the value; no text holds these two code points."""
_ANY_QUOTED = quote_plus(_ANY)


def refined(base: SearchRequest, field: FacetName, value: Value) -> SearchRequest:
    """One more value of a field, beside those already chosen; no longer excluded, if it was."""
    old = _of(base, field)
    return _with(base, Refinement(field, _add(old.include, value), _drop(old.exclude, value)))


def excluded(base: SearchRequest, field: FacetName, value: Value) -> SearchRequest:
    """Without the articles that have this value."""
    old = _of(base, field)
    return _with(base, Refinement(field, _drop(old.include, value), _add(old.exclude, value)))


def narrowed(base: SearchRequest, field: FacetName, value: Value) -> SearchRequest:
    """This value of a field and no other: a month clicked within a chosen year must not widen to the year again."""
    return _with(base, Refinement(field, (value,), _of(base, field).exclude))


def removed(base: SearchRequest, field: FacetName, value: Value) -> SearchRequest:
    """The field's value neither chosen nor excluded."""
    old = _of(base, field)
    return _with(base, Refinement(field, _drop(old.include, value), _drop(old.exclude, value)))


def as_clause(field: FacetName, value: Value, *, exclude: bool) -> str:
    """A refinement as query text, where it binds and ranks anew; `missing` is what `-has:` says."""
    if value is None:
        return f"{'' if exclude else '-'}has:{field}"
    text = value_text(value) if isinstance(value, Interval) else '"' + value.replace('"', "”") + '"'
    return f"{'-' if exclude else ''}{'lang' if field == 'language' else field}:{text}"


def _of(base: SearchRequest, field: FacetName) -> Refinement:
    return next((r for r in base.refinements if r.field == field), Refinement(field))


def _with(base: SearchRequest, changed: Refinement) -> SearchRequest:
    """The request with a field's refinement replaced, at its first page; always in one order, so URLs are stable."""
    kept = [r for r in base.refinements if r.field != changed.field]
    kept += [changed] if changed.include or changed.exclude else []
    ordered = sorted(kept, key=lambda r: FACETS.index(r.field))
    return replace(base, refinements=tuple(ordered), cursor=None)


def _add(values: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    return values if value in values else (*values, value)


def _drop(values: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    return tuple(v for v in values if v != value)
