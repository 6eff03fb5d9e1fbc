"""`dateline serve` without and with accounts, on this machine and for others: real processes."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dateline.first_account import first_account
from dateline.settings import Settings, SettingsError
from search_api.accounts.store import Accounts
from search_api.saved.database import Database, sqlite_url
from tests.test_serve import DATELINE, serving

from .conftest import PASSWORD

ELSEWHERE = "127.1"
"""An address that isn't taken for this machine's own, and yet is reached from nowhere else."""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "news.example", "::ffff:127.0.0.1", ELSEWHERE])
def test_other_addresses_need_an_account(accounts: Accounts, host: str) -> None:
    settings = Settings(host=host, archive="my news", admin_password_file=None)
    with pytest.raises(SettingsError) as refused:
        first_account(settings, accounts)
    said = refused.value.message
    assert "`dateline user add NAME --role admin --archive 'my news'`" in said
    assert "DATELINE_ADMIN_PASSWORD_FILE" in said and said.count(". ") == 0
    accounts.disable(accounts.add("ann", PASSWORD, "reader"))
    assert first_account(settings, accounts) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST"])
def test_on_this_machine_there_is_a_single_user(accounts: Accounts, host: str) -> None:
    assert first_account(Settings(host=host, admin_password_file=None), accounts) is None
    assert not accounts.any()


def test_passwords_of_the_cluster_are_not_shown(accounts: Accounts) -> None:
    settings = Settings(host="0.0.0.0", archive="https://elastic:secret@es:9200/news", admin_password_file=None)
    with pytest.raises(SettingsError) as refused:
        first_account(settings, accounts)
    assert "es:9200/news" in refused.value.message and "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (None, "can't be read (No such file or directory)"),
        (b"", "is empty"),
        (b"\r\n", "is empty"),
        (b"short\n", "10 to 1000 characters"),
        (b"a long password\nand another\n", "more than one line"),
        (b"x" * 5000, "more than one line"),
        (b"\xff" * 20, "isn't UTF-8"),
    ],
)
def test_a_file_without_a_password_is_told_with_its_name(
    accounts: Accounts, tmp_path: Path, held: bytes | None, says: str
) -> None:
    file = tmp_path / "password"
    if held is not None:
        file.write_bytes(held)
    with pytest.raises(SettingsError) as refused:
        first_account(Settings(admin_password_file=file), accounts)
    assert says in refused.value.message and f"DATELINE_ADMIN_PASSWORD_FILE={file}" in refused.value.message
    assert not accounts.any()


def test_a_password_may_end_in_a_space_but_not_in_a_new_line(accounts: Accounts, tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes("pass wörd twice \r\n".encode())
    made = first_account(Settings(admin_password_file=tmp_path / "password"), accounts)
    assert made and (made.name, made.role) == ("admin", "admin")
    assert accounts.log_in("admin", "pass wörd twice ", "") == made
    (tmp_path / "password").write_text("another password")
    assert first_account(Settings(admin_password_file=tmp_path / "password"), accounts) is None


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where there is none yet."""
    return tmp_path / "news"


def test_it_refuses_to_start_for_others_with_one_sentence(archive: Path) -> None:
    command = [DATELINE, "serve", "--archive", archive, "--port", "0", "--host", ELSEWHERE, "--create"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1 and done.stdout == ""
    (said,) = done.stderr.splitlines()
    assert said.startswith(f"error: Whoever reaches {ELSEWHERE} could read")
    assert f"dateline user add NAME --role admin --archive {archive}" in said
    database = Database(sqlite_url(archive / "dateline.db"))
    assert not Accounts(database).any(), "there is an archive now, to which the account can be added"
    database.close()


def ask(url: str, *, code: int, body: Any = None, **headers: str) -> Any:
    """The answer's JSON and its cookie."""
    data = None if body is None else json.dumps(body).encode()
    if data:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == code
            return json.load(answer), answer.headers.get("Set-Cookie")
    except urllib.error.HTTPError as error:
        assert error.code == code, error.read()
        return json.load(error), None


def test_several_processes_start_with_the_first_account_from_a_file(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    variables = {"DATELINE_ADMIN_PASSWORD_FILE": str(tmp_path / "password"), "DATELINE_LOG_FORMAT": "json"}
    login = {"name": "admin", "password": PASSWORD}
    with serving(archive, "--create", "--processes", "2", "--host", ELSEWHERE, **variables) as server:
        server.wait_until_ready()
        api = server.url + "api/v1/"
        for _ in range(6):  # whichever process answers
            ask(api + "search", code=401)
        account, cookie = ask(api + "login", code=200, body=login)
        assert account["role"] == "admin" and "Secure" not in cookie
        session = {"Cookie": cookie.partition(";")[0]}
        for _ in range(6):
            assert ask(api + "account", code=200, **session)[0]["csrf"] == account["csrf"]
        draft = {"name": "figures", "scope": "read"}
        made, _ = ask(api + "tokens", code=201, body=draft, X_CSRF_Token=account["csrf"], **session)
        bearer = {"Authorization": f"Bearer {made['token']}"}
        figures = urllib.request.Request(server.url + "metrics", headers=bearer)
        assert b"dateline_requests_total" in urllib.request.urlopen(figures, timeout=60).read()
        ask(server.url + "metrics", code=401)
        # Behind a proxy on this machine: its word about TLS and about who asks is believed.
        through = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "198.51.100.9"}
        assert "Secure" in ask(api + "login", code=200, body=login, **through)[1]
        ask(api + "login", code=401, body=login | {"password": "wrong password"}, **through)
        written = server.stop()
    lines = [json.loads(line) for line in written.splitlines()]
    about = [line for line in lines if line["logger"] == "dateline.accounts"]
    assert [(line["event"], line["address"]) for line in about if "address" in line] == [
        ("login", "127.0.0.1"),
        ("login", "198.51.100.9"),
        ("login refused", "198.51.100.9"),
    ]
    requests = {line["request_id"] for line in lines if line["event"] == "request"}
    assert {line["request_id"] for line in about} <= requests, "each stands beside the line of its request"
    assert len([line for line in lines if line["event"] == "first account made"]) == 1
    assert PASSWORD not in written and made["token"] not in written


def test_only_proxies_that_are_trusted_are_believed(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    variables = {
        "DATELINE_ADMIN_PASSWORD_FILE": str(tmp_path / "password"),
        "DATELINE_TRUSTED_PROXIES": "198.51.100.0/24",
    }
    with serving(archive, "--create", "--processes", "1", **variables) as server:
        login = {"name": "admin", "password": PASSWORD}
        _, cookie = ask(server.url + "api/v1/login", code=200, body=login, X_Forwarded_Proto="https")
        assert "Secure" not in cookie
        server.stop()
