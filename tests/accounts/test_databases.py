"""The store of accounts on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from archive.errors import NotFound, ParameterError
from dateline.first_account import first_account
from dateline.settings import Settings
from search_api.accounts.sessions import LASTS, Sessions
from search_api.accounts.store import FAILURES, Accounts, LoginRefused
from search_api.saved.database import Database
from search_api.saved.models import saved_searches
from tests.alerts.conftest import database as database
from tests.alerts.conftest import migrated as migrated

from .conftest import PASSWORD, QUICK


def test_an_account_from_its_first_day_to_its_last(accounts: Accounts) -> None:
    assert not accounts.any() and accounts.all() == []
    ann = accounts.add("Ann", PASSWORD, "editor")
    assert accounts.any() and accounts.get(ann.id) == ann == accounts.named("ANN")
    assert accounts.get(ann.id + 1) is None
    with pytest.raises(ParameterError, match="already"):
        accounts.add("ann", PASSWORD, "reader")
    sessions = Sessions(b"secret")
    session = sessions.read(sessions.cookie(ann.id, accounts.log_in("ann", PASSWORD, "").epoch))
    other = sessions.read(sessions.cookie(ann.id, ann.epoch))
    assert session and other and accounts.of_session(session) == ann
    accounts.end_session(session.nonce)
    accounts.end_session(session.nonce)
    assert accounts.of_session(session) is None and accounts.of_session(other) == ann
    ann = accounts.set_password(ann, "another long one")
    assert accounts.of_session(other) is None
    made = accounts.make_token(ann, "nightly", "write")
    found = accounts.bearer(made.text)
    assert found and found[0] == ann and found[1].scope == "write"
    used = accounts.tokens(ann)[0].used
    assert used and dt.datetime.now(dt.UTC) - used < dt.timedelta(minutes=5)
    assert accounts.disable(ann).disabled and accounts.bearer(made.text) is None
    ann = accounts.disable(accounts.named("ann"), disabled=False)
    assert accounts.bearer(made.text)
    accounts.revoke(ann, made.token.id)
    with pytest.raises(NotFound):
        accounts.revoke(ann, made.token.id)
    assert accounts.bearer(made.text) is None and accounts.tokens(ann) == []


def test_failed_logins_are_counted_and_forgotten(database: Database) -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    accounts = Accounts(database, lambda: now, QUICK)
    accounts.add("ann", PASSWORD, "reader")
    for _ in range(FAILURES):
        with pytest.raises(LoginRefused):
            accounts.log_in("ann", "wrong password", "10.0.0.1")
    with pytest.raises(LoginRefused) as refused:
        accounts.log_in("ann", PASSWORD, "10.0.0.1")
    assert refused.value.wait == 15 * 60
    now += dt.timedelta(minutes=16)
    accounts.log_in("ann", PASSWORD, "10.0.0.1")
    ended = "0" * 32
    accounts.end_session(ended)
    now += dt.timedelta(seconds=LASTS + 60)
    accounts.end_session("1" * 32)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT nonce FROM ended_sessions").scalars().all() == ["1" * 32]


@pytest.mark.parametrize("name", ["a\0b", "\0", "\U0010ffff", "x" * 5000, "name 'quoted\" \\"])
def test_no_name_is_a_defect_of_the_database(accounts: Accounts, name: str) -> None:
    accounts.add("ann", PASSWORD, "reader")
    with pytest.raises(LoginRefused):
        accounts.log_in(name, PASSWORD, "10.0.0.1")
    with pytest.raises(NotFound):
        accounts.named(name)


def test_a_password_hashed_anew_is_the_same_however_it_is_typed(database: Database) -> None:
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    Accounts(database, hasher=QUICK).add("ann", composed, "reader")
    accounts = Accounts(database, hasher=PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    for password in (decomposed, decomposed, composed):
        assert accounts.log_in("ann", password, "").name == "ann"


def test_services_that_start_at_once_make_one_first_account(
    accounts: Accounts, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    settings = Settings(host="0.0.0.0", admin_password_file=tmp_path / "password")
    now = dt.datetime.now(dt.UTC)
    mine = {"archive": "a", "owner": "local", "name": "mine", "note": "", "parameters": [], "resolved": {}}
    mine |= dict.fromkeys(("floor", "revision", "began", "sequence", "seen"), 0)
    with database.write() as connection:
        connection.execute(saved_searches.insert().values(**mine, article="", created=now, changed=now))
    with ThreadPoolExecutor(4) as executor:
        made = [m for m in executor.map(lambda _: first_account(settings, accounts), range(8)) if m]
    assert [u.name for u in made] == ["admin"] and len(accounts.all()) == 1
    assert accounts.log_in("admin", PASSWORD, "").role == "admin"
    with database.read() as connection:
        owners = connection.execute(saved_searches.select()).mappings().all()
    assert [row["owner"] for row in owners] == [made[0].owner]
