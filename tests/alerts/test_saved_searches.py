"""Saved searches through the API and the worker, on both databases: owners, undo, failures, giving up."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from archive.analysis import Analyser
from archive.article import Article, Passage, Prepared
from archive.engines.embedded import EmbeddedEngine
from archive.errors import DatabaseError, NotFound
from archive.vectors import quantise
from dateline.app import create_app
from search_api.saved.database import Database, sqlite_url
from search_api.saved.mail import Mailer
from search_api.saved.matcher import Matcher
from search_api.saved.models import leases, metadata, saved_searches
from search_api.saved.outbox import Outbox, Patience
from search_api.saved.saving import SavedSearches
from search_api.saved.sending import Senders
from search_api.saved.store import Store, archive_id
from search_api.saved.webhook import Webhooks
from search_api.saved.worker import Lease, Worker
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

from .receivers import Hook

EMBEDDER = BagOfWords()
BASE = "http://localhost/"
SEARCHES = "/api/v1/searches"


class Desk:
    """An archive, its saved searches, and the application over both."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.moment = dt.datetime(2024, 5, 2, 9, tzinfo=dt.UTC)
        self.engine = EmbeddedEngine.create(folder, EMBEDDER.name, EMBEDDER.dimensions)
        self.service = SearchService(self.engine, Analyser(), lambda: EMBEDDER)
        self.store = Store(database, archive_id(self.engine.secret), lambda: self.moment)
        self.senders = Senders(Webhooks(allow_private=True), Mailer(None))
        self.saved = SavedSearches(self.service, self.store, self.senders, BASE)
        self.app: FastAPI = create_app(self.service, saved=self.saved)
        self.client = TestClient(self.app, raise_server_exceptions=False, base_url=BASE)

    def index(self, *bodies: str, title: str = "") -> None:
        """Articles whose ids are their bodies."""
        batch = []
        for body in bodies:
            article = Article(body, title, body, passages=(Passage(0, len(body)),))
            batch.append(Prepared(article, quantise(EMBEDDER.encode([body]))))
        self.engine.write(batch)

    def work(self, patience: Patience = Patience()) -> None:
        """One round of a new worker."""
        matcher = Matcher(self.engine, self.store, Analyser())
        Worker(self.store, matcher, Outbox(self.store, self.senders, BASE, patience)).round()

    def save(self, **given: Any) -> int:
        made = self.client.post(SEARCHES, json=given)
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    def get(self, path: str = "", status: int = 200) -> Any:
        answer = self.client.get(SEARCHES + path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, status: int = 200, **given: Any) -> Any:
        answer = self.client.post(SEARCHES + path, json=given or None)
        assert answer.status_code == status, answer.text
        return answer.json()

    def found(self, id: int) -> list[str]:
        """Ids of what it found, the first first."""
        return [m["id"] for m in reversed(self.get(f"/{id}/matches")["matches"])]


@pytest.fixture
def desk(folder: Path, database: Database) -> Iterator[Desk]:
    made = Desk(folder, database)
    yield made
    made.engine.close()


# ------------------------------------------------------------------------------------------------ tables
def test_the_migrations_make_the_tables_that_the_code_reads(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing_and_loses_nothing(desk: Desk) -> None:
    id = desk.save(q="bridge")
    desk.store.database.migrate()
    assert desk.get(f"/{id}")["parameters"] == {"q": "bridge"}


@given(text=st.text(st.characters(exclude_categories=()), max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_of_an_article_is_kept_as_it_is(database: Database, text: str) -> None:
    values = {"archive": "a", "owner": "o", "name": "n", "note": "", "parameters": [], "resolved": {}, "floor": 0}
    values |= {"revision": 1, "created": NOW, "changed": NOW, "began": 0, "sequence": 0, "seen": 0, "article": text}
    with database.write() as connection:
        id = connection.execute(insert(saved_searches).values(**values).returning(saved_searches.c.id)).scalar_one()
        asked = select(saved_searches.c.article, saved_searches.c.created).where(saved_searches.c.id == id)
        assert connection.execute(asked).one() == (text, NOW)


NOW = dt.datetime(2024, 5, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "no url", "postgresql://nobody@127.0.0.1:1/none", "sqlite:////no/where"]
)
def test_a_database_that_cant_be_used_is_a_sentence(url: str) -> None:
    with pytest.raises(DatabaseError) as raised:
        Database(url).migrate()
    assert "Traceback" not in raised.value.message and len(raised.value.message) > 40


# ------------------------------------------------------------------------------------------------ the API
def test_a_search_is_saved_listed_changed_deleted_and_brought_back(desk: Desk) -> None:
    id = desk.save(q="bridge Tyne", mode="hybrid", source=["Wire", "Desk"], note="For the desk", floor=0.4)
    one = desk.get(f"/{id}")
    assert one["name"] == "bridge Tyne" and one["parsed"] == "bridge Tyne" and one["floor"] == 0.4
    assert one["parameters"] == {"q": "bridge Tyne", "mode": "hybrid", "source": ["Wire", "Desk"]}
    changed = desk.client.patch(f"{SEARCHES}/{id}", json={"name": "Bridges", "source": None, "q": "bridge"}).json()
    assert changed["name"] == "Bridges" and changed["parameters"] == {"q": "bridge", "mode": "hybrid"}
    assert changed["note"] == "For the desk"
    assert desk.client.delete(f"{SEARCHES}/{id}").status_code == 200
    assert desk.get()["searches"] == [] and desk.get(f"/{id}", 404)["error"]["code"] == "not_found"
    assert [s["id"] for s in desk.get("?deleted=true")["searches"]] == [id]
    desk.index("a bridge while it is gone")
    desk.post(f"/{id}/restore")
    desk.work()
    assert desk.found(id) == ["a bridge while it is gone"], "it goes on where it stood"


def test_what_was_deleted_long_ago_is_gone_for_good(desk: Desk) -> None:
    id = desk.save(q="bridge")
    desk.client.delete(f"{SEARCHES}/{id}")
    desk.moment += dt.timedelta(days=29)
    assert desk.store.purge() == 0
    desk.moment += dt.timedelta(days=2)
    assert desk.store.purge() == 1
    desk.post(f"/{id}/restore", 404)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"q": '"open'}, "q"),
        ({"q": "a", "mode": "fuzzy"}, "mode"),
        ({"q": "a", "from": "soon"}, "from"),
        ({"q": "a", "floor": 0.1}, "floor"),
        ({"q": "a", "floor": "near"}, "floor"),
        ({"q": "a", "limit": "3"}, "limit"),
        ({"q": "a", "published": ["soon"]}, "published"),
        ({"q": "a", "weapon": "Kinzhal"}, "weapon"),
        ({"q": "a", "name": "x" * 201}, "name"),
        ({"q": "a", "name": "\x07"}, "name"),
        ({"q": "a", "note": "\x00"}, "note"),
        ({"q": "a\x00"}, "q"),
        ({"q": "a", "exclude.source": ["\x00"]}, "exclude.source"),
    ],
)
def test_what_cant_be_saved_is_refused_by_name(desk: Desk, given: dict[str, Any], name: str) -> None:
    fields = desk.post("", 422, **given)["error"]["fields"]
    assert [f["name"] for f in fields] == [name] and len(fields[0]["message"]) > 10
    assert desk.get()["searches"] == []


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"kind": "fax", "target": "1"}, "kind"),
        ({"kind": "webhook", "target": "ftp://example.org"}, "target"),
        ({"kind": "webhook", "target": "https://"}, "target"),
        ({"kind": "email", "target": "a@b.example\nBcc: c@d.example"}, "target"),
        ({"kind": "email", "target": "a@b.example", "zone": "Mars/Olympus"}, "zone"),
        ({"kind": "email", "target": "a@b.example", "zone": "../../etc/passwd"}, "zone"),
        ({"kind": "email", "target": "a@b.example", "schedule": "never"}, "schedule"),
        ({"kind": "email", "target": "a@b.example", "hour": 24}, "hour"),
        ({"kind": "email", "target": "a@b.example", "weekday": 0}, "weekday"),
        ({"kind": "email"}, "target"),
    ],
)
def test_an_alert_that_cant_be_is_refused_by_name(desk: Desk, given: dict[str, Any], name: str) -> None:
    id = desk.save(q="bridge")
    fields = desk.post(f"/{id}/alerts", 422, **given)["error"]["fields"]
    assert [f["name"] for f in fields] == [name]


def test_nobody_reaches_anothers(desk: Desk) -> None:
    id = desk.save(q="bridge")
    for act in (
        lambda: desk.store.get("another", id),
        lambda: desk.store.change("another", id, {"name": "mine"}),
        lambda: desk.store.delete("another", id),
        lambda: desk.store.restore("another", id),
        lambda: desk.store.mark_seen("another", id),
        lambda: desk.store.share("another", id, on=True),
        lambda: desk.saved.examples("another", id),
        lambda: desk.saved.add_alert("another", id, {"kind": "email", "target": "a@b.example"}),
    ):
        with pytest.raises(NotFound):
            act()  # type: ignore[no-untyped-call]
    assert desk.store.all("another") == [] and desk.get(f"/{id}")["name"] == "bridge"
    other = Store(desk.store.database, "0" * 16)
    with pytest.raises(NotFound):
        other.get("local", id)


def test_pages_of_other_sites_change_nothing(desk: Desk) -> None:
    id = desk.save(q="bridge")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        for path in (f"{SEARCHES}/{id}/restore", f"/saved/{id}/delete"):
            answer = desk.client.post(path, headers=headers, data={"a": "b"})
            assert answer.status_code == 403, path
    assert len(desk.get()["searches"]) == 1


def test_a_number_that_none_can_have_is_not_found(desk: Desk) -> None:
    for path in ("/saved/99999999999999999999", "/saved/99999999999999999999/alerts", "/saved/7/edit"):
        assert desk.client.get(path).status_code == 404
    id = desk.save(q="bridge")
    assert desk.client.get(f"/saved/{id}/matches?before=99999999999999999999&first=x").status_code == 200
    for path in (f"/saved/{id}/alerts/99999999999999999999/test", f"/saved/{id}/deliveries/99999999999999999999/retry"):
        assert desk.client.post(path, data={"a": "b"}).status_code == 404


def test_new_articles_are_counted_until_they_are_looked_at(desk: Desk) -> None:
    id = desk.save(q="bridge", mode="keyword")
    desk.index("bridge one", "bridge two", "a ferry")
    desk.work()
    assert (desk.get(f"/{id}")["new"], desk.get(f"/{id}")["total"]) == (2, 2)
    assert desk.post(f"/{id}/seen")["new"] == 0
    desk.index("bridge three", "bridge two")  # an update of what was found is no news
    desk.work()
    assert (desk.get(f"/{id}")["new"], desk.get(f"/{id}")["total"]) == (1, 3)
    first = desk.get(f"/{id}/matches?limit=2")
    rest = desk.get(f"/{id}/matches?limit=2&before={first['next']}")
    assert [m["id"] for m in first["matches"] + rest["matches"]] == ["bridge three", "bridge two", "bridge one"]
    assert rest["next"] is None


def test_an_edit_that_newly_matches_fires(desk: Desk) -> None:
    id = desk.save(q="bridge", mode="keyword")
    none = quantise(EMBEDDER.encode(["a"]))[:0]
    desk.engine.write([Prepared(Article("x", "A ferry", "b"), none)])
    desk.work()
    assert desk.found(id) == []
    desk.engine.write([Prepared(Article("x", "A bridge", "b"), none)])
    desk.work()
    assert desk.found(id) == ["x"]


def test_the_floor_decides_about_meaning_and_is_shown_by_examples(desk: Desk) -> None:
    desk.index("bridge", "bridge over the river", "river bank of a town", "bridge bridge river town far away")
    id = desk.save(q="bridge river", floor=0.6)
    examples = desk.get(f"/{id}/floor?at=0.5")["examples"]
    assert examples and all(e["fires"] == (e["cosine"] >= 0.5) for e in examples)
    assert [e["cosine"] for e in examples] == sorted((e["cosine"] for e in examples), reverse=True)
    assert {e["id"] for e in examples}.isdisjoint({"bridge over the river"}), "which fires by its words"
    assert desk.get(f"/{id}/floor?at=0.1", 422)["error"]["fields"][0]["name"] == "floor"
    keyword = desk.save(q="bridge", mode="keyword")
    assert desk.get(f"/{keyword}/floor")["examples"] == []


def test_a_feed_tells_what_was_found_and_then_what_was_there(desk: Desk) -> None:
    desk.index("old bridge", "a ferry")
    id = desk.save(q="bridge", mode="keyword", name="Bridges & <ferries>")
    desk.index("new bridge", "gone bridge")
    desk.work()
    desk.engine.write([], ["gone bridge"])
    feeds = {f: desk.client.get(f"{SEARCHES}/{id}/feed?format={f}") for f in ("atom", "rss", "jsonfeed")}
    items = json.loads(feeds["jsonfeed"].text)["items"]
    assert [i["title"] for i in items] == ["new bridge", "gone bridge", "old bridge"]
    atom = ElementTree.fromstring(feeds["atom"].content)
    assert atom.findtext("{http://www.w3.org/2005/Atom}title") == "Dateline: Bridges & <ferries>"
    assert len(ElementTree.fromstring(feeds["rss"].content).findall("channel/item")) == 3
    tag = feeds["atom"].headers["etag"]
    again = desk.client.get(f"{SEARCHES}/{id}/feed?format=atom", headers={"If-None-Match": tag})
    assert again.status_code == 304
    desk.index("newer bridge")
    desk.work()
    again = desk.client.get(f"{SEARCHES}/{id}/feed?format=atom&limit=1", headers={"If-None-Match": tag})
    assert "newer bridge" in again.text and "old bridge" not in again.text


def test_sharing_is_a_link_that_can_be_ended(desk: Desk) -> None:
    id = desk.save(q="bridge", mode="keyword", note="Mine")
    link = desk.post(f"/{id}/share")["shared"]
    path = link.removeprefix(BASE)
    desk.index("a bridge")
    desk.work()
    told = desk.client.get(f"/api/v1/{path}").json()
    assert told["total"] == 1 and told["parameters"] == {"q": "bridge", "mode": "keyword"} and "id" not in told
    assert "a bridge" in desk.client.get(told["feed"]).text
    assert "a bridge" in desk.client.get(link).text
    assert desk.post(f"/{id}/share")["shared"] == link
    desk.client.delete(f"{SEARCHES}/{id}/share")
    assert desk.client.get(link).status_code == 404 and desk.client.get(f"/api/v1/{path}").status_code == 404


# ------------------------------------------------------------------------------------------------ the worker
def test_a_search_that_fails_is_shown_and_goes_on_where_it_stood(desk: Desk) -> None:
    failing, sound = desk.save(q="bridge river"), desk.save(q="bridge", mode="keyword")
    other = Matcher(_Renamed(desk.engine, "another-model"), desk.store, Analyser())  # type: ignore[arg-type]
    desk.index("a bridge", "river bridge")
    for _ in other.steps():
        pass
    assert "another-model" in desk.get(f"/{failing}")["failing"] and desk.get(f"/{failing}")["sequence"] == 0
    assert desk.found(sound) == ["a bridge", "river bridge"], "others go on"
    assert desk.found(failing) == []
    desk.index("a river and a bridge")
    desk.work()  # the model is back
    assert desk.get(f"/{failing}")["failing"] is None
    assert {"river bridge", "a river and a bridge"} <= set(desk.found(failing))


def test_what_a_later_version_saved_waits_for_it(desk: Desk) -> None:
    id = desk.save(q="bridge", mode="keyword")
    with desk.store.database.write() as connection:
        resolved = connection.scalar(select(saved_searches.c.resolved))
        connection.execute(update(saved_searches).values(resolved={**resolved, "version": 99}))
    desk.index("a bridge")
    desk.work()
    assert "update it" in desk.get(f"/{id}")["failing"]
    assert desk.client.get(f"/saved/{id}").status_code == 200 and desk.client.get("/saved").status_code == 200
    with desk.store.database.write() as connection:
        connection.execute(update(saved_searches).values(resolved=resolved))
    desk.work()
    assert desk.found(id) == ["a bridge"] and desk.get(f"/{id}")["failing"] is None


def test_a_search_changed_while_it_is_matched_is_matched_as_it_is_now(desk: Desk) -> None:
    id = desk.save(q="bridge", mode="keyword")
    desk.index("a bridge", "a ferry")
    steps = Matcher(desk.engine, desk.store, Analyser()).steps()
    while next(steps) != "matched":
        pass
    desk.client.patch(f"{SEARCHES}/{id}", json={"q": "ferry"})
    for _ in steps:
        pass
    assert desk.found(id) == ["a ferry"]


def test_a_message_that_never_arrives_is_given_up_visibly_and_can_be_tried_again(desk: Desk, hook: Hook) -> None:
    hook.forget()
    if not hook.is_up:
        hook.start()
    hook.status = 500
    id = desk.save(q="bridge", mode="keyword")
    alert = desk.post(f"/{id}/alerts", 201, kind="webhook", target=hook.url)
    desk.index("a bridge")
    patience = Patience(in_all=dt.timedelta(hours=5))
    for _ in range(12):
        desk.work(patience)
        desk.moment += dt.timedelta(hours=1)
    (delivery,) = desk.get(f"/{id}/deliveries")["deliveries"]
    assert delivery["state"] == "given_up" and "500" in delivery["problem"] and delivery["next_attempt"] is None
    tried = len(hook.requests)
    assert 3 <= tried == delivery["attempts"] <= 7
    assert {head["Idempotency-Key"] for head, _ in hook.requests} == {delivery["key"]}
    assert "given up" in desk.client.get(f"/saved/{id}/deliveries").text
    hook.status = 200
    desk.post(f"/{id}/deliveries/{delivery['id']}/retry")
    desk.work(patience)
    assert desk.get(f"/{id}/deliveries")["deliveries"][0]["state"] == "delivered"
    assert hook.signed_with(alert["secret"]) and len(hook.received) == 1


def test_an_alert_can_be_tested_switched_off_and_on(desk: Desk, hook: Hook) -> None:
    hook.forget()
    if not hook.is_up:
        hook.start()
    id = desk.save(q="bridge", mode="keyword")
    alert = desk.post(f"/{id}/alerts", 201, kind="webhook", target=hook.url)["id"]
    assert desk.post(f"/{id}/alerts/{alert}/test") == {"arrived": True, "problem": None}
    assert hook.received[0][1]["test"] is True
    change = f"{SEARCHES}/{id}/alerts/{alert}"
    desk.client.patch(change, json={"active": False})
    desk.index("bridge while off")
    desk.work()
    desk.client.patch(change, json={"active": True})
    desk.index("bridge while on")
    desk.work()
    assert [a["id"] for _, body in hook.received[1:] for a in body["articles"]] == ["bridge while on"]
    assert desk.client.delete(change).status_code == 204
    hook.status = 500
    mail = desk.post(f"/{id}/alerts", 201, kind="email", target="a@b.example")["id"]
    assert desk.post(f"/{id}/alerts/{mail}/test")["arrived"] is False


def test_a_digest_tells_all_of_its_time_in_one_message(desk: Desk, hook: Hook) -> None:
    hook.forget()
    if not hook.is_up:
        hook.start()
    id = desk.save(q="bridge", mode="keyword")
    desk.post(f"/{id}/alerts", 201, kind="webhook", target=hook.url, schedule="daily", zone="Europe/London", hour=18)
    for i in range(3):
        desk.index(*(f"bridge {i} {j}" for j in range(50)))
        desk.work()
    assert hook.received == []
    desk.moment = dt.datetime(2024, 5, 2, 17, tzinfo=dt.UTC)
    desk.work()
    desk.work()
    ((_, body),) = hook.received
    assert body["count"] == 150 and len(body["articles"]) == 100
    page = desk.client.get(body["all"])
    assert page.status_code == 200 and "Earlier" in page.text


def test_one_process_works_at_a_time_and_another_takes_over(desk: Desk) -> None:
    one, other = Lease(desk.store), Lease(desk.store)
    assert one.hold() and not other.hold() and one.hold() and other.working()
    desk.moment += dt.timedelta(seconds=61)
    assert not other.working() and other.hold() and not one.hold()
    other.release()
    assert one.hold()
    one.tell("The archive is away.")
    assert desk.get()["standing_still"] == "The archive is away."
    with desk.store.database.read() as connection:
        assert len(connection.execute(select(leases)).all()) == 1


def test_searches_in_the_folder_of_another_archive_begin_again_and_repeat_nothing(desk: Desk, tmp_path: Path) -> None:
    id = desk.save(q="bridge", mode="keyword")
    desk.index("a bridge")
    desk.work()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "dateline.db").touch()
    other = EmbeddedEngine.create(tmp_path / "other", EMBEDDER.name, EMBEDDER.dimensions)
    desk.store = Store(desk.store.database, archive_id(other.secret), lambda: desk.moment)
    desk.store.adopt()
    desk.engine = other
    desk.index("a bridge", "another bridge")
    desk.work()
    assert [m.article for m in desk.store.matches(id)] == ["another bridge", "a bridge"]


class _Renamed:
    """An archive whose vectors are said to be of another model."""

    def __init__(self, engine: EmbeddedEngine, model: str) -> None:
        self._engine = engine
        self.model = model

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self._engine, name)
        return found


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "dateline.db").write_text("no database at all, but a text that is long enough to be read as one" * 20)
    with pytest.raises(DatabaseError, match="can't be used"):
        Database(sqlite_url(tmp_path / "dateline.db")).migrate()
