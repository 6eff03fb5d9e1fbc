"""The compose file's service and its database, as far as they run without a Docker engine: what `api` is given, on a
server made as `postgres` makes it, with passwords in files."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from tests.postgres_server import running_postgres

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DATABASE_PASSWORD = "not a word/for@URLs?"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def unset(value: object) -> str:
    """What a value is where no variable is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)).replace("$$", "$")


def test_secrets_are_empty_files_until_they_are_set(compose: dict[str, Any]) -> None:
    files = {name: secret["file"] for name, secret in compose["secrets"].items()}
    assert set(files) == {"admin_password", "database_password"}
    for name, file in files.items():
        assert re.fullmatch(rf"\$\{{DATELINE_{name.upper()}_FILE:-(.+)\}}", file)
        assert (ROOT / unset(file)).read_bytes() == b""
    for name in ("api", "api-cluster"):
        service = compose["services"][name]
        assert set(service["secrets"]) == set(files)
        for secret in files:
            assert service["environment"][f"DATELINE_{secret.upper()}_FILE"] == f"/run/secrets/{secret}"
        assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
    database = compose["services"]["postgres"]
    assert database["secrets"] == ["database_password"] and "ports" not in database and "profiles" not in database
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"


def test_the_head_says_which_files_to_make(compose: dict[str, Any]) -> None:
    head = (ROOT / "docker-compose.yml").read_text().partition("\nname:")[0]
    for secret in compose["secrets"].values():
        variable = secret["file"][2:].partition(":")[0]
        assert f"{variable}=./secrets/" in head
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/secrets/" in ignored and "/.env" in ignored


def test_the_database_says_what_it_lacks_and_starts_with_it(compose: dict[str, Any], tmp_path: Path) -> None:
    service = compose["services"]["postgres"]
    command = [*service["entrypoint"], unset(service["command"][0])]
    stub = tmp_path / "docker-entrypoint.sh"
    stub.write_text('#!/bin/sh\necho "$@"\n')
    stub.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def start(file: Path) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": path, "POSTGRES_PASSWORD_FILE": str(file)}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)

    without = start(ROOT / "docker" / "unset")
    assert without.returncode == 1 and "set DATELINE_DATABASE_PASSWORD_FILE" in without.stderr
    (tmp_path / "password").write_text(DATABASE_PASSWORD)
    assert start(tmp_path / "password").stdout == "postgres\n"


@pytest.fixture(scope="module")
def postgres(compose: dict[str, Any]) -> Iterator[str]:
    """The URL of a server as the image of `postgres` makes it: its user, who needs the password."""
    with running_postgres(compose["services"]["postgres"]["environment"]["POSTGRES_USER"], DATABASE_PASSWORD) as url:
        yield url


def test_the_database_is_healthy_when_others_reach_it(compose: dict[str, Any], postgres: str) -> None:
    check = compose["services"]["postgres"]["healthcheck"]["test"]
    assert check[0] == "CMD" and shutil.which(check[1])
    for port, code in ((str(make_url(postgres).port), 0), ("1", 2)):
        assert subprocess.run(check[1:], env={**os.environ, "PGPORT": port}, check=False).returncode == code


@pytest.fixture
def variables(compose: dict[str, Any], postgres: str, tmp_path: Path) -> dict[str, str]:
    """What `api` is given, with its folders and its database where they are here."""
    given = {name: unset(value) for name, value in compose["services"]["api"]["environment"].items()}
    moved = {name: value.replace("/run/secrets", str(tmp_path)) for name, value in given.items()}
    url, real = make_url(given["DATELINE_DATABASE_URL"]), make_url(postgres)
    assert (url.host, url.username, url.password) == ("postgres", "dateline", None)
    database = compose["services"]["postgres"]["environment"]
    assert (url.username, url.database) == (database["POSTGRES_USER"], database["POSTGRES_DB"])
    here = url.set(host=real.host, port=real.port, database=real.database)
    (tmp_path / "database_password").write_text(DATABASE_PASSWORD + "\n")
    return {
        **os.environ,
        **moved,
        "DATELINE_DATABASE_URL": here.render_as_string(hide_password=False),
        "DATELINE_ARCHIVE": str(tmp_path / "news"),
        "DATELINE_PORT": "0",
        # Taken for an address that others may reach, as 0.0.0.0 is, and isn't one.
        "DATELINE_HOST": "127.1",
        "DATELINE_PROCESSES": "1",
    }


def test_the_service_starts_with_the_first_admin_and_its_tables_in_the_database(
    compose: dict[str, Any], variables: dict[str, str], tmp_path: Path
) -> None:
    command = [BIN / "dateline", *compose["services"]["api"]["command"]]

    def refused() -> str:
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1 and done.stdout == ""
        (said,) = done.stderr.splitlines()
        return said

    shutil.copy(ROOT / "docker" / "unset", tmp_path / "admin_password")
    said = refused()
    assert (
        f"DATELINE_ADMIN_PASSWORD_FILE={tmp_path / 'admin_password'} is empty" in said and "dateline user add" in said
    )
    (tmp_path / "admin_password").write_text(PASSWORD + "\n")
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = re.search(r"http://127[.\d]*:\d+/", process.stdout.readline())
        assert url
        login = urllib.request.Request(
            url[0] + "api/v1/login",
            json.dumps({"name": "admin", "password": PASSWORD}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(login, timeout=60) as answer:
            assert json.load(answer)["role"] == "admin"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(url[0] + "api/v1/search", timeout=60)
        assert not (tmp_path / "news" / "dateline.db").exists(), "all is in PostgreSQL"
        listed = subprocess.run(
            [BIN / "dateline", "user", "list"], env=variables, capture_output=True, text=True, timeout=60, check=True
        )
        assert listed.stdout.startswith("admin\tadmin\t")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    # It was made once: what the file says later, or that it is gone, is nobody's business.
    (tmp_path / "database_password").write_text("wrong")
    assert "password authentication failed" in refused()
