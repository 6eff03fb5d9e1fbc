"""The one table of routes: who may use each. What doesn't stand here is reached by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from search_api.accounts.models import Role, Scope

__all__ = ["ANONYMOUS", "ROUTES", "SINGLE", "STATIC", "Caller", "Rule", "Via", "allowed"]

Via = Literal["single", "session", "token", "nobody"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of whoever uses it."""

    role: Role | None
    """The least role; None: anybody."""
    scope: Scope = "read"
    """The least scope of a token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    via: Via
    owner: str = ""
    """What stands with their saved searches."""
    name: str = ""
    role: Role | None = None
    scope: Scope = "admin"
    user: int | None = None
    nonce: str = ""
    """Of their session."""
    csrf: str = ""
    """What the forms of their session hold; empty without one."""


ANONYMOUS = Caller("nobody")
SINGLE = Caller("single", owner="local", role="admin")
"""Whoever uses a service on this machine that has no accounts."""

STATIC = "/static"
"""The folder of what pages are made of."""
_OPEN = Rule(None)
_READ = Rule("reader")
_SAVE = Rule("reader", "write")
_WRITE = Rule("editor", "write")
_OWN = Rule("reader", "admin")
_ADMIN = Rule("admin", "admin")
_SEARCHES = "/api/v1/searches"
_ONE = _SEARCHES + "/{id}"
_ALERTS = _ONE + "/alerts"
_OWNED = "/saved/{id:int}"

ROUTES: dict[tuple[str, str], Rule] = {
    # Whether it lives, what it offers, and the way in.
    ("GET", "/health"): _OPEN,
    ("GET", "/ready"): _OPEN,
    ("GET", "/openapi.json"): _OPEN,
    ("GET", STATIC): _OPEN,
    ("POST", "/api/v1/login"): Rule(None, "write"),
    # Reading.
    ("GET", "/"): _READ,
    ("GET", "/article/{id:path}"): _READ,
    ("GET", "/metrics"): _READ,
    ("GET", "/api/v1/search"): _READ,
    ("GET", "/api/v1/export"): _READ,
    ("POST", "/api/v1/batch"): _READ,
    ("GET", "/api/v1/suggest"): _READ,
    ("GET", "/api/v1/archive"): _READ,
    ("GET", "/api/v1/compare"): _READ,
    ("GET", "/api/v1/places"): _READ,
    ("GET", "/api/v1/entities/{kind}/{name:path}"): _READ,
    ("GET", "/api/v1/articles/{id:path}/similar"): _READ,
    ("GET", "/api/v1/articles/{id:path}"): _READ,
    # One's own account.
    ("POST", "/api/v1/logout"): _OWN,
    ("GET", "/api/v1/account"): _READ,
    ("PUT", "/api/v1/account/password"): _OWN,
    ("GET", "/api/v1/tokens"): _OWN,
    ("POST", "/api/v1/tokens"): _OWN,
    ("DELETE", "/api/v1/tokens/{id}"): _OWN,
    # Everybody's accounts.
    ("GET", "/api/v1/users"): _ADMIN,
    # Saved searches and alerts, everybody's own; a link or feed that was shared is for whoever has it.
    ("GET", _SEARCHES): _READ,
    ("POST", _SEARCHES): _SAVE,
    ("GET", _ONE): _READ,
    ("PATCH", _ONE): _SAVE,
    ("DELETE", _ONE): _SAVE,
    ("POST", _ONE + "/restore"): _SAVE,
    ("POST", _ONE + "/seen"): _SAVE,
    ("POST", _ONE + "/share"): _SAVE,
    ("DELETE", _ONE + "/share"): _SAVE,
    ("GET", _ONE + "/matches"): _READ,
    ("GET", _ONE + "/floor"): _READ,
    ("GET", _ONE + "/feed"): _READ,
    ("GET", _ALERTS): _READ,
    ("POST", _ALERTS): _SAVE,
    ("GET", _ALERTS + "/{alert}"): _READ,
    ("PATCH", _ALERTS + "/{alert}"): _SAVE,
    ("DELETE", _ALERTS + "/{alert}"): _SAVE,
    ("POST", _ALERTS + "/{alert}/test"): _SAVE,
    ("GET", _ONE + "/deliveries"): _READ,
    ("POST", _ONE + "/deliveries/{delivery}/retry"): _SAVE,
    ("GET", "/api/v1/shared/{token}"): _OPEN,
    ("GET", "/api/v1/shared/{token}/feed"): _OPEN,
    # Pages.
    ("GET", "/login"): _OPEN,
    ("POST", "/login"): Rule(None, "write"),
    ("POST", "/logout"): _OWN,
    ("GET", "/account"): _READ,
    ("POST", "/account/password"): _OWN,
    ("POST", "/account/tokens"): _OWN,
    ("POST", "/account/tokens/{id:int}/revoke"): _OWN,
    ("GET", "/facet/{name:path}"): _READ,
    ("GET", "/map"): _READ,
    ("GET", "/compare"): _READ,
    ("GET", "/entity/{kind}/{name:path}"): _READ,
    ("GET", "/archive"): _READ,
    ("GET", "/batch"): _READ,
    ("POST", "/batch"): _READ,
    ("GET", "/export"): _READ,
    ("GET", "/saved"): _READ,
    ("GET", "/saved/new"): _READ,
    ("POST", "/saved"): _SAVE,
    ("GET", _OWNED): _READ,
    ("GET", _OWNED + "/edit"): _READ,
    ("POST", _OWNED + "/edit"): _SAVE,
    ("POST", _OWNED + "/delete"): _SAVE,
    ("POST", _OWNED + "/undo"): _SAVE,
    ("POST", _OWNED + "/share"): _SAVE,
    ("POST", _OWNED + "/unshare"): _SAVE,
    ("GET", _OWNED + "/matches"): _READ,
    ("GET", _OWNED + "/deliveries"): _READ,
    ("POST", _OWNED + "/deliveries/{delivery:int}/retry"): _SAVE,
    ("GET", _OWNED + "/alerts"): _READ,
    ("POST", _OWNED + "/alerts"): _SAVE,
    ("POST", _OWNED + "/alerts/{alert:int}/test"): _SAVE,
    ("POST", _OWNED + "/alerts/{alert:int}/on"): _SAVE,
    ("POST", _OWNED + "/alerts/{alert:int}/off"): _SAVE,
    ("POST", _OWNED + "/alerts/{alert:int}/delete"): _SAVE,
    ("GET", "/shared/{token}"): _OPEN,
    # Articles.
    ("POST", "/api/v1/articles"): _WRITE,
    ("DELETE", "/api/v1/articles/{id:path}"): _WRITE,
}


def allowed(caller: Caller, rule: Rule) -> bool:
    """Whether this caller may use a route with this rule."""
    if rule.role is None:
        return True
    if caller.role is None:
        return False
    roles, scopes = get_args(Role), get_args(Scope)
    return roles.index(caller.role) >= roles.index(rule.role) and scopes.index(caller.scope) >= scopes.index(rule.scope)
