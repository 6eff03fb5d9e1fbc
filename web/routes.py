"""The pages over a search service: HTML that is complete without scripts, under a strict policy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.types import Scope

from archive.errors import DatelineError
from archive.query import Query
from search_api.errors import RETRY_AFTER, error_body, status_of
from search_api.highlighting import Highlighter
from search_api.http import parameters_of, raw_path_tail
from search_api.parameters import parse_parameters
from search_api.pool import SearchPool
from search_api.service import SearchService
from search_api.similar import similar
from search_api.stages import timed
from search_api.syntax import parse
from web import article_page, search_page

__all__ = ["SECURITY_HEADERS", "ProblemPage", "mount_pages", "renderer", "router"]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
SIMILAR = 5
"""Articles shown as like this one."""
NOT_PAGES = ("/api/", "/static/", "/health", "/ready", "/metrics", "/openapi.json")
"""Paths that programs ask for: their errors are not pages."""

DEFECT = "It isn't your request: whoever runs this service finds the reason in its log."

_HttpHandler = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ProblemPage:
    title: str
    message: str


def mount_pages(app: FastAPI, service: SearchService, pool: SearchPool) -> None:
    """Add the pages, their static files and their `not found` to an application whose API is complete."""
    app.mount("/static", _Static(directory=Path(__file__).parent / "static"), "static")
    app.include_router(router(service, pool))
    html = renderer()

    def on(kind: type[Exception], page: Callable[[Exception], tuple[ProblemPage, int] | None]) -> None:
        """Answers errors of this kind with a page, unless a program asked or there is none for this error."""
        api_answer = cast(_HttpHandler, app.exception_handlers[kind])

        async def answer(request: Request, error: Exception) -> Response:
            shown = None if request.url.path.startswith(NOT_PAGES) else page(error)
            return html("problem.html", *shown) if shown else await api_answer(request, error)

        app.add_exception_handler(kind, answer)

    on(HTTPException, _not_found)
    on(DatelineError, _not_now)
    on(Exception, lambda _: (ProblemPage("Something went wrong", DEFECT), 500))


def _not_found(error: Exception) -> tuple[ProblemPage, int] | None:
    if not (isinstance(error, HTTPException) and error.status_code == 404):
        return None
    return ProblemPage("No such page", "There is nothing at this address."), 404


def _not_now(error: Exception) -> tuple[ProblemPage, int]:
    assert isinstance(error, DatelineError)
    return ProblemPage("Not now", error_body(error)["error"]["message"]), status_of(error)


def router(service: SearchService, pool: SearchPool) -> APIRouter:
    """The search page and the article page."""
    pages = APIRouter(include_in_schema=False)
    html = renderer()

    def searched(request: Request) -> Response:
        items = parameters_of(request)
        try:
            asked = parse_parameters(items)
        except DatelineError as error:
            page = search_page.failed(search_page.understandable(items, error), error)
            return html("search.html", page, status_of(error))
        try:
            page = search_page.build(service, asked)
            with timed(service.observe, "write"):
                return html("search.html", page)
        except DatelineError as error:
            return html("search.html", search_page.failed(asked, error), status_of(error))

    def read(request: Request) -> Response:
        id = raw_path_tail(request, "/article/")
        typed = next((value for name, value in parameters_of(request) if name == "q"), "")
        try:
            stored = service.engine.get([id]).get(id)
            if stored is None:
                missing = ProblemPage("No such article", "The archive holds no article with this id.")
                return html("problem.html", missing, 404)
            highlights = Highlighter(_query(typed), (), service.analyser)(stored.article)
            alike = similar(service, id, SIMILAR) or ()
        except DatelineError as error:
            message = error_body(error)["error"]["message"]
            return html("problem.html", ProblemPage("The article can't be shown", message), status_of(error))
        return html("article.html", article_page.build(stored.article, highlights, typed, alike))

    @pages.api_route("/", methods=["GET", "HEAD"])
    async def search(request: Request) -> Response:
        return await pool.run(partial(searched, request))

    @pages.api_route("/article/{id:path}", methods=["GET", "HEAD"])
    async def article(request: Request) -> Response:
        return await pool.run(partial(read, request))

    return pages


class _Static(StaticFiles):
    """Static files that are taken for nothing but what they are."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # Asked for again at each page, answered by "not modified": never yesterday's styles for today's page.
        response.headers["Cache-Control"] = "no-cache"
        return response


def renderer() -> Callable[..., Response]:
    """What makes a page of a template's name, its data and a status."""
    environment = Environment(
        loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )

    def html(name: str, page: object, status: int = 200) -> Response:
        text = environment.get_template(name).render(page=page)
        headers = {**SECURITY_HEADERS, "Retry-After": str(RETRY_AFTER)} if status == 503 else SECURITY_HEADERS
        # Lone surrogates of an article can't be written as UTF-8: they are replaced, never an error.
        return HTMLResponse(text.encode("utf-8", "replace"), status, headers)

    return html


def _query(text: str) -> Query:
    """The search an article was found by, for its marks; text that doesn't parse marks nothing."""
    try:
        return parse(text)
    except DatelineError:
        return parse("")
