"""Who may ask over HTTP: whoever sends the token."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["guarded"]

REFUSED = {"error": {"code": "unauthorized", "message": "Send Authorization: Bearer TOKEN.", "fields": []}}


def guarded(application: ASGIApp, token: str) -> ASGIApp:
    """The application for requests with this bearer token; 401 for all others."""
    wanted = f"Bearer {token}".encode()

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, wanted):
                refusal = JSONResponse(REFUSED, 401, {"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        await application(scope, receive, send)

    return guard
