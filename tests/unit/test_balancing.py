"""Processes that share a socket let callers go to the one with the most time."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.types import Message, Receive, Scope, Send

from dateline.balancing import Balance, Balanced, alive


@pytest.fixture
def neighbour(tmp_path: Path) -> Balance:
    """Under the number of a process that lives as long as the tests do."""
    return Balance(tmp_path, pid=os.getppid())


@pytest.fixture
def own(tmp_path: Path, neighbour: Balance) -> Balance:
    own = Balance(tmp_path)
    own.meet()
    return own


def connection(balance: Balance, others: int) -> bytes | None:
    """The header of an answer that is given while the process answers some others."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"b")]})
        await send({"type": "http.response.body", "body": b"."})

    async def send(message: Message) -> None:
        sent.append(message)

    # On a thread of its own: the browser of the page tests keeps this one's loop running.
    with ExitStack() as stack, start_blocking_portal() as portal:
        for _ in range(others):
            stack.enter_context(balance.answering())
        portal.call(Balanced(app, balance), {"type": "http"}, None, send)
    start, body = sent
    headers = dict(start["headers"])
    assert (headers[b"x-a"], body["body"]) == (b"b", b".")
    return headers.get(b"connection")


@pytest.mark.parametrize(
    ("here", "there", "expected"), [(1, 0, None), (2, 0, b"close"), (4, 4, None), (5, 3, b"close"), (3, 5, None)]
)
def test_the_busier_of_two_ends_the_connection(
    own: Balance, neighbour: Balance, here: int, there: int, expected: bytes | None
) -> None:
    with ExitStack() as stack:
        for _ in range(there):
            stack.enter_context(neighbour.answering())
        assert connection(own, here - 1) == expected


def test_what_is_answered_counts_no_more(own: Balance) -> None:
    assert connection(own, 3) == b"close"
    assert connection(own, 0) is None


def test_one_process_alone_keeps_its_connections(tmp_path: Path) -> None:
    alone = Balance(tmp_path)
    alone.meet()
    assert connection(alone, 99) is None


def test_a_process_that_ended_is_no_neighbour(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not alive(ended.pid) and alive(os.getpid())
    Balance(tmp_path, pid=ended.pid)
    own = Balance(tmp_path)
    own.meet()
    assert connection(own, 99) is None
    assert [file.name for file in tmp_path.iterdir()] == [f"requests.{os.getpid()}"]
