"""Every error leaves in the one shape with its status, and searches never run on the event loop."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from archive import errors
from archive.errors import ArchiveBusy, ArchiveDamaged, CursorError, DatelineError, ParameterError, QueryError
from search_api.errors import RETRY_AFTER, error_body, status_of
from search_api.parameters import ParameterErrors
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers
from search_api.schemas import ErrorAnswer

RAISED: dict[str, DatelineError] = {
    "query": QueryError("A quote is left open.", position=6, end=7, cure="Close it."),
    "parameter": ParameterError("limit", "limit: too many."),
    "parameters": ParameterErrors([ParameterError("limit", "One."), ParameterError("sort", "Two.")]),
    "cursor": CursorError("This cursor is damaged."),
    "busy": ArchiveBusy("Another process is writing."),
    "damaged": ArchiveDamaged("/var/archive/passages.codes is torn at byte 4711."),
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/raise/{name}")
    async def fail(name: str) -> None:
        raise RAISED[name]

    @app.get("/whole")
    async def whole(number: int) -> int:
        return number

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("name", "status", "code", "fields"),
    [
        ("query", 422, "query_syntax", [("q", 6)]),
        ("parameter", 422, "parameter", [("limit", None)]),
        ("parameters", 422, "parameter", [("limit", None), ("sort", None)]),
        ("cursor", 422, "cursor", [("cursor", None)]),
        ("busy", 503, "archive_busy", []),
        ("damaged", 503, "archive_damaged", []),
    ],
)
def test_each_error_has_its_status_code_and_fields(
    client: TestClient, name: str, status: int, code: str, fields: list[tuple[str, int | None]]
) -> None:
    response = client.get(f"/raise/{name}")
    assert response.status_code == status
    error = ErrorAnswer.model_validate_json(response.content).error
    assert error.code == code
    assert [(f.name, f.position) for f in error.fields] == fields
    assert response.headers.get("retry-after") == (str(RETRY_AFTER) if status == 503 else None)


def test_a_syntax_error_says_the_cure(client: TestClient) -> None:
    assert client.get("/raise/query").json()["error"]["message"] == "A quote is left open. Close it."


def test_what_is_wrong_with_the_archive_stays_with_its_operator(client: TestClient) -> None:
    assert "/var/archive" not in client.get("/raise/damaged").text


@pytest.mark.parametrize("name", [n for n in errors.__all__ if n not in ("QueryError", "ParameterError")])
def test_every_kind_of_error_has_a_status_and_a_body(name: str) -> None:
    error = getattr(errors, name)("What is wrong, and what to do.")
    assert status_of(error) in (404, 409, 422, 503)
    assert ErrorAnswer.model_validate(error_body(error)).error.code == error.code


def test_what_the_framework_finds_wrong_has_the_same_shape(client: TestClient) -> None:
    for query in ("", "?number=%3Cscript%3E"):
        response = client.get("/whole" + query)
        assert response.status_code == 422
        error = ErrorAnswer.model_validate_json(response.content).error
        assert [f.name for f in error.fields] == ["number"]
        assert "script" not in response.text


def test_unknown_paths_and_methods_have_the_same_shape(client: TestClient) -> None:
    for response, status, code in (
        (client.get("/nothing"), 404, "not_found"),
        (client.post("/whole"), 405, "method_not_allowed"),
    ):
        assert response.status_code == status
        error = ErrorAnswer.model_validate_json(response.content).error
        assert error.code == code and "/openapi.json" in error.message


def test_searches_run_off_the_event_loop_a_few_at_a_time() -> None:
    pool, lock = SearchPool(threads=2), threading.Lock()
    running, most, threads = 0, 0, set()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            threads.add(threading.get_ident())
        time.sleep(0.02)
        with lock:
            running -= 1

    async def burst() -> int:
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(pool.run, work)
        return threading.get_ident()

    # In a thread of its own: the browser's tests keep a loop running in this one.
    with ThreadPoolExecutor(1) as alone:
        loop_thread = alone.submit(anyio.run, burst).result()
    assert most == 2
    assert loop_thread not in threads
