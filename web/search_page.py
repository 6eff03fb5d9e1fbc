"""The search page as data: everything the template shows, computed here and tested without HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.engine import FacetName, IntervalName, Timeline
from archive.errors import CursorError, DatelineError, QueryError
from search_api.errors import error_body
from search_api.parameters import FIELDS, ParameterErrors, SearchRequest, parse_parameters, to_parameters
from search_api.service import Answer, SearchService
from web.links import feed_links, narrowed, refined, search_link, twin_links
from web.nothing import Nothing, explain
from web.results import EntityView, ResultView, build_result
from web.saved_pages import save_link
from web.sidebar import FACET_TITLES, FACET_VALUES, Chip, FacetView, build_chips, build_facets
from web.snippets import Piece, marked
from web.timeline import MAX_BARS, TimelineView, draw

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
    scales: tuple[Option, ...]
    """Other intervals of the timeline; the value is a link."""
    understood: tuple[EntityView, ...]
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


def build(service: SearchService, request: SearchRequest) -> SearchPage:
    """Search and lay the answer out; what the page asks for beyond the request doesn't show in its links.

    Raises what `SearchService.search` raises.
    """
    request = replace(request, format="json")  # of the page's twins, not of the page
    full, answer = _search(service, request)
    base = replace(request, cursor=None)
    stored = service.engine.get(r["id"] for r in answer["results"])
    nothing = explain(service, base) if not answer["total"] and not request.cursor else None
    asked = bool(base.q.strip() or base.refinements or base.within)
    answered = Answered(
        total=answer["total"],
        took_ms=answer["took_ms"],
        by_words=bool(base.q.strip()),
        # An article deleted since the search has no text to show any more.
        results=tuple(
            build_result(r, stored[r["id"]].article.body, base) for r in answer["results"] if r["id"] in stored
        ),
        facets=build_facets(answer["facets"], base),
        chips=build_chips(base),
        timeline=_timeline(answer, base),
        scales=_scales(answer, base),
        understood=tuple(
            EntityView(n["kind"], n["name"], search_link(refined(base, n["kind"], n["name"])))
            for n in answer["query"]["understood"]
            if n["kind"] in FACET_TITLES
        ),
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


def failed(request: SearchRequest, error: DatelineError) -> SearchPage:
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


def understandable(items: Sequence[tuple[str, str]], error: DatelineError) -> SearchRequest:
    """What can be kept of parameters that don't all parse: the others, and the wrong dates as they were typed."""
    wrong = {e.name for e in error.errors} if isinstance(error, ParameterErrors) else set()
    try:
        request = parse_parameters([(name, value) for name, value in items if name not in wrong])
    except DatelineError:
        request = SearchRequest()
    first = dict(reversed(items))
    return replace(
        request,
        q=request.q or first.get("q", ""),
        from_=first.get("from") or request.from_,
        to=first.get("to") or request.to,
    )


def _search(service: SearchService, request: SearchRequest) -> tuple[SearchRequest, Answer]:
    """The request with all that the page shows, and its answer."""
    full = replace(
        request,
        facets=tuple(FACET_TITLES),
        facet_limit=FACET_VALUES if request.facet_limit == 20 else request.facet_limit,
        timeline=request.timeline or Timeline(_interval(request)),
        fields=FIELDS,
    )
    while True:
        answer = service.search(full)
        line = full.timeline
        if not line or line.interval not in COARSER or len(answer["timeline"]["buckets"]) <= MAX_BARS:
            return full, answer
        full = replace(full, timeline=replace(line, interval=COARSER[line.interval]))


def _interval(request: SearchRequest) -> IntervalName:
    """Days for a search of few days, else months."""
    windows = [request.within] if request.within else []
    for refinement in request.refinements:
        if refinement.field == "published" and len(refinement.include) == 1:
            windows += [v for v in refinement.include if v is not None and not isinstance(v, str)]
    return "day" if any((w.last - w.first).days < FEW_DAYS for w in windows) else "month"


def _timeline(answer: Answer, base: SearchRequest) -> TimelineView | None:
    field: FacetName = answer["timeline"]["field"]
    # A click on a month goes on by days: the page chooses anew.
    plain = replace(base, timeline=None) if field == "published" else base
    return draw(answer["timeline"], lambda days: search_link(narrowed(plain, field, days)))


def _scales(answer: Answer, base: SearchRequest) -> tuple[Option, ...]:
    now = Timeline(answer["timeline"]["interval"], answer["timeline"]["field"])
    lines = [Timeline(interval, now.field) for interval in ("day", "month", "year")]
    lines += [Timeline("year", "mentioned") if now.field == "published" else Timeline("month")]
    labels = ["by day", "by month", "by year", "dates mentioned" if now.field == "published" else "dates published"]
    return tuple(
        Option(search_link(replace(base, timeline=line)), label, line == now)
        for line, label in zip(lines, labels, strict=True)
    )


def _form(request: SearchRequest) -> SearchForm:
    """`mode` and `sort` say what holds now; what goes without saying is sent as nothing."""
    usual = "hybrid" if request.sort == "relevance" else "keyword"
    mode = request.mode or usual
    own = {"q", "mode", "sort", "from", "to", "cursor"}
    return SearchForm(
        q=request.q,
        modes=tuple(Option("" if v == usual else v, label, v == mode, what) for v, label, what in MODES),
        sorts=tuple(Option("" if v == "relevance" else v, label, v == request.sort) for v, label in SORTS),
        from_=request.from_ or "",
        to=request.to or "",
        hidden=tuple((name, value) for name, value in to_parameters(request) if name not in own),
    )


def _examples() -> tuple[tuple[str, str, str], ...]:
    return tuple((q, what, search_link(SearchRequest(q=q))) for q, what in EXAMPLES)
