"""The pages over a search service: mounted beside the API, whose errors they show to people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from archive.errors import DatelineError
from archive.gazetteer import Gazetteer
from search_api.coverage import Coverage
from search_api.pool import SearchPool
from search_api.service import SearchService
from web.reading_routes import reading_router
from web.rendering import ONWARD, Renderer
from web.searching_routes import searching_router

__all__ = ["mount_pages"]

NOT_PAGES = ("/api/", "/static/", "/health", "/ready", "/metrics", "/openapi.json")
"""Paths that programs ask for: their errors are not pages."""

DEFECT = "It isn't your request: whoever runs this service finds the reason in its log."

REFUSED = {401: "Log in first", 403: "This may not be done", 405: "No page to look at", 413: "Too large"}
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
    html = Renderer()
    app.mount("/static", _Static(directory=Path(__file__).parent / "static"), "static")
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
        if error.status_code == 404:
            return html.problem(request, "No such page", "There is nothing at this address.")
        if "text/html" not in request.headers.get("accept", ""):
            return None
        title = REFUSED.get(error.status_code, "This can't be done")
        message = FORM_ONLY if error.status_code == 405 else str(error.detail)
        steps = (("Log in", "/login"),) if error.status_code == 401 else ONWARD
        answer = html.problem(request, title, message, error.status_code, steps)
        answer.headers.update(error.headers or {})
        return answer

    def not_now(request: Request, error: Exception) -> Response:
        assert isinstance(error, DatelineError)
        return html.problem(request, "Not now", error)

    on(HTTPException, refused)
    on(DatelineError, not_now)
    on(Exception, lambda request, _: html.problem(request, "Something went wrong", DEFECT, 500))


class _Static(StaticFiles):
    """Static files that are taken for nothing but what they are."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # Asked for again at each page, answered by "not modified": never yesterday's styles for today's page.
        response.headers["Cache-Control"] = "no-cache"
        return response
