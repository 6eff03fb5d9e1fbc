"""The routes of pages about one thing: an article, a name, the archive itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response

from archive.errors import DatelineError
from archive.gazetteer import Gazetteer
from archive.query import Query
from search_api.entities import ENTITY_KINDS
from search_api.highlighting import Highlighter
from search_api.http import parameters_of, raw_path_tail
from search_api.overview import overview
from search_api.parameters import SearchRequest
from search_api.pool import SearchPool
from search_api.service import SearchService
from search_api.similar import similar
from search_api.syntax import parse
from web import archive_page, article_page, entity_page
from web.links import search_link
from web.rendering import Renderer

__all__ = ["reading_router"]

SIMILAR = 5
"""Articles shown as like this one."""


def reading_router(
    service: SearchService, pool: SearchPool, html: Renderer, gazetteer: Callable[[], Gazetteer]
) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    def read(request: Request) -> Response:
        id = raw_path_tail(request, "/article/")
        typed = next((value for name, value in parameters_of(request) if name == "q"), "")
        try:
            stored = service.engine.get([id]).get(id)
            if stored is None:
                return html.problem(request, "No such article", "The archive holds no article with this id.")
            highlights = Highlighter(_query(typed), (), service.analyser)(stored.article)
            alike = similar(service, id, SIMILAR) or ()
            places = gazetteer() if any(m.lat is not None for m in stored.article.mentions) else None
            page = article_page.build(stored.article, highlights, typed, alike, places)
        except DatelineError as error:
            return html.problem(request, "The article can't be shown", error)
        return html(request, "article.html", page)

    def known(request: Request) -> Response:
        asked, _, name = raw_path_tail(request, "/entity/").partition("/")
        kind = next((k for k in ENTITY_KINDS if k == asked), None)
        if kind is None:
            return html.problem(request, "No such page", f"Names are of one kind of {', '.join(ENTITY_KINDS)}.")
        try:
            page = entity_page.build(service, gazetteer(), kind, name)
        except DatelineError as error:
            return html.problem(request, "The name can't be shown", error)
        if page is None:
            message = f"No article of the archive mentions the {kind} “{name[:80]}”."
            words = SearchRequest(q=" ".join(service.analyser.words(name)).lower())  # in capitals some are operators
            return html.problem(request, "Not in the archive", message, steps=(("Search for it", search_link(words)),))
        return html(request, "entity.html", page)

    def held(request: Request) -> Response:
        try:
            page = archive_page.build(overview(service))
        except DatelineError as error:
            return html.problem(request, "The archive can't be described", error)
        return html(request, "archive.html", page)

    def answering(work: Callable[[Request], Response]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            return await pool.run(partial(work, request))

        return answer

    for path, work in (("/article/{id:path}", read), ("/entity/{kind}/{name:path}", known), ("/archive", held)):
        pages.add_api_route(path, answering(work), methods=["GET", "HEAD"], response_model=None)
    return pages


def _query(text: str) -> Query:
    """The search an article was found by, for its marks; text that doesn't parse marks nothing."""
    try:
        return parse(text)
    except DatelineError:
        return parse("")
