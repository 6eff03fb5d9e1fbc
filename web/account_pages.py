"""The pages of logging in and of one's own account, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from search_api.accounts.models import Role, Scope
from search_api.accounts.store import Token, User
from web.dates import readable
from web.frame import Twin

__all__ = ["SCOPES", "AccountPage", "LoginPage", "TokenRow", "account_page", "safe_next"]

ROLES: dict[Role, str] = {
    "reader": "You may search, and keep searches and alerts of your own.",
    "editor": "You may search, keep searches and alerts of your own, and add and delete articles.",
    "admin": "You may do everything, and see who has an account.",
}
SCOPES: dict[Scope, str] = {
    "read": "look only",
    "write": "change what you may change",
    "admin": "everything that you may do",
}


@dataclass(frozen=True, slots=True)
class LoginPage:
    next: str = "/"
    """Where to go when it has worked."""
    name: str = ""
    error: str | None = None
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: int
    name: str
    scope: str
    made: str
    used: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    name: str | None
    """None in a service without accounts."""
    may: str
    tokens: tuple[TokenRow, ...]
    scopes: tuple[tuple[str, str], ...]
    made: str | None
    """A new token's text, shown this once."""
    told: str | None
    error: str | None
    people: tuple[tuple[str, str], ...] = ()
    """(name, role and since when) of every account: for admins."""
    twins: tuple[Twin, ...] = (Twin("application/json", "This account as JSON", "/api/v1/account"),)


def account_page(
    user: User | None,
    tokens: Sequence[Token],
    *,
    made: str | None = None,
    told: str | None = None,
    error: str | None = None,
    people: Sequence[User] = (),
) -> AccountPage:
    rows = tuple(
        TokenRow(t.id, t.name, SCOPES[t.scope], _day(t.created), _day(t.used) if t.used else "never") for t in tokens
    )
    may = ROLES[user.role] if user else ""
    everybody = tuple((person.name, _standing(person)) for person in people)
    return AccountPage(user.name if user else None, may, rows, tuple(SCOPES.items()), made, told, error, everybody)


def safe_next(given: str) -> str:
    """Where to go after the login: a place of this service, never another site."""
    ours = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if ours else "/"


def _standing(person: User) -> str:
    since = f"{person.role} since {_day(person.created)}"
    return f"{since}, disabled since {_day(person.disabled)}" if person.disabled else since


def _day(moment: dt.datetime) -> str:
    return readable(moment.date().isoformat())
