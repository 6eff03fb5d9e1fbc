"""Plain forms: what a browser sends without any script."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

__all__ = ["read_form"]

LARGEST = 100_000
"""Bytes: a note, a query and two hundred refinements take fewer."""


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields as they came. Raises HTTPException 413 for what is larger than a form, 415 for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "This takes what the page's form sends.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(413, "The form is too large.")
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
