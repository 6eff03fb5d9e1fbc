"""The routes of pages by which much is taken out at once: batch search and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from archive.errors import DatelineError, ParameterError
from search_api.batch import answers, csv_pieces, read_list
from search_api.batch_routes import DEFAULT_HITS, LARGEST, MOST_QUESTIONS
from search_api.errors import error_body, status_of
from search_api.exporting import parse_export, total
from search_api.http import parameters_of
from search_api.parameters import SearchRequest, parse_parameters
from search_api.pool import SearchPool
from search_api.service import SearchService
from search_api.understanding import Recogniser
from web import batch_page, export_page
from web.rendering import Renderer

__all__ = ["taking_router"]

OWN = ("list", "file", "as", "csrf")
"""Fields of the batch form that aren't of the searches."""


def taking_router(
    service: SearchService, pool: SearchPool, html: Renderer, recogniser: Callable[[], Recogniser]
) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/batch")
    async def ask(request: Request) -> Response:
        try:
            return html(request, "batch.html", batch_page.build(_shared(parameters_of(request))))
        except DatelineError as error:
            page = batch_page.build(SearchRequest(), error=_message(error))
            return html(request, "batch.html", page, status_of(error))

    @pages.post("/batch")
    async def batch(request: Request) -> Response:
        form = await request.form(max_files=1, max_fields=300, max_part_size=LARGEST)
        fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        typed = dict(fields).get("list", "")
        file = form.get("file")
        sent = await file.read(LARGEST + 1) if isinstance(file, UploadFile) else b""
        text = sent.decode("utf-8", "replace") if sent.strip() else typed

        def work() -> Response:
            shared = SearchRequest()
            try:
                shared = _shared(fields)
                if len(sent) > LARGEST:
                    raise ParameterError("file", f"This file is larger than {LARGEST // 1_000_000} MB: split it.")
                asked = read_list(text, MOST_QUESTIONS)
                rows = answers(service, recogniser, asked, shared, DEFAULT_HITS)
                if dict(fields).get("as") == "csv":
                    head = {"Content-Disposition": 'attachment; filename="dateline-batch.csv"'}
                    return StreamingResponse(csv_pieces(rows, asked, DEFAULT_HITS), headers=head, media_type="text/csv")
                return html(request, "batch.html", batch_page.build(shared, text, list(rows)))
            except DatelineError as error:
                page = batch_page.build(shared, text, error=_message(error))
                return html(request, "batch.html", page, status_of(error))

        return await pool.run(work)

    @pages.get("/export")
    async def export(request: Request) -> Response:
        items = [(name, value) for name, value in parameters_of(request) if name != "format"]

        def work() -> Response:
            try:
                asked = parse_export(items)
                page = export_page.build(asked.request, total(service, asked), by_position=asked.by_position)
            except DatelineError as error:
                return html.problem(request, "This can't be exported", error)
            return html(request, "export.html", page)

        return await pool.run(work)

    return pages


def _shared(pairs: Sequence[tuple[str, Any]]) -> SearchRequest:
    """Mode, dates and refinements for all rows. Raises ParameterErrors."""
    return parse_parameters([(name, value) for name, value in pairs if name not in OWN])


def _message(error: DatelineError) -> str:
    return str(error_body(error)["error"]["message"])
