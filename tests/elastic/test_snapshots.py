"""Snapshot and restore: the very lines of docs/elasticsearch.md, on a real server."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from archive.engine import Engine, Search
from archive.engines import open_archive
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.address import Address
from archive.errors import ArchiveMissing
from tests.conformance import corpus

DOCS = Path(__file__).parents[2] / "docs" / "elasticsearch.md"


@pytest.fixture
def repository(client: Elasticsearch) -> Iterator[str]:
    """The name of one that is gone after the test, if there is one."""
    name = f"backup-{secrets.token_hex(4)}"
    yield name
    client.snapshot.delete(repository=name, snapshot="*")
    client.snapshot.delete_repository(name=name)


def told(name: str, repository: str) -> tuple[str, str]:
    """The commands that take a snapshot, and those that restore it, for this archive and repository."""
    chapter = DOCS.read_text().partition("## Snapshots\n")[2].partition("\n## ")[0]
    taking, restoring = re.findall(r"^```text\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)
    names = {"http://localhost:9200": "$ES", "_snapshot/backup": f"_snapshot/{repository}", "news": name}
    names['"location": "dateline"'] = f'"location": "{repository}"'
    for old, new in names.items():
        taking, restoring = taking.replace(old, new), restoring.replace(old, new)
    return taking, restoring


def run(script: str, server: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-exc", script],
        env={**os.environ, "ES": server, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def whole(engine: Engine) -> list[tuple[object, ...]]:
    return [(c.stored, c.vectors.tobytes(), c.names) for c in engine.copies(0)]


def test_what_was_restored_from_a_snapshot_is_the_archive_as_it_was_and_can_be_written(
    location: str, client: Elasticsearch, repository: str
) -> None:
    address = Address(location)
    take, restore = told(address.name, repository)
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    engine.write(corpus.mixed()[:20])
    engine.write([], [corpus.mixed()[3].article.id])
    before, stats, copies = engine.since(0), engine.stats(), whole(engine)
    run(take, address.server)
    engine.write(corpus.mixed()[20:30])
    client.indices.delete(index=[f"{address.name}-1", f"{address.name}-state"])
    with pytest.raises(ArchiveMissing):
        open_archive(location)
    run(restore, address.server)
    restored = open_archive(location)
    assert restored.since(0) == before and whole(restored) == copies
    assert (restored.stats().articles, restored.stats().sequence) == (stats.articles, stats.sequence) == (19, 2)
    assert restored.check() == []
    assert restored.write(corpus.mixed()[15:30]).added == 10
    assert restored.search(Search()).total == 29
