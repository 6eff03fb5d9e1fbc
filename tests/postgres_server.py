"""A real PostgreSQL server for tests, from Debian's package, on a free port of the loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

__all__ = ["running_postgres"]

NOT_ROOT = "postgres"
"""Who runs it where root runs the tests: the server refuses root."""


@contextmanager
def running_postgres(user: str = NOT_ROOT, password: str = "") -> Iterator[str]:
    """The URL of an empty database, of a server that trusts everybody or asks for a password, which the URL lacks.

    Skips where PostgreSQL isn't installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here: install it with `apt-get install postgresql`")
    binaries = found[-1].parent
    # Not where pytest keeps its folders: others may not enter those.
    folder = Path(mkdtemp(prefix="dateline-postgres-", dir="/tmp"))
    data = folder / "data"
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(NOT_ROOT)
            os.chown(folder, account.pw_uid, account.pw_gid)
        secret = folder / "secret"
        secret.write_text(password)
        login = ("-A", "scram-sha-256", "--pwfile", secret) if password else ("-A", "trust")
        _run(binaries / "initdb", "-D", data, "-U", user, *login, "-E", "UTF8", "--no-sync", cwd=folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # What a test writes need not survive the machine.
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = folder / "log"
        _run(binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start", cwd=folder)
        try:
            yield f"postgresql://{user}@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str | Path, cwd: Path) -> None:
    user = NOT_ROOT if os.geteuid() == 0 else None
    group = pwd.getpwnam(NOT_ROOT).pw_gid if user else None
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        group=group,
        extra_groups=[] if user else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
