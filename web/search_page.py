"""The search page as data: everything the template shows, computed here and tested without HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from archive.calendar import interval
from archive.engine import FacetName, Refinement, Timeline
from archive.errors import DatelineError, QueryError
from search_api.errors import error_body
from search_api.parameters import SearchRequest, to_parameters, value_text
from search_api.service import SearchService
from web.snippets import Piece, first_sentence, marked, snippet
from web.timeline import TimelineView, draw

__all__ = ["EXAMPLES", "SearchPage", "article_link", "build", "failed", "search_link", "with_defaults"]

FACET_TITLES: dict[FacetName, str] = {
    "weapon": "Weapons systems",
    "person": "People",
    "place": "Places",
    "country": "Countries",
    "organisation": "Organisations",
    "class": "Weapon classes",
    "source": "Sources",
    "section": "Sections",
    "author": "Authors",
    "published": "Years",
    "mentioned": "Years mentioned",
}
"""The sidebar, in its order."""
FACET_VALUES = 8
EXAMPLES = (
    ("Storm Shadow Kursk", "words and meaning together"),
    ('weapon:"F-16" published:2024', "a weapons system, in one year"),
    ('missil* NEAR/9 Ukraine -"grain deal"', "words near each other, without a phrase"),
)


@dataclass(frozen=True, slots=True)
class ValueView:
    value: str
    count: int
    share: int
    """Of the largest count, in percent."""
    href: str
    exclude: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    name: str
    title: str
    values: tuple[ValueView, ...]
    other: int
    more: str
    missing: int
    missing_href: str


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    href: str
    """Without this refinement."""
    within: str | None
    """With it as part of the query text instead."""


@dataclass(frozen=True, slots=True)
class ResultView:
    href: str
    title: tuple[Piece, ...]
    about: str
    snippet: tuple[Piece, ...]
    matched_by: str
    entities: tuple[tuple[str, str, str], ...]
    """(kind, name, link that refines by it)"""
    language: str | None


@dataclass(frozen=True, slots=True)
class SearchPage:
    request: SearchRequest
    total: int = 0
    took_ms: float = 0.0
    results: tuple[ResultView, ...] = ()
    facets: tuple[FacetView, ...] = ()
    timeline: TimelineView | None = None
    chips: tuple[Chip, ...] = ()
    understood: tuple[tuple[str, str, str], ...] = ()
    """(kind, name, link that refines by it)"""
    next: str | None = None
    first: str | None = None
    json: str = ""
    emptied_by: str | None = None
    without_word: str | None = None
    without_refinements: str | None = None
    error: str | None = None
    marked_query: tuple[Piece, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    """Parameters that the search form carries along."""
    examples: tuple[tuple[str, str, str], ...] = ()
    ranked: bool = False
    """Whether words were asked for, so that `matched by` says something."""


def with_defaults(request: SearchRequest) -> SearchRequest:
    """What the page always asks for: facets and a timeline."""
    timeline = request.timeline or Timeline("month")
    limit = request.facet_limit if request.facet_limit != 20 else FACET_VALUES
    return replace(request, facets=tuple(FACET_TITLES), facet_limit=limit, timeline=timeline)


def search_link(request: SearchRequest) -> str:
    """The page of a request; a change of the search begins at its first page."""
    return "/?" + urlencode(to_parameters(request))


def article_link(id: str, q: str = "") -> str:
    return f"/article/{quote(id, safe='')}" + (f"?{urlencode({'q': q})}" if q else "")


def build(service: SearchService, request: SearchRequest) -> SearchPage:
    """Search, and lay the answer out. `request` as it came: what the page adds doesn't show in its links."""
    answer = service.search(with_defaults(request))
    base = replace(request, cursor=None)
    bodies = service.engine.get(r["id"] for r in answer["results"])
    line = answer["timeline"]
    field: FacetName = line["field"]
    links = [search_link(_refined(base, field, interval(b["date"]))) for b in line["buckets"]]
    nothing = not answer["total"]
    return SearchPage(
        request=request,
        total=answer["total"],
        took_ms=answer["took_ms"],
        results=tuple(_result(r, bodies[r["id"]].article.body, base) for r in answer["results"] if r["id"] in bodies),
        facets=tuple(
            view
            for name, title in FACET_TITLES.items()
            if (view := _facet(name, title, answer["facets"][name], base)).values
        ),
        timeline=draw(line, links),
        chips=_chips(base),
        understood=tuple(
            (n["kind"], n["name"], search_link(_refined(base, n["kind"], n["name"])))
            for n in answer["query"]["understood"]
            if n["kind"] in FACET_TITLES
        ),
        next=search_link(replace(request, cursor=answer["next"])) if answer["next"] else None,
        first=search_link(base) if request.cursor else None,
        json="/api/v1/search?" + urlencode(to_parameters(with_defaults(request))),
        emptied_by=answer["query"]["emptied_by"],
        without_word=_without_word(base, answer["query"]["emptied_by"]) if nothing else None,
        without_refinements=search_link(replace(base, refinements=(), from_=None, to=None))
        if nothing and (request.refinements or request.within)
        else None,
        hidden=_hidden(base),
        examples=tuple((q, what, search_link(SearchRequest(q=q))) for q, what in EXAMPLES),
        ranked=bool(request.q.strip()),
    )


def failed(request: SearchRequest, error: DatelineError) -> SearchPage:
    """The page of a search that can't be run: the error under the box, its place marked."""
    message: str = error_body(error)["error"]["message"]
    pieces = marked(request.q, [(error.position, error.end)]) if isinstance(error, QueryError) else ()
    if isinstance(error, QueryError) and error.position >= len(request.q):
        pieces = (*pieces, Piece(" ", "hit"))
    return SearchPage(request=request, error=message, marked_query=pieces, hidden=_hidden(request))


def _result(result: dict[str, Any], body: str, base: SearchRequest) -> ResultView:
    spans: dict[str, list[tuple[int, int]]] = {"title": [], "body": []}
    for mark in result["highlights"]:
        spans[mark["field"]].append((mark["start"], mark["end"]))
    title = marked(result["title"], spans["title"]) or (Piece(first_sentence(body) or "(no text)"),)
    passage = result["passage"]
    if passage and not spans["body"] and passage["text"]:
        text = snippet(passage["text"], [])
    else:
        text = snippet(body, spans["body"])
    about = (_day(result["published"]), result["source"], ", ".join(result["authors"]), result["section"])
    return ResultView(
        href=article_link(result["id"], base.q),
        title=title,
        about=" · ".join(part for part in about if part),
        snippet=text,
        matched_by=result["matched_by"],
        entities=_entities(result["mentions"], base),
        language=result["language"],
    )


def _entities(mentions: Sequence[dict[str, Any]], base: SearchRequest) -> tuple[tuple[str, str, str], ...]:
    """The names that matter most in an article: the most mentioned of each kind."""
    chosen: list[tuple[str, str, str]] = []
    for kind, limit in (("weapon", 2), ("person", 3), ("place", 2)):
        counts: dict[str, int] = {}
        for mention in mentions:
            if mention["kind"] == kind:
                counts[mention["name"]] = counts.get(mention["name"], 0) + 1
        for name in sorted(counts, key=lambda n: (-counts[n], n))[:limit]:
            chosen.append((kind, name, search_link(_refined(base, kind, name))))  # type: ignore[arg-type]
    return tuple(chosen)


def _facet(name: FacetName, title: str, facet: dict[str, Any], base: SearchRequest) -> FacetView:
    current = next((r for r in base.refinements if r.field == name), Refinement(name))
    chosen = {value_text(v) for v in current.include}
    highest = max((v["count"] for v in facet["values"]), default=1)
    values = []
    for entry in facet["values"]:
        value = entry["value"]
        typed = interval(value) if name in ("published", "mentioned") else value
        href = _removed(base, name, value) if value in chosen else _refined(base, name, typed)
        values.append(
            ValueView(
                value=value,
                count=entry["count"],
                share=max(1, round(100 * entry["count"] / highest)),
                href=search_link(href),
                exclude=search_link(_refined(base, name, typed, exclude=True)),
                chosen=value in chosen,
            )
        )
    more = search_link(replace(base, facet_limit=200))
    return FacetView(
        name, title, tuple(values), facet["other"], more, facet["missing"], search_link(_refined(base, name, None))
    )


def _chips(base: SearchRequest) -> tuple[Chip, ...]:
    chips = []
    for refinement in base.refinements:
        title = FACET_TITLES.get(refinement.field, refinement.field.title())
        for values, exclude in ((refinement.include, False), (refinement.exclude, True)):
            for value in values:
                text = value_text(value)
                without = _removed(base, refinement.field, text, exclude=exclude)
                within = _clause(refinement.field, text, exclude) if value is not None else None
                chips.append(
                    Chip(
                        label=f"{'not ' if exclude else ''}{title}: {text}",
                        href=search_link(without),
                        within=search_link(replace(without, q=f"{base.q} {within}".strip())) if within else None,
                    )
                )
    return tuple(chips)


def _clause(field: str, value: str, exclude: bool) -> str:
    """The refinement as query text."""
    name = {"language": "lang"}.get(field, field)
    text = value if field in ("published", "mentioned") else '"' + value.replace('"', "”") + '"'
    return f"{'-' if exclude else ''}{name}:{text}"


def _refined(base: SearchRequest, field: FacetName, value: Any, *, exclude: bool = False) -> SearchRequest:
    """The request with one more value of a field."""
    current = next((r for r in base.refinements if r.field == field), Refinement(field))
    if exclude:
        changed = replace(
            current,
            include=tuple(v for v in current.include if v != value),
            exclude=tuple(dict.fromkeys((*current.exclude, value))),
        )
    else:
        changed = replace(current, include=tuple(dict.fromkeys((*current.include, value))))
    others = tuple(r for r in base.refinements if r.field != field)
    return replace(base, refinements=(*others, changed), cursor=None)


def _removed(base: SearchRequest, field: FacetName, text: str, *, exclude: bool = False) -> SearchRequest:
    refinements = []
    for refinement in base.refinements:
        if refinement.field == field:
            side = refinement.exclude if exclude else refinement.include
            kept = tuple(v for v in side if value_text(v) != text)
            refinements.append(replace(refinement, exclude=kept) if exclude else replace(refinement, include=kept))
        else:
            refinements.append(refinement)
    left = tuple(r for r in refinements if r.include or r.exclude)
    return replace(base, refinements=left, cursor=None)


def _without_word(base: SearchRequest, word: str | None) -> str | None:
    if not word:
        return None
    words = word.split()
    return search_link(replace(base, q=" ".join(w for w in base.q.split() if w.strip('"') not in words)))


def _hidden(base: SearchRequest) -> tuple[tuple[str, str], ...]:
    """The refinements and the timeline; what has a control of its own in the form is left to it."""
    own = {"q", "mode", "sort", "from", "to", "cursor"}
    return tuple((name, value) for name, value in to_parameters(base) if name not in own)


def _day(published: str | None) -> str:
    return (published or "undated")[:10]
