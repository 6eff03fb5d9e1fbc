"""An archive of the bundled sample articles, behind the real application."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from dateline.opening import dates_in_query
from dateline.sample import sample_path
from indexer.entities import EntityReader
from indexer.pipeline import index
from indexer.prepare import Preparer
from indexer.readers import Reading
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample archive, indexed by the real pipeline."""
    folder = tmp_path_factory.mktemp("archives") / "sample"
    embedder = BagOfWords()
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    rejected: list[object] = []
    with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as committing:
        prepare = Preparer(embedder, EntityReader(Gazetteer.load()), reading)
        index(Reading([str(sample_path())]), engine, prepare, rejected.append, committing)
    assert rejected == []
    return folder


@pytest.fixture(scope="session")
def service(sample_archive: Path) -> SearchService:
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    engine = EmbeddedEngine.open(sample_archive)
    return SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer, dates=dates_in_query)


@pytest.fixture(scope="session")
def client(service: SearchService) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client
