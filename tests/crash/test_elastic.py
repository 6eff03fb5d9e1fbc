"""Writers on Elasticsearch, killed or stopped at any moment.

What was committed stays, no half of a batch's new articles is ever seen, no updated article is ever missing, `since`
skips nothing, and a new run completes it.
"""

from __future__ import annotations

import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from archive.article import Prepared, Stored
from archive.batches import numbered
from archive.engine import Search
from archive.engines.elastic import ElasticEngine, bulk
from archive.engines.elastic import state as elastic_state
from archive.engines.elastic.connection import Conflict, Gone
from archive.engines.elastic.document import Place, document_id
from archive.engines.elastic.state import Lease, State, StateStore
from archive.engines.elastic.writing import operation
from archive.errors import ArchiveBusy, DatelineError
from archive.query import Query, Word
from tests.crash import writer
from tests.elasticsearch_server import drop_all

BATCHES = 8
LEASE = 1.0
"""Seconds."""
LARGE = 3_000
"""Articles in a batch that takes a second or more."""


@pytest.fixture
def location(elasticsearch_url: str) -> Iterator[str]:
    made = f"{elasticsearch_url}/crash-{secrets.token_hex(6)}"
    yield made
    drop_all(made)


@pytest.fixture
def engine(location: str) -> ElasticEngine:
    return ElasticEngine.create(location, "test", writer.DIMENSIONS, lease_seconds=LEASE)


def run(location: str, batches: int, size: int = writer.BATCH) -> subprocess.Popen[str]:
    command = [sys.executable, writer.__file__, location, str(batches), str(LEASE), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code, and what it said of errors."""
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


class Follower:
    """Reads on from where it was, as alerts and exports do; knows the newest version it was shown of each article."""

    def __init__(self, engine: ElasticEngine) -> None:
        self.engine = engine
        self.position = (0, "")
        self.known: dict[str, Stored] = {}

    def follow(self) -> None:
        while step := self.engine.since(*self.position, limit=500):
            assert [(s.sequence, s.article.id) for s in step] == sorted((s.sequence, s.article.id) for s in step)
            self.position = (step[-1].sequence, step[-1].article.id)
            self.known.update({s.article.id: s for s in step})


@contextmanager
def watching(engine: ElasticEngine, size: int) -> Iterator[list[int]]:
    """Reads all the while in another thread: how many articles there are, which must never be a part of a batch."""
    seen: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(engine.search(Search(limit=0)).total)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
    assert seen
    assert seen == sorted(seen)
    assert {n % size for n in seen} == {0}


def everything(engine: ElasticEngine) -> dict[str, Stored]:
    """All articles, walked from the beginning."""
    follower = Follower(engine)
    follower.follow()
    return follower.known


def assert_completed(engine: ElasticEngine, batches: int, size: int = writer.BATCH) -> None:
    """The archive holds just what that many batches make, each article whole and with a number of its own."""
    assert engine.check() == []
    expected = {p.article.id: p.article for place in range(batches) for p in writer.batch(place, size)}
    found = everything(engine)
    assert {id: s.article for id, s in found.items()} == expected
    assert sorted(s.number for s in found.values()) == list(range(len(expected)))
    assert engine.search(Search(limit=0)).total == len(expected)


def held(engine: ElasticEngine) -> bool:
    """Whether a writer has the lease."""
    return bool(StateStore(engine._connection).read()[0].writer)


def stop_in_its_batch(engine: ElasticEngine, process: subprocess.Popen[str], seconds: float) -> None:
    """SIGSTOP, so many seconds after it took the lease."""
    while not held(engine):
        time.sleep(0.005)
    time.sleep(seconds)
    process.send_signal(signal.SIGSTOP)


def test_killed_at_any_moment_and_run_again_gives_every_article_once(engine: ElasticEngine, location: str) -> None:
    chance = random.Random(11)
    reader, follower = ElasticEngine.open(location), Follower(ElasticEngine.open(location))
    killed_in_a_batch = 0
    with watching(reader, writer.BATCH):
        for _ in range(14):
            process = run(location, BATCHES)
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.random() * 0.25)
            process.send_signal(signal.SIGKILL)
            finish(process)
            killed_in_a_batch += held(engine)
            before = set(follower.known)
            follower.follow()
            # Nothing that was ever shown is missing, whatever became of its new version.
            assert before <= engine.get(before).keys() <= everything(engine).keys()
        code, errors = finish(run(location, BATCHES))
    assert code == 0, errors
    assert killed_in_a_batch > 3
    assert_completed(engine, BATCHES)
    follower.follow()
    assert {id: s.article for id, s in follower.known.items()} == {
        id: s.article for id, s in everything(engine).items()
    }


@pytest.mark.parametrize("seconds", [0.1, 0.5])
@pytest.mark.parametrize("batches", [0, 2], ids=["new articles", "new articles and updates"])
def test_a_writer_stopped_past_its_lease_adds_nothing_when_it_wakes(
    engine: ElasticEngine, location: str, batches: int, seconds: float
) -> None:
    for place in range(batches):
        engine.write(writer.batch(place, LARGE))
    follower = Follower(ElasticEngine.open(location))
    follower.follow()
    process = run(location, batches + 1, LARGE)
    stop_in_its_batch(engine, process, seconds)
    assert held(engine), "the batch was over before the writer was stopped: it must be larger"
    try:
        before = {p.article.id for place in range(batches) for p in writer.batch(place, LARGE)}
        assert everything(engine).keys() == before
        follower.follow()
        other = [writer.article(1_000_000 + i, 0) for i in range(writer.BATCH)]
        time.sleep(LEASE)
        sequence = engine.write(other).sequence
        assert sequence == batches + 2
        after = before | {p.article.id for p in other}
        assert everything(engine).keys() == after
        follower.follow()
    finally:
        process.send_signal(signal.SIGCONT)
    code, errors = finish(process)
    assert code != 0
    assert ArchiveBusy.__name__ in errors
    assert "run it again" in errors
    assert engine.check() == []
    found = everything(engine)
    assert found.keys() == after
    assert found.keys() == set(engine.get(after))
    # Whatever the stopped writer had updated belongs to a commit that came about.
    assert {s.sequence for s in found.values()} <= {*range(1, batches + 1), sequence}
    follower.follow()
    assert {id: s.article for id, s in follower.known.items()} == {id: s.article for id, s in found.items()}
    # Run again, it completes the batch.
    engine.write([], [p.article.id for p in other])
    code, errors = finish(run(location, batches + 1, LARGE))
    assert code == 0, errors
    follower.follow()
    final = {p.article.id: p.article for place in range(batches + 1) for p in writer.batch(place, LARGE)}
    assert {id: s.article for id, s in everything(engine).items()} == final
    assert {id: follower.known[id].article for id in final} == final


def test_two_writers_take_turns(engine: ElasticEngine, location: str) -> None:
    def write(first: int) -> None:
        own = ElasticEngine.open(location, lease_seconds=30.0)
        for i in range(4):
            own.write([writer.article(first + i, 0)])

    threads = [threading.Thread(target=write, args=(100 * n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.stats().sequence == 12
    assert sorted(s.number for s in engine.since(0)) == list(range(12))
    assert engine.check() == []


def test_a_writer_that_lives_is_waited_for_and_then_told_of(
    engine: ElasticEngine, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_state, "LEASE_WAIT", 0.2)
    engine.write(writer.batch(0))
    slow = ElasticEngine.open(location)
    done = threading.Event()
    with slow._writer.lease() as lease:

        def go_on() -> None:
            while not done.wait(0.02):
                lease._renew_at = 0
                lease.keep()

        living = threading.Thread(target=go_on)
        living.start()
        try:
            with pytest.raises(ArchiveBusy, match="Another process is writing"):
                engine.write(writer.batch(1))
        finally:
            done.set()
            living.join()
        lease.release()
    assert engine.write(writer.batch(1)).sequence == 2


def test_a_writer_that_gives_no_sign_of_life_is_waited_for_until_its_lease_is_over(
    engine: ElasticEngine, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_state, "LEASE_WAIT", 0.2)
    engine.write(writer.batch(0))
    lost = Lease.take(engine._store, engine._connection, LEASE)
    assert engine.write(writer.batch(1)).sequence == lost.sequence + 1


def test_whoever_waits_among_many_gets_a_turn(
    engine: ElasticEngine, location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long all of them take together."""
    monkeypatch.setattr(elastic_state, "LEASE_WAIT", 0.2)
    others = iter(range(40))

    def read(store: StateStore) -> tuple[State, tuple[int, int]]:
        present, version = whole(store)
        turn = next(others, None)
        return (present if turn is None else replace(present, writer=str(turn), expires=time.time() + turn), version)

    whole = StateStore.read
    monkeypatch.setattr(StateStore, "read", read)
    assert engine.write(writer.batch(0)).sequence == 1


def test_a_rebuild_that_was_killed_leaves_the_archive_as_it_was(engine: ElasticEngine, location: str) -> None:
    for place in range(4):
        engine.write(writer.batch(place))
    before = engine.since(0)

    def fail(batch: object) -> list[object]:
        raise ArchiveBusy("the preparation failed")

    with pytest.raises(DatelineError, match="preparation"):
        engine.rebuild(fail)  # type: ignore[arg-type]
    reader = ElasticEngine.open(location)
    assert reader.since(0) == before
    engine.rebuild()
    assert reader.since(0) == before
    assert_completed(reader, 4)
    assert engine.write(writer.batch(4)).sequence > 4


def test_searches_are_served_during_a_rebuild(engine: ElasticEngine, location: str) -> None:
    for place in range(3):
        engine.write(writer.batch(place, 250))
    reader = ElasticEngine.open(location)
    with watching(reader, 250) as seen:
        engine.rebuild()
        engine.rebuild()
        engine.write(writer.batch(3, 250))
    assert seen[0] == 750
    assert reader.stats().details["index"] == engine.stats().details["index"]
    assert_completed(reader, 4, 250)


# ---------------------------------------------------------------- at the very moments that chance seldom meets
def written(engine: ElasticEngine, batch: Sequence[Prepared]) -> Lease:
    """A commit up to the instant before its commit point: all is written and searchable but for the state."""
    lease = Lease.take(engine._store, engine._connection, LEASE)
    present = engine._writer._present(lease, engine._view.manifest, [p.article.id for p in batch])
    known = {id: (found.number, found.first_sequence) for id, found in present.items()}
    places = [
        (prepared, Place(number, lease.sequence, first, prepared.article.digest()))
        for prepared, number, first in numbered(batch, known, lease.sequence, lease.state.next_number)
    ]
    engine._writer._send(lease, places, {})
    return lease


def test_a_writer_lost_just_before_its_commit_point_has_added_nothing(engine: ElasticEngine, location: str) -> None:
    engine.write([writer.article(i, 0) for i in range(10)])
    reader, follower = ElasticEngine.open(location), Follower(ElasticEngine.open(location))
    follower.follow()
    lost = written(engine, [writer.article(i, 1) for i in range(8, 14)])
    old, new = {f"article-{i}" for i in range(10)}, {f"article-{i}" for i in range(10, 14)}
    for state in ("written", "taken over", "in order again"):
        assert {h.stored.article.id for h in reader.search(Search(limit=100)).hits} == old, state
        assert reader.get(old | new).keys() == everything(reader).keys() == old
        assert reader.stats().articles == len(old)
        assert reader.search(Search(Query((Word("version1"),)), "keyword")).total == 2
        follower.follow()
        if state == "written":
            assert follower.position[0] == 1
            time.sleep(LEASE)
            taken = Lease.take(engine._store, engine._connection, LEASE)
            taken.release()
        elif state == "taken over":
            assert engine.write([], ["article-0"]).sequence == 3
            old.remove("article-0")
    # The new versions belong to the commit that came about, so that nobody who follows misses them.
    assert {id for id, s in everything(reader).items() if s.sequence == 3} == {"article-8", "article-9"}
    assert all("version1" in follower.known[f"article-{i}"].article.body for i in (8, 9))
    with pytest.raises(ArchiveBusy):
        lost.commit(next_number=14)
    assert engine.write([writer.article(i, 1) for i in range(10, 14)]).added == 4
    assert sorted(s.number for s in engine.since(0)) == list(range(1, 14))
    assert engine.check() == []


def test_what_a_lost_writer_still_sends_is_refused(engine: ElasticEngine, location: str) -> None:
    engine.write([writer.article(i, 0) for i in range(10)])
    lost = Lease.take(engine._store, engine._connection, LEASE)
    time.sleep(LEASE)
    engine.write([writer.article(10, 0)])
    before = everything(engine)
    alias = engine._writer.writer_alias(lost.state.epoch)
    update, new = (
        operation(writer.article(i, 2), Place(i, lost.sequence, first, "late"), engine.analyser)
        for i, first in ((3, 1), (11, lost.sequence))
    )
    deletion = bulk.Operation("delete", {"_id": document_id("article-4")}, "article-4")
    for late in (update, new, deletion):
        # It looks at its lease before each request; a stop between that look and the request is what the alias is for.
        with pytest.raises(ArchiveBusy):
            lost._renew_at = 0
            bulk.send(engine._connection, alias, [late], lost.keep, alias=True)
        with pytest.raises(Gone):
            bulk.send(engine._connection, alias, [late], lambda: None, alias=True)
    engine._connection.refresh(engine._view.state.index)
    assert everything(ElasticEngine.open(location)) == before


def test_what_was_on_its_way_when_the_lease_was_lost_is_never_seen(engine: ElasticEngine, location: str) -> None:
    engine.write([writer.article(i, 0) for i in range(4)])
    lost = Lease.take(engine._store, engine._connection, LEASE)
    time.sleep(LEASE)
    engine.write([writer.article(i, 1) for i in range(2)])
    before = everything(engine)
    # As if a node had held the requests back: they name the index itself, which no alias guards.
    late = [
        operation(writer.article(i, 2), Place(i, lost.sequence, 1 if i < 4 else lost.sequence, "late"), engine.analyser)
        for i in (0, 4)
    ]
    index = engine._view.state.index
    with pytest.raises(Conflict):
        bulk.send(engine._connection, index, late[:1], lambda: None, alias=False)
    bulk.send(engine._connection, index, late[1:], lambda: None, alias=False)
    engine._connection.refresh(index)
    reader = ElasticEngine.open(location)
    assert everything(reader) == before
    assert reader.search(Search()).total == 4
    assert reader.get(["article-4"]) == {}
    assert engine.write([writer.article(4, 0)]).added == 1
    assert_numbers(reader, 5)


def assert_numbers(engine: ElasticEngine, count: int) -> None:
    assert engine.check() == []
    assert sorted(s.number for s in engine.since(0)) == list(range(count))


def test_an_update_on_its_way_counts_as_one_of_the_last_commit(engine: ElasticEngine) -> None:
    engine.write([writer.article(i, 0) for i in range(6)])
    engine.write([writer.article(i, 0) for i in range(6, 9)])
    lease = written(engine, [writer.article(i, 1) for i in (0, 7)])
    whole = engine.since(0)
    assert [(s.sequence, s.article.id[8:]) for s in whole] == [
        *((1, str(i)) for i in range(1, 6)),
        *((2, i) for i in "0678"),
    ]
    assert engine.since(2) == []
    assert [s.article.id for s in engine.since(2, "article-6")] == ["article-7", "article-8"]
    assert [s.article.id for s in engine.since(1, "article-4", 2)] == ["article-5", "article-0"]
    lease.commit(next_number=9)
    assert [(s.sequence, s.article.id) for s in engine.since(2)] == [(3, "article-0"), (3, "article-7")]
