"""`dateline alerts run`, killed again and again while articles come in: nothing is skipped, nothing recorded twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.article import Article, Passage, Prepared
from archive.engines.embedded import EmbeddedEngine
from archive.vectors import quantise
from dateline.alerting import open_store
from dateline.settings import Settings
from search_api.saved.mail import Mailer
from search_api.saved.saving import SavedSearches
from search_api.saved.sending import Senders
from search_api.saved.webhook import Webhooks
from search_api.service import SearchService
from tests.alerts.receivers import Hook
from tests.bag_of_words import BagOfWords

DATELINE = Path(sys.executable).with_name("dateline")
ROUNDS = 4
OWNER = "local"


def test_a_killed_worker_skips_nothing_and_records_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)
    embedder = BagOfWords()
    engine = EmbeddedEngine.create(tmp_path / "archive", embedder.name, embedder.dimensions)
    settings = Settings(archive=str(tmp_path / "archive"), alerts_private=True)
    store = open_store(settings, engine)
    service = SearchService(engine, engine.analyser, lambda: embedder)
    senders = Senders(Webhooks(allow_private=True), Mailer(None))
    saved = SavedSearches(service, store, senders, "http://localhost/")
    hook = Hook()
    hook.start()
    queries = ("bridge", "ferry", "bridge ferry", "river")
    ids = [saved.create(OWNER, [("q", q), ("mode", "keyword")]).id for q in queries]
    for id in ids:
        saved.add_alert(OWNER, id, {"kind": "webhook", "target": hook.url})
    monkeypatch.setenv("DATELINE_ALERTS_PRIVATE", "true")
    words = ("bridge", "ferry", "river", "town")
    expected: dict[int, list[str]] = {id: [] for id in ids}
    number = 0

    def write(count: int) -> None:
        nonlocal number
        batch = []
        for _ in range(count):
            text = " ".join(chance.choices(words, k=3))
            article = Article(f"{number:04}", "", text, passages=(Passage(0, len(text)),))
            batch.append(Prepared(article, quantise(embedder.encode([text]))))
            held = set(text.split())
            for id, wanted in zip(ids, ({"bridge"}, {"ferry"}, {"bridge", "ferry"}, {"river"}), strict=True):
                if wanted <= held:
                    expected[id].append(article.id)
            number += 1
        engine.write(batch)

    def told(id: int) -> set[str]:
        return {a["id"] for _, body in hook.received if body["search"]["id"] == id for a in body["articles"]}

    for _ in range(ROUNDS):
        command = [DATELINE, "alerts", "run", "--archive", tmp_path / "archive"]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert worker.stdout is not None and b"follows" in worker.stdout.readline()
        for _ in range(chance.randint(1, 6)):
            write(chance.randint(1, 30))
            time.sleep(chance.random() * 0.3)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    # What a killed worker had claimed waits half a minute and more; all else is told at once.
    once(tmp_path / "archive")
    for id in ids:
        found = [m.article for m in reversed(store.matches(id, limit=10_000))]
        assert found == expected[id]
        waiting = [d for d in saved.alerts.deliveries(store.get(OWNER, id), limit=1000) if d.state == "waiting"]
        for delivery in waiting:
            saved.alerts.retry(store.get(OWNER, id), delivery.id)
    once(tmp_path / "archive")
    for id in ids:
        assert told(id) == set(expected[id])
    contents = dict(hook.received)
    assert all(contents[key] == body for key, body in hook.received), "one key is one message"
    hook.stop()
    store.database.close()


def once(archive: Path) -> None:
    """All that there is to do."""
    done = subprocess.run([DATELINE, "alerts", "run", "--once", "--archive", archive], check=False)
    assert done.returncode == 0
