"""The gate before every route: finds out who asks, and lets through whom the table of routes allows."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import DatelineError
from search_api.accounts.access import ANONYMOUS, ROUTES, SINGLE, STATIC, Caller, Rule, allowed
from search_api.accounts.sessions import COOKIE, Sessions
from search_api.accounts.store import Accounts
from search_api.http import wants_page
from search_api.origin import refuse_foreign

__all__ = ["CSRF_FIELD", "CSRF_HEADER", "Gate", "caller_of"]

CSRF_FIELD = "csrf"
"""Of a form."""
CSRF_HEADER = "x-csrf-token"
READING = ("GET", "HEAD")
"""Methods that change nothing."""
LARGEST_FORM = 100_000
"""Bytes of a form that is looked into."""
LOOK_AGAIN = 2.0
"""Seconds after which it is looked again whether there are accounts now."""
BEARER = {"WWW-Authenticate": "Bearer"}
Awaited = Awaitable[Response]
FORM = "application/x-www-form-urlencoded"


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        accounts: Accounts,
        sessions: Sessions,
        answer: Callable[[Request, Exception], Awaited],
        *,
        local: bool,
    ) -> None:
        """`answer`: how the application tells an error; `local`: it listens on this machine alone."""
        self._app = app
        self._accounts = accounts
        self._sessions = sessions
        self._answer = answer
        self._local = local
        self._single_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        scope.setdefault("state", {})["caller"] = ANONYMOUS
        try:
            rules = _rules(scope)
            caller = await self._caller(request)
            refusing = next((rule for rule in rules if not allowed(caller, rule)), None)
            if refusing is not None:
                await self._refusal(request, caller, refusing)(scope, receive, send)
                return
            if request.method not in READING and any(rule.scope != "read" for rule in rules):
                receive = await self._refuse_forged(request, caller, rules, receive)
        except (HTTPException, DatelineError) as error:
            response = await self._answer(request, error)
            await response(scope, receive, send)
            return
        scope["state"]["caller"] = caller
        await self._app(scope, receive, send)

    # ---------------------------------------------------------------- who
    async def _caller(self, request: Request) -> Caller:
        if await self._single():
            return SINGLE
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = await anyio.to_thread.run_sync(lambda: self._accounts.bearer(token.strip()))
            if found is None:
                raise HTTPException(401, "This token isn't known, or was revoked.", BEARER)
            user, known = found
            return Caller("token", user.owner, user.name, user.role, known.scope, user.id)
        session = self._sessions.read(request.cookies.get(COOKIE, ""))
        if session is None:
            return ANONYMOUS
        reader = await anyio.to_thread.run_sync(lambda: self._accounts.of_session(session))
        if reader is None:
            return ANONYMOUS
        return Caller(
            "session", reader.owner, reader.name, reader.role, "admin", reader.id, session.nonce, session.csrf
        )

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
    async def _refuse_forged(
        self, request: Request, caller: Caller, rules: Sequence[Rule], receive: Receive
    ) -> Receive:
        """Raises HTTPException 403 for what a page of another site sends; else how to receive the body."""
        if caller.via == "token":  # which no browser adds by itself
            return receive
        refuse_foreign(request, local=self._local and caller.via == "single")
        if caller.via != "session" or all(rule.role is None for rule in rules):
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
        """Where to log in, for browsers. Raises HTTPException 401 for programs, 403 for who may not."""
        if caller.via != "nobody":
            scope = f" and a token of scope {rule.scope}" if caller.via == "token" else ""
            raise HTTPException(403, f"This asks for the role {rule.role}{scope}.")
        if request.method == "GET" and wants_page(request):
            back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': back})}", 303)
        raise HTTPException(401, "Log in, or send a token: Authorization: Bearer TOKEN.", BEARER)


def _rules(scope: Scope) -> tuple[Rule, ...]:
    """What the table says of a request: of several lines that fit, each must allow it.

    Raises HTTPException 404, or 405 where other methods are listed.
    """
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    fitting = {listed: rule for listed, pattern, rule in _TABLE if pattern.match(scope["path"])}
    found = tuple(rule for (known, _), rule in fitting.items() if known == method)
    if not fitting:
        raise HTTPException(404)
    if not found:
        allow = ", ".join(sorted({known for known, _ in fitting}))
        raise HTTPException(405, headers={"Allow": allow})
    return found


def _pattern(template: str) -> re.Pattern[str]:
    """As the router reads it; what stands in STATIC is a folder."""
    return re.compile(f"^{template}(/|$)") if template == STATIC else compile_path(template)[0]


_TABLE = [((method, path), _pattern(path), rule) for (method, path), rule in ROUTES.items()]


def caller_of(request: Request) -> Caller:
    """Who the gate let through."""
    found: Caller = request.state.caller
    return found


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
