"""A process is lost after one of its requests, each in turn: what it leaves is whole, and the next one goes on."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
from elastic_transport import Urllib3HttpNode
from elasticsearch import Elasticsearch

from archive.article import Article, Prepared
from archive.engines import diagnose
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.address import Address
from tests.conformance import corpus

LEASE = 0.1
"""Seconds: nobody else writes meanwhile."""


class Lost(BaseException):
    """Of a process that is no more: nothing in it goes on."""


class Line:
    """Between a process and its server; cut for good after so many further requests that change something."""

    def __init__(self) -> None:
        self.left: int | None = None

    def passes(self) -> None:
        """Before a request."""
        if self.left == 0:
            raise Lost

    def passed(self, method: str, target: str) -> None:
        """After it."""
        if self.left is not None and method not in ("GET", "HEAD") and "_msearch" not in target:
            self.left -= 1


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line()
    perform = Urllib3HttpNode.perform_request

    def request(node: Urllib3HttpNode, method: str, target: str, *rest: Any, **options: Any) -> Any:
        made.passes()
        answer = perform(node, method, target, *rest, **options)
        made.passed(method, target)
        return answer

    monkeypatch.setattr(Urllib3HttpNode, "perform_request", request)
    return made


def text(id: str, version: int = 0) -> Prepared:
    return corpus.prepared(Article(id, "", f"version {version}"), corpus.vectors_at([2], version))


def bodies(engine: ElasticEngine) -> dict[str, str]:
    return {s.article.id: s.article.body for s in engine.since(0)}


def opened(location: str) -> ElasticEngine:
    return ElasticEngine.open(location, lease_seconds=LEASE)


def test_of_a_writer(line: Line, location: str) -> None:
    ElasticEngine.create(location, dimensions=corpus.DIMENSIONS).write([text("kept"), text("old-0")])
    held = {"kept": "version 0", "old-0": "version 0"}
    for requests in itertools.count(1):
        new = {f"{name}-{requests}": f"version {requests}" for name in ("new", "old")}
        batch = [text(id, requests) for id in ("kept", *new)]
        gone = f"old-{requests - 1}"
        lost, line.left = opened(location), requests
        try:
            lost.write(batch, [gone])
        except Lost:
            ended = False
        else:
            ended = True
        line.left = None
        found = bodies(opened(location))
        assert new.items() <= found.items() or new.keys().isdisjoint(found)
        assert found.keys() - new.keys() - {gone} == held.keys() - {gone}
        assert found["kept"] in (held["kept"], f"version {requests}")
        time.sleep(LEASE)
        again = opened(location)
        again.write(batch, [gone])
        held = {**held, **new, "kept": f"version {requests}"}
        del held[gone]
        assert bodies(again) == held
        if ended:
            break
    assert requests > 3, "at least lease, articles, refresh, state"
    assert_sound(location)


def test_of_a_rebuild(line: Line, location: str, client: Elasticsearch) -> None:
    ElasticEngine.create(location, dimensions=corpus.DIMENSIONS).write([text(str(i)) for i in range(9)])
    for requests in itertools.count(1):
        before = opened(location).since(0)
        lost, line.left = opened(location), requests
        try:
            lost.rebuild()
        except Lost:
            ended = False
        else:
            ended = True
        line.left = None
        assert opened(location).since(0) == before
        time.sleep(LEASE)
        assert opened(location).write([text("0", requests)]).updated == 1
        assert bodies(opened(location)) == {**{str(i): "version 0" for i in range(9)}, "0": f"version {requests}"}
        if ended:
            break
    assert requests > 5, "at least lease, index, articles, refresh, aliases, state"
    opened(location).rebuild()
    assert len(client.indices.get(index=f"{Address(location).name}-*").body) == 2, "nothing is left over"
    assert_sound(location)


def test_of_a_creation(line: Line, location: str) -> None:
    for requests in itertools.count(1):
        there, line.left = f"{location}-{requests}", requests
        try:
            ElasticEngine.create(there, dimensions=corpus.DIMENSIONS)
        except Lost:
            line.left = None
            made = ElasticEngine.create(there, dimensions=corpus.DIMENSIONS)
            assert made.write([text("a")]).sequence == 1
        else:
            break
    assert requests == 3, "its state's index, its state, its index"
    line.left = None


def assert_sound(location: str) -> None:
    engine = opened(location)
    assert engine.check() == []
    numbers = [s.number for s in engine.since(0)]
    assert len(numbers) == len(set(numbers)) > 0
    assert diagnose(location).problems == ()
