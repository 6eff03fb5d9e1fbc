"""The feed of a saved search: what its alert rule found, the latest first, however it changed or went afterwards."""

from __future__ import annotations

from archive.article import Article, Stored
from search_api.saved.latest import latest
from search_api.saved.records import Match, SavedSearch
from search_api.saved.store import Store
from search_api.service import SearchService

__all__ = ["feed_articles"]


def feed_articles(service: SearchService, store: Store, found: SavedSearch, limit: int) -> list[Stored]:
    """Its matches, then what the archive held already when it was saved. Raises SavedSearchError."""
    matches = store.matches(found.id, limit=limit)
    held = service.engine.get([m.article for m in matches])
    articles = [held.get(m.article) or _gone(m) for m in matches]
    if len(articles) < limit:
        earlier = latest(service.engine, service.analyser, found.search, found.floor, limit)
        # Behind its beginning everything that fires is among the matches, now or in a moment.
        articles += [s for s in earlier if s.sequence <= found.began and s.article.id not in held]
    return articles[:limit]


def _gone(match: Match) -> Stored:
    """An article that matched and was deleted since: its headline and its source are still news."""
    article = Article(match.article, match.title, "", match.url, match.published, source=match.source)
    return Stored(article, 0, match.sequence, match.sequence, "")
