"""Two to five searches side by side over time, each as a count and beside all that the archive holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.engine import Timeline
from archive.errors import ParameterError, QueryError
from search_api.coverage import Coverage, with_shares
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters
from search_api.service import Answer, SearchService

__all__ = ["COMPARED", "Comparison", "compare", "parse_comparison"]

COMPARED = 2, 5
"""How many searches: fewer are a timeline, more can't be told apart."""
UNFIT = ("sort", "limit", "cursor", "facet", "facet_limit", "fields", "explain", "format")
"""Parameters of a search that say nothing about counts over time."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: the same search with several texts."""

    texts: tuple[str, ...]
    shared: SearchRequest
    """Dates, refinements, mode and timeline; its own text is empty."""

    @property
    def requests(self) -> tuple[SearchRequest, ...]:
        return tuple(replace(self.shared, q=text) for text in self.texts)


def parse_comparison(items: Sequence[tuple[str, str]]) -> Comparison:
    """The parameters of a search, `q` repeated; empty texts count as absent. Raises ParameterErrors, not for too few.

    Without a mode only the words count: what is merely related would make every line a hundred articles higher.
    """
    texts = tuple(dict.fromkeys(value.strip() for name, value in items if name == "q" and value.strip()))
    wrong = [name for name in UNFIT if any(name == n and value.strip() for n, value in items)]
    if wrong:
        raise ParameterErrors([ParameterError(n, f"{n} has no place in a comparison: leave it out.") for n in wrong])
    if len(texts) > COMPARED[1]:
        message = f"{len(texts)} searches are more than can be told apart: compare at most {COMPARED[1]}."
        raise ParameterErrors([ParameterError("q", message)])
    shared = parse_parameters([(name, value) for name, value in items if name != "q"])
    return Comparison(texts, replace(shared, sort="newest", limit=0, timeline=shared.timeline or Timeline("month")))


def compare(service: SearchService, coverage: Coverage, asked: Comparison) -> Answer:
    """As `CompareAnswer` describes it. Raises ParameterErrors for fewer than two texts, and what `search` raises."""
    if len(asked.texts) < COMPARED[0]:
        message = f"Give {COMPARED[0]} to {COMPARED[1]} searches, each as a q of its own."
        raise ParameterErrors([ParameterError("q", message)])
    timeline = asked.shared.timeline or Timeline("month")
    return {
        "interval": timeline.interval,
        "field": timeline.field,
        "searches": [_one(service, coverage, request) for request in asked.requests],
    }


def _one(service: SearchService, coverage: Coverage, request: SearchRequest) -> Answer:
    try:
        answer = service.search(request)
    except QueryError as error:
        named = f"In {request.q[:60]!r}: {error.message}"
        raise QueryError(named, position=error.position, end=error.end, cure=error.cure) from None
    line = with_shares(answer["timeline"], coverage)
    return {
        "q": request.q,
        "total": answer["total"],
        **{part: line[part] for part in ("buckets", "undated", "coarser")},
    }
