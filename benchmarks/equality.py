"""Do two engines give the same answers? Asked as users ask: whole answers, page after page."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from archive.article import Article
from archive.engine import FACETS, Mode, Refinement, Sort, Timeline
from archive.facets import VALUE_FACETS, facet_values
from benchmarks.questions import questions
from search_api.parameters import SearchRequest
from search_api.service import SearchService

__all__ = ["MODES", "agreement", "differences", "headlines", "requests"]

MODES: tuple[Mode, ...] = ("keyword", "semantic", "hybrid")
SORTS: tuple[Sort, ...] = ("relevance", "relevance", "relevance", "newest", "oldest", "added")
PAGE = 25
PAGES = 2
"""Pages that are compared of each answer; the sets themselves are compared whole by their counts."""


def requests(articles: Sequence[Article], queries: int, seed: int = 7) -> Iterator[SearchRequest]:
    """Searches of every construct in the three modes, a third of them refined, all counted by every facet."""
    chance = random.Random(seed)
    for text in questions(articles, queries, seed):
        refinements = (_refinement(chance, articles),) if chance.random() < 0.3 else ()
        for mode in MODES:
            yield SearchRequest(
                q=text,
                mode=mode,
                facets=FACETS,
                facet_limit=50,
                timeline=Timeline("month", chance.choice(("published", "mentioned"))),
                refinements=refinements,
                sort=chance.choice(SORTS),
                limit=PAGE,
            )


def differences(left: SearchService, right: SearchService, asked: Iterator[SearchRequest]) -> Iterator[str]:
    """A sentence for each answer that differs. The second page's cursor is the other engine's: both hold one secret."""
    for request in asked:
        where = f"{request.q!r} {request.mode} {request.sort} {request.refinements}"
        one, other = left.search(request), right.search(request)
        for page in range(1, PAGES + 1):
            if difference := _first_difference(_shown(one), _shown(other)):
                yield f"{where}, page {page}: {difference}"
                break
            if one["next"] is None:
                break
            following = replace(request, cursor=other["next"], facets=(), timeline=None)
            one, other = left.search(following), right.search(replace(following, cursor=one["next"]))


def headlines(articles: Sequence[Article], count: int) -> list[str]:
    """Texts to which much is related: the words of titles."""
    titles = (" ".join(re.findall(r"[^\W\d_]+", a.title.lower())) for a in articles)
    return [title for title in dict.fromkeys(titles) if " " in title][:count]


def agreement(left: SearchService, right: SearchService, texts: Iterable[str]) -> list[float]:
    """For each text that has any: the share of the articles related for `left` that are so for `right` too."""
    shares = []
    for text in texts:
        for mode in MODES[1:]:
            request = SearchRequest(q=text, mode=mode, limit=1000)
            ours, theirs = _related(left, request), _related(right, request)
            if ours:
                shares.append(len(ours & theirs) / len(ours))
    return shares


def _related(service: SearchService, request: SearchRequest) -> set[str]:
    """Ids of all that matches by meaning alone."""
    found: set[str] = set()
    while True:
        answer = service.search(request)
        found |= {r["id"] for r in answer["results"] if r["matched_by"] == "related"}
        if answer["next"] is None:
            return found
        request = replace(request, cursor=answer["next"])


def _shown(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: value for name, value in answer.items() if name not in ("took_ms", "next", "results")},
        "ends": answer["next"] is None,
        "order": [r["id"] for r in answer["results"]],
        **{f"result {i}": result for i, result in enumerate(answer["results"])},
    }


def _first_difference(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    return next((f"{k} is {one[k]!r:.200} and {other.get(k)!r:.200}" for k in one if one[k] != other.get(k)), None)


def _refinement(chance: random.Random, articles: Sequence[Article]) -> Refinement:
    while True:
        name = chance.choice(VALUE_FACETS)
        if values := facet_values(chance.choice(articles))[name]:
            value = chance.choice(values)
            return Refinement(name, (value,)) if chance.random() < 0.7 else Refinement(name, (), (value,))
