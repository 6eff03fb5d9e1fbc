"""Errors as HTTP: one JSON shape, a status for each kind, nothing of an engine's own text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archive.errors import (
    ArchiveBusy,
    ArticleError,
    CursorError,
    DatabaseError,
    DatelineError,
    NotFound,
    ParameterError,
    QueryError,
    SavedSearchError,
)
from search_api.parameters import ParameterErrors
from search_api.pool import Overloaded

__all__ = ["RETRY_AFTER", "error_body", "status_of", "validation_body"]

RETRY_AFTER = 5
"""Seconds after which a busy archive is worth another try."""


def status_of(error: DatelineError) -> int:
    match error:
        case QueryError() | ParameterError() | ParameterErrors() | CursorError() | ArticleError():
            return 422
        case NotFound():
            return 404
        case SavedSearchError():
            return 409
        case _:
            # What is wrong with the archive or its model is the operator's to mend, not the caller's.
            return 503


def error_body(error: DatelineError) -> dict[str, Any]:
    """`{"error": {"code", "message", "fields": [{"name", "message", "position"}]}}`"""
    fields: list[dict[str, Any]] = []
    match error:
        case QueryError(position=position, cure=cure):
            message = f"{error.message} {cure}"
            fields = [{"name": "q", "message": message, "position": position}]
        case ParameterErrors(errors=errors):
            message = error.message
            fields = [{"name": e.name, "message": e.message, "position": None} for e in errors]
        case ParameterError(name=name):
            message = error.message
            fields = [{"name": name, "message": message, "position": None}]
        case CursorError():
            message = error.message
            fields = [{"name": "cursor", "message": message, "position": None}]
        case ArchiveBusy() | Overloaded():
            message = error.message
        case DatabaseError():
            message = "Saved searches can't be read or written now: the service's log says why. Try again."
        case _ if status_of(error) == 503:
            message = "The archive can't answer now: `dateline doctor` says why."
        case _:
            message = error.message
    return {"error": {"code": error.code, "message": message, "fields": fields}}


def validation_body(errors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same shape for what FastAPI finds wrong (`RequestValidationError.errors()`), without the input itself."""
    fields: list[dict[str, Any]] = []
    for error in errors:
        # The first part says where it was given (`query`, `body`), the others name it.
        name = ".".join(str(part) for part in error["loc"][1:]) or str(error["loc"][0])
        fields.append({"name": name, "message": f"{name}: {error['msg']}.", "position": None})
    message = " ".join(str(field["message"]) for field in fields)
    return {"error": {"code": "parameter", "message": message, "fields": fields}}
