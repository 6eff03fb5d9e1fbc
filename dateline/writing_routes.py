"""The HTTP routes that write: `POST /api/v1/articles` and `DELETE /api/v1/articles/{id}`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from dateline.metrics import Metrics
from dateline.received import TYPES, check_type, receive, unpacked
from dateline.writing import MOST_LISTED, Added, Writer
from indexer.rejects import Reject
from search_api.accounts.gate import caller_of
from search_api.http import PROBLEMS, json_response, parameters_of, raw_path_tail
from search_api.origin import is_loopback
from search_api.parameters import refuse_parameters
from search_api.pool import SearchPool
from search_api.schemas import ErrorAnswer

__all__ = ["Access", "access_of", "writing_router"]

Access = Literal["local", "on", "off"]
"""Of a service without accounts. local: requests that name this machine as the host; on: from wherever; off: none."""
ARTICLES = "/api/v1/articles"
EXAMPLE = {
    "id": "tyne-bridge",
    "title": "A bridge opens",
    "body": "The new bridge over the Tyne opened on Monday.",
    "published_at": "2024-05-02",
    "source": "The Demo Courier",
}
REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorAnswer, "description": "This service takes no articles, or not from there."},
    **PROBLEMS,
}


class AcceptedArticle(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    outcome: Literal["added", "updated", "unchanged"]


class RejectedArticle(BaseModel):
    model_config = ConfigDict(extra="forbid")

    line: int | None = Field(description="Of the body, where the article begins.")
    id: str | None
    reason: str


class WrittenAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sequence: int = Field(description="The archive's, which holds all of the accepted.")
    accepted: list[AcceptedArticle] = Field(description="Searchable now.")
    rejected: list[RejectedArticle] = Field(description=f"The first {MOST_LISTED:,}.")
    rejections: int = Field(description="How many were rejected in all.")


class DeletedAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    sequence: int = Field(description="From which on the archive doesn't hold it.")


def writing_router(writer: Writer, metrics: Metrics, access: Access, limit: int, *, editors: bool) -> APIRouter:
    """`access`: in a service of a single user; `editors`: whether accounts of editors may write.

    `limit`: bytes of one request, also unpacked.
    """
    api = APIRouter()
    pool = SearchPool(threads=2, queue=8)

    @api.post(
        ARTICLES,
        response_model=WrittenAnswer,
        responses={
            **REFUSED,
            413: {"model": ErrorAnswer, "description": "Too large; DATELINE_WRITE_LIMIT is the limit."},
            415: {"model": ErrorAnswer, "description": "Not JSON."},
            422: {"model": ErrorAnswer, "description": "None of the articles can be indexed; `fields` says why."},
        },
        summary="Add or update articles",
        description="One article, an array of them, or one a line, as `dateline index` reads them, gzipped or not. "
        "An article whose id (or URL) the archive holds replaces it. What is accepted is searchable at once; sending "
        "it again changes nothing.",
        openapi_extra={"requestBody": _documented_body()},
    )
    async def add(request: Request) -> Response:
        _refuse_closed(request, access, editors=editors)
        refuse_parameters(parameters_of(request))
        check_type(request)
        body = await receive(request, limit)
        added = await pool.run(lambda: writer.add(unpacked(body, limit)))
        for outcome in ("added", "updated", "unchanged"):
            metrics.received(outcome, sum(o == outcome for _, o in added.accepted))
        metrics.received("rejected", added.rejections)
        if not added.accepted:
            return json_response(_nothing(added), 422)
        return json_response(
            {
                "sequence": added.sequence,
                "accepted": [{"id": id, "outcome": outcome} for id, outcome in added.accepted],
                "rejected": [{"line": r.line, "id": r.id, "reason": r.reason} for r in added.rejected],
                "rejections": added.rejections,
            }
        )

    @api.delete(
        ARTICLES + "/{id:path}",
        response_model=DeletedAnswer,
        responses={404: {"model": ErrorAnswer, "description": "There is no such article."}, **REFUSED},
        summary="Delete an article",
    )
    async def delete(
        request: Request, id: Annotated[str, Path(description="Percent-encoded, slashes too.", examples=["sample-001"])]
    ) -> Response:
        _refuse_closed(request, access, editors=editors)
        refuse_parameters(parameters_of(request))
        id = raw_path_tail(request, ARTICLES + "/")
        sequence = await pool.run(lambda: writer.delete(id))
        if sequence is None:
            raise HTTPException(404, "There is no article with this id.")
        metrics.received("deleted", 1)
        return json_response({"id": id, "sequence": sequence})

    return api


def access_of(writes: Access, host: str) -> Access:
    """What the setting `DATELINE_WRITES` means for a service that listens on `host`."""
    return "off" if writes == "local" and not is_loopback(host) else writes


def _refuse_closed(request: Request, access: Access, *, editors: bool) -> None:
    """Raises HTTPException 403 where no articles are taken; the gate has looked at who sends them, and from where."""
    if access == "off" if caller_of(request).via == "single" else not editors:
        raise HTTPException(
            403,
            "This service takes no articles over HTTP: run `dateline index` beside it, or set DATELINE_WRITES=on.",
        )


def _nothing(added: Added) -> dict[str, Any]:
    """The error for a request none of whose articles can be indexed."""

    def field(reject: Reject) -> dict[str, Any]:
        name = "body" if reject.line is None else f"line {reject.line}"
        return {"name": name, "message": reject.reason, "position": None}

    fields = [field(r) for r in added.rejected]
    message = "None of the articles can be indexed: `fields` says why."
    if not fields:
        message = "There are no articles: send one object, an array of them, or one a line."
    return {"error": {"code": "article", "message": message, "fields": fields}}


def _documented_body() -> dict[str, Any]:
    article = {
        "type": "object",
        "description": "`body` is needed; dates as they come; further names of fields in the documentation.",
        "properties": {
            "id": {"type": "string", "description": "Else made from the URL, or from source, date and title."},
            "title": {"type": "string"},
            "body": {"type": "string", "minLength": 1},
            "url": {"type": "string"},
            "published_at": {"type": "string", "description": "ISO 8601 at its precision, or as newspapers write it."},
            "source": {"type": "string"},
            "authors": {"type": "array", "items": {"type": "string"}},
            "section": {"type": "string"},
            "language": {"type": "string"},
            "rights": {"type": "string"},
        },
        "required": ["body"],
    }
    one_or_several = {"oneOf": [article, {"type": "array", "items": article}]}
    lines = {"schema": {"type": "string", "description": "One article a line."}}
    return {
        "required": True,
        "content": {
            TYPES[0]: {"schema": one_or_several, "example": EXAMPLE},
            TYPES[1]: lines,
        },
    }
