"""What an alert says: how many articles, which, and the link to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from archive.vectors import UNIT
from search_api.http import article_path
from search_api.saved.records import Delivery, Match, SavedSearch

__all__ = ["LISTED", "Message", "match_json", "message_of"]

LISTED = 100
"""Articles that one message lists; all of them stand behind its link."""


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery, in whatever form it goes out."""

    key: str
    """The same however often it is sent."""
    search: int
    name: str
    count: int
    """Of all its articles."""
    matches: tuple[Match, ...]
    """The first LISTED of them, in the order in which they were found."""
    link: str
    """To the page with all of them."""
    base: str
    """Where the service is, with a slash."""
    test: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "test": self.test,
            "search": {"id": self.search, "name": self.name},
            "count": self.count,
            "articles": [match_json(match, self.base) for match in self.matches],
            "all": self.link,
        }


def message_of(search: SavedSearch, delivery: Delivery, matches: Sequence[Match], base: str) -> Message:
    """`matches`: the first of the delivery's, in their order."""
    query = urlencode({"first": delivery.first, "last": delivery.last})
    link = f"{base}saved/{search.id}/matches?{query}"
    return Message(delivery.key, search.id, search.name, delivery.count, tuple(matches), link, base)


def match_json(match: Match, base: str) -> dict[str, Any]:
    """A match as the API and webhooks show it."""
    return {
        "match": match.id,
        "id": match.article,
        "title": match.title,
        "url": match.url,
        "published": match.published,
        "source": match.source,
        "sequence": match.sequence,
        "found": match.found.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "matched_by": match.matched_by,
        "cosine": None if match.closeness is None else round(match.closeness / UNIT, 6),
        "page": base + article_path(match.article).lstrip("/"),
    }
