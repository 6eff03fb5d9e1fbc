"""The search page as data: everything the template shows, computed here and tested without HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from archive.engine import FacetName, Hit, IntervalName, Timeline
from archive.errors import CursorError, DatelineError, QueryError
from search_api.coverage import Coverage, with_shares
from search_api.errors import error_body
from search_api.parameters import FIELDS, ParameterErrors, value_text
from search_api.service import Answer, SearchService
from search_api.suggesting import EVERY_VALUE
from web.asked import PageSearch, page_parameters, parse_page
from web.links import as_clause, entity_link, feed_links, narrowed, removed, search_link, twin_links
from web.nothing import Nothing, explain
from web.results import ResultView, build_result, chip_links
from web.saved_pages import save_link
from web.sidebar import (
    FACET_TITLES,
    FACET_VALUES,
    Chip,
    FacetView,
    build_chips,
    build_facets,
    chosen_values,
    within,
)
from web.snippets import Piece, marked
from web.timeline import ANY_RANGE, TimelineView, draw, most_bars

__all__ = ["Option", "SearchForm", "SearchPage", "build", "failed", "understandable"]

MODES = (
    ("hybrid", "Words and meaning", "all the words first, then the meaning"),
    ("keyword", "Words", "only articles with all the words"),
    ("semantic", "Meaning", "the hundred nearest, whatever their words"),
)
SORTS = (
    ("relevance", "best first"),
    ("newest", "newest first"),
    ("oldest", "oldest first"),
    ("added", "last added first"),
)
SIZES = (20, 50, 100)
"""Results a page."""
COARSER: dict[IntervalName, IntervalName] = {"day": "month", "week": "month", "month": "year"}
FEW_DAYS = 62
"""Up to two months are drawn by day."""
EXAMPLES = (
    ("Storm Shadow Kursk", "words and meaning together"),
    ('weapon:"F-16" published:2024', "a weapons system, in one year"),
    ("missil* NEAR/9 Ukraine -grain", "words near each other, without a third"),
)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    """Empty for what holds without being said, so that URLs stay short."""
    label: str
    chosen: bool
    what: str = ""
    """In plain words."""


@dataclass(frozen=True, slots=True)
class SearchForm:
    q: str = ""
    modes: tuple[Option, ...] = ()
    sorts: tuple[Option, ...] = ()
    sizes: tuple[Option, ...] = ()
    from_: str = ""
    to: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    """Parameters that have no control here and are carried along."""
    error: str | None = None
    marked: tuple[Piece, ...] = ()
    """The query text with the place of a syntax error marked."""
    retry: str | None = None
    """A search that works, where the error is not in what can be typed."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A name that was recognised in the query."""

    kind: FacetName
    name: str
    count: int
    """Articles of this search in which it is named: the total after the click."""
    href: str
    """Only those; or all again, where it is chosen already."""
    chosen: bool
    within: str
    """The search with the name in its text, where it binds and the results are ranked anew."""
    about: str
    """The page of what was recognised."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands below the form once a search was run."""

    total: int
    took_ms: float
    by_words: bool
    """Words were asked for, so that `matched by words` or `related` says something."""
    results: tuple[ResultView, ...]
    facets: tuple[FacetView, ...]
    chips: tuple[Chip, ...]
    timeline: TimelineView | None
    scales: tuple[tuple[str, tuple[Option, ...]], ...]
    """(what is chosen, its options): how the timeline is drawn; the value of an option is a link."""
    line_field: FacetName
    """Whose dates are drawn: the parameter of a range."""
    carried: tuple[tuple[str, str], ...]
    """All parameters but that one, for a form that chooses a range."""
    understood: tuple[Understood, ...]
    map: str
    """The map of its places."""
    compare: str | None
    """The search beside others; None without words."""
    next: str | None
    first: str | None
    """Link to the first page, from later ones."""
    twins: tuple[tuple[str, str, str], ...]
    """(what it is called, what it is, link): the same answer in other forms."""
    feeds: tuple[tuple[str, str, str], ...]
    """(media type, title, link): what tells a reader what is new."""
    nothing: Nothing | None
    save: str
    """Where this search is saved."""
    explain: str
    """Link to the same page with the parts of each score, or without them."""
    explained: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    form: SearchForm
    title: str
    answer: Answered | None = None
    examples: tuple[tuple[str, str, str], ...] = ()
    """(query, what it shows, link), where a reader has asked for nothing yet or found nothing."""


def build(service: SearchService, coverage: Coverage, request: PageSearch) -> SearchPage:
    """Search and lay the answer out; what the page asks for beyond the request doesn't show in its links.

    Raises what `SearchService.search` raises.
    """
    request = replace(request, format="json")  # of the page's twins, not of the page
    full, answer, hits = _search(service, request)
    base = replace(request, cursor=None)
    links = chip_links(base)
    nothing = explain(service, base) if not answer["total"] and not request.cursor else None
    asked = bool(base.q.strip() or base.refinements or base.within)
    answered = Answered(
        total=answer["total"],
        took_ms=answer["took_ms"],
        by_words=bool(base.q.strip()),
        results=tuple(
            build_result(result, hit.stored.article.body, base, links)
            for result, hit in zip(answer["results"], hits, strict=True)
        ),
        facets=build_facets(answer["facets"], base),
        chips=build_chips(base),
        timeline=_timeline(answer, base, coverage),
        scales=_scales(answer, base),
        line_field=answer["timeline"]["field"],
        carried=_carried(base, answer["timeline"]["field"]),
        understood=_understood(service, answer, base),
        map=search_link(_bare(base), "/map"),
        compare="/compare?" + urlencode({"q": base.q}, errors="replace") if base.q.strip() else None,
        next=search_link(replace(request, cursor=answer["next"])) if answer["next"] else None,
        first=search_link(base) if request.cursor else None,
        twins=twin_links(full),
        feeds=feed_links(full),
        nothing=nothing,
        save=save_link(base),
        explain=search_link(replace(request, explain=not request.explain)),
        explained=request.explain,
    )
    examples = _examples() if not asked or nothing else ()
    return SearchPage(_form(request), base.q.strip() or "Search", answered, examples)


def failed(request: PageSearch, error: DatelineError) -> SearchPage:
    """The page of a search that can't be run: the error under the box, its place marked."""
    pieces: tuple[Piece, ...] = ()
    if isinstance(error, QueryError):
        # Behind the last character there is nothing to mark but a space.
        text = request.q if error.position < len(request.q) else request.q + " "
        pieces = marked(text, [(error.position, max(error.end, error.position + 1))])
    form = replace(
        _form(request),
        error=error_body(error)["error"]["message"],
        marked=pieces,
        retry=search_link(replace(request, cursor=None)) if isinstance(error, CursorError) else None,
    )
    return SearchPage(form, "Search", examples=_examples() if isinstance(error, QueryError) else ())


def understandable(items: Sequence[tuple[str, str]], error: DatelineError) -> PageSearch:
    """What can be kept of parameters that don't all parse: the others, and the wrong dates as they were typed."""
    wrong = {e.name for e in error.errors} if isinstance(error, ParameterErrors) else set()
    try:
        request = parse_page([(name, value) for name, value in items if name not in wrong])
    except DatelineError:
        request = PageSearch()
    first = dict(reversed(items))
    return replace(
        request,
        q=request.q or first.get("q", ""),
        from_=first.get("from") or request.from_,
        to=first.get("to") or request.to,
    )


def _search(service: SearchService, request: PageSearch) -> tuple[PageSearch, Answer, Sequence[Hit]]:
    """The request with all that the page shows, its answer, and the articles in it."""
    full = replace(
        request,
        facets=tuple(FACET_TITLES),
        facet_limit=FACET_VALUES if request.facet_limit == 20 else request.facet_limit,
        timeline=request.timeline or Timeline(_interval(request)),
        fields=FIELDS,
    )
    most = most_bars(search_link(request))
    while True:
        answer, hits = service.search_with_hits(full)
        line = full.timeline
        if not line or line.interval not in COARSER or len(answer["timeline"]["buckets"]) <= most:
            return full, answer, hits
        full = replace(full, timeline=replace(line, interval=COARSER[line.interval]))


def _interval(request: PageSearch) -> IntervalName:
    """Days for a search of few days, else months."""
    windows = [request.within] if request.within else []
    for refinement in request.refinements:
        if refinement.field == "published" and len(refinement.include) == 1:
            windows += [v for v in refinement.include if v is not None and not isinstance(v, str)]
    return "day" if any((w.last - w.first).days < FEW_DAYS for w in windows) else "month"


def _timeline(answer: Answer, base: PageSearch, coverage: Coverage) -> TimelineView | None:
    field: FacetName = answer["timeline"]["field"]
    # A click on a month goes on by days: the page chooses anew.
    plain = replace(base, timeline=None) if field == "published" else base
    line = with_shares(answer["timeline"], coverage) if base.share else answer["timeline"]
    before, _, after = search_link(narrowed(plain, field, ANY_RANGE)).partition(value_text(ANY_RANGE))
    return draw(line, lambda days: f"{before}{value_text(days)}{after}", share=base.share)


def _scales(answer: Answer, base: PageSearch) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    now = Timeline(answer["timeline"]["interval"], answer["timeline"]["field"])
    intervals: tuple[tuple[IntervalName, str], ...] = (
        *(("day", "by day"), ("week", "by week"), ("month", "by month"), ("year", "by year")),
    )
    fields = (("published", "when published"), ("mentioned", "dates mentioned"))

    def link(line: Timeline, share: bool = base.share) -> str:
        return search_link(replace(base, timeline=line, share=share))

    return (
        ("Interval", tuple(Option(link(replace(now, interval=i)), t, i == now.interval) for i, t in intervals)),
        ("Dates", tuple(Option(link(_by(now, f)), t, f == now.field) for f, t in fields)),
        ("Measure", tuple(Option(link(now, s), t, s == base.share) for s, t in ((False, "articles"), (True, "share")))),
    )


def _carried(base: PageSearch, line_field: FacetName) -> tuple[tuple[str, str], ...]:
    # As with a click on a bar: within a chosen range the page chooses the interval anew.
    left = {line_field} if line_field == "mentioned" else {line_field, "timeline"}
    return tuple((name, value) for name, value in page_parameters(base) if name not in left)


def _by(now: Timeline, field: str) -> Timeline:
    """Texts speak of centuries: dates mentioned begin by year."""
    if field == now.field:
        return now
    return Timeline("year", "mentioned") if field == "mentioned" else Timeline("month")


def _understood(service: SearchService, answer: Answer, base: PageSearch) -> tuple[Understood, ...]:
    found = []
    for named in answer["query"]["understood"]:
        kind = named["kind"]
        if kind not in FACET_TITLES:
            continue
        counted = _counted(service, answer["facets"][kind], base, kind, named["name"])
        name = _meant_here(service, named, counted)
        chosen = (kind, name, False) in chosen_values(base, kind)
        only = narrowed(base, kind, name)
        count = counted.get(name, 0)
        if any(out for _, _, out in chosen_values(base, kind)):
            # A facet's own counts are taken without its refinement: with exclusions they aren't what the click shows.
            count = service.search(replace(only, facets=(), timeline=None, limit=0))["total"]
        if not count and not chosen:  # a namesake of what these articles mean: it leads nowhere
            continue
        found.append(
            Understood(
                kind=kind,
                name=name,
                count=count,
                href=search_link(removed(base, kind, name) if chosen else only),
                chosen=chosen,
                within=search_link(within(base, as_clause(kind, name, exclude=False))),
                about=entity_link(kind, name),
            )
        )
    return tuple(found)


def _counted(
    service: SearchService, facet: Mapping[str, Any], base: PageSearch, kind: FacetName, name: str
) -> dict[str, int]:
    """In how many of these articles each value stands: of the most frequent, or of all where the name isn't there."""
    counted = {v["value"]: v["count"] for v in facet["values"]}
    if name not in counted and facet["other"]:
        every = replace(base, facets=(kind,), facet_limit=EVERY_VALUE, timeline=None, limit=0)
        counted = {v["value"]: v["count"] for v in service.search(every)["facets"][kind]["values"]}
    return counted


def _meant_here(service: SearchService, named: Mapping[str, Any], counted: Mapping[str, int]) -> str:
    """What these articles mean by a recognised name: `Kursk` is the city's, but here they write of its region."""
    forms = service.analyser.forms(named["words"])
    namesakes = [v for v in counted if service.analyser.forms(v)[: len(forms)] == forms]
    name: str = named["name"]
    return max([name, *namesakes], key=lambda n: counted.get(n, 0))


def _bare(base: PageSearch) -> PageSearch:
    """The set that is searched, without what is drawn of it and in which order."""
    return replace(base, timeline=None, facet_limit=20, limit=20, cursor=None, share=False)


def _form(request: PageSearch) -> SearchForm:
    """`mode` and `sort` say what holds now; what goes without saying is sent as nothing."""
    usual = "hybrid" if request.sort == "relevance" else "keyword"
    mode = request.mode or usual
    own = {"q", "mode", "sort", "from", "to", "limit", "cursor"}
    sizes = sorted({*SIZES, request.limit})
    return SearchForm(
        q=request.q,
        modes=tuple(Option("" if v == usual else v, label, v == mode, what) for v, label, what in MODES),
        sorts=tuple(Option("" if v == "relevance" else v, label, v == request.sort) for v, label in SORTS),
        sizes=tuple(Option("" if n == SIZES[0] else str(n), f"{n}", n == request.limit) for n in sizes),
        from_=request.from_ or "",
        to=request.to or "",
        hidden=tuple((name, value) for name, value in page_parameters(request) if name not in own),
    )


def _examples() -> tuple[tuple[str, str, str], ...]:
    return tuple((q, what, search_link(PageSearch(q=q))) for q, what in EXAMPLES)
