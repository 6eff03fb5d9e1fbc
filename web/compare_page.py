"""Two to five searches beside each other over time, as numbers of articles or as share of all coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from archive.calendar import Interval
from archive.engine import FacetName, IntervalName, Timeline
from archive.errors import DatelineError, ParameterError
from search_api.comparing import COMPARED, Comparison, compare
from search_api.coverage import Coverage
from search_api.errors import error_body
from search_api.parameters import ParameterErrors, SearchRequest, to_parameters
from search_api.service import SearchService
from web.frame import Twin
from web.lines import MAX_BUCKETS, LinesView, bucket_count, draw_lines
from web.links import narrowed, search_link
from web.search_page import COARSER, Option

__all__ = ["ComparePage", "build", "failed", "parse"]

EXAMPLES = (
    ("Storm Shadow", "ATACMS", "Patriot"),
    ("Biden", "Trump"),
    ("missile", "drone", "tank"),
)
FEW_MONTHS = 2
"""Up to two months are counted by day."""
INTERVALS: tuple[tuple[IntervalName, str], ...] = (
    ("day", "by day"),
    ("week", "by week"),
    ("month", "by month"),
    ("year", "by year"),
)


@dataclass(frozen=True, slots=True)
class ComparedView:
    q: str
    total: int
    href: str
    """The search alone."""
    note: str
    """Its articles that no bucket holds; empty where all stand in one."""


@dataclass(frozen=True, slots=True)
class ComparePage:
    boxes: tuple[str, ...]
    """The texts of the form, with empty ones to be filled in."""
    intervals: tuple[Option, ...]
    fields: tuple[Option, ...]
    share: bool
    from_: str
    to: str
    hidden: tuple[tuple[str, str], ...]
    compared: tuple[ComparedView, ...] = ()
    lines: LinesView | None = None
    error: str | None = None
    examples: tuple[tuple[str, str], ...] = ()
    """(what is compared, link), as long as there is nothing to compare."""
    twins: tuple[Twin, ...] = ()


def parse(items: Iterable[tuple[str, str]]) -> tuple[bool, list[tuple[str, str]]]:
    """Whether shares are drawn, and the other parameters; raises ParameterErrors."""
    items = list(items)
    given = [value for name, value in items if name == "share" and value.strip()]
    if len(given) > 1 or any(value not in ("on", "off") for value in given):
        raise ParameterErrors([ParameterError("share", "share is `on` or `off`, given once.")])
    return given == ["on"], [(name, value) for name, value in items if name != "share"]


def build(service: SearchService, coverage: Coverage, asked: Comparison, share: bool, *, fit: bool) -> ComparePage:
    """Raises what `comparing.compare` raises, but with fewer than two texts teaches instead.

    `fit`: no interval was asked for, so the one that fits is taken.
    """
    page = _form(asked.texts, asked.shared, share, fit)
    if len(asked.texts) < COMPARED[0]:
        return replace(page, examples=_examples())
    while True:
        answer = compare(service, coverage, asked)
        line = asked.shared.timeline or Timeline("month")
        counts = [found["buckets"] for found in answer["searches"]]
        if fit and line.interval == "month" and bucket_count(counts, "month") <= FEW_MONTHS:
            asked = replace(asked, shared=replace(asked.shared, timeline=Timeline("day", line.field)))
            fit = False
            continue
        if line.interval not in COARSER or bucket_count(counts, line.interval) <= MAX_BUCKETS:
            break
        coarser = Timeline(COARSER[line.interval], line.field)
        asked = replace(asked, shared=replace(asked.shared, timeline=coarser))
    searches = [_alone(request) for request in asked.requests]
    field: FacetName = line.field

    def link(number: int, days: Interval) -> str:
        return search_link(narrowed(searches[number], field, days))

    parameters = [("q", text) for text in asked.texts] + to_parameters(_sharing(asked.shared))
    return replace(
        page,
        compared=tuple(
            ComparedView(found["q"], found["total"], search_link(request), _note(found["undated"], found["coarser"]))
            for found, request in zip(answer["searches"], searches, strict=True)
        ),
        lines=draw_lines(counts, asked.texts, line.interval, link, share=share),
        twins=(
            Twin(
                "application/json",
                "This comparison as JSON",
                "/api/v1/compare?" + urlencode(parameters, errors="replace"),
            ),
        ),
    )


def failed(items: Sequence[tuple[str, str]], error: DatelineError) -> ComparePage:
    """The form as it was filled in, with what is wrong."""
    first = dict(reversed(items))
    texts = [value for name, value in items if name == "q" and value.strip()][: COMPARED[1]]
    shared = SearchRequest(from_=first.get("from") or None, to=first.get("to") or None)
    page = _form(texts, replace(shared, timeline=Timeline("month")), first.get("share") == "on", fit=True)
    return replace(page, error=error_body(error)["error"]["message"])


def _form(texts: Sequence[str], shared: SearchRequest, share: bool, fit: bool) -> ComparePage:
    line = shared.timeline or Timeline("month")
    own = ("q", "from", "to", "timeline", "timeline_field")
    return ComparePage(
        boxes=(*texts, *[""] * (COMPARED[1] - len(texts))),
        intervals=(
            Option("", "as it fits", fit),
            *(Option(name, label, not fit and name == line.interval) for name, label in INTERVALS),
        ),
        fields=(
            Option("", "when published", line.field == "published"),
            Option("mentioned", "dates mentioned", line.field == "mentioned"),
        ),
        share=share,
        from_=shared.from_ or "",
        to=shared.to or "",
        hidden=tuple((n, v) for n, v in to_parameters(_sharing(shared)) if n not in own),
    )


def _sharing(shared: SearchRequest) -> SearchRequest:
    """What the searches have in common, without what a comparison sets itself."""
    return replace(shared, sort="relevance", limit=20)


def _alone(request: SearchRequest) -> SearchRequest:
    """The search page with the same set: by words, unless another mode was asked for."""
    return replace(request, mode=request.mode or "keyword", sort="relevance", limit=20, timeline=None)


def _examples() -> tuple[tuple[str, str], ...]:
    return tuple((" · ".join(texts), "/compare?" + urlencode([("q", t) for t in texts])) for texts in EXAMPLES)


def _note(undated: int, coarser: int) -> str:
    parts = [f"{undated:,} undated"] if undated else []
    parts += [f"{coarser:,} with no date as fine"] if coarser else []
    return ", ".join(parts)
