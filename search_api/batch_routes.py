"""The HTTP route of batch search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Literal, get_args

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from archive.engine import FACETS
from archive.errors import ParameterError
from search_api.batch import MOST_HITS, BatchList, Question, answers, csv_pieces, jsonl_pieces, read_list
from search_api.http import PROBLEMS, json_response, parameters_of
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters
from search_api.pool import SearchPool
from search_api.schemas import ErrorAnswer
from search_api.service import SearchService
from search_api.understanding import Recogniser

__all__ = ["batch_router"]

BATCH = "/api/v1/batch"
MOST_QUESTIONS = 1_000
"""Rows of one request: some seconds' work."""
LARGEST = 1_000_000
"""Bytes of a list."""
DEFAULT_HITS = 3
BatchFormat = Literal["json", "jsonl", "csv"]
MEDIA_TYPES: dict[BatchFormat, str] = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8; header=present",
}
LISTS = ("text/csv", "text/plain", "application/json")
UNFIT = ("q", "sort", "cursor", "facet", "facet_limit", "timeline", "timeline_field", "fields", "explain")
EXAMPLE = "name,note\nKeir Starmer,PM\nYvette Cooper,Home Secretary\n"


class BatchHit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    published: str | None
    source: str | None
    url: str | None


class BatchRow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    line: int = Field(description="Of the list as it was sent.")
    query: str
    total: int | None = Field(description="Articles; null where there is an error.")
    first: str | None = Field(description="When the earliest of them was published.")
    last: str | None
    hits: list[BatchHit] = Field(description="The best of them.")
    error: str | None = Field(description="What is wrong with this query, and the cure.")


class BatchAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rows: list[BatchRow]


def batch_router(service: SearchService, pool: SearchPool, recogniser: Callable[[], Recogniser]) -> APIRouter:
    api = APIRouter()

    @api.post(
        BATCH,
        response_model=BatchAnswer,
        responses={
            200: {
                "description": "A row for each, in the order of the list.",
                "content": {MEDIA_TYPES[f].partition(";")[0]: {"schema": {"type": "string"}} for f in ("jsonl", "csv")},
            },
            413: {"model": ErrorAnswer, "description": "The list is too long: send it in several."},
            415: {"model": ErrorAnswer, "description": "Neither CSV nor text nor JSON."},
            **PROBLEMS,
        },
        summary="Counts, dates and best articles for a list of names or queries",
        description="The list is CSV with a column `query` or `name`, plain text with a query a line, or a JSON array "
        "of queries. A name is found in every spelling that is known of it. Refinements apply to all; counts are of "
        f"articles that hold the words unless `mode` says else. Up to {MOST_QUESTIONS:,} rows.",
        openapi_extra={"parameters": _documented(), "requestBody": _documented_body()},
    )
    async def batch(request: Request) -> Response:
        shared, hits, format = _parse(parameters_of(request))
        asked = _list_of(request, await _body(request))
        rows = answers(service, recogniser, asked, shared, hits)
        if format == "json":
            return json_response({"rows": await pool.run(lambda: list(rows))})
        pieces = csv_pieces(rows, asked, hits) if format == "csv" else jsonl_pieces(rows)
        first = await pool.run(lambda: next(pieces, b""))
        headers = {"Content-Disposition": f'attachment; filename="dateline-batch.{format}"'}
        return StreamingResponse(_sent(pool, first, pieces), headers=headers, media_type=MEDIA_TYPES[format])

    return api


async def _sent(pool: SearchPool, first: bytes, others: Iterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    while (piece := await pool.run(lambda: next(others, None), begun=True)) is not None:
        yield piece


def _parse(items: list[tuple[str, str]]) -> tuple[SearchRequest, int, BatchFormat]:
    """Mode and refinements for all, how many of the best, and the format; raises ParameterErrors."""
    errors = [
        ParameterError(name, f"{name} has no place in a batch: leave it out.")
        for name in dict.fromkeys(name for name, value in items if name in UNFIT and value.strip())
    ]
    formats = [value for name, value in items if name == "format" and value.strip()]
    format: BatchFormat | None = next((f for f in MEDIA_TYPES if formats == [f]), None if formats else "json")
    if format is None:
        errors.append(ParameterError("format", f"format: give one of {', '.join(get_args(BatchFormat))}."))
    limits = [value for name, value in items if name == "limit" and value.strip()]
    hits = next((int(v) for v in limits if v.isascii() and v.isdigit() and len(v) < 6), -1) if limits else DEFAULT_HITS
    if not 0 <= hits <= MOST_HITS or len(limits) > 1:
        errors.append(ParameterError("limit", f"limit: give one whole number from 0 to {MOST_HITS}."))
    try:
        shared = parse_parameters([(n, v) for n, v in items if n not in ("format", "limit", *UNFIT)])
    except ParameterErrors as wrong:
        raise ParameterErrors([*errors, *wrong.errors]) from None
    if errors or format is None:
        raise ParameterErrors(errors)
    return shared, hits, format


async def _body(request: Request) -> bytes:
    """Raises HTTPException 413."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(413, f"More than {LARGEST // 1_000_000} MB in one list: send it in several.")
    return bytes(body)


def _list_of(request: Request, body: bytes) -> BatchList:
    """Raises HTTPException 415, and ParameterError where it is no list."""
    type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if type not in LISTS:
        given = f"as {type[:80]!r}" if type else "without a type"
        raise HTTPException(415, f"A list comes as one of {', '.join(LISTS)}, not {given}.")
    if type != LISTS[-1]:
        return read_list(body.decode("utf-8", "replace"), MOST_QUESTIONS)
    try:
        given_list: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ParameterError("body", f"The body is no JSON ({error}).") from None
    if not isinstance(given_list, list) or not all(isinstance(q, str) and q.strip() for q in given_list):
        raise ParameterError("body", 'The body must be an array of queries: ["Keir Starmer", "Storm Shadow"].')
    if not 0 < len(given_list) <= MOST_QUESTIONS:
        raise ParameterError("body", f"The array must hold 1 to {MOST_QUESTIONS:,} queries.")
    return BatchList(tuple(Question(line, text, cells=(text,)) for line, text in enumerate(given_list, 1)))


# -------------------------------------------------------------------- for OpenAPI
def _documented() -> list[dict[str, Any]]:
    def one(name: str, description: str, example: Any, **schema: Any) -> dict[str, Any]:
        schema = {"type": "string", **schema}
        return {"name": name, "in": "query", "description": description, "schema": schema, "example": example}

    own = [
        one("format", "The answer's format.", "json", enum=list(get_args(BatchFormat))),
        one("limit", "Best articles a row.", DEFAULT_HITS, type="integer", minimum=0, maximum=MOST_HITS),
        one("mode", "`keyword` by default.", "keyword", enum=["keyword", "semantic", "hybrid"]),
        one("from", "Published on or after this date.", "2024-11"),
        one("to", "Published on or before this date.", "2024-11-25"),
        one("expand", "Whether recognised names are found by their aliases too.", "on", enum=["on", "off"]),
    ]
    values = {"type": "array", "items": {"type": "string"}}
    for name in FACETS:
        for key, what in ((name, "Refine all by"), (f"exclude.{name}", "Exclude from all by")):
            given = {"name": key, "in": "query", "description": f"{what} {name}.", "schema": values}
            own.append({**given, "example": ["missing"]})
    return own


def _documented_body() -> dict[str, Any]:
    queries = {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "minItems": 1, "maxItems": 100}
    text = {"schema": {"type": "string"}, "example": EXAMPLE}
    content = {"text/csv": text, "text/plain": text, "application/json": {"schema": queries, "example": ["Kursk"]}}
    return {"required": True, "content": content}
