"""Nodes of a cluster are killed while an archive on it is searched and written.

Nobody is told of it: no request fails, every answer is complete, nothing committed is missing.
"""

from __future__ import annotations

import copy
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from elasticsearch import Elasticsearch

from archive.article import Prepared, Stored
from archive.engine import FACETS, Page, Refinement, Search, Timeline
from archive.engines.cluster import ClusterSettings
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.state import StateStore
from archive.query import Phrase, Query, Word
from tests.conformance import corpus
from tests.conformance.comparing import assert_same_page, walk
from tests.conformance.oracle import Oracle
from tests.elasticsearch_server import Cluster, running_cluster

NODES = 3
SHARDS = 2
PATIENCE = 60.0
"""Seconds that anything may take on a busy machine; a test that waits for so long fails."""
BREATH = 0.2
"""Seconds between two steps: servers that start on the same two cores need them too."""
NEW = 6
UPDATED = 6
"""Articles in each batch."""

VECTOR = corpus.vectors_at([2], 1002, 0.06)[0].tobytes()
FREE = Query((Word("missile"), Word("strike"), Word("Kursk")))
COUNTED = Search(FREE, "hybrid", VECTOR, facets=FACETS, timeline=Timeline("month"), limit=40)
SEARCHES = (
    COUNTED,
    replace(COUNTED, mode="keyword", refinements=(Refinement("source", ("Wire/Desk", None)),)),
    replace(COUNTED, mode="semantic"),
    Search(Query((Phrase("missile strike"),)), "keyword", facets=("person", "published"), limit=60),
    Search(sort="oldest", limit=100),
)
"""All modes, with further pages."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes that no other test uses, because they are killed."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), NODES) as started:
        yield started


@pytest.fixture(scope="module")
def observer(cluster: Cluster) -> Iterator[Elasticsearch]:
    with Elasticsearch(cluster.urls, max_retries=10, retry_on_timeout=True) as client:
        yield client


def until(condition: Callable[[], object], what: str) -> None:
    """Look again and again, until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s in vain: {what}"
        time.sleep(0.01)


# ---------------------------------------------------------------- who plays which part
def node_number(name: str) -> int:
    return int(name.rpartition("-")[2])


def master(observer: Elasticsearch) -> int:
    return node_number(observer.cat.master(format="json")[0]["node"])


def copies_of(observer: Elasticsearch, index: str, shard: int = 0) -> dict[str, int]:
    """Of a shard: `p` and `r` -> the node that holds the primary, or the replica."""
    found = observer.cat.shards(index=index, format="json")
    return {str(s["prirep"]): node_number(str(s["node"])) for s in found if s["shard"] == str(shard) and s["node"]}


def green(observer: Elasticsearch) -> None:
    """Wait until each shard has its replica, and nothing moves."""

    def is_green() -> bool:
        health = observer.cluster.health()
        return health["status"] == "green" and health["number_of_nodes"] == NODES and health["relocating_shards"] == 0

    until(is_green, "the cluster isn't green")


def holder_of_primaries(observer: Elasticsearch, index: str, state: str) -> int:
    """The node that holds the primary of the state; brought there where it isn't: one of the archive's."""
    # Else the cluster may bring it back, for the sake of balance.
    observer.cluster.put_settings(persistent={"cluster.routing.rebalance.enable": "none"})

    def is_there() -> bool:
        green(observer)
        wanted, here = copies_of(observer, state)["p"], copies_of(observer, index)
        if here["p"] == wanted:
            return True
        shard = {"index": index, "shard": 0}
        if here["r"] == wanted:
            cancel = {**shard, "node": f"node-{here['p']}", "allow_primary": True}
            observer.cluster.reroute(commands=[{"cancel": cancel}])
        else:
            move = {**shard, "from_node": f"node-{here['p']}", "to_node": f"node-{wanted}"}
            observer.cluster.reroute(commands=[{"move": move}])
        return False

    until(is_there, "the primaries don't come to one node")
    return copies_of(observer, state)["p"]


# ---------------------------------------------------------------- what runs meanwhile
class Indexing:
    """Commits one batch after the other: new articles, and new addresses of old ones, which no search asks for."""

    def __init__(self, engine: ElasticEngine) -> None:
        self.engine = engine
        self.oracle = Oracle()
        self.at: dict[int, Oracle] = {}
        """Sequence -> the archive as of that commit."""
        self.ids: list[str] = []
        """Of all that is committed."""
        self._chance = random.Random(17)
        self.write(corpus.crowd()[:150])

    def step(self) -> None:
        number = len(self.at)
        new = [corpus.random_article(self._chance, f"new/{number:04}/{i}") for i in range(NEW)]
        known = self.oracle.get(self._chance.sample(self.ids, UPDATED))
        copies = {c.stored.article.id: c for c in self.oracle.copies(0, limit=100_000)}
        updated = [
            Prepared(replace(article, url=f"https://example.org/{number}"), copies[id].vectors, copies[id].names)
            for id, article in ((id, s.article) for id, s in known.items())
        ]
        self.write([*new, *updated])

    def write(self, batch: Sequence[Prepared]) -> None:
        # First the oracle: readers may see the commit before `write` has returned.
        expected = self.oracle.write(batch)
        self.at[expected.sequence] = copy.copy(self.oracle)
        assert self.engine.write(batch) == expected
        self.ids += [p.article.id for p in batch if p.article.id not in set(self.ids)]


@dataclass
class Searching:
    """Walks through the pages of searches, again and again."""

    engine: ElasticEngine
    searches: Sequence[Search]
    found: list[tuple[Search, list[Page]]] = field(default_factory=list)

    def step(self) -> None:
        for search in self.searches:
            self.found.append((search, list(walk(self.engine, search))))

    def check(self, at: dict[int, Oracle]) -> None:
        """Each page is the oracle's at that commit; an update may show a moment early."""
        for search, pages in self.found:
            cursor = None
            for page in pages:
                expected = at[page.sequence].search(replace(search, cursor=cursor))
                assert_same_page(without_updates(page), without_updates(expected))
                cursor = expected.next
            assert [p.sequence for p in pages] == sorted(p.sequence for p in pages)


def without_updates(page: Page) -> Page:
    """As it would be if nothing were ever updated."""

    def plain(stored: Stored) -> Stored:
        article = replace(stored.article, url=None)
        return replace(stored, article=article, sequence=stored.first_sequence, digest="")

    return replace(page, hits=tuple(replace(hit, stored=plain(hit.stored)) for hit in page.hits))


@dataclass
class Following:
    """Reads on from where it was, as alerts and exports do, and gets what is committed by id."""

    engine: ElasticEngine
    indexing: Indexing
    position: tuple[int, str] = (0, "")
    known: dict[str, Stored] = field(default_factory=dict)

    def step(self) -> None:
        committed = list(self.indexing.ids)
        assert self.engine.get(committed).keys() == set(committed)
        assert self.engine.stats().articles >= len(committed)
        while step := self.engine.since(*self.position, limit=70):
            places = [(s.sequence, s.article.id) for s in step]
            assert places == sorted(places) and places[0] > self.position
            self.position = places[-1]
            self.known.update({s.article.id: s for s in step})
        assert self.known.keys() >= set(committed)


class Work:
    """A step repeated in a thread of its own until it is stopped, or fails."""

    def __init__(self, step: Callable[[], None]) -> None:
        self.steps = 0
        self.error: BaseException | None = None
        self._step = step
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopped.wait(BREATH):
                self._step()
                self.steps += 1
        except BaseException as error:
            self.error = error


@contextmanager
def running(steps: Sequence[Callable[[], None]]) -> Iterator[Callable[[int], None]]:
    """Does all of it at once; gives a function that waits until each has done so many further steps."""
    works = [Work(step) for step in steps]

    def further(count: int) -> None:
        goals = [work.steps + count for work in works]

        def reached() -> bool:
            for work in works:
                if work.error:
                    raise work.error
            return all(work.steps >= goal for work, goal in zip(works, goals, strict=True))

        until(reached, f"{count} further steps of each")

    try:
        yield further
    finally:
        for work in works:
            work.stop()
    for work in works:
        if work.error:
            raise work.error


# ---------------------------------------------------------------- the tests
@pytest.fixture(scope="module")
def indexing(cluster: Cluster) -> Indexing:
    """An archive that lives through all of it."""
    location = f"{cluster.urls[0]}/nodes-{secrets.token_hex(4)}"
    return Indexing(ElasticEngine.create(location, dimensions=corpus.DIMENSIONS, cluster=settings(cluster)))


def settings(cluster: Cluster) -> ClusterSettings:
    return ClusterSettings(urls=tuple(cluster.urls), shards=SHARDS)


@pytest.mark.parametrize("role", ["elected master", "holder of primaries, which the URL names"])
def test_a_node_is_killed_and_nobody_is_told(
    cluster: Cluster, observer: Elasticsearch, indexing: Indexing, role: str
) -> None:
    name = indexing.engine._connection.address.name
    articles, state = f"{name}-1", f"{name}-state"
    green(observer)
    assert copies_of(observer, articles).keys() == copies_of(observer, state).keys() == {"p", "r"}
    if role == "elected master":
        victim = master(observer)
        named = victim % NODES + 1
    else:
        named = victim = holder_of_primaries(observer, articles, state)

    def opened() -> ElasticEngine:
        return ElasticEngine.open(f"{cluster.urls[named - 1]}/{name}", settings(cluster))

    indexing.engine, shared = opened(), opened()
    searching = [Searching(shared, SEARCHES[:2]), Searching(shared, SEARCHES[2:])]
    following = Following(opened(), indexing)
    store = StateStore(opened()._connection)
    with running([indexing.step, *(s.step for s in searching), following.step]) as further:
        further(1)
        until(lambda: store.read()[0].writer, "nobody writes")
        cluster.kill(victim)
        further(2)
        cluster.resume(victim)
        further(1)
        green(observer)

    for each in searching:
        each.check(indexing.at)
    following.step()
    late = opened()
    whole = {s.article.id: s for s in late.since(0, limit=100_000)}
    expected = {s.article.id: s for s in indexing.oracle.since(0, limit=100_000)}
    for found in (whole, following.known, late.get(expected)):
        assert found == expected
    assert late.check() == []
    for search in SEARCHES:
        assert_same_page(late.search(search), indexing.oracle.search(search))
    assert late.state == indexing.engine.state
