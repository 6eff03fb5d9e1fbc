"""The routes of pages about many articles: search, one facet of it, its map, a comparison."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request, Response

from archive.errors import DatelineError
from archive.gazetteer import Gazetteer
from search_api.comparing import parse_comparison
from search_api.coverage import Coverage
from search_api.errors import status_of
from search_api.http import parameters_of, raw_path_tail
from search_api.pool import SearchPool
from search_api.service import SearchService
from search_api.stages import timed
from web import compare_page, facet_page, map_page, search_page
from web.asked import parse_page
from web.rendering import Renderer
from web.sidebar import FACET_TITLES

__all__ = ["searching_router"]


def searching_router(
    service: SearchService,
    pool: SearchPool,
    html: Renderer,
    gazetteer: Callable[[], Gazetteer],
    coverage: Coverage,
) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    def searched(request: Request) -> Response:
        items = parameters_of(request)
        try:
            asked = parse_page(items)
        except DatelineError as error:
            page = search_page.failed(search_page.understandable(items, error), error)
            return html(request, "search.html", page, status_of(error))
        try:
            page = search_page.build(service, coverage, asked)
        except DatelineError as error:
            return html(request, "search.html", search_page.failed(asked, error), status_of(error))
        with timed(service.observe, "write"):
            return html(request, "search.html", page)

    def counted(request: Request) -> Response:
        name = next((n for n in FACET_TITLES if n == raw_path_tail(request, "/facet/")), None)
        if name is None:
            return html.problem(request, "No such facet", f"The facets are {', '.join(FACET_TITLES)}.")
        items = parameters_of(request)
        try:
            page = facet_page.build(service, name, parse_page(items), facet_page.finding(items))
        except DatelineError as error:
            return html.problem(request, "The values can't be shown", error)
        return html(request, "facet.html", page)

    def mapped(request: Request) -> Response:
        items = parameters_of(request)
        try:
            view, asked = map_page.parse(items)
            page = map_page.build(service, gazetteer(), asked, view)
        except DatelineError as error:
            return html.problem(request, "The map can't be drawn", error)
        return html(request, "map.html", page)

    def compared(request: Request) -> Response:
        items = parameters_of(request)
        try:
            share, rest = compare_page.parse(items)
            asked = parse_comparison(rest)
        except DatelineError as error:
            return html(request, "compare.html", compare_page.failed(items, error), status_of(error))
        try:
            fit = not any(name == "timeline" and value.strip() for name, value in rest)
            page = compare_page.build(service, coverage, asked, share, fit=fit)
        except DatelineError as error:
            return html(request, "compare.html", compare_page.failed(items, error), status_of(error))
        return html(request, "compare.html", page)

    def answering(work: Callable[[Request], Response]) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            return await pool.run(partial(work, request))

        return answer

    for path, work in (("/", searched), ("/facet/{name:path}", counted), ("/map", mapped), ("/compare", compared)):
        pages.add_api_route(path, answering(work), methods=["GET", "HEAD"], response_model=None)
    return pages
