"""The HTTP routes of the API, and how its errors leave the house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, get_args

from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from archive.engine import FACETS
from archive.errors import DatelineError, ParameterError
from search_api.answering import MEDIA_TYPES, answer
from search_api.errors import RETRY_AFTER, error_body, status_of, validation_body
from search_api.exporting import UNFIT, refuse_unfit, stream
from search_api.http import PROBLEMS, json_response, parameters_of, raw_path_tail
from search_api.parameters import FIELDS, FormatName, ParameterErrors, parse_parameters, refuse_parameters
from search_api.pool import SearchPool
from search_api.schemas import ArticleAnswer, ErrorAnswer, SearchAnswer
from search_api.service import SearchService

__all__ = ["install_error_handlers", "router"]


SEARCH = "/api/v1/search"
JSONL = "application/jsonl"
HTTP_CODES = {
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "article",
}
FRAMEWORK: dict[str, str] = {
    "Not Found": "There is nothing under this address: /openapi.json lists what there is.",
    "Method Not Allowed": "This address doesn't take this method: /openapi.json lists those it takes.",
}
"""What the framework says of its own accord, and what is said instead."""
EXPORTED = "One article a line, as `dateline index` reads it, with `mentions`, `sequence` and `matched_by`."

_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, in the format asked for.",
        "headers": {
            "ETag": {"description": "Changes with every commit.", "schema": {"type": "string"}},
            "Link": {"description": "Of jsonl and csv: the next page.", "schema": {"type": "string"}},
            "X-Total-Count": {"description": "Of jsonl and csv: `total`.", "schema": {"type": "string"}},
        },
        "content": {
            type.partition(";")[0]: {"schema": {"type": "object" if type.endswith("json") else "string"}}
            for format, type in MEDIA_TYPES.items()
            if format != "json"
        },
    },
    304: {"description": "Nothing has changed since the answer with this `If-None-Match`."},
}


def router(service: SearchService, pool: SearchPool, version: str = "") -> APIRouter:
    """The API over one archive. `version`: of the program, whose answers may change with it."""
    api = APIRouter()

    @api.get(
        SEARCH,
        response_model=SearchAnswer,
        responses={**_FORMS, **PROBLEMS},
        summary="Search by word and by meaning",
        openapi_extra={"parameters": _documented()},
    )
    async def search(request: Request) -> Response:
        items = parameters_of(request)
        base, held = str(request.base_url), request.headers.getlist("if-none-match")
        return await pool.run(lambda: answer(service, parse_parameters(items), base, SEARCH, held, version))

    @api.get(
        "/api/v1/export",
        response_class=StreamingResponse,
        responses={200: {"content": {JSONL: {"schema": {"type": "string"}}}, "description": EXPORTED}, **PROBLEMS},
        summary="Every article of a search, whole, as JSON Lines",
        openapi_extra={"parameters": [p for p in _documented() if p["name"] not in (*UNFIT, "format")]},
    )
    async def export(request: Request) -> Response:
        items = parameters_of(request)
        refuse_unfit(items)
        asked = parse_parameters(items)
        if asked.format not in ("json", "jsonl"):
            raise ParameterErrors([ParameterError("format", "format: an export is JSON Lines: leave it out.")])
        lines = stream(service, pool, asked)
        # The first page before the headers, so that what is wrong with the query is an error and no torn file.
        start = await anext(lines, b"")
        headers = {"Content-Disposition": 'attachment; filename="dateline.jsonl"'}
        return StreamingResponse(_from(start, lines), headers=headers, media_type=JSONL)

    @api.get(
        "/api/v1/articles/{id:path}",
        response_model=ArticleAnswer,
        responses={404: {"model": ErrorAnswer, "description": "There is no such article."}, **PROBLEMS},
        summary="One article with its mentions",
    )
    async def article(
        request: Request, id: Annotated[str, Path(description="Percent-encoded, slashes too.", examples=["sample-001"])]
    ) -> Response:
        refuse_parameters(parameters_of(request))
        found = await pool.run(lambda: service.article(raw_path_tail(request, "/api/v1/articles/")))
        if found is None:
            raise HTTPException(404, "There is no article with this id.")
        return json_response(found)

    return api


def install_error_handlers(app: FastAPI) -> None:
    """Every error leaves in the one JSON shape."""

    async def known(_: Request, error: Exception) -> Response:
        assert isinstance(error, DatelineError)
        status = status_of(error)
        return json_response(error_body(error), status, {"Retry-After": str(RETRY_AFTER)} if status == 503 else None)

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = HTTP_CODES.get(error.status_code, "http")
        body = {"error": {"code": code, "message": FRAMEWORK.get(error.detail, error.detail), "fields": []}}
        return json_response(body, error.status_code, error.headers)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return json_response(validation_body(error.errors()), 422)

    async def internal(_: Request, error: Exception) -> Response:
        # A defect: whoever runs the service finds its traceback in the log.
        message = "Something went wrong here, and it isn't your request. The log has it under this X-Request-Id."
        return json_response({"error": {"code": "internal", "message": message, "fields": []}}, 500)

    app.add_exception_handler(DatelineError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, internal)


async def _from(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for some in others:
        yield some


def _documented() -> list[dict[str, Any]]:
    """The parameters of `/search` for OpenAPI; `parameters.py` reads them."""

    def one(name: str, description: str, example: Any, **schema: Any) -> dict[str, Any]:
        return {
            "name": name,
            "in": "query",
            "description": description,
            "schema": {"type": "string", **schema},
            "example": example,
        }

    def several(name: str, description: str, example: str, **items: Any) -> dict[str, Any]:
        schema = {"type": "array", "items": {"type": "string", **items}}
        return {"name": name, "in": "query", "description": description, "schema": schema, "example": [example]}

    modes, sorts = ["keyword", "semantic", "hybrid"], ["relevance", "newest", "oldest", "added"]
    whole = {"type": "integer", "minimum": 0, "maximum": 1000}
    documented = [
        one("q", "Query text; absent: all articles.", 'Storm Shadow "command post" -Biden'),
        one("mode", "`hybrid` by default, `keyword` by date.", "hybrid", enum=modes),
        one("from", "Published on or after this date; it binds.", "2024-11"),
        one("to", "Published on or before this date; it binds.", "2024-11-25"),
        several("facet", "Facets to count.", "person", enum=list(FACETS)),
        one("facet_limit", "Values a facet.", 20, **whole),
        one("timeline", "Counts over time.", "month", enum=["day", "week", "month", "year"]),
        one("timeline_field", "Which dates.", "published", enum=["published", "mentioned"]),
        one("sort", "Order.", "relevance", enum=sorts),
        one("limit", "Results a page.", 20, **whole),
        one("cursor", "`next` of the page before.", ""),
        one("fields", f"Of each result, separated by commas: {', '.join(FIELDS)}.", "id,title"),
        one("expand", "Whether recognised names are found by their aliases too.", "on", enum=["on", "off"]),
        one("explain", "Adds the parts of each score.", "false", enum=["true", "false"]),
        one("format", "The answer's format.", "json", enum=list(get_args(FormatName))),
    ]
    for name in FACETS:
        date = name in ("published", "mentioned")
        example = "2024-11" if date else {"language": "en"}.get(name, "missing")
        what = "a date or a range, or `missing`" if date else "a value, or `missing`"
        documented.append(several(name, f"Refine by {name}: {what}; repeat for any of several.", example))
        documented.append(several(f"exclude.{name}", f"Exclude by {name}.", example))
    return documented
