"""The same answers on both engines, over real articles: order, sets, counts, timelines, pages."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from archive.analysis import Analyser
from archive.copying import compare, copy
from archive.engine import Engine
from archive.engines import create_copy
from archive.engines.cluster import ClusterSettings
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from benchmarks.equality import agreement, differences, headlines, requests
from benchmarks.exactness import differences as wrong_counts
from dateline.opening import open_preparer
from indexer.pipeline import index
from indexer.readers import read_stream
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

ARTICLES, QUERIES = 500, 500


@pytest.fixture(scope="module")
def embedded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """Real articles through the real pipeline; only their vectors are made quickly."""
    encoder = BagOfWords()
    engine = EmbeddedEngine.create(tmp_path_factory.mktemp("equal") / "archive", encoder.name, encoder.dimensions)
    with gzip.open(shared_data / "realtimeqa" / "articles.jsonl.gz") as file:
        lines = b"".join(islice(file, ARTICLES))
    with ThreadPoolExecutor(1) as committing:
        records = read_stream(io.BytesIO(lines), "realtimeqa", "jsonl")
        index(records, engine, open_preparer(encoder, Gazetteer.load()), lambda _: None, committing)
    assert engine.stats().articles > ARTICLES * 0.95
    return engine


@pytest.fixture(scope="module")
def elastic(embedded: EmbeddedEngine, elasticsearch_url: str) -> Iterator[Engine]:
    """The same archive, migrated."""
    engine = create_copy(f"{elasticsearch_url}/equality-{embedded.secret.hex()[:8]}", embedded.identity)
    copy(embedded, engine)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def graph(embedded: EmbeddedEngine, elasticsearch_url: str) -> Iterator[Engine]:
    """The same with a graph of vectors, which may miss some."""
    settings = ClusterSettings(vectors="hnsw")
    engine = create_copy(f"{elasticsearch_url}/graph-{embedded.secret.hex()[:8]}", embedded.identity, settings)
    copy(embedded, engine)
    yield engine
    engine.close()


def service(engine: Engine) -> SearchService:
    encoder, gazetteer = BagOfWords(), Gazetteer.load()
    return SearchService(engine, Analyser(), lambda: encoder, lambda: gazetteer)


def test_every_answer_is_the_same(embedded: EmbeddedEngine, elastic: Engine) -> None:
    articles = [s.article for s in embedded.since(0, limit=10_000)]
    asked = list(requests(articles, QUERIES))
    assert len(asked) == 3 * QUERIES
    assert list(differences(service(embedded), service(elastic), iter(asked))) == []


def test_with_a_graph_of_vectors_the_related_articles_agree_and_counts_are_those_of_its_own(
    embedded: EmbeddedEngine, graph: Engine
) -> None:
    articles = [s.article for s in embedded.since(0, limit=10_000)]
    shares = agreement(service(embedded), service(graph), headlines(articles, 60))
    assert len(shares) >= 100 and sum(shares) / len(shares) >= 0.95
    assert list(wrong_counts(service(graph), queries=5)) == []


def test_there_and_back_is_the_same_byte_for_byte(embedded: EmbeddedEngine, elastic: Engine, tmp_path: Path) -> None:
    back = EmbeddedEngine.create_copy(tmp_path / "back", elastic.identity)
    copy(elastic, back)
    months = compare(embedded, back)
    assert months and all(a == b for a, b in months.values())
    pairs = zip(embedded.copies(0, limit=10_000), back.copies(0, limit=10_000), strict=True)
    assert all(a.stored == b.stored and a.vectors.tobytes() == b.vectors.tobytes() for a, b in pairs)
