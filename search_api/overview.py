"""What an archive holds: its size, its span of time, and what its articles come from."""

from __future__ import annotations

from archive.engine import FacetName, Timeline
from search_api.parameters import SearchRequest
from search_api.service import Answer, SearchService

__all__ = ["overview"]

COUNTED: tuple[FacetName, ...] = (
    *("source", "section", "language", "person", "place", "organisation", "weapon", "class", "country", "author"),
)
LARGEST = 20
"""Values listed of each facet."""


def overview(service: SearchService) -> Answer:
    """As `ArchiveAnswer` describes it. Raises what the engine raises."""
    stats = service.engine.stats()
    request = SearchRequest(facets=COUNTED, facet_limit=LARGEST, timeline=Timeline("year"), sort="newest", limit=0)
    answer = service.search(request)
    facets: Answer = answer["facets"]
    return {
        "articles": stats.articles,
        "passages": stats.passages,
        "first": stats.first_published,
        "last": stats.last_published,
        "undated": answer["timeline"]["undated"],
        "sequence": stats.sequence,
        "bytes": stats.bytes,
        "engine": stats.engine,
        "model": service.engine.model,
        "names": {name: len(facet["values"]) + facet["other"] for name, facet in facets.items()},
        "facets": facets,
        "timeline": answer["timeline"],
    }
