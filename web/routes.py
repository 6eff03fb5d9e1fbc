"""The pages over a search service: HTML that is complete without scripts, under a strict policy."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined

from archive.errors import DatelineError
from archive.query import Query
from search_api.errors import error_body, status_of
from search_api.highlighting import Highlighter
from search_api.parameters import SearchRequest, parse_parameters
from search_api.routes import SearchPool, parameters_of, raw_path_tail
from search_api.service import SearchService
from search_api.syntax import parse
from web import article_page, search_page

__all__ = ["SECURITY_HEADERS", "mount_pages"]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def mount_pages(app: FastAPI, service: SearchService, pool: SearchPool) -> None:
    """Add the pages and their static files to an application."""
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), "static")
    app.include_router(_router(service, pool))


def _router(service: SearchService, pool: SearchPool) -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    environment = Environment(
        loader=PackageLoader("web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )

    def html(name: str, page: object, status: int = 200) -> Response:
        return HTMLResponse(environment.get_template(name).render(page=page), status, SECURITY_HEADERS)

    def problem(title: str, message: str, status: int) -> Response:
        return html("problem.html", {"title": title, "message": message}, status)

    def searched(request: Request) -> Response:
        items = parameters_of(request)
        try:
            asked = parse_parameters(items)
        except DatelineError as error:
            typed = next((value for name, value in items if name == "q"), "")
            return html("search.html", search_page.failed(SearchRequest(q=typed), error), status_of(error))
        try:
            return html("search.html", search_page.build(service, asked))
        except DatelineError as error:
            return html("search.html", search_page.failed(asked, error), status_of(error))

    def read(request: Request) -> Response:
        id = raw_path_tail(request, "/article/")
        typed = next((value for name, value in parameters_of(request) if name == "q"), "")
        try:
            stored = service.engine.get([id]).get(id)
            if stored is None:
                return problem("No such article", "The archive holds no article with this id.", 404)
            highlights = Highlighter(_query(typed), (), service.analyser)(stored.article)
        except DatelineError as error:
            return problem("The article can't be shown", error_body(error)["error"]["message"], status_of(error))
        json = "/api/v1/articles/" + search_page.article_link(id).removeprefix("/article/")
        return html("article.html", article_page.build(stored.article, highlights, json, typed))

    @pages.get("/")
    async def search(request: Request) -> Response:
        return await pool.run(partial(searched, request))

    @pages.get("/article/{id:path}")
    async def article(request: Request) -> Response:
        return await pool.run(partial(read, request))

    return pages


def _query(text: str) -> Query:
    """The search an article was found by, for its marks; text that doesn't parse marks nothing."""
    try:
        return parse(text)
    except DatelineError:
        return parse("")
