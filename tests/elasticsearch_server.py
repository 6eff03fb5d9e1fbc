"""A real Elasticsearch server for a session of tests, started on free ports of the loopback and stopped by its id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["running_server"]

CLUSTER = Path(__file__).parents[2] / "shared" / "elasticsearch" / "cluster.py"
TRANSPORT = 100
"""A node talks to others on the port so far above its own."""


@contextmanager
def running_server(folder: Path, nodes: int = 1) -> Iterator[str]:
    """The server's URL: that of DATELINE_TEST_ELASTICSEARCH where it is set, else of one started under `folder`."""
    if given := os.environ.get("DATELINE_TEST_ELASTICSEARCH"):
        yield given
        return
    if not CLUSTER.is_file():
        pytest.skip(f"no Elasticsearch here: its server lies in {CLUSTER.parent} where the project is developed")
    command = [sys.executable, str(CLUSTER)]
    options = ["--dir", str(folder)]
    port = str(_free_ports(nodes))
    started = subprocess.run(
        [*command, "start", "--port", port, "--nodes", str(nodes), *options],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        if started.returncode:
            pytest.skip(f"Elasticsearch doesn't start here: {started.stderr.strip()}")
        yield started.stdout.strip()
    finally:
        subprocess.run([*command, "stop", *options], capture_output=True, check=False)


def _free_ports(nodes: int) -> int:
    """The first of so many neighbouring ports that are free, together with those of their transports."""
    for first in range(19_200 + os.getpid() % 1_000 * 10, 60_000, 10):
        if all(_is_free(first + i + offset) for i in range(nodes) for offset in (0, TRANSPORT)):
            return first
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
