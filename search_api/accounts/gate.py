"""The gate before every route: finds out who asks, and lets through whom the table of routes allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import DatelineError
from search_api.accounts.access import ANONYMOUS, ROUTES, SINGLE, Caller, Rule, allowed
from search_api.accounts.sessions import COOKIE, Sessions
from search_api.accounts.store import Accounts
from search_api.errors import RETRY_AFTER, error_body, status_of
from search_api.http import json_response
from search_api.origin import refuse_foreign

__all__ = ["CSRF_FIELD", "CSRF_HEADER", "Gate", "caller_of"]

CSRF_FIELD = "csrf"
"""Of a form."""
CSRF_HEADER = "x-csrf-token"
LARGEST_FORM = 100_000
"""Bytes of a form that is looked into."""
LOOK_AGAIN = 2.0
"""Seconds after which it is looked again whether there are accounts now."""
FORM = "application/x-www-form-urlencoded"


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        accounts: Accounts,
        sessions: Sessions,
        routes: Callable[[], list[BaseRoute]],
        *,
        local: bool,
    ) -> None:
        """`routes`: the application's; `local`: it listens on this machine alone."""
        self._app = app
        self._accounts = accounts
        self._sessions = sessions
        self._routes = routes
        self._local = local
        self._single_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = self._path_of(scope)
        if path is None:  # the application says that there is no such page, or no such method
            scope.setdefault("state", {})["caller"] = ANONYMOUS
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            rule = ROUTES.get(("GET" if scope["method"] == "HEAD" else scope["method"], path))
            if rule is None:
                raise HTTPException(404, "There is nothing here.")
            caller = await self._caller(request)
            if not allowed(caller, rule):
                await self._refusal(request, caller, rule)(scope, receive, send)
                return
            if rule.scope != "read":
                receive = await self._refuse_forged(request, caller, rule, receive)
        except HTTPException as error:
            await _told(error.status_code, str(error.detail), error.headers)(scope, receive, send)
            return
        except DatelineError as error:
            retry = {"Retry-After": str(RETRY_AFTER)} if status_of(error) == 503 else None
            await json_response(error_body(error), status_of(error), retry)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    def _path_of(self, scope: Scope) -> str | None:
        """The template of the route that will answer; None where none will."""
        for route in self._routes():
            if route.matches(scope)[0] == Match.FULL:
                return str(getattr(route, "path", ""))
        return None

    # ---------------------------------------------------------------- who
    async def _caller(self, request: Request) -> Caller:
        if await self._single():
            return SINGLE
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = await anyio.to_thread.run_sync(self._accounts.bearer, token.strip())
            if found is None:
                raise HTTPException(401, "This token isn't known, or was revoked.", {"WWW-Authenticate": "Bearer"})
            user, known = found
            return Caller("token", user.owner, user.name, user.role, known.scope, user.id)
        session = self._sessions.read(request.cookies.get(COOKIE, ""))
        if session is None:
            return ANONYMOUS
        user = await anyio.to_thread.run_sync(self._accounts.of_session, session)
        if user is None:
            return ANONYMOUS
        return Caller("session", user.owner, user.name, user.role, "admin", user.id, session.nonce, session.csrf)

    async def _single(self) -> bool:
        """Whether there are no accounts. Once there are, it is never asked again."""
        if self._single_until == float("-inf"):
            return False
        if time.monotonic() < self._single_until:
            return True
        if await anyio.to_thread.run_sync(self._accounts.any):
            self._single_until = float("-inf")
            return False
        self._single_until = time.monotonic() + LOOK_AGAIN
        return True

    # ---------------------------------------------------------------- whether
    async def _refuse_forged(self, request: Request, caller: Caller, rule: Rule, receive: Receive) -> Receive:
        """Raises HTTPException 403 for what a page of another site sends; else how to receive the body."""
        if caller.via == "token":  # which no browser adds by itself
            return receive
        refuse_foreign(request, local=self._local and caller.via == "single")
        if caller.via != "session" or rule.role is None:
            return receive
        given = request.headers.get(CSRF_HEADER)
        if given is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
            body = await _body(request)
            receive = _again(body, receive)
            given = dict(parse_qsl(body.decode("latin-1"))).get(CSRF_FIELD)
        session = self._sessions.read(request.cookies.get(COOKIE, ""))
        if session is None or given is None or not self._sessions.holds(session, given):
            message = f"This form has expired: load its page again. (Programs send the header {CSRF_HEADER}.)"
            raise HTTPException(403, message)
        return receive

    @staticmethod
    def _refusal(request: Request, caller: Caller, rule: Rule) -> Response:
        """Where to log in, for browsers; 401 for programs; 403 for who may not."""
        if caller.via != "nobody":
            needs = f"the role {rule.role}" if caller.scope == "admin" else f"the role {rule.role}, scope {rule.scope}"
            return _told(403, f"This asks for {needs}.")
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': back})}", 303)
        return _told(401, "Log in, or send a token: Authorization: Bearer TOKEN.", {"WWW-Authenticate": "Bearer"})


def caller_of(request: Request) -> Caller:
    """Who the gate let through."""
    found: Caller = request.state.caller
    return found


_CODES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 413: "too_large"}


def _told(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    body = {"error": {"code": _CODES[status], "message": message, "fields": []}}
    return json_response(body, status, headers)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            raise HTTPException(413, "This form is too large.")
    return bytes(body)


def _again(body: bytes, then: Receive) -> Receive:
    """Gives a body that was read once more, then whatever comes."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await then()
        given = True
        message: dict[str, Any] = {"type": "http.request", "body": body, "more_body": False}
        return message

    return receive
