"""Whatever happens in between, each article that fits is recorded once, in order, and told at least once.

A machine indexes, updates and deletes, lets the worker die between any two of its steps, and takes the receiver of
webhooks away and brings it back. A model in plain Python says what each round of the worker must have found.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Generator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from archive.analysis import Analyser
from archive.article import Article, Passage, Prepared
from archive.engine import Engine
from archive.engines.elastic import ElasticEngine
from archive.engines.embedded import EmbeddedEngine
from archive.vectors import quantise
from search_api.saved.database import Database
from search_api.saved.mail import Mailer, Smtp
from search_api.saved.matcher import Matcher
from search_api.saved.outbox import Outbox, Patience
from search_api.saved.records import SavedSearch
from search_api.saved.saving import SavedSearches
from search_api.saved.sending import Senders
from search_api.saved.store import Store, archive_id
from search_api.saved.webhook import KEY, Webhooks
from search_api.saved.worker import Worker
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords
from tests.conftest import IN_CI
from tests.elasticsearch_server import drop

from .conftest import empty
from .receivers import Hook, MailServer

OWNER = "local"
BASE = "http://dateline.example/"
WORDS = ("bridge", "ferry", "tyne", "storm", "harbour")
IDS = tuple("abcdefgh")
SEARCHES: tuple[tuple[tuple[tuple[str, str], ...], float], ...] = (
    ((("q", "bridge"), ("mode", "keyword")), 0.5),
    ((("q", "bridge tyne"),), 0.55),
    ((("q", "storm harbour"), ("mode", "semantic")), 0.5),
    ((("q", "ferry -storm"), ("source", "Wire")), 0.9),
    ((("q", '"tyne bridge" OR harbour'),), 0.5),
)
WITHIN = ("recording", "making")
"""Boundaries within a transaction."""
EMBEDDER = BagOfWords()
ANALYSER = Analyser()
NO_PATIENCE = Patience(first=dt.timedelta(seconds=1), longest=dt.timedelta(seconds=2), in_all=dt.timedelta(days=365))


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.moment = dt.datetime(2024, 3, 30, 12, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += dt.timedelta(seconds=seconds)


def prepared(id: str, words: tuple[str, ...], source: str) -> Prepared:
    text = " ".join(words)
    article = Article(id, "", text, source=source, passages=(Passage(0, len(text)),) if text else ())
    vectors = quantise(EMBEDDER.encode([text])) if text else np.empty((0, EMBEDDER.dimensions), np.int8)
    return Prepared(article, vectors)


def fits(search: int, article: Prepared) -> bool:
    """The alert rule for the searches above, spelled out by hand."""
    words = article.article.body.split()
    text = article.article.body

    def near(query: str) -> bool:
        asked = quantise(EMBEDDER.encode([query]))[0].astype(np.int64)
        best = max((int(v.astype(np.int64) @ asked) for v in article.vectors), default=-1)
        return best >= SEARCHES[search][1] * 160_000

    match search:
        case 0:
            return "bridge" in words
        case 1:
            return {"bridge", "tyne"} <= set(words) or near("bridge tyne")
        case 2:
            return {"storm", "harbour"} <= set(words) or near("storm harbour")
        case 3:
            bound = "storm" not in words and article.article.source == "Wire"
            return bound and ("ferry" in words or near("ferry"))
        case _:
            return "tyne bridge" in text or "harbour" in words


class AlertMachine(RuleBasedStateMachine):
    make_engine: ClassVar[Callable[[], Engine]]
    discard: ClassVar[Callable[[Engine], None]]
    database: ClassVar[Database]
    hook: ClassVar[Hook]
    mail_server: ClassVar[MailServer]

    @initialize()
    def begin(self) -> None:
        empty(self.database)
        self.hook.forget()
        self.mail_server.mails.clear()
        if not self.hook.is_up:
            self.hook.start()
        self.clock = Clock()
        self.engine = type(self).make_engine()
        self.service = SearchService(self.engine, ANALYSER, lambda: EMBEDDER)
        self.store = Store(self.database, archive_id(self.engine.secret), self.clock)
        smtp = Smtp("127.0.0.1", self.mail_server.port, "none", "", "", "dateline@example.org")
        self.senders = Senders(Webhooks(allow_private=True), Mailer(smtp))
        self.saved = SavedSearches(self.service, self.store, self.senders, BASE)
        self.live: dict[str, tuple[Prepared, int]] = {}
        self.searches: dict[int, int] = {}
        """Saved search -> which of SEARCHES."""
        self.positions: dict[int, tuple[int, bool, str]] = {}
        self.expected: dict[int, list[str]] = {}
        self.deleted: set[int] = set()
        self.workers = [self._worker(), self._worker()]
        self.running: list[Generator[str, None, None] | None] = [None, None]
        self.last = ["", ""]
        self.snapshots: list[dict[str, tuple[Prepared, int]]] = [{}, {}]
        self.save(0, "at_once")
        self.save(1, "hourly")

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.settle()
        type(self).discard(self.engine)

    # ---------------------------------------------------------------- what happens
    @rule(which=st.integers(0, len(SEARCHES) - 1), schedule=st.sampled_from(("at_once", "hourly")))
    def save(self, which: int, schedule: str) -> None:
        pairs, floor = SEARCHES[which]
        made = self.saved.create(OWNER, pairs, f"search {which}", floor=floor)
        self.searches[made.id] = which
        self.positions[made.id] = (self.engine.stats().sequence, True, "")
        self.expected[made.id] = []
        self.saved.add_alert(OWNER, made.id, {"kind": "webhook", "target": self.hook.url})
        self.saved.add_alert(OWNER, made.id, {"kind": "email", "target": "a@example.org", "schedule": schedule})

    @rule(
        articles=st.dictionaries(
            st.sampled_from(IDS),
            st.tuples(st.lists(st.sampled_from(WORDS), max_size=5).map(tuple), st.sampled_from(("Wire", "Desk"))),
            min_size=1,
            max_size=4,
        ),
        gone=st.lists(st.sampled_from(IDS), max_size=2),
    )
    def index(self, articles: dict[str, tuple[tuple[str, ...], str]], gone: list[str]) -> None:
        batch = [prepared(id, words, source) for id, (words, source) in articles.items()]
        commit = self.engine.write(batch, gone)
        for id in gone:
            self.live.pop(id, None)
        self.live |= {p.article.id: (p, commit.sequence) for p in batch}

    @rule(id=st.sampled_from(IDS))
    def delete(self, id: str) -> None:
        self.engine.write([], [id])
        self.live.pop(id, None)

    @rule(steps=st.integers(1, 30), dies=st.booleans(), which=st.sampled_from((0, 0, 0, 1)))
    def work(self, steps: int, dies: bool, which: int) -> None:
        """A worker goes on for some steps, and stays alive between them: one, or now and then another beside it."""
        for _ in range(steps):
            if not self._step(which):
                break
        if self.last[which] in WITHIN:
            # Everybody else would wait for its transaction: it dies in the midst of it, or ends it.
            if dies:
                self.die(which)
            else:
                self._step(which)

    @rule(which=st.sampled_from((0, 1)))
    def die(self, which: int) -> None:
        """A worker is gone where it stands, with all it had in memory; another one begins."""
        running = self.running[which]
        if running is not None:
            running.close()
        self.running[which] = None
        self.workers[which] = self._worker()

    @rule()
    def receiver_goes(self) -> None:
        self.hook.stop()

    @rule()
    def receiver_comes_back(self) -> None:
        if not self.hook.is_up:
            self.hook.start()

    @rule(status=st.sampled_from((200, 200, 500, 302)))
    def receiver_answers(self, status: int) -> None:
        self.hook.status = status

    @rule(seconds=st.sampled_from((1, 10, 4000)))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_by(seconds)

    @rule(data=st.data())
    def delete_and_bring_back(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.searches)))
        if id in self.deleted:
            self.store.restore(OWNER, id)
            self.deleted.discard(id)
        else:
            self.store.delete(OWNER, id)
            self.deleted.add(id)

    @rule(data=st.data(), which=st.integers(0, len(SEARCHES) - 1))
    def edit(self, data: st.DataObject, which: int) -> None:
        """What it has found stays; what comes is matched as it is now, also what is just being matched."""
        id = data.draw(st.sampled_from(sorted(self.searches)))
        if id not in self.deleted:
            pairs, floor = SEARCHES[which]
            self.saved.change(OWNER, id, pairs=pairs, floor=floor)
            self.searches[id] = which

    # ---------------------------------------------------------------- what must hold
    @invariant()
    def no_match_is_there_twice_or_out_of_order(self) -> None:
        for id in getattr(self, "searches", ()):
            found = list(reversed(self.store.matches(id, limit=1000)))
            assert len({m.article for m in found}) == len(found)
            assert [(m.sequence, m.article) for m in found] == sorted((m.sequence, m.article) for m in found)

    def settle(self) -> None:
        """Everything comes back, and the worker has the time it needs."""
        self.receiver_comes_back()
        self.hook.status = 200
        for id in self.deleted:
            self.store.restore(OWNER, id)
        self.deleted.clear()
        for which in (0, 1):
            self.die(which)
        for round in range(2):
            for _ in range(3):
                self.clock.pass_by(4000)
                while self._step(0):
                    pass
            self._check()
            # Whatever was told, what comes next is told too.
            words = ("tyne", "bridge", "ferry", "harbour", "storm")
            self.index({f"last {round}": (words, "Wire"), f"late {round}": (words[:3], "Wire")}, [])

    def _check(self) -> None:
        keys: dict[str, tuple[int, tuple[int, ...]]] = {}
        told: dict[int, set[str]] = {}
        for key, body in self.hook.received:
            search = body["search"]["id"]
            content = (search, tuple(a["match"] for a in body["articles"]))
            assert keys.setdefault(key, content) == content, "one key is one message"
            told.setdefault(search, set()).update(a["id"] for a in body["articles"])
        in_deliveries = [match for _, some in keys.values() for match in some]
        assert len(in_deliveries) == len(set(in_deliveries)), "a match goes out under one key"
        mails = {mail[KEY]: mail.get_content() for mail in self.mail_server.mails}
        for id in self.searches:
            found = [m.article for m in reversed(self.store.matches(id, limit=1000))]
            assert found == self.expected[id], f"search {id}"
            assert told.get(id, set()) == set(found)
            counted = 0
            for delivery in self.saved.alerts.deliveries(self.store.get(OWNER, id), limit=1000):
                assert delivery.state == "delivered"
                if delivery.key in mails:
                    assert (
                        f"{BASE}saved/{id}/matches?first={delivery.first}&last={delivery.last}" in mails[delivery.key]
                    )
                    counted += delivery.count
            assert counted == len(found)

    # ---------------------------------------------------------------- the worker and its model
    def _worker(self) -> Worker:
        matcher = Matcher(self.engine, self.store, ANALYSER, batch=3)
        return Worker(self.store, matcher, Outbox(self.store, self.senders, BASE, NO_PATIENCE))

    def _step(self, which: int) -> bool:
        """One step of a worker; False at the end of a round."""
        running = self.running[which]
        if running is None:
            running = self.running[which] = self.workers[which].steps()
        try:
            step = self.last[which] = next(running)
        except StopIteration:
            self.running[which] = None
            self.last[which] = ""
            return False
        if step == "read":
            # What was read is what there was at this moment.
            self.snapshots[which] = dict(self.live)
        if step == "recorded":
            self._expect(self.snapshots[which])
        return True

    def _found(self) -> dict[int, SavedSearch]:
        return {s.id: s for s in self.store.all(OWNER)}

    def _expect(self, snapshot: dict[str, tuple[Prepared, int]]) -> None:
        """Where a search's position moved, all that lies between fires if it fits and hasn't before."""
        for id, found in self._found().items():
            start, end = self.positions[id], (found.sequence, not found.article, found.article)
            if start == end:
                continue
            assert start < end, "a position only rises"
            behind = sorted((sequence, id) for id, (_, sequence) in snapshot.items())
            for sequence, article in behind:
                if start < (sequence, False, article) <= end:
                    fires = fits(self.searches[id], snapshot[article][0])
                    if fires and article not in self.expected[id]:
                        self.expected[id].append(article)
            self.positions[id] = end


def _examples(count: int) -> settings:
    return settings(max_examples=count if IN_CI else max(5, count // 5), stateful_step_count=16)


def test_every_article_that_fits_is_recorded_once_and_told_at_least_once(
    database: Database, hook: Hook, mail_server: MailServer, tmp_path: Path
) -> None:
    numbers = itertools.count()

    def make() -> Engine:
        return EmbeddedEngine.create(tmp_path / str(next(numbers)), EMBEDDER.name, EMBEDDER.dimensions)

    class Machine(AlertMachine):
        pass

    Machine.make_engine = staticmethod(make)
    Machine.discard = staticmethod(lambda engine: engine.close())
    Machine.database, Machine.hook, Machine.mail_server = database, hook, mail_server
    run_state_machine_as_test(Machine, settings=_examples(200))


@pytest.mark.usefixtures("elasticsearch_url")
def test_on_elasticsearch_too(database: Database, hook: Hook, mail_server: MailServer, elasticsearch_url: str) -> None:
    numbers = itertools.count()

    def make() -> Engine:
        location = f"{elasticsearch_url}/alerts-{next(numbers)}-{id(database)}"
        return ElasticEngine.create(location, EMBEDDER.name, EMBEDDER.dimensions)

    class Machine(AlertMachine):
        pass

    def discard(engine: Engine) -> None:
        assert isinstance(engine, ElasticEngine)
        drop(engine)

    Machine.make_engine = staticmethod(make)
    Machine.discard = staticmethod(discard)
    Machine.database, Machine.hook, Machine.mail_server = database, hook, mail_server
    run_state_machine_as_test(Machine, settings=_examples(15))
