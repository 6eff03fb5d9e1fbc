"""The answer to `/search`: in the format asked for, or a word that nothing has changed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from fastapi import Response

from search_api.conditional import ANY, etag, not_modified
from search_api.formats.entries import Feed, feed_of
from search_api.formats.feeds import atom_bytes, json_feed_bytes, rss_bytes
from search_api.formats.tabular import csv_bytes, jsonl_bytes
from search_api.http import json_bytes
from search_api.parameters import FormatName, SearchRequest, to_parameters
from search_api.service import Answer, SearchService
from search_api.stages import timed

__all__ = ["MEDIA_TYPES", "answer"]

MEDIA_TYPES: dict[FormatName, str] = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8; header=present",
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "jsonfeed": "application/feed+json",
}
_FEEDS: dict[FormatName, Callable[[Feed], bytes]] = {
    "rss": rss_bytes,
    "atom": atom_bytes,
    "jsonfeed": json_feed_bytes,
}


def answer(
    service: SearchService, request: SearchRequest, base: str, path: str, if_none_match: Sequence[str], version: str
) -> Response:
    """`base`: where the service is, with a slash; `path`: of this route. Raises what `service.search` raises."""
    asked = urlencode(to_parameters(request), errors="replace")
    address = f"{base}{path.lstrip('/')}?{asked}"
    # Read before the search: what is committed in between makes the next answer differ, never this one stale.
    tag = etag(service.engine.state, version, address)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    held_any = any(held.strip() == ANY for held in if_none_match)
    if held_any:
        # Such an answer must exist: what is wrong with the query is an error all the same.
        service.search(replace(request, format="json", limit=0, cursor=None))
    if held_any or not_modified(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    if as_feed := _FEEDS.get(request.format):
        stored = service.added_last(request)
        with timed(service.observe, "write"):
            content = as_feed(feed_of(request, stored, base, address, service.engine.secret))
        return Response(content, headers=headers, media_type=MEDIA_TYPES[request.format])
    found = service.search(request)
    with timed(service.observe, "write"):
        content = _content(found, request)
    if request.format != "json":
        headers["X-Total-Count"] = str(found["total"])
        if found["next"]:
            following = urlencode(to_parameters(replace(request, cursor=found["next"])), errors="replace")
            headers["Link"] = f'<{base}{path.lstrip("/")}?{following}>; rel="next"'
    if request.format == "csv":
        headers["Content-Disposition"] = 'attachment; filename="dateline.csv"'
    return Response(content, headers=headers, media_type=MEDIA_TYPES[request.format])


def _content(found: Answer, request: SearchRequest) -> bytes:
    match request.format:
        case "csv":
            return csv_bytes(found["results"], request.fields)
        case "jsonl":
            return jsonl_bytes(found["results"])
        case _:
            return json_bytes(found)
