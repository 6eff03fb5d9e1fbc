"""The HTTP routes of accounts: log in and out, one's password and tokens, and the list of users."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from archive.errors import ParameterError
from search_api.accounts.access import Caller, Via
from search_api.accounts.gate import caller_of
from search_api.accounts.models import Role, Scope
from search_api.accounts.sessions import COOKIE, LASTS, Sessions
from search_api.accounts.store import Accounts, LoginRefused, Token, User
from search_api.http import PROBLEMS, json_response, refuse_unknown
from search_api.pool import SearchPool
from search_api.schemas import ErrorAnswer

__all__ = ["SINGLE_USER", "account_router", "begin_session", "change_password", "end_session", "refused", "user_of"]

SINGLE_USER = "This service has no accounts: `dateline user add` makes the first."
REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorAnswer, "description": "Nobody is logged in, or the token isn't valid."},
    403: {"model": ErrorAnswer, "description": "The role or the token's scope doesn't reach so far."},
    **PROBLEMS,
}
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "There are no accounts here, or no such token of yours."},
    **REFUSED,
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Login(_Model):
    name: str = Field(max_length=200, examples=["ann"])
    password: str = Field(max_length=1000, examples=["correct horse battery"])


class NewPassword(_Model):
    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000, description="At least 10 characters.")


class TokenDraft(_Model):
    name: str = Field(max_length=200, description="What it is for.", examples=["nightly export"])
    scope: Scope = "read"


class AccountAnswer(_Model):
    name: str | None = Field(description="Null in a service of a single user.")
    role: Role
    scope: Scope = Field(description="What this caller may do of what the role may.")
    via: Via
    csrf: str | None = Field(description="Of a session: what requests that change something send as X-CSRF-Token.")


class TokenAnswer(_Model):
    id: int
    name: str
    scope: Scope
    created: dt.datetime
    used: dt.datetime | None = Field(description="Within a minute.")


class NewTokenAnswer(TokenAnswer):
    token: str = Field(description="Shown this once.")


class TokensAnswer(_Model):
    tokens: list[TokenAnswer]


class UserAnswer(_Model):
    name: str
    role: Role
    created: dt.datetime
    disabled: dt.datetime | None


class UsersAnswer(_Model):
    users: list[UserAnswer]


def account_router(accounts: Accounts, sessions: Sessions, pool: SearchPool) -> APIRouter:
    """`pool`: one apart from the searches', because hashing a password takes as long as several."""
    api = APIRouter(tags=["accounts"])

    @api.post(
        "/api/v1/login",
        response_model=AccountAnswer,
        responses={429: {"model": ErrorAnswer, "description": "Too many logins have failed."}, **MISSING},
        summary="Begin a session",
        description="The answer sets a cookie. Programs are better served by a token.",
    )
    async def login(request: Request, login: Login) -> Response:
        refuse_unknown(request)
        if not await pool.run(accounts.any):
            raise HTTPException(404, SINGLE_USER)
        try:
            address = request.client.host if request.client else ""
            user = await pool.run(lambda: accounts.log_in(login.name, login.password, address))
        except LoginRefused as error:
            raise refused(error) from None
        cookie = sessions.cookie(user.id, user.epoch)
        session = sessions.read(cookie)
        caller = Caller("session", user.owner, user.name, user.role, csrf=session.csrf if session else "")
        return begin_session(json_response(_account(caller)), request, cookie)

    @api.post("/api/v1/logout", status_code=204, response_class=Response, responses=MISSING, summary="End the session")
    async def logout(request: Request) -> Response:
        refuse_unknown(request)
        await pool.run(lambda: accounts.end_session(caller_of(request).nonce))
        return end_session(Response(status_code=204))

    @api.get("/api/v1/account", response_model=AccountAnswer, responses=REFUSED, summary="Who is asking")
    async def account(request: Request) -> Response:
        refuse_unknown(request)
        return json_response(_account(caller_of(request)))

    @api.put(
        "/api/v1/account/password",
        status_code=204,
        response_class=Response,
        responses=MISSING,
        summary="Change the password: every session ends",
    )
    async def password(request: Request, given: NewPassword) -> Response:
        refuse_unknown(request)
        user = await pool.run(lambda: user_of(accounts, request))
        await pool.run(lambda: change_password(accounts, user, given.old, given.new, request))
        return end_session(Response(status_code=204))

    @api.get("/api/v1/tokens", response_model=TokensAnswer, responses=MISSING, summary="Your tokens")
    async def all_tokens(request: Request) -> Response:
        refuse_unknown(request)
        # A service without accounts has no tokens either.
        known = caller_of(request).user is not None
        found = await pool.run(lambda: accounts.tokens(user_of(accounts, request))) if known else []
        return json_response({"tokens": [_token(t) for t in found]})

    @api.post(
        "/api/v1/tokens",
        response_model=NewTokenAnswer,
        status_code=201,
        responses=MISSING,
        summary="Make a token, which is shown once",
    )
    async def new_token(request: Request, draft: TokenDraft) -> Response:
        refuse_unknown(request)
        made = await pool.run(lambda: accounts.make_token(user_of(accounts, request), draft.name, draft.scope))
        return json_response(_token(made.token) | {"token": made.text}, 201)

    @api.delete(
        "/api/v1/tokens/{id}", status_code=204, response_class=Response, responses=MISSING, summary="Revoke a token"
    )
    async def revoke(request: Request, id: Annotated[int, Path(ge=1, le=2**53, examples=[1])]) -> Response:
        refuse_unknown(request)
        await pool.run(lambda: accounts.revoke(user_of(accounts, request), id))
        return Response(status_code=204)

    @api.get("/api/v1/users", response_model=UsersAnswer, responses=REFUSED, summary="The accounts, for admins")
    async def every_user(request: Request) -> Response:
        refuse_unknown(request)
        found = await pool.run(accounts.all)
        fields = ("name", "role", "created", "disabled")
        return json_response({"users": [{name: getattr(u, name) for name in fields} for u in found]})

    return api


def user_of(accounts: Accounts, request: Request) -> User:
    """The account of whoever asks. Raises HTTPException 404 in a service without accounts."""
    id = caller_of(request).user
    user = accounts.get(id) if id is not None else None
    if user is None:
        raise HTTPException(404, SINGLE_USER)
    return user


def change_password(accounts: Accounts, user: User, old: str, new: str, request: Request) -> None:
    """Raises ParameterError where the old one is wrong or the new one too short, HTTPException 429 after many tries."""
    try:
        accounts.verify(user.name, old, request.client.host if request.client else "")
    except LoginRefused as error:
        if error.wait is not None:
            raise refused(error) from None
        raise ParameterError("old", "old: this isn't your password.") from None
    accounts.set_password(user, new)


def begin_session(response: Response, request: Request, cookie: str) -> Response:
    response.set_cookie(
        COOKIE, cookie, max_age=LASTS, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return response


def end_session(response: Response) -> Response:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def refused(error: LoginRefused) -> HTTPException:
    if error.wait is None:
        return HTTPException(401, error.message)
    return HTTPException(429, error.message, {"Retry-After": str(error.wait)})


def _account(caller: Caller) -> dict[str, Any]:
    return {
        "name": caller.name or None,
        "role": caller.role,
        "scope": caller.scope,
        "via": caller.via,
        "csrf": caller.csrf or None,
    }


def _token(token: Token) -> dict[str, Any]:
    return {name: getattr(token, name) for name in ("id", "name", "scope", "created", "used")}
