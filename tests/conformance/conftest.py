"""The engines of the suite, and archives filled once a session: the engine's and the oracle's side by side."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from archive.article import Prepared
from archive.engine import Commit, Engine, Identity
from archive.engines.cluster import ClusterSettings
from archive.engines.elastic import ElasticEngine
from archive.engines.embedded import EmbeddedEngine
from tests.elasticsearch_server import drop

from . import corpus
from .differences import marks
from .oracle import Oracle

settings.register_profile(
    "ci", derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and "make_pair" in item.fixturenames:
            for mark in marks(item.callspec.params["make_pair"], item.originalname):
                item.add_marker(mark)


@dataclass(frozen=True, slots=True)
class Kit:
    """How the suite makes an engine."""

    create: Callable[[Path], Engine]
    """A new, empty archive in (or named after) a folder that doesn't exist yet."""
    reopen: Callable[[Engine, Path], Engine]
    """The same archive after a restart."""
    create_copy: Callable[[Path, Identity], Engine]
    """An archive to copy another one into, or the unfinished one that is there."""
    open: Callable[[Path], Engine]
    discard: Callable[[Engine], None]
    """It isn't wanted any more: a server would keep it in memory."""


def _embedded() -> Kit:
    def reopen(engine: Engine, folder: Path) -> Engine:
        engine.close()
        return EmbeddedEngine.open(folder)

    return Kit(
        lambda folder: EmbeddedEngine.create(folder, dimensions=corpus.DIMENSIONS),
        reopen,
        EmbeddedEngine.create_copy,
        EmbeddedEngine.open,
        lambda engine: engine.close(),
    )


def _elastic(server: str, shards: int) -> Kit:
    cluster = ClusterSettings(shards=shards)

    def location(folder: Path) -> str:
        # As many archives as there are folders, of as many sessions as use the server.
        return f"{server}/{hashlib.blake2b(str(folder).encode(), digest_size=8).hexdigest()}-{os.getpid()}"

    def create(folder: Path) -> Engine:
        return ElasticEngine.create(location(folder), dimensions=corpus.DIMENSIONS, cluster=cluster)

    def reopen(engine: Engine, folder: Path) -> Engine:
        engine.close()
        return ElasticEngine.open(location(folder))

    def create_copy(folder: Path, identity: Identity) -> Engine:
        return ElasticEngine.create_copy(location(folder), identity, cluster=cluster)

    def discard(engine: Engine) -> None:
        assert isinstance(engine, ElasticEngine)
        drop(engine)

    return Kit(create, reopen, create_copy, lambda folder: ElasticEngine.open(location(folder)), discard)


ENGINES = ("embedded", "elastic", "elastic-3-shards")


@dataclass(slots=True)
class Pair:
    """An engine and the oracle; whatever is written goes to both, and both must report the same."""

    kit: Kit
    folder: Path
    engine: Engine
    oracle: Oracle

    def write(self, batch: Sequence[Prepared], delete: Sequence[str] = ()) -> Commit:
        commit = self.engine.write(batch, delete)
        assert commit == self.oracle.write(batch, delete)
        return commit

    def reopen(self) -> None:
        self.engine = self.kit.reopen(self.engine, self.folder)


@pytest.fixture(scope="session", params=ENGINES)
def make_pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Pair]:
    """Makes empty archives of the engine under test."""
    if request.param == "embedded":
        kit = _embedded()
    else:
        shards = 3 if request.param.endswith("3-shards") else 1
        kit = _elastic(request.getfixturevalue("elasticsearch_url"), shards)

    def make() -> Pair:
        folder = tmp_path_factory.mktemp("archive") / "archive"
        return Pair(kit, folder, kit.create(folder), Oracle())

    return make


@pytest.fixture
def pair(make_pair: Callable[[], Pair]) -> Iterator[Pair]:
    """An empty archive for one test."""
    made = make_pair()
    yield made
    made.kit.discard(made.engine)


@pytest.fixture(scope="session")
def mixed(make_pair: Callable[[], Pair]) -> Iterator[Pair]:
    """The awkward corpus after a life of batches, updates and deletions."""
    made = make_pair()
    articles = corpus.mixed()
    fill(made, articles)
    # Terms of what was deleted or replaced must not count any more.
    gone = corpus.mixed(seed=5)[:40]
    made.write([replace(p, article=replace(p.article, id=f"gone-{i}")) for i, p in enumerate(gone)])
    made.write(articles[:10], [f"gone-{i}" for i in range(len(gone))])
    yield made
    made.engine.close()


@pytest.fixture(scope="session")
def crowd(make_pair: Callable[[], Pair]) -> Iterator[Pair]:
    """An archive where more than 100 articles, and more than an engine proposes, hold most words."""
    made = make_pair()
    articles = corpus.crowd()
    fill(made, [replace(p, article=replace(p.article, body=p.article.body * 3)) for p in articles[::3]])
    fill(made, articles)
    yield made
    made.engine.close()


def fill(pair: Pair, articles: Sequence[Prepared], size: int = 45) -> None:
    """Write the articles in batches."""
    for start in range(0, len(articles), size):
        pair.write(articles[start : start + size])
