"""What whoever runs the service sees: health, readiness, figures, log lines, and what overload does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message, Receive, Scope, Send

from archive.analysis import Analyser
from archive.engine import Page, Search
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from dateline.metrics import CONTENT_TYPE, Metrics
from dateline.observing import Observed
from dateline.operation import Readiness
from dateline.settings import Settings
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords


class Gate:
    """An engine whose searches wait until they are let through."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Semaphore(0)
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def search(self, search: Search) -> Page:
        self.entered.release()
        assert self.open.wait(60)
        if self.broken:
            raise RuntimeError("a defect with a secret in it")
        page: Page = self._engine.search(search)
        return page


class Served:
    """The whole application, observed, over the gate."""

    def __init__(self, engine: Any, **settings: Any) -> None:
        self.gate = Gate(engine)
        self.metrics, self.readiness = Metrics(), Readiness()
        embedder, gazetteer = BagOfWords(), Gazetteer.load()
        service = SearchService(
            self.gate,
            Analyser(),
            lambda: embedder,
            lambda: gazetteer,
            self.metrics.stage,  # type: ignore[arg-type]
        )
        app = create_app(
            service,
            settings=Settings.model_construct(**settings),
            metrics=self.metrics,
            readiness=self.readiness,
        )
        self.client = TestClient(Observed(app, self.metrics), raise_server_exceptions=False)

    def figure(self, name: str, **labels: str) -> float:
        text = self.client.get("/metrics").text
        found = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert len(found) == 1, (name, labels, found)
        return found[0]


@pytest.fixture
def served(service: SearchService) -> Iterator[Served]:
    served = Served(service.engine, search_threads=1, search_queue=2)
    with served.client:
        yield served


def test_health_counts_the_articles_and_ready_waits_for_the_model(served: Served) -> None:
    assert served.client.get("/health").json()["status"] == "ok"
    assert served.client.get("/ready").json() == {"status": "ready"}
    served.readiness.ready = False
    waiting = served.client.get("/ready")
    assert (waiting.status_code, waiting.json()["error"]["code"]) == (503, "not_ready")
    assert int(waiting.headers["Retry-After"]) == 1
    assert served.client.get("/health").status_code == 200, "loading is no illness"


def test_figures_count_requests_by_route_and_time_the_stages(served: Served) -> None:
    for q in ("Kursk", "Kyiv", "Kursk"):
        assert served.client.get("/api/v1/search", params={"q": q}).status_code == 200
    served.client.get("/api/v1/search?limit=x")
    served.client.get("/api/v1/articles/sample-001")
    served.client.get("/no/such/page")
    served.client.request("BREW", "/health")
    assert served.client.get("/metrics").headers["content-type"] == CONTENT_TYPE
    search, article = "/api/v1/search", "/api/v1/articles/{id:path}"
    assert served.figure("dateline_requests_total", route=search, status="200") == 3
    assert served.figure("dateline_requests_total", route=search, status="422") == 1
    assert served.figure("dateline_requests_total", route=article, status="200") == 1
    assert served.figure("dateline_requests_total", route="other", status="404") == 1
    assert served.figure("dateline_requests_total", method="other", status="405") == 1
    assert served.figure("dateline_request_seconds_count", route=search) == 4
    stages = {"understand": 3, "search": 3, "answer": 3, "write": 3, "encode": 2, "wait": 5}
    for stage, count in stages.items():
        assert served.figure("dateline_search_stage_seconds_count", stage=stage) == count, stage
    assert 0 < served.figure("dateline_search_stage_seconds_sum", stage="search") < 30
    assert served.figure("dateline_archive_articles") == served.client.get("/health").json()["articles"]
    assert served.figure("process_resident_memory_bytes") > 1e7


def test_a_request_is_counted_before_its_answer_leaves() -> None:
    """Whoever has an answer finds it in the figures, though another process of the service tells them."""
    metrics, counted = Metrics(), []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def sent(message: Message) -> None:
        counted.append(b'dateline_requests_total{method="GET",route="other",status="200"} 1.0' in metrics.text())

    # On a thread of its own: the browser of the page tests keeps this one's loop running.
    with start_blocking_portal() as portal:
        portal.call(Observed(app, metrics), {"type": "http", "method": "GET", "headers": []}, None, sent)
    assert counted == [True, True]


def test_a_log_line_names_the_route_and_never_what_was_looked_for(served: Served) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = served.client.get("/api/v1/search?q=topsecret", headers={"X-Request-Id": "abc-1"})
        served.client.get("/api/v1/articles/topsecret")
        served.client.get("/topsecret", headers={"X-Request-Id": "evil id\t" + "x" * 99})
        served.client.get("/health")
    assert answer.headers["X-Request-Id"] == "abc-1"
    assert [(line["route"], line["status"], line["log_level"]) for line in lines] == [
        ("/api/v1/search", 200, "info"),
        ("/api/v1/articles/{id:path}", 404, "info"),
        ("other", 404, "info"),
        ("/health", 200, "debug"),
    ]
    assert lines[0]["request_id"] == "abc-1" and lines[0]["ms"] > 0
    assert len(lines[2]["request_id"]) == 32, "an id that isn't fit for a log is replaced"
    assert "topsecret" not in repr(lines)


def test_a_defect_is_a_500_in_the_one_shape_with_its_traceback_in_the_log_alone(served: Served) -> None:
    served.gate.broken = True
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = served.client.get("/api/v1/search?q=Kursk")
        page = served.client.get("/?q=Kursk")
    assert answer.status_code == page.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert page.headers["content-type"].startswith("text/html")
    for body in (answer.text, page.text):
        assert "secret" not in body and "Traceback" not in body
    assert lines[0]["log_level"] == "error"
    assert lines[0]["request_id"] == answer.headers["X-Request-Id"]
    assert "a defect with a secret in it" in str(lines[0]["exc_info"])
    assert served.figure("dateline_requests_total", route="/api/v1/search", status="500") == 1


def test_overload_is_told_at_once_and_nobody_who_waits_is_forgotten(served: Served) -> None:
    served.gate.open.clear()
    answers: list[int] = []

    def ask() -> None:
        answers.append(served.client.get("/api/v1/search?q=Kursk").status_code)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    threads[0].start()
    assert served.gate.entered.acquire(timeout=120), "the only thread is taken"
    for thread in threads[1:]:
        thread.start()
    deadline = threading.Event()
    while served.figure("dateline_searches_waiting") < 2:
        assert not deadline.wait(0.02)
    assert served.figure("dateline_searches_running") == 1
    refused = served.client.get("/api/v1/search?q=Kursk")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "overloaded")
    assert int(refused.headers["Retry-After"]) > 0
    page = served.client.get("/?q=Kursk")
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "try again" in page.text and page.headers["Retry-After"]
    assert served.client.get("/health").status_code == 200, "an overloaded service is alive"
    served.gate.open.set()
    for thread in threads:
        thread.join(60)
    assert answers == [200, 200, 200]
    assert served.client.get("/api/v1/search?q=Kursk").status_code == 200


def test_an_export_that_has_begun_is_not_torn_by_overload(served: Served) -> None:
    whole = served.client.get("/api/v1/export").text
    assert len(whole.splitlines()) == served.client.get("/health").json()["articles"]
