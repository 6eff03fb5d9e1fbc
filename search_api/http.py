"""What all routes share: the parameters as they came, the rest of a path, and JSON answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import orjson
from fastapi import Request, Response

from search_api.parameters import refuse_parameters
from search_api.schemas import ErrorAnswer

__all__ = [
    "PROBLEMS",
    "article_path",
    "json_bytes",
    "json_response",
    "parameters_of",
    "raw_path_tail",
    "refuse_unknown",
    "wants_page",
]

PROBLEMS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorAnswer, "description": "A parameter or the query text is wrong; `fields` names it."},
    503: {"model": ErrorAnswer, "description": "The archive can't answer now; try again."},
}
"""What any route may answer instead, for OpenAPI."""


def parameters_of(request: Request) -> list[tuple[str, str]]:
    """The pairs of the query string as they came; bytes that are no UTF-8 become U+FFFD."""
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")


def refuse_unknown(request: Request, *known: str) -> None:
    """Raises ParameterErrors that names each parameter that a route doesn't know."""
    refuse_parameters([(name, value) for name, value in parameters_of(request) if name not in known])


def raw_path_tail(request: Request, prefix: str) -> str:
    """What stands behind a prefix of the path, percent-decoded once: ids may hold `/`, `?` and `%2F`."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.split(b"?", 1)[0].decode("latin-1")
    _, _, tail = path.partition(prefix)
    return unquote(tail, errors="replace")


def wants_page(request: Request) -> bool:
    """Whether a browser asks, or else a program, which is answered in JSON."""
    return "text/html" in request.headers.get("accept", "")


def article_path(id: str) -> str:
    """Of an article's page."""
    return f"/article/{quote(id, safe='', errors='replace')}"


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json_bytes(content), status, headers, "application/json")


def json_bytes(content: Any) -> bytes:
    """JSON as UTF-8; lone surrogates, which UTF-8 can't hold, are escaped, never an error."""
    try:
        return orjson.dumps(content)
    except orjson.JSONEncodeError:
        return json.dumps(content, ensure_ascii=True).encode()
