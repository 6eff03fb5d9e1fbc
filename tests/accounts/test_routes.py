"""Every route with every kind of caller: nothing is reachable but what the one table allows."""

from __future__ import annotations

from typing import get_args

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from search_api.accounts.access import ROUTES, STATIC
from search_api.accounts.models import Role, Scope
from search_api.accounts.store import Accounts

from .conftest import Make

ROLES, SCOPES = get_args(Role), get_args(Scope)
PATHS = {"{id:path}": "none", "{name:path}": "none", "{kind}": "weapon"}
REFUSED = (401, 403)


def served(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path that the application answers."""
    found = set()
    for route in iter_route_contexts(app.router.routes):
        found |= {(method, str(route.path)) for method in route.methods or {"GET"} if method != "HEAD"}
    return found


def path_of(template: str) -> str:
    for part, value in PATHS.items():
        template = template.replace(part, value)
    parts = ["9" if part.startswith("{") else part for part in template.split("/")]
    return "/".join(parts)


def test_the_table_lists_exactly_what_is_served(app: FastAPI) -> None:
    assert served(app) == set(ROUTES)


def test_a_route_that_stands_in_no_table_is_reached_by_nobody(app: FastAPI, knock: Make) -> None:
    @app.get("/api/v1/forgotten")
    def forgotten() -> str:
        return "secret"

    for role, scope in ((None, None), ("admin", None), ("admin", "admin")):
        assert knock(role, scope).get("/api/v1/forgotten").status_code == 404


CALLERS: list[tuple[Role | None, Scope | None]] = [
    (None, None),
    *((role, None) for role in ROLES),
    *((role, scope) for role in ROLES for scope in SCOPES),
]


@pytest.mark.parametrize(("role", "scope"), CALLERS, ids=str)
def test_every_caller_reaches_what_the_table_allows_and_nothing_else(
    knock: Make, role: Role | None, scope: Scope | None
) -> None:
    knock("reader")  # so that there are accounts, whoever asks
    client = knock(role, scope)
    asked = 0
    for (method, template), rule in ROUTES.items():
        if template == STATIC or (template.endswith(("/logout", "/password")) and not scope):
            continue  # static files are for all; sessions must live on until the end of this test
        answer = client.request(method, path_of(template), follow_redirects=False)
        may = rule.role is None or (
            role is not None
            and ROLES.index(role) >= ROLES.index(rule.role)
            and SCOPES.index(scope or "admin") >= SCOPES.index(rule.scope)
        )
        assert (answer.status_code not in REFUSED) == may, (method, template, answer.status_code, answer.text)
        assert answer.status_code < 500, (method, template, answer.text)
        asked += 1
    assert asked > 25


def test_revoked_and_unknown_tokens_open_nothing(knock: Make, accounts: Accounts) -> None:
    revoked = knock("admin", "admin")
    assert revoked.get("/api/v1/search").status_code == 200
    (user,) = accounts.all()
    accounts.revoke(user, accounts.tokens(user)[0].id)
    unknown = knock()
    unknown.headers["authorization"] = "Bearer dateline_nonsense"
    for client in (revoked, unknown):
        for (method, template), rule in ROUTES.items():
            if rule.role is not None:
                answer = client.request(method, path_of(template))
                assert answer.status_code == 401, (method, template)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_what_changes_something_needs_the_sessions_own_token(knock: Make) -> None:
    client, other = knock("admin"), knock("admin")
    own = client.headers["x-csrf-token"]
    for (method, template), rule in ROUTES.items():
        if rule.role is None or rule.scope == "read" or method == "GET":
            continue
        for given in (None, "", "nonsense", other.headers["x-csrf-token"]):
            headers = {} if given is None else {"x-csrf-token": given}
            del client.headers["x-csrf-token"]
            answer = client.request(method, path_of(template), headers=headers)
            client.headers["x-csrf-token"] = own
            assert answer.status_code == 403, (method, template, given, answer.text)
        answer = client.request(method, path_of(template), headers={"origin": "https://evil.example"})
        assert answer.status_code == 403, (method, template)


def test_nobody_reaches_anothers_saved_search(knock: Make) -> None:
    ann, bob = knock("reader", name="ann"), knock("admin", name="bob")
    made = ann.post("/api/v1/searches", json={"q": "Kursk"}).json()["id"]
    assert ann.get(f"/api/v1/searches/{made}").status_code == 200
    for (method, template), rule in ROUTES.items():
        if template.startswith("/api/v1/searches/{id}") and rule.role:
            path = path_of(template).replace("/searches/9", f"/searches/{made}", 1)
            body = {"kind": "webhook", "target": "https://example.org/"} if method == "POST" else {}
            answer = bob.request(method, path, json=body if method in ("POST", "PATCH", "PUT") else None)
            assert answer.status_code in (404, 422), (method, template, answer.text)
    assert bob.get("/api/v1/searches").json()["searches"] == []
    assert [s["id"] for s in ann.get("/api/v1/searches").json()["searches"]] == [made]
