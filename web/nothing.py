"""A search that found nothing: which word or refinement emptied it, and what would find something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from archive.errors import DatelineError
from archive.plan import free_words
from archive.query import Fuzzy, Node, Query, Word
from search_api.parameters import SearchRequest
from search_api.service import SearchService
from search_api.syntax import parse
from web.links import removed, search_link
from web.sidebar import build_chips, chosen_values

__all__ = ["NextStep", "Nothing", "explain"]

MAX_STEPS = 6
MAX_TRIED = 8
"""Refinements that are taken away one by one to see what is behind them."""
MISSPELT = 4
"""Letters from which a word is tried with other spellings: of shorter ones anything is near."""


@dataclass(frozen=True, slots=True)
class NextStep:
    text: str
    count: int
    """Articles that this step finds."""
    href: str


@dataclass(frozen=True, slots=True)
class Nothing:
    emptied_by: str | None
    """The word with which no article is left; None where no single word is to blame."""
    by_refinements: bool
    """The query finds articles, the refinements leave none of them."""
    steps: tuple[NextStep, ...]
    """Only steps that find something."""


def explain(service: SearchService, base: SearchRequest) -> Nothing:
    """`base`: a request at its first page that found nothing. Searches a few times, for counts only."""
    bare = replace(base, refinements=(), from_=None, to=None, within=None)
    answer = service.search(_counted(bare))
    word: str | None = answer["query"]["emptied_by"]
    tried: list[tuple[str, SearchRequest]] = []
    if word:
        tried += [(f"Allow other spellings of “{word}”", r) for r in _respelt(base, word)]
        tried += [(f"Leave out “{word}”", r) for r in _without(base, word)]
    tried += _relaxed(base)
    if base != bare:
        tried.append(("Leave out all refinements", bare))
    if base.mode == "keyword" or (base.mode is None and base.sort != "relevance"):
        tried.append(("Search by words and meaning", replace(base, mode="hybrid")))
    steps: list[NextStep] = []
    for text, request in tried:
        count = _count(service, request)
        if count and len(steps) < MAX_STEPS:
            steps.append(NextStep(text, count, search_link(request)))
    return Nothing(word, bool(answer["total"]), tuple(steps))


def _relaxed(base: SearchRequest) -> list[tuple[str, SearchRequest]]:
    """The request without each one of its refinements."""
    relaxed: list[tuple[str, SearchRequest]] = []
    if base.within:
        relaxed.append(("Leave out the dates", replace(base, from_=None, to=None, within=None)))
    for (field, value, _), chip in list(zip(chosen_values(base), build_chips(base), strict=True))[:MAX_TRIED]:
        relaxed.append((f"Leave out “{chip.label}”", removed(base, field, value)))
    return relaxed


def _respelt(base: SearchRequest, word: str) -> list[SearchRequest]:
    if len(word) < MISSPELT or not word.isalpha():
        return []
    return _rewritten(base, lambda clause: Fuzzy(clause.text) if clause.text == word else clause)


def _without(base: SearchRequest, words: str) -> list[SearchRequest]:
    gone = set(words.split())
    return _rewritten(base, lambda clause: None if clause.text in gone else clause)


def _rewritten(base: SearchRequest, change: Callable[[Word], Node | None]) -> list[SearchRequest]:
    """The request with its free words changed or left out; none where nothing would be left of the query."""
    query = parse(base.q)
    free = set(free_words(query))
    clauses = [change(c) if isinstance(c, Word) and c in free else c for c in query.clauses]
    kept = tuple(c for c in clauses if c is not None)
    return [replace(base, q=str(Query(kept)))] if kept else []


def _count(service: SearchService, request: SearchRequest) -> int:
    try:
        total: int = service.search(_counted(request))["total"]
    except DatelineError:  # a rewritten query may be longer or broader than a query may be
        return 0
    return total


def _counted(request: SearchRequest) -> SearchRequest:
    return replace(request, limit=0, facets=(), timeline=None)
