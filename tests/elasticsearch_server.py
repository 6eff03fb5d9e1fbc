"""Real Elasticsearch servers for tests, started on free ports of the loopback and stopped by their ids."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from elasticsearch import ApiError, Elasticsearch

from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.address import Address

__all__ = ["Cluster", "drop", "drop_all", "running_cluster", "running_server"]

CLUSTER = Path(__file__).parents[2] / "shared" / "elasticsearch" / "cluster.py"
SHORT_LIVED = "-XX:TieredStopAtLevel=1"
"""For servers that start and are killed: what the second compiler makes faster would come too late."""
TRANSPORT = 100
"""A node talks to others on the port so far above its own."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Servers of one's own, numbered from 1."""

    folder: Path
    port: int
    """Of the first node; the others have the next ones."""
    nodes: int

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{self.port + i}" for i in range(self.nodes)]

    def kill(self, node: int) -> None:
        """As if its machine were gone."""
        self._run("kill", str(node))

    def resume(self, node: int) -> None:
        """Start a killed one on its own data; back when all know each other."""
        self._run("resume", str(node))

    def start(self) -> subprocess.CompletedProcess[str]:
        return self._command("start", "--port", str(self.port), "--nodes", str(self.nodes))

    def stop(self) -> None:
        self._command("stop")

    def _run(self, *what: str) -> None:
        done = self._command(*what)
        assert done.returncode == 0, done.stderr

    def _command(self, *what: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(CLUSTER), *what, "--dir", str(self.folder)]
        java = {"JAVA_TOOL_OPTIONS": SHORT_LIVED} if self.nodes > 1 else {}
        return subprocess.run(command, env={**os.environ, **java}, check=False, capture_output=True, text=True)


@contextmanager
def running_cluster(folder: Path, nodes: int) -> Iterator[Cluster]:
    """So many servers under `folder`, started for the block."""
    _skip_without_elasticsearch()
    cluster = Cluster(folder, _free_ports(nodes), nodes)
    try:
        _start(cluster)
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """The server's URL: that of DATELINE_TEST_ELASTICSEARCH where it is set, else of one under `folder`.

    All processes of a test run that name the same folder share one server; the last to leave stops it.
    """
    if given := os.environ.get("DATELINE_TEST_ELASTICSEARCH"):
        yield given
        return
    _skip_without_elasticsearch()
    folder.mkdir(exist_ok=True)
    users = folder / "users"
    with _locked(folder):
        known = users.read_text().split() if users.exists() else []
        server = Cluster(folder / "server", int(known[0]) if known else _free_ports(1), 1)
        if not known:
            _start(server)
            _allow_many_archives(server)
        users.write_text(f"{server.port} {int(known[1]) + 1 if known else 1}")
    try:
        yield server.urls[0]
    finally:
        with _locked(folder):
            left = int(users.read_text().split()[1]) - 1
            if left:
                users.write_text(f"{server.port} {left}")
            else:
                server.stop()
                users.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(cluster: Cluster) -> None:
    started = cluster.start()
    if started.returncode:
        pytest.skip(f"Elasticsearch doesn't start here: {started.stderr.strip()}")


def _skip_without_elasticsearch() -> None:
    if not CLUSTER.is_file():
        pytest.skip(f"no Elasticsearch here: its server lies in {CLUSTER.parent} where the project is developed")


def _allow_many_archives(server: Cluster) -> None:
    """A thousand shards are the most of a node by default; two processes' archives come near that."""
    with httpx.Client(base_url=server.urls[0]) as client:
        settings = {"persistent": {"cluster.max_shards_per_node": 5_000}}
        client.put("/_cluster/settings", json=settings, timeout=60).raise_for_status()


def drop(engine: ElasticEngine) -> None:
    """Delete an archive with all its indexes: a small server has room for some hundreds."""
    connection = engine._connection
    names = dict(connection.client.indices.get(index=f"{connection.address.name}-*"))
    connection.client.indices.delete(index=list(names))
    engine.close()


def drop_all(location: str) -> None:
    """Delete whatever is called like an archive, or begins so: among hundreds of others, making one takes five times
    as long."""
    address = Address(location)
    with Elasticsearch(address.server) as client:
        if names := list(client.indices.get(index=f"{address.name}*", expand_wildcards="all").body):
            # A test may have its faults still in the way, and a request that is repeated finds its work done.
            with suppress(ApiError):
                client.indices.delete(index=names)


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
