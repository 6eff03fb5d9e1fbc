"""Logging in and out, passwords, tokens, and a service that has no accounts yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from archive.errors import NotFound, ParameterError
from search_api.accounts.sessions import COOKIE
from search_api.accounts.store import FAILURES, Accounts, LoginRefused
from search_api.saved.database import Database

from .conftest import PASSWORD, QUICK, Make


def test_without_accounts_there_is_a_single_user_and_the_first_account_takes_over(
    knock: Make, accounts: Accounts
) -> None:
    local = knock()
    assert local.get("/api/v1/account").json() == {
        "name": None, "role": "admin", "scope": "admin", "via": "single", "csrf": None,
    }  # fmt: skip
    made = local.post("/api/v1/searches", json={"q": "Kursk", "name": "Mine"}).json()["id"]
    assert local.post("/api/v1/login", json={"name": "x", "password": PASSWORD}).status_code == 404
    ann = knock()
    user = accounts.add("Ann", PASSWORD, "admin")
    ann.headers["authorization"] = f"Bearer {accounts.make_token(user, 't', 'read').text}"
    assert [s["id"] for s in _when_noticed(ann, "/api/v1/searches").json()["searches"]] == [made]
    assert local.get("/api/v1/searches").status_code == 401


def _when_noticed(client: TestClient, path: str) -> Any:
    """The service looks every two seconds whether there are accounts; a token is looked at from then on."""
    import time

    deadline = time.monotonic() + 120
    while (answer := client.get(path)).json().get("searches") == [] or client.get("/api/v1/account").json().get(
        "via"
    ) == "single":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return client.get(path) if answer.status_code == 200 else answer


def test_a_session_begins_and_ends(knock: Make) -> None:
    client = knock("editor", name="ann")
    account = client.get("/api/v1/account").json()
    assert (account["name"], account["role"], account["via"]) == ("ann", "editor", "session")
    assert account["csrf"] == client.headers["x-csrf-token"]
    cookie = client.cookies[COOKIE]
    ended = client.post("/api/v1/logout")
    assert ended.status_code == 204 and COOKIE not in client.cookies
    client.cookies.set(COOKIE, cookie)
    assert client.get("/api/v1/account").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(knock: Make, accounts: Accounts) -> None:
    accounts.add("ann", PASSWORD, "reader")
    login = {"name": "ANN ", "password": PASSWORD}
    for address, secure in (("http://localhost", False), ("https://localhost", True)):
        client = knock()
        client.base_url = address
        header = client.post("/api/v1/login", json=login).headers["set-cookie"]
        assert "HttpOnly" in header and "SameSite=lax" in header and ("Secure" in header) == secure


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong password"), ("nobody", PASSWORD), ("gone", PASSWORD), ("ann", "")]
)
def test_a_login_that_fails_tells_nothing(knock: Make, accounts: Accounts, name: str, password: str) -> None:
    accounts.add("ann", PASSWORD, "reader")
    accounts.disable(accounts.add("gone", PASSWORD, "reader"))
    answer = knock().post("/api/v1/login", json={"name": name, "password": password})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Name and password don't go together, or the account is disabled."


def test_after_some_failures_the_next_must_wait_whatever_it_says(database: Database) -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    accounts = Accounts(database, lambda: now, QUICK)
    accounts.add("ann", PASSWORD, "reader")
    for _ in range(FAILURES):
        with pytest.raises(LoginRefused) as failed:
            accounts.log_in("ann", "wrong password", "10.0.0.1")
        assert failed.value.wait is None
    for password in (PASSWORD, "wrong password"):
        with pytest.raises(LoginRefused) as refused:
            accounts.log_in("ann", password, "10.0.0.2")
        assert refused.value.wait == 15 * 60
    accounts.add("bob", PASSWORD, "reader")
    assert accounts.log_in("bob", PASSWORD, "10.0.0.1").name == "bob"
    now += dt.timedelta(minutes=15, seconds=1)
    assert accounts.log_in("ann", PASSWORD, "10.0.0.1").name == "ann"


def test_too_many_logins_are_told_to_wait_over_http(knock: Make, accounts: Accounts) -> None:
    accounts.add("ann", PASSWORD, "reader")
    client = knock()
    login = {"name": "ann", "password": "wrong password"}
    statuses = [client.post("/api/v1/login", json=login).status_code for _ in range(FAILURES + 1)]
    assert statuses == [401] * FAILURES + [429]
    assert int(client.post("/api/v1/login", json=login).headers["retry-after"]) > 600


def test_another_password_ends_the_sessions_but_no_tokens(knock: Make, accounts: Accounts) -> None:
    client = knock("reader", name="ann")
    token = client.post("/api/v1/tokens", json={"name": "export", "scope": "read"}).json()["token"]
    wrong = client.put("/api/v1/account/password", json={"old": "wrong password", "new": "another long one"})
    assert wrong.status_code == 422 and wrong.json()["error"]["fields"][0]["name"] == "old"
    short = client.put("/api/v1/account/password", json={"old": PASSWORD, "new": "short"})
    assert short.status_code == 422 and short.json()["error"]["fields"][0]["name"] == "password"
    done = client.put("/api/v1/account/password", json={"old": PASSWORD, "new": "another long one"})
    assert done.status_code == 204
    assert client.get("/api/v1/account").status_code == 401
    assert accounts.log_in("ann", "another long one", "").name == "ann"
    program = knock()
    program.headers["authorization"] = f"Bearer {token}"
    assert program.get("/api/v1/account").json()["via"] == "token"


def test_a_token_is_shown_once_stored_as_a_digest_and_says_when_it_was_used(
    knock: Make, accounts: Accounts, database: Database
) -> None:
    client = knock("editor")
    made = client.post("/api/v1/tokens", json={"name": "nightly export", "scope": "write"}).json()
    (listed,) = client.get("/api/v1/tokens").json()["tokens"]
    assert "token" not in listed and listed["used"] is None and listed["scope"] == "write"
    with database.read() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM tokens").all())
    assert made["token"] not in kept and made["token"].removeprefix("dateline_") not in kept
    program = knock()
    program.headers["authorization"] = f"Bearer {made['token']}"
    assert program.post("/api/v1/articles", json={"id": "t-1", "body": "A bridge opened."}).status_code == 200
    assert client.get("/api/v1/tokens").json()["tokens"][0]["used"]
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/search").status_code == 401
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert client.get("/api/v1/tokens").json()["tokens"] == []


def test_a_disabled_account_reaches_nothing_until_it_is_enabled(knock: Make, accounts: Accounts) -> None:
    session, program = knock("reader", name="ann"), knock("reader", "read", name="bob")
    for name in ("ann", "bob"):
        accounts.disable(accounts.named(name))
    assert session.get("/").status_code == program.get("/api/v1/search").status_code == 401
    accounts.disable(accounts.named("bob"), disabled=False)
    assert program.get("/api/v1/search").status_code == 200
    assert session.get("/api/v1/search").status_code == 401


@pytest.mark.parametrize(
    ("name", "password", "field"), [("", PASSWORD, "name"), ("a" * 101, PASSWORD, "name"), ("ann", "short", "password")]
)
def test_what_no_account_can_have_is_named(accounts: Accounts, name: str, password: str, field: str) -> None:
    with pytest.raises(ParameterError) as error:
        accounts.add(name, password, "reader")
    assert error.value.name == field


def test_names_are_told_apart_by_their_letters_alone(accounts: Accounts) -> None:
    accounts.add("Jean-Noël", PASSWORD, "reader")
    with pytest.raises(ParameterError, match="already"):
        accounts.add("JEAN-NOE\u0308L ", PASSWORD, "admin")
    assert accounts.named("jean-noël").role == "reader"
    with pytest.raises(NotFound):
        accounts.named("jean")


def test_passwords_are_kept_as_argon2_and_hashed_anew_when_its_parameters_rise(database: Database) -> None:
    Accounts(database, hasher=QUICK).add("ann", PASSWORD, "reader")
    stronger = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1)
    accounts = Accounts(database, hasher=stronger)
    accounts.log_in("ann", PASSWORD, "")
    with database.read() as connection:
        (kept,) = connection.exec_driver_sql("SELECT password FROM users").one()
    assert kept.startswith("$argon2id$") and "m=128,t=2" in kept
    assert accounts.log_in("ann", PASSWORD, "").name == "ann"


def test_a_browser_is_led_to_the_login_and_a_program_is_told(knock: Make) -> None:
    knock("reader")
    browser = knock().get("/?q=Kursk", headers={"accept": "text/html"}, follow_redirects=False)
    assert browser.status_code == 303 and browser.headers["location"] == "/login?next=%2F%3Fq%3DKursk"
    assert knock().get("/?q=Kursk").status_code == 401
