"""`dateline user` and `dateline saved --user` as users run them: real processes, a real terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from archive.engines.embedded import EmbeddedEngine
from search_api.accounts.store import Accounts, LoginRefused
from search_api.saved.database import Database, sqlite_url
from tests.bag_of_words import BagOfWords

from .conftest import PASSWORD

DATELINE = Path(sys.executable).with_name("dateline")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An empty one."""
    EmbeddedEngine.create(tmp_path / "news", BagOfWords.name, BagOfWords.dimensions).close()
    return tmp_path / "news"


def run(
    *words: str | Path, code: int = 0, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [DATELINE, *words],
        input=stdin,
        capture_output=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == code, (words, done.stdout, done.stderr)
    assert b"Traceback" not in done.stderr
    return done


def accounts_of(archive: Path) -> Accounts:
    database = Database(sqlite_url(archive / "dateline.db"))
    database.migrate()
    return Accounts(database)


def test_accounts_are_added_listed_changed_and_disabled(archive: Path) -> None:
    where = ("--archive", archive)
    none = run("user", "list", *where)
    assert none.stdout == b"" and b"dateline user add" in none.stderr
    added = run("user", "add", "Ann", "--role", "editor", "--password-stdin", *where, stdin=f"{PASSWORD}\r\n".encode())
    assert added.stdout == b"ann may log in, as editor.\n"
    run("user", "add", "bob", "--password-stdin", *where, stdin=PASSWORD.encode())
    assert accounts_of(archive).log_in("ann", PASSWORD, "").role == "editor"
    run("user", "passwd", "ANN", "--password-stdin", *where, stdin=b"another long one\nand what follows\n")
    assert accounts_of(archive).log_in("ann", "another long one", "").role == "editor"
    assert run("user", "disable", "bob", *where).stdout == b"bob may not log in.\n"
    with pytest.raises(LoginRefused):
        accounts_of(archive).log_in("bob", PASSWORD, "")
    listed = [line.split("\t") for line in run("user", "list", *where).stdout.decode().splitlines()]
    assert [(name, role, state.split()[0]) for name, role, state in listed] == [
        ("ann", "editor", "since"),
        ("bob", "reader", "disabled"),
    ]
    assert run("user", "disable", "bob", "--undo", *where).stdout == b"bob may log in.\n"
    assert accounts_of(archive).log_in("bob", PASSWORD, "").role == "reader"


@pytest.mark.parametrize(
    ("words", "stdin", "code", "says"),
    [
        (("add", "ann", "--password-stdin"), b"short\n", 1, "10 to 1000 characters"),
        (("add", "ann", "--password-stdin"), b"", 1, "10 to 1000 characters"),
        (("add", "ann", "--password-stdin"), b"\xff\xfe not UTF-8 at all\n", 1, "isn't UTF-8"),
        (("add", "ann"), b"", 1, "--password-stdin"),
        (("add", " ", "--password-stdin"), b"a long password\n", 1, "1 to 100 characters"),
        (("add", "ann", "--role", "owner"), b"", 2, "reader"),
        (("passwd", "nobody"), b"", 1, "dateline user list"),
        (("disable", "nobody"), b"", 1, "dateline user list"),
    ],
)
def test_what_cant_be_is_a_sentence(archive: Path, words: tuple[str, ...], stdin: bytes, code: int, says: str) -> None:
    said = run("user", *words, "--archive", archive, code=code, stdin=stdin).stderr.decode()
    assert says in said
    assert not accounts_of(archive).any()


def test_without_an_archive_there_are_no_accounts(tmp_path: Path) -> None:
    said = run("user", "add", "ann", "--archive", tmp_path / "none", code=1).stderr
    assert b"dateline index" in said
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_is_asked_twice_and_shows_nothing(archive: Path) -> None:
    def answer(*typed: str) -> tuple[int, str]:
        """What was asked for, one answer after another: exit code and all that the terminal showed."""
        process, terminal = pty.fork()
        if process == 0:
            os.execv(DATELINE, [str(DATELINE), "user", "add", "ann", "--archive", str(archive)])
        shown, answered = "", 0
        while select.select([terminal], [], [], 120)[0]:
            try:
                shown += os.read(terminal, 1000).decode()
            except OSError:  # what Linux says when the other end is closed
                break
            if len(re.findall(r"(?:Password|confirmation): ", shown)) > answered:
                os.write(terminal, typed[answered].encode() + b"\n")
                answered += 1
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown

    code, shown = answer(PASSWORD, "something else", PASSWORD, PASSWORD)
    assert code == 0, shown
    assert "do not match" in shown and "ann may log in, as reader." in shown
    assert PASSWORD not in shown and "something else" not in shown
    assert accounts_of(archive).log_in("ann", PASSWORD, "").name == "ann"


def test_the_database_is_the_one_that_is_set_its_password_in_a_file(
    archive: Path, postgres_url: str, tmp_path: Path
) -> None:
    server, name = make_url(postgres_url), f"dateline_{os.getpid()}"
    first = Database(postgres_url)
    with first._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    first.close()
    url = server.set(database=name).render_as_string(hide_password=False)
    (tmp_path / "secret").write_text("whatever: this server trusts everybody\n")
    variables = {"DATELINE_DATABASE_URL": url, "DATELINE_DATABASE_PASSWORD_FILE": str(tmp_path / "secret")}
    add = ("user", "add", "ann", "--password-stdin", "--archive", archive)
    run(*add, stdin=PASSWORD.encode(), **variables)
    assert Accounts(Database(url)).log_in("ann", PASSWORD, "").name == "ann"
    assert not (archive / "dateline.db").exists()
    variables["DATELINE_DATABASE_PASSWORD_FILE"] = str(tmp_path / "absent")
    said = run(*add, code=1, **variables).stderr.decode()
    assert f"DATELINE_DATABASE_PASSWORD_FILE={tmp_path / 'absent'} can't be read" in said


def test_saved_searches_are_somebodys_once_there_are_accounts(archive: Path) -> None:
    where = ("--archive", archive)
    assert run("saved", "list", *where).stdout == b"Nothing is saved.\n"
    assert b"no account 'ann'" in run("saved", "list", "--user", "ann", *where, code=1).stderr
    create = ("saved", "create", "Kursk", "--mode", "keyword", *where)
    assert b"Kursk" in run(*create, "--name", "Mine").stdout
    accounts = accounts_of(archive)
    for name in ("ann", "bob"):
        accounts.add(name, PASSWORD, "reader")
    for words in (create, ("saved", "delete", "1", *where)):
        said = run(*words, code=1).stderr
        assert b"--user" in said and b"dateline user list" in said
    assert b"Mine" in run("saved", "list", "--user", "ANN", *where).stdout, "the first account has taken it over"
    assert run("saved", "list", "--user", "bob", *where).stdout == b"Nothing is saved.\n"
    assert b"no saved search" in run("saved", "show", "1", "--user", "bob", *where, code=1).stderr
    told = run("saved", "delete", "1", "--user", "ann", *where).stdout.decode()
    undo = told.strip().rpartition("dateline ")[2].split()
    assert undo == ["saved", "undo", "1", "--user", "ann"]
    assert b"Mine" in run(*undo, *where).stdout
