"""The routes of logging in and out, and of one's own account: plain forms."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from archive.errors import DatelineError
from search_api.accounts.gate import caller_of
from search_api.accounts.models import Scope
from search_api.accounts.routes import begin_session, change_password, end_session, user_of
from search_api.accounts.sessions import Sessions
from search_api.accounts.store import Accounts, LoginRefused
from search_api.errors import error_body, status_of
from search_api.http import parameters_of
from search_api.pool import SearchPool
from web.account_pages import SCOPES, LoginPage, account_page, safe_next
from web.forms import read_form
from web.rendering import Renderer

__all__ = ["account_pages_router"]

FIELDS = {"old": "The old password", "new": "The new password", "password": "The new password", "name": "For what"}


def account_pages_router(accounts: Accounts, sessions: Sessions, pool: SearchPool, html: Renderer) -> APIRouter:
    """`pool`: one apart from the searches'."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/login")
    async def ask(request: Request) -> Response:
        next = safe_next(dict(parameters_of(request)).get("next", "/"))
        if not await pool.run(accounts.any):
            return RedirectResponse(next, 303)
        return html(request, "login.html", LoginPage(next))

    @pages.post("/login")
    async def log_in(request: Request) -> Response:
        form = dict(await read_form(request))
        name, next = form.get("name", ""), safe_next(form.get("next", "/"))
        address = request.client.host if request.client else ""
        try:
            user = await pool.run(lambda: accounts.log_in(name, form.get("password", ""), address))
        except LoginRefused as error:
            status = 401 if error.wait is None else 429
            return html(request, "login.html", LoginPage(next, name, error.message), status)
        except DatelineError as error:
            return html.problem(request, "Not now", error)
        return begin_session(RedirectResponse(next, 303), request, sessions.cookie(user.id, user.epoch))

    @pages.post("/logout")
    async def log_out(request: Request) -> Response:
        await pool.run(lambda: accounts.end_session(caller_of(request).nonce))
        return end_session(RedirectResponse("/login", 303))

    @pages.get("/account")
    async def account(request: Request) -> Response:
        return await shown(request)

    @pages.post("/account/password")
    async def password(request: Request) -> Response:
        form = dict(await read_form(request))
        try:
            user = await pool.run(lambda: user_of(accounts, request))
            old, new = form.get("old", ""), form.get("new", "")
            await pool.run(lambda: change_password(accounts, user, old, new, request))
            changed = await pool.run(lambda: accounts.get(user.id))
        except (DatelineError, HTTPException) as error:
            return await shown(request, error=error)
        # Every session has ended with the old password; this one begins anew.
        answer: Response = RedirectResponse("/account", 303)
        return begin_session(answer, request, sessions.cookie(changed.id, changed.epoch)) if changed else answer

    @pages.post("/account/tokens")
    async def new_token(request: Request) -> Response:
        form = dict(await read_form(request))
        scope: Scope = next((s for s in SCOPES if s == form.get("scope")), "read")
        try:
            made = await pool.run(lambda: accounts.make_token(user_of(accounts, request), form.get("name", ""), scope))
        except (DatelineError, HTTPException) as error:
            return await shown(request, error=error)
        return await shown(request, made=made.text)

    @pages.post("/account/tokens/{id:int}/revoke")
    async def revoke(request: Request, id: int) -> Response:
        try:
            await pool.run(lambda: accounts.revoke(user_of(accounts, request), id))
        except (DatelineError, HTTPException) as error:
            return await shown(request, error=error)
        return RedirectResponse("/account", 303)

    async def shown(
        request: Request, *, made: str | None = None, error: DatelineError | HTTPException | None = None
    ) -> Response:
        def work() -> Response:
            id = caller_of(request).user
            user = accounts.get(id) if id is not None else None
            tokens = accounts.tokens(user) if user else ()
            people = accounts.all() if user and user.role == "admin" else ()
            page = account_page(user, tokens, made=made, error=_message(error) if error else None, people=people)
            return html(request, "account.html", page, _status(error) if error else 200)

        try:
            return await pool.run(work)
        except DatelineError as problem:
            return html.problem(request, "Not now", problem)

    return pages


def _message(error: DatelineError | HTTPException) -> str:
    """With the field's label instead of its name."""
    told = str(error.detail if isinstance(error, HTTPException) else error_body(error)["error"]["message"])
    field, colon, rest = told.partition(": ")
    return f"{FIELDS[field]}: {rest}" if colon and field in FIELDS else told


def _status(error: DatelineError | HTTPException) -> int:
    return error.status_code if isinstance(error, HTTPException) else status_of(error)
