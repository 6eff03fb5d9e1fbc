"""Export: every article of a search, streamed a page at a time, so that memory doesn't grow with the archive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from archive.engine import Hit
from archive.errors import ParameterError
from search_api.http import json_bytes
from search_api.parameters import ParameterErrors, SearchRequest
from search_api.pool import SearchPool
from search_api.service import SearchService

__all__ = ["refuse_unfit", "stream"]

PAGE = 200
"""Articles held in memory at once."""
UNFIT = ("limit", "cursor", "facet", "facet_limit", "timeline", "timeline_field", "fields", "explain")


def refuse_unfit(items: Iterable[tuple[str, str]]) -> None:
    """Raises ParameterErrors for what has no place in an export: it is complete, and holds articles whole."""
    given = dict.fromkeys(name for name, value in items if name in UNFIT and value.strip())
    if given:
        why = "has no place in an export, which holds all articles whole: leave it out."
        raise ParameterErrors([ParameterError(name, f"{name} {why}") for name in given])


async def stream(service: SearchService, pool: SearchPool, request: SearchRequest) -> AsyncIterator[bytes]:
    """JSON Lines that `dateline index` reads back. What is wrong with the request is raised before the first."""
    pages = service.walk(request, PAGE)
    begun = False
    while (hits := await pool.run(lambda: next(pages, None), begun=begun)) is not None:
        begun = True
        yield b"".join(map(_line, hits))


def _line(hit: Hit) -> bytes:
    article: dict[str, Any] = hit.stored.article.to_json()
    del article["passages"]
    return json_bytes(article | {"sequence": hit.stored.sequence, "matched_by": hit.matched_by}) + b"\n"
