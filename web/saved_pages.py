"""The pages of saved searches as data: everything their templates show, computed here and tested without HTML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from archive.vectors import UNIT
from search_api.excerpts import beginning, first_sentence
from search_api.parameters import SearchRequest, value_text
from search_api.saved.answers import SEARCHES
from search_api.saved.drafts import saved_pairs
from search_api.saved.floors import Example
from search_api.saved.records import Match, SavedSearch
from web.dates import MONTHS, readable, readable_days
from web.frame import Twin
from web.links import article_link, json_search_link, search_link
from web.sidebar import FACET_TITLES, chosen_values

__all__ = [
    "EditPage",
    "FoundPage",
    "ListPage",
    "MatchView",
    "Row",
    "SharedPage",
    "edit_page",
    "found_page",
    "json_twin",
    "list_page",
    "match_view",
    "moment",
    "row_of",
    "save_link",
    "shared_page",
]

MODES = {"hybrid": "words and meaning", "keyword": "words", "semantic": "meaning"}


@dataclass(frozen=True, slots=True)
class Row:
    """One saved search in the list."""

    id: int
    name: str
    href: str
    query: str
    mode: str
    limits: tuple[str, ...]
    new: int
    total: int
    failing: str | None


@dataclass(frozen=True, slots=True)
class ListPage:
    rows: tuple[Row, ...]
    deleted: tuple[Row, ...]
    undo: Row | None
    """What was deleted just now."""
    problem: str | None
    """Why nothing is matched at all."""
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleView:
    href: str
    title: str
    cosine: str
    above: bool
    passage: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """Saving a search, or changing a saved one."""

    heading: str
    action: str
    """Where the form is sent."""
    name: str
    note: str
    q: str
    mode: str
    from_: str
    to: str
    hidden: tuple[tuple[str, str], ...]
    """What has no control here and is carried along."""
    limits: tuple[tuple[str, str, str], ...]
    """(parameter, value, in words): refinements, which can be taken away."""
    floor: str
    examples: tuple[ExampleView, ...]
    by_meaning: bool
    error: str | None
    back: str
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchView:
    href: str
    title: str
    about: str
    why: str
    when: str
    new: bool


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One saved search with what it found last."""

    row: Row
    note: str
    search: str
    """The same search, run now."""
    floor: str
    matches: tuple[MatchView, ...]
    more: str | None
    share: str | None
    feeds: tuple[tuple[str, str, str], ...]
    """(media type, name, link)"""
    alerts: int
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedPage:
    name: str
    note: str
    query: str
    mode: str
    limits: tuple[str, ...]
    search: str
    save: str
    matches: tuple[MatchView, ...]
    total: int
    feeds: tuple[tuple[str, str, str], ...]
    twins: tuple[Twin, ...] = ()


def save_link(request: SearchRequest) -> str:
    """Where any search is saved."""
    pairs = saved_pairs(request)
    return "/saved/new" + (f"?{urlencode(pairs, errors='replace')}" if pairs else "")


def list_page(
    found: Sequence[SavedSearch], deleted: Sequence[SavedSearch], undo: int | None, problem: str | None
) -> ListPage:
    """`undo`: which was deleted just now."""
    gone = [row_of(s) for s in deleted]
    return ListPage(
        rows=tuple(map(row_of, found)),
        deleted=tuple(gone),
        undo=next((r for r in gone if r.id == undo), None),
        problem=problem,
        twins=json_twin(SEARCHES),
    )


def edit_page(
    request: SearchRequest,
    *,
    saved: SavedSearch | None,
    name: str,
    note: str,
    floor: str,
    examples: Sequence[Example],
    by_meaning: bool,
    error: str | None = None,
) -> EditPage:
    """`request`: the search as it would be saved; `floor`: as typed."""
    return EditPage(
        heading="Edit a saved search" if saved else "Save this search",
        action=f"/saved/{saved.id}/edit" if saved else "/saved",
        name=name,
        note=note,
        q=request.q,
        mode=request.mode or "hybrid",
        from_=request.from_ or "",
        to=request.to or "",
        hidden=tuple(p for p in saved_pairs(request) if p[0] in ("sort", "expand")),
        limits=tuple(_refinements(request)),
        floor=floor,
        examples=tuple(map(_example, examples)),
        by_meaning=by_meaning,
        error=error,
        back=f"/saved/{saved.id}" if saved else search_link(request),
        twins=json_twin(f"{SEARCHES}/{saved.id}" if saved else json_search_link(request)),
    )


def found_page(
    found: SavedSearch, matches: Sequence[Match], alerts: int, base: str, *, more: bool, seen: int
) -> FoundPage:
    """`seen`: the last match that was looked at before."""
    return FoundPage(
        row=row_of(found),
        note=found.note,
        search=search_link(found.request),
        floor=f"{found.cosine:.2f}",
        matches=tuple(match_view(m, seen) for m in matches),
        more=f"/saved/{found.id}/matches" if more else None,
        share=f"{base}shared/{found.share}" if found.share else None,
        feeds=_feeds(f"{SEARCHES}/{found.id}/feed"),
        alerts=alerts,
        twins=json_twin(f"{SEARCHES}/{found.id}"),
    )


def shared_page(found: SavedSearch, matches: Sequence[Match]) -> SharedPage:
    row = row_of(found)
    return SharedPage(
        name=row.name,
        note=found.note,
        query=row.query,
        mode=row.mode,
        limits=row.limits,
        search=search_link(found.request),
        save=save_link(found.request),
        matches=tuple(match_view(m, m.id) for m in matches),
        total=found.total,
        feeds=_feeds(f"/api/v1/shared/{found.share}/feed"),
        twins=json_twin(f"/api/v1/shared/{found.share}"),
    )


def json_twin(href: str) -> tuple[Twin, ...]:
    return (Twin("application/json", "This page as JSON", href),)


def row_of(found: SavedSearch) -> Row:
    request = found.request
    return Row(
        id=found.id,
        name=found.name,
        href=f"/saved/{found.id}",
        query=request.q.strip(),
        mode=MODES[found.resolved.get("mode", "keyword")],
        limits=_limits(request),
        new=found.new,
        total=found.total,
        failing=found.failing,
    )


def _limits(request: SearchRequest) -> tuple[str, ...]:
    """What narrows the search besides its text, in words."""
    window = [f"published {readable_days(request.within)}"] if request.within else []
    return (*window, *(label for _, _, label in _refinements(request)))


def _refinements(request: SearchRequest) -> Iterator[tuple[str, str, str]]:
    """(parameter, value, in words) of each."""
    for field, value, exclude in chosen_values(request):
        one = FACET_TITLES[field][1]
        label = f"no {one}" if value is None else f"{one}: {value_text(value)}"
        yield f"exclude.{field}" if exclude else field, value_text(value), f"not {label}" if exclude else label


def match_view(match: Match, seen: int) -> MatchView:
    why = "matched by words"
    if match.matched_by == "meaning" and match.closeness is not None:
        why = f"by meaning, {match.closeness / UNIT:.2f}"
    about = (match.source, readable(match.published) if match.published else "undated")
    return MatchView(
        href=article_link(match.article),
        title=match.title,
        about=" · ".join(part for part in about if part),
        why=why,
        when=moment(match.found),
        new=match.id > seen,
    )


def _example(example: Example) -> ExampleView:
    article = example.stored.article
    passage = article.passages[example.passage]
    return ExampleView(
        href=article_link(article.id),
        title=article.title or first_sentence(article.body) or "(no text)",
        cosine=f"{example.cosine:.2f}",
        above=example.above,
        passage=beginning(article.body[passage.start : passage.end]),
    )


def _feeds(address: str) -> tuple[tuple[str, str, str], ...]:
    return (
        ("application/atom+xml", "Atom", f"{address}?format=atom"),
        ("application/rss+xml", "RSS", f"{address}?format=rss"),
        ("application/feed+json", "JSON Feed", f"{address}?format=jsonfeed"),
    )


def moment(at: dt.datetime) -> str:
    utc = at.astimezone(dt.UTC)
    return f"{utc.day} {MONTHS[utc.month - 1]} {utc.year}, {utc:%H:%M} UTC"
