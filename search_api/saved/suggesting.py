"""Suggestions of one's own saved searches while typing: by the beginning of any word of a name or of a query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from archive.analysis import Analyser
from search_api.saved.store import Store
from search_api.suggesting import joined

__all__ = ["SearchSuggester", "SuggestedSearch"]

REMEMBERED = 20_000
"""Texts of which it is known how they are folded."""


@dataclass(frozen=True, slots=True)
class SuggestedSearch:
    id: int
    name: str
    query: str
    """Its query text; empty where it is refinements alone."""
    link: str
    """The path of its results."""


class SearchSuggester:
    """Suggests among the saved searches of one archive. Safe to share between threads."""

    def __init__(self, store: Store, analyser: Analyser) -> None:
        self._store = store
        self._folded = lru_cache(REMEMBERED)(lambda text: joined(analyser.forms(text)))

    def suggest(self, owner: str, prefix: str, limit: int = 10) -> list[SuggestedSearch]:
        """Those of one owner: first where the name begins so, then the query, each by name. Raises DatabaseError."""
        words = self._folded(prefix)
        if not words or not owner:
            return []
        found = []
        for id, name, parameters in self._store.names(owner):
            query = dict(parameters).get("q", "")
            rank = next((rank for rank, text in enumerate((name, query)) if words in self._folded(text)), None)
            if rank is not None:
                found.append((rank, SuggestedSearch(id, name, query, f"/?{urlencode(parameters)}")))
        return [search for _, search in sorted(found, key=lambda pair: pair[0])[:limit]]
