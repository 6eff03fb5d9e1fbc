"""Snapshot and restore, as docs/elasticsearch.md tells."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from archive.engine import Engine, Search
from archive.engines import diagnose, open_archive
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.address import Address
from archive.errors import ArchiveMissing
from tests.conformance import corpus


@pytest.fixture
def repository(elasticsearch_url: str) -> Iterator[tuple[Elasticsearch, str]]:
    client, name = Elasticsearch(elasticsearch_url), f"backup-{secrets.token_hex(4)}"
    client.snapshot.create_repository(name=name, repository={"type": "fs", "settings": {"location": name}})
    yield client, name
    client.snapshot.delete(repository=name, snapshot="*")
    client.snapshot.delete_repository(name=name)


def whole(engine: Engine) -> list[tuple[object, ...]]:
    return [(c.stored, c.vectors.tobytes(), c.names) for c in engine.copies(0)]


def test_what_was_restored_from_a_snapshot_is_the_archive_as_it_was_and_can_be_written(
    location: str, repository: tuple[Elasticsearch, str]
) -> None:
    client, backup = repository
    name = Address(location).name
    indexes = [f"{name}-1", f"{name}-state"]
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    engine.write(corpus.mixed()[:20])
    engine.write([], [corpus.mixed()[3].article.id])
    before, stats, copies = engine.since(0), engine.stats(), whole(engine)
    client.snapshot.create(
        repository=backup, snapshot="one", indices=indexes, include_global_state=False, wait_for_completion=True
    )
    engine.write(corpus.mixed()[20:30])
    client.indices.delete(index=indexes)
    with pytest.raises(ArchiveMissing):
        open_archive(location)
    client.snapshot.restore(
        repository=backup, snapshot="one", indices=indexes, include_global_state=False, wait_for_completion=True
    )
    assert diagnose(location).problems == ()
    restored = open_archive(location)
    assert restored.since(0) == before and whole(restored) == copies
    assert (restored.stats().articles, restored.stats().sequence) == (stats.articles, stats.sequence) == (19, 2)
    assert restored.check() == []
    assert restored.write(corpus.mixed()[15:30]).added == 10
    assert restored.search(Search()).total == 29
