"""Articles sent to the API: accepted and searchable, or rejected with a reason; from this machine alone."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import threading
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.engines.embedded.writing import write_lock
from archive.gazetteer import Gazetteer
from dateline import writing
from dateline.app import create_app
from dateline.settings import Settings
from dateline.writing_routes import WrittenAnswer, access_of
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

BRIDGE = {
    "id": "bridge",
    "title": "A bridge opens",
    "body": "Keir Starmer opened the new bridge over the Tyne on Monday.",
    "published_at": "2024-05-02",
    "source": "The Demo Courier",
}
URL = "/api/v1/articles"


def service_of(folder: Path) -> SearchService:
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    return SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One application for all tests, because the NER model takes seconds to load."""
    return create_app(service_of(tmp_path_factory.mktemp("archives") / "written"))


@pytest.fixture
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client
        for article in client.get("/api/v1/search?limit=1000&fields=id").json()["results"]:
            client.delete(f"{URL}/{article['id']}")


def total(client: TestClient, query: str) -> int:
    return int(client.get("/api/v1/search", params={"q": query, "mode": "keyword"}).json()["total"])


def lines(*articles: Any) -> bytes:
    return b"".join(json.dumps(a).encode() + b"\n" for a in articles)


def test_an_article_is_searchable_once_it_is_accepted(client: TestClient) -> None:
    before = client.get("/health").json()["sequence"]
    answer = client.post(URL, json=BRIDGE)
    assert answer.status_code == 200
    WrittenAnswer.model_validate(answer.json(), strict=True)
    assert answer.json() == {
        "sequence": before + 1,
        "accepted": [{"id": "bridge", "outcome": "added"}],
        "rejected": [],
        "rejections": 0,
    }
    assert total(client, "bridge Tyne") == 1
    assert total(client, 'person:"Keir Starmer"') == 1, "it went through the whole pipeline"
    assert client.get(f"{URL}/bridge").json()["published"] == "2024-05-02"


def test_the_same_again_is_unchanged_and_another_body_an_update(client: TestClient) -> None:
    client.post(URL, json=BRIDGE)
    again = client.post(URL, json=BRIDGE).json()
    assert again["accepted"] == [{"id": "bridge", "outcome": "unchanged"}]
    changed = client.post(URL, json={**BRIDGE, "body": "The ferry goes on."}).json()
    assert changed["accepted"] == [{"id": "bridge", "outcome": "updated"}]
    assert changed["sequence"] == again["sequence"] + 1
    assert (total(client, "ferry"), total(client, "Tyne")) == (1, 0)


def test_lines_are_accepted_and_rejected_one_by_one(client: TestClient) -> None:
    body = lines(BRIDGE, {"id": "empty", "title": "No body"}) + b"{broken\n" + lines({"body": "A ferry."})
    answer = client.post(URL, content=body, headers={"Content-Type": "application/jsonl"})
    assert answer.status_code == 200
    WrittenAnswer.model_validate(answer.json(), strict=True)
    told = answer.json()
    assert [a["outcome"] for a in told["accepted"]] == ["added", "added"]
    assert [(r["line"], r["id"]) for r in told["rejected"]] == [(2, "empty"), (3, None)]
    assert "body" in told["rejected"][0]["reason"] and "JSON" in told["rejected"][1]["reason"]
    assert told["rejections"] == 2
    assert total(client, "ferry") == 1


def test_an_array_may_hold_several_and_an_id_only_once(client: TestClient) -> None:
    told = client.post(URL, json=[BRIDGE, {**BRIDGE, "body": "Another."}, {"id": "b", "body": "Second."}]).json()
    assert [a["id"] for a in told["accepted"]] == ["bridge", "b"]
    assert told["rejected"][0]["id"] == "bridge" and "doubled" in told["rejected"][0]["reason"]


def test_gzip_is_read_with_or_without_its_header(client: TestClient) -> None:
    packed = gzip.compress(lines(BRIDGE)) + gzip.compress(lines({"id": "b", "body": "Second member."}))
    for headers in ({"Content-Encoding": "gzip"}, {}):
        answer = client.post(URL, content=packed, headers={"Content-Type": "application/x-ndjson", **headers})
        assert [a["id"] for a in answer.json()["accepted"]] == ["bridge", "b"]


@pytest.mark.parametrize(
    ("body", "type", "status", "says"),
    [
        (b"", "application/json", 422, "There are no articles"),
        (b"[]", "application/json", 422, "There are no articles"),
        (b"{", "application/json", 422, "fields"),
        (b"3", "application/json", 422, "fields"),
        (b"\xff\xfe\x00\xd8", "application/json", 422, "fields"),
        (b'{"title": "x"}', "application/jsonl", 422, "fields"),
        (b'{"body": "x"}', "application/x-www-form-urlencoded", 415, "Content-Type: application/json"),
        (b'{"body": "x"}', "", 415, "Content-Type: application/json"),
        (b"\x1f\x8bnothing", "application/json", 422, "gzip"),
        (gzip.compress(b'{"body": "x"}' * 99, mtime=0)[:-9], "application/json", 422, "gzip"),
    ],
)
def test_what_cant_be_indexed_is_an_error_that_says_why(
    client: TestClient, body: bytes, type: str, status: int, says: str
) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": type} if type else {})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert says in error["message"]
    assert error["code"] == ("unsupported_media_type" if status == 415 else "article")
    assert says != "fields" or all(f["message"] for f in error["fields"])
    assert client.get("/health").json()["articles"] == 0


def test_unknown_encodings_and_parameters_are_named(client: TestClient) -> None:
    brotli = client.post(URL, json=BRIDGE, headers={"Content-Encoding": "br"})
    assert (brotli.status_code, brotli.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert "'br'" in brotli.json()["error"]["message"]
    for answer in (client.post(f"{URL}?dry=1", json=BRIDGE), client.delete(f"{URL}/bridge?force=1")):
        assert answer.status_code == 422
        assert answer.json()["error"]["fields"][0]["name"] in ("dry", "force")


def test_too_much_is_refused_before_anything_is_indexed(tmp_path: Path) -> None:
    app = create_app(service_of(tmp_path / "small"), settings=Settings.model_construct(write_limit=1))
    with TestClient(app, base_url="http://localhost") as client:
        large = lines(*({"id": str(i), "body": "x" * 1000} for i in range(1100)))
        sent = {
            "announced": client.post(URL, content=large, headers={"Content-Type": "application/jsonl"}),
            "streamed": client.post(URL, content=iter([large]), headers={"Content-Type": "application/jsonl"}),
            "packed": client.post(URL, content=gzip.compress(large), headers={"Content-Type": "application/jsonl"}),
        }
        for how, answer in sent.items():
            assert (how, answer.status_code) == (how, 413)
            assert "1 MB" in answer.json()["error"]["message"]
        assert client.get("/health").json()["articles"] == 0


def test_millions_of_rejects_dont_make_a_giant_answer(client: TestClient) -> None:
    answer = client.post(URL, content=lines(BRIDGE) + b"3\n" * 5000, headers={"Content-Type": "application/jsonl"})
    assert answer.json()["rejections"] == 5000
    assert len(answer.json()["rejected"]) == writing.MOST_LISTED


def test_a_deleted_article_is_gone_and_deleting_it_again_is_a_404(client: TestClient) -> None:
    sequence = client.post(URL, json={**BRIDGE, "id": "http://a.example/b?c=1"}).json()["sequence"]
    path = f"{URL}/http%3A%2F%2Fa.example%2Fb%3Fc%3D1"
    answer = client.delete(path)
    assert (answer.status_code, answer.json()) == (200, {"id": "http://a.example/b?c=1", "sequence": sequence + 1})
    assert total(client, "bridge") == 0
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "[::bad"},
    ],
)
def test_pages_of_other_sites_may_not_write(client: TestClient, headers: dict[str, str]) -> None:
    client.post(URL, json=BRIDGE)
    for answer in (
        client.post(URL, json={"body": "x"}, headers=headers),
        client.delete(f"{URL}/bridge", headers=headers),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert client.get("/health").json()["articles"] == 1
    same = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post(URL, json=BRIDGE, headers=same).status_code == 200


@pytest.mark.parametrize(
    ("setting", "host", "access"),
    [
        ("local", "127.0.0.1", "local"),
        ("local", "::1", "local"),
        ("local", "localhost", "local"),
        ("local", "0.0.0.0", "off"),
        ("local", "192.168.1.7", "off"),
        ("on", "0.0.0.0", "on"),
        ("off", "127.0.0.1", "off"),
    ],
)
def test_who_may_write_follows_from_where_the_service_listens(setting: Any, host: str, access: str) -> None:
    assert access_of(setting, host) == access


@pytest.mark.parametrize(("writes", "host", "status"), [("on", "news.example", 200), ("off", "localhost", 403)])
def test_writing_can_be_turned_on_and_off(tmp_path: Path, writes: Any, host: str, status: int) -> None:
    app = create_app(service_of(tmp_path / "archive"), settings=Settings.model_construct(writes=writes))
    with TestClient(app, base_url=f"http://{host}") as client:
        answer = client.post(URL, json=BRIDGE)
        assert answer.status_code == status
        assert status == 200 or "DATELINE_WRITES" in answer.json()["error"]["message"]


def _hold(folder: str, held: Event, release: Event) -> None:
    with write_lock(Path(folder)):
        held.set()
        release.wait(60)


def test_while_another_process_writes_a_request_waits_and_then_says_when_to_come_back(tmp_path: Path) -> None:
    service = service_of(tmp_path / "busy")
    spawn = multiprocessing.get_context("spawn")
    held, release = spawn.Event(), spawn.Event()
    holder = spawn.Process(target=_hold, args=(str(tmp_path / "busy"), held, release))
    holder.start()
    try:
        assert held.wait(60)
        with TestClient(create_app(service), base_url="http://localhost") as client:
            busy = client.delete(f"{URL}/bridge")
            assert (busy.status_code, busy.json()["error"]["code"]) == (503, "archive_busy")
            assert int(busy.headers["Retry-After"]) > 0
            # It waits for its turn, and gets it when the other one is done.
            threading.Timer(1.0, release.set).start()
            assert client.post(URL, json=BRIDGE).status_code == 200
    finally:
        release.set()
        holder.join(60)
        assert holder.exitcode == 0


def test_two_requests_at_once_are_both_indexed(client: TestClient) -> None:
    answers: list[int] = []

    def post(name: str) -> None:
        articles = [{"id": f"{name}{i}", "body": f"Article {i} of {name}."} for i in range(40)]
        answers.append(client.post(URL, json=articles).status_code)

    threads = [threading.Thread(target=post, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [200, 200]
    assert (total(client, "left"), total(client, "right")) == (40, 40)
