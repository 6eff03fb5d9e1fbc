"""Around the whole application: each request gets an id, a line in the log and its figures, whatever happens in it."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dateline.metrics import Metrics

__all__ = ["REQUEST_ID", "Observed"]

REQUEST_ID = "X-Request-Id"
OURS = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""An id that a caller or a proxy may give; anything else is replaced, because it would go into the logs."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
QUIET = ("/health", "/ready", "/metrics")
"""Asked every few seconds by machines: logged only where they fail, or at level debug."""

_log = structlog.get_logger("dateline.request")


class Observed:
    """An ASGI application that watches another one."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        id = _request_id(scope)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (REQUEST_ID.lower().encode(), id.encode())]}
                # Before the answer leaves: whoever has it finds it in the figures of any process.
                self._metrics.answered(_route(scope), _method(scope), status)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=id):
            failed = None
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                # Everything that users can cause has its own answer: this is a defect, and the log keeps its traceback.
                failed = error
            seconds = time.perf_counter() - started
            route = _route(scope)
            self._metrics.took(route, seconds)
            level = "error" if failed else "debug" if route in QUIET and status < 500 else "info"
            line = {"route": route, "method": _method(scope), "status": status, "ms": round(seconds * 1000, 1)}
            getattr(_log, level)("request", **line, exc_info=failed)


def _route(scope: Scope) -> str:
    """As a label: a static file has no route of its own, and a path that doesn't exist must not become one."""
    return getattr(scope.get("route"), "path", None) or "other"


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == REQUEST_ID.lower().encode()), b"")
    return given.decode() if OURS.fullmatch(given) else uuid4().hex
