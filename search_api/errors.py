"""Errors as HTTP: one JSON shape, a status for each kind, nothing of an engine's own text."""

from __future__ import annotations

from typing import Any

from archive.errors import (
    ArchiveBusy,
    ArticleError,
    CursorError,
    DatelineError,
    ParameterError,
    QueryError,
)
from search_api.parameters import ParameterErrors

__all__ = ["RETRY_AFTER", "error_body", "status_of"]

RETRY_AFTER = 5
"""Seconds after which a busy archive is worth another try."""


def status_of(error: DatelineError) -> int:
    match error:
        case QueryError() | ParameterError() | ParameterErrors() | CursorError() | ArticleError():
            return 422
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
        case ArchiveBusy():
            message = error.message
        case _ if status_of(error) == 503:
            message = "The archive can't answer now: `dateline doctor` says why."
        case _:
            message = error.message
    return {"error": {"code": error.code, "message": message, "fields": fields}}
