"""The HTTP routes of saved searches: list, save, change, share, look, and their feeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from search_api.answering import MEDIA_TYPES
from search_api.conditional import etag, not_modified
from search_api.formats.entries import Saved, feed_of
from search_api.formats.feeds import atom_bytes, json_feed_bytes, rss_bytes
from search_api.http import PROBLEMS, json_response, refuse_unknown
from search_api.pool import SearchPool
from search_api.saved.answers import SEARCHES, example_json, saved_json, shared_json
from search_api.saved.feeds import feed_articles
from search_api.saved.messages import match_json
from search_api.saved.records import SavedSearch
from search_api.saved.saving import SavedSearches
from search_api.saved.schemas import (
    Changes,
    Draft,
    FloorAnswer,
    MatchesAnswer,
    SavedAnswer,
    SavedListAnswer,
    SharedAnswer,
)
from search_api.schemas import ErrorAnswer

__all__ = ["CHANGING", "LOOKING", "Before", "Id", "Limit", "OwnerOf", "saved_router"]

OwnerOf = Callable[[Request], str]
"""Whose saved searches a request is about: the gate has found out who asks."""
Id = Annotated[int, Path(ge=1, le=2**53, description="Of the saved search.", examples=[1])]
Token = Annotated[str, Path(max_length=64, description="The last part of the link.", examples=["TOKEN"])]
FeedFormat = Literal["rss", "atom", "jsonfeed"]
Before = Annotated[int | None, Query(ge=1, le=2**53, description="`next` of the page before.", examples=[1_000_000])]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many.", examples=[20])]
FORMATS = {"rss": rss_bytes, "atom": atom_bytes, "jsonfeed": json_feed_bytes}

LOOKING: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "There is no such saved search, alert or delivery of yours."},
    409: {"model": ErrorAnswer, "description": "It can't be matched any more; the message says why."},
    **PROBLEMS,
}
CHANGING: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorAnswer, "description": "A page of another site may not change anything here."},
    **LOOKING,
}
FEED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The feed: what was found last stands first.",
        "content": {
            MEDIA_TYPES[f].partition(";")[0]: {"schema": {"type": "object" if f == "jsonfeed" else "string"}}  # type: ignore[index]
            for f in FORMATS
        },
    },
    304: {"description": "Nothing has changed since the answer with this `If-None-Match`."},
    **LOOKING,
}


def saved_router(saved: SavedSearches, pool: SearchPool, owner_of: OwnerOf) -> APIRouter:
    api = APIRouter(tags=["saved searches"])

    def shown(found: SavedSearch, request: Request, status: int = 200) -> Response:
        return json_response(saved_json(found, str(request.base_url)), status)

    @api.get(SEARCHES, response_model=SavedListAnswer, responses=LOOKING, summary="Your saved searches, by name")
    async def every(
        request: Request,
        deleted: Annotated[bool, Query(description="Those that can be brought back.", examples=[False])] = False,
    ) -> Response:
        refuse_unknown(request, "deleted")
        owner, base = owner_of(request), str(request.base_url)
        found = await pool.run(lambda: saved.store.all(owner, deleted=deleted))
        problem = await pool.run(saved.lease.problem)
        return json_response({"searches": [saved_json(s, base) for s in found], "standing_still": problem})

    @api.post(SEARCHES, response_model=SavedAnswer, status_code=201, responses=CHANGING, summary="Save a search")
    async def create(request: Request, draft: Draft) -> Response:  # type: ignore[valid-type]
        refuse_unknown(request)
        owner, given = owner_of(request), draft
        name, note = given.name or "", given.note or ""  # type: ignore[attr-defined]
        made = await pool.run(lambda: saved.create(owner, given.pairs(), name, note, given.floor))  # type: ignore[attr-defined]
        return shown(made, request, 201)

    @api.get(SEARCHES + "/{id}", response_model=SavedAnswer, responses=LOOKING, summary="One saved search")
    async def one(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return shown(await pool.run(lambda: saved.store.get(owner, id)), request)

    @api.patch(SEARCHES + "/{id}", response_model=SavedAnswer, responses=CHANGING, summary="Rename, edit")
    async def change(request: Request, id: Id, changes: Changes) -> Response:  # type: ignore[valid-type]
        refuse_unknown(request)
        owner, given = owner_of(request), changes

        def apply() -> SavedSearch:
            named = given.named()  # type: ignore[attr-defined]
            kept = [(n, v) for n, v in saved.store.get(owner, id).parameters if n not in named]
            pairs = [*kept, *given.pairs()] if named else None  # type: ignore[attr-defined]
            return saved.change(owner, id, pairs=pairs, name=given.name, note=given.note, floor=given.floor)  # type: ignore[attr-defined]

        return shown(await pool.run(apply), request)

    @api.delete(
        SEARCHES + "/{id}", response_model=SavedAnswer, responses=CHANGING, summary="Delete; for 30 days to be undone"
    )
    async def delete(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return shown(await pool.run(lambda: saved.store.delete(owner, id)), request)

    @api.post(
        SEARCHES + "/{id}/restore",
        response_model=SavedAnswer,
        responses=CHANGING,
        summary="Undo the deletion: it goes on where it stood",
    )
    async def restore(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return shown(await pool.run(lambda: saved.store.restore(owner, id)), request)

    @api.get(
        SEARCHES + "/{id}/matches", response_model=MatchesAnswer, responses=LOOKING, summary="What it found, in order"
    )
    async def matches(request: Request, id: Id, before: Before = None, limit: Limit = 50) -> Response:
        refuse_unknown(request, "before", "limit")
        owner, base = owner_of(request), str(request.base_url)

        def look() -> Any:
            found = saved.store.matches(saved.store.get(owner, id).id, before=before, limit=limit + 1)
            following = found[limit - 1].id if len(found) > limit else None
            return {"matches": [match_json(m, base) for m in found[:limit]], "next": following}

        return json_response(await pool.run(look))

    @api.post(
        SEARCHES + "/{id}/seen", response_model=SavedAnswer, responses=CHANGING, summary="All matches so far are seen"
    )
    async def seen(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return shown(await pool.run(lambda: saved.store.mark_seen(owner, id)), request)

    @api.get(
        SEARCHES + "/{id}/floor",
        response_model=FloorAnswer,
        responses=LOOKING,
        summary="Articles just above and just below a floor",
    )
    async def floor(
        request: Request,
        id: Id,
        at: Annotated[float | None, Query(description="Another floor than its own.", examples=[0.5])] = None,
    ) -> Response:
        refuse_unknown(request, "at")
        owner, base = owner_of(request), str(request.base_url)

        def look() -> Any:
            own = saved.store.get(owner, id).cosine
            examples = [example_json(e, base) for e in saved.examples(owner, id, at)]
            return {"floor": round(own if at is None else at, 6), "examples": examples}

        return json_response(await pool.run(look))

    @api.post(SEARCHES + "/{id}/share", response_model=SavedAnswer, responses=CHANGING, summary="Share it by a link")
    async def share(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return shown(await pool.run(lambda: saved.store.share(owner, id, on=True)), request)

    @api.delete(SEARCHES + "/{id}/share", response_model=SavedAnswer, responses=CHANGING, summary="End the sharing")
    async def unshare(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return shown(await pool.run(lambda: saved.store.share(owner, id, on=False)), request)

    def feed_response(request: Request, found: SavedSearch, format: FeedFormat, limit: int, public: bool) -> Response:
        base, service = str(request.base_url), saved.service
        address = str(request.url)
        tag = etag(service.engine.state, address, str(found.total), str(found.revision), found.name)
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if not_modified(request.headers.getlist("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        stored = feed_articles(service, saved.store, found, limit)
        page = f"{base}shared/{found.share}" if public else f"{base}saved/{found.id}"
        own = Saved(found.id, found.name, page)
        feed = feed_of(found.request, stored, base, address, service.engine.secret, own)
        return Response(FORMATS[format](feed), headers=headers, media_type=MEDIA_TYPES[format])

    @api.get(SEARCHES + "/{id}/feed", response_class=Response, responses=FEED, summary="What it found as a feed")
    async def feed(
        request: Request,
        id: Id,
        format: Annotated[FeedFormat, Query(description="The feed's format.", examples=["atom"])] = "atom",
        limit: Limit = 20,
    ) -> Response:
        refuse_unknown(request, "format", "limit")
        owner = owner_of(request)
        return await pool.run(lambda: feed_response(request, saved.store.get(owner, id), format, limit, False))

    @api.get(
        "/api/v1/shared/{token}",
        response_model=SharedAnswer,
        responses=LOOKING,
        summary="A search that was shared by a link",
    )
    async def shared(request: Request, token: Token) -> Response:
        refuse_unknown(request)
        found = await pool.run(lambda: saved.store.shared(token))
        return json_response(shared_json(found, str(request.base_url)))

    @api.get(
        "/api/v1/shared/{token}/feed", response_class=Response, responses=FEED, summary="The feed of a shared search"
    )
    async def shared_feed(
        request: Request,
        token: Token,
        format: Annotated[FeedFormat, Query(description="The feed's format.", examples=["atom"])] = "atom",
        limit: Limit = 20,
    ) -> Response:
        refuse_unknown(request, "format", "limit")
        return await pool.run(lambda: feed_response(request, saved.store.shared(token), format, limit, True))

    return api
