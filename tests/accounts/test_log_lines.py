"""What the log says about accounts: who came in, who didn't, which tokens there are; never a password or token."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from dateline.logs import configure_logs
from search_api.accounts.store import FAILURES, Accounts

from .conftest import PASSWORD, Make


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The lines about accounts that were written until it is called, as `dateline serve` writes them."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logs("json", "info")

    def read() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in written.getvalue().splitlines()]
        assert PASSWORD not in written.getvalue() and "dateline_" not in written.getvalue()
        return [line for line in found if line["logger"] == "dateline.accounts"]

    yield read
    root.handlers, root.level = before
    structlog.reset_defaults()


def told(line: dict[str, Any]) -> dict[str, Any]:
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("logger") == "dateline.accounts"
    return line


def test_logins_and_tokens_have_a_line_each(knock: Make, lines: Any) -> None:
    client = knock("editor", name="Ann")
    token = client.post("/api/v1/tokens", json={"name": "nightly export", "scope": "write"}).json()
    client.delete(f"/api/v1/tokens/{token['id']}")
    changed = {"old": PASSWORD, "new": "another long password"}
    assert client.put("/api/v1/account/password", json=changed).status_code == 204
    assert [told(line) for line in lines()] == [
        {"event": "account added", "level": "info", "account": "ann", "role": "editor"},
        {"event": "login", "level": "info", "account": "ann", "role": "editor", "address": "testclient"},
        {"event": "token made", "level": "info", "account": "ann", "token": token["id"], "scope": "write"},
        {"event": "token revoked", "level": "info", "account": "ann", "token": token["id"]},
        {"event": "password changed", "level": "info", "account": "ann"},
    ]


def test_refused_logins_say_why_but_no_name_that_is_none(knock: Make, accounts: Accounts, lines: Any) -> None:
    accounts.add("ann", "another long password", "reader")
    accounts.disable(accounts.add("gone", "another long password", "reader"))
    client = knock()
    tried = [("ann", PASSWORD), (PASSWORD, "ann"), ("gone", "another long password")]
    tried += [("ann", PASSWORD)] * FAILURES
    for name, password in tried:
        client.post("/api/v1/login", json={"name": name, "password": password})
    refused = [told(line) for line in lines() if line["event"] == "login refused"]
    assert {(line["level"], line["address"]) for line in refused} == {("warning", "testclient")}
    assert [(line["account"], line["reason"]) for line in refused] == [
        ("ann", "wrong password"),
        (None, "unknown name"),
        ("gone", "disabled"),
        *[("ann", "wrong password")] * (FAILURES - 1),
        ("ann", "too many"),
    ]
