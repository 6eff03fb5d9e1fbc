"""Answers that are lost on their way back: the server has done what was asked, and is asked again.

Nodes that are killed lose some by chance; here each is lost once, on the real server.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import elastic_transport
import orjson
import pytest
from elastic_transport import Urllib3HttpNode

from archive.article import Prepared
from archive.engine import Commit, Search
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.state import Lease
from tests.conformance import corpus

Response = Any
"""Of the client's transport: `meta` and `body`."""
BATCH = corpus.mixed()[:6]
COMMIT_POINT = 4
"""Which of the requests of a commit: after lease, articles and refresh."""


class Network:
    """What lies between clients and servers: answers to writes go through `step`, to searches through `search`."""

    def __init__(self) -> None:
        self.writes = 0
        """So far."""
        self.step: Callable[[int, Response], Response] = pass_on
        self.search = self.step

    def passed(self, method: str, target: str, answer: Response) -> Response:
        if "_msearch" in target:
            return self.search(0, answer)
        if method in ("GET", "HEAD"):
            return answer
        self.writes += 1
        return self.step(self.writes, answer)


def pass_on(write: int, answer: Response) -> Response:
    return answer


def lose_first(write: int, answer: Response) -> Response:
    """Lose the answer to the first attempt of each."""
    if write % 2:
        raise elastic_transport.ConnectionError("lost on its way back")
    return answer


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    made = Network()
    perform = Urllib3HttpNode.perform_request

    def request(node: Urllib3HttpNode, method: str, target: str, *rest: Any, **options: Any) -> Response:
        return made.passed(method, target, perform(node, method, target, *rest, **options))

    monkeypatch.setattr(Urllib3HttpNode, "perform_request", request)
    return made


def moved(prepared: Prepared) -> Prepared:
    return replace(prepared, article=replace(prepared.article, url="https://example.org/moved"))


class Failed(Exception):
    """Of an indexer, in the middle of a batch."""


def fail(lease: Lease, *, next_number: int) -> None:
    raise Failed


def life(location: str, monkeypatch: pytest.MonkeyPatch) -> ElasticEngine:
    """All that an archive may go through."""
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    ids = [p.article.id for p in BATCH]
    assert engine.write(BATCH[:4]) == Commit(1, 4, 0, 0)
    # A commit that was given up, which the next one puts in order: a new article and an updated one.
    batch = [moved(BATCH[0]), BATCH[4]]
    with monkeypatch.context() as failing, suppress(Failed):
        failing.setattr(Lease, "commit", fail)
        engine.write(batch)
    assert engine.write([moved(BATCH[1]), BATCH[5]], [ids[3]]) == Commit(3, 1, 1, 1)
    engine.rebuild()
    assert engine.check() == []
    return engine


def test_every_write_may_be_repeated(network: Network, location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = life(f"{location}-1", monkeypatch)
    once, network.writes = network.writes, 0
    network.step = lose_first
    repeated = life(f"{location}-2", monkeypatch)
    assert network.writes >= 2 * once  # and some to make sure
    expected = whole.since(0)
    assert len(expected) == 4
    assert repeated.since(0) == expected


def test_a_commit_whose_answer_was_lost_counts_though_another_writer_went_on(network: Network, location: str) -> None:
    first = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    second = ElasticEngine.open(location)
    took = []

    def overtake(write: int, answer: Response) -> Response:
        if write < COMMIT_POINT:
            return answer
        network.step = pass_on
        took.append(second.write(BATCH[3:]))
        return lose_first(1, answer)

    network.writes, network.step = 0, overtake
    assert first.write(BATCH[:3]) == Commit(1, 3, 0, 0)
    assert took == [Commit(2, 3, 0, 0)]
    assert first.write([moved(BATCH[0])]) == Commit(3, 0, 1, 0)
    assert first.check() == []


def test_a_server_that_answered_before_is_waited_for(network: Network, location: str) -> None:
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)

    def out_of_reach(write: int, answer: Response) -> Response:
        if write <= 6:  # the client itself tries four times without a pause
            lose_first(1, answer)
        return answer

    network.writes, network.step = 0, out_of_reach
    assert engine.write(BATCH[:3]) == Commit(1, 3, 0, 0)
    assert network.writes > 6


BLOCKED = {"type": "cluster_block_exception", "reason": "blocked by: [SERVICE_UNAVAILABLE/2/no master];"}
MOVING = {"type": "illegal_index_shard_state_exception", "reason": "CurrentState[RECOVERING]"}


@pytest.mark.parametrize(
    ("write", "body"),
    [
        (2, {"errors": True, "items": [{"index": {"status": 503, "error": BLOCKED}}] * 3}),
        (2, {"errors": True, "items": [{"index": {"status": 404, "error": MOVING}}] * 3}),
        (3, {"_shards": {"total": 2, "successful": 1, "failed": 1}}),
    ],
    ids=["no master", "a copy that isn't ready", "a copy was lost while it was refreshed"],
)
def test_what_a_node_that_is_lost_hinders_is_tried_again(
    network: Network, location: str, write: int, body: dict[str, Any]
) -> None:
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)

    def hinder(number: int, answer: Response) -> Response:
        return answer._replace(body=orjson.dumps(body)) if number == write else answer

    network.writes, network.step = 0, hinder
    assert engine.write(BATCH[:3]) == Commit(1, 3, 0, 0)
    assert network.writes == COMMIT_POINT + 1
    assert engine.get([p.article.id for p in BATCH]).keys() == {p.article.id for p in BATCH[:3]}


@pytest.mark.parametrize("error", [MOVING, {"type": "search_phase_execution_exception", "root_cause": [MOVING]}])
def test_a_copy_that_is_not_ready_yet_is_asked_again(network: Network, location: str, error: dict[str, Any]) -> None:
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    engine.write(BATCH[:3])
    refused: list[int] = []

    def refuse(_: int, answer: Response) -> Response:
        if len(refused) == 2:
            return answer
        refused.append(404)
        parts = orjson.loads(answer.body)["responses"]
        parts[0] = {"error": error, "status": 404}
        return answer._replace(body=orjson.dumps({"responses": parts}))

    network.search = refuse
    assert engine.search(Search()).total == 3
    assert len(engine.since(0)) == 3
    assert len(refused) == 2


def test_a_node_that_is_stopping_is_asked_again_elsewhere(network: Network, location: str) -> None:
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)

    def stop(number: int, answer: Response) -> Response:
        if number % 2 == 0:
            return answer
        error = {"type": "node_closed_exception", "reason": "node closed"}
        meta = replace(answer.meta, status=500)
        return answer._replace(meta=meta, body=orjson.dumps({"error": error, "status": 500}))

    network.step = stop
    assert engine.write(BATCH[:3]) == Commit(1, 3, 0, 0)
