"""The pages over a search service: mounted beside the API, whose errors they show to people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from archive.errors import DatelineError
from archive.gazetteer import Gazetteer
from search_api.coverage import Coverage
from search_api.http import wants_page
from search_api.pool import SearchPool
from search_api.service import SearchService
from web.assets import Assets
from web.reading_routes import reading_router
from web.rendering import Renderer
from web.searching_routes import searching_router

__all__ = ["mount_pages"]

NOT_PAGES = ("/api/", "/static/", "/health", "/ready", "/metrics", "/openapi.json")
"""Paths that programs ask for: their errors are not pages."""

DEFECT = "It isn't your request: whoever runs this service finds the reason in its log."

REFUSED = {401: "Log in first", 403: "Not allowed", 405: "No page to look at", 413: "Too large"}
"""Titles by status."""
FORM_ONLY = "What is sent to this address comes from a form: go back to the page that holds it."

_HttpHandler = Callable[[Request, Exception], Awaitable[Response]]


def mount_pages(
    app: FastAPI,
    service: SearchService,
    pool: SearchPool,
    gazetteer: Callable[[], Gazetteer],
    coverage: Coverage,
    own: Callable[[Renderer], Sequence[APIRouter]] = lambda _: (),
) -> None:
    """Add the pages, their static files and their `not found` to an application whose API is complete.

    `gazetteer` should remember what it loaded; `own` makes the routers of pages that belong to whoever reads.
    """
    assets = Assets()
    html = Renderer(assets.links)
    app.mount("/static", GZipMiddleware(assets), "static")
    app.include_router(searching_router(service, pool, html, gazetteer, coverage))
    app.include_router(reading_router(service, pool, html, gazetteer))
    for router in own(html):
        app.include_router(router)

    def on(kind: type[Exception], page: Callable[[Request, Exception], Response | None]) -> None:
        """Answers errors of this kind with a page, unless a program asked or there is none for this error."""
        api_answer = cast(_HttpHandler, app.exception_handlers[kind])

        async def answer(request: Request, error: Exception) -> Response:
            shown = None if request.url.path.startswith(NOT_PAGES) else page(request, error)
            return shown or await api_answer(request, error)

        app.add_exception_handler(kind, answer)

    def refused(request: Request, error: Exception) -> Response | None:
        assert isinstance(error, HTTPException)
        status = error.status_code
        if status == 404:
            return html.problem(request, "No such page", "There is nothing at this address.")
        if not wants_page(request):
            return None
        title = REFUSED.get(status, "This can't be done")
        if status == 401:
            answer = html.problem(request, title, "You aren't logged in any more.", status, (("Log in", "/login"),))
        else:
            answer = html.problem(request, title, FORM_ONLY if status == 405 else str(error.detail), status)
        answer.headers.update(error.headers or {})
        return answer

    def not_now(request: Request, error: Exception) -> Response:
        assert isinstance(error, DatelineError)
        return html.problem(request, "Not now", error)

    on(HTTPException, refused)
    on(DatelineError, not_now)
    on(Exception, lambda request, _: html.problem(request, "Something went wrong", DEFECT, 500))
