"""The archive as an assistant sees it, asked by the protocol's own client: in memory, as a process, over HTTP."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from fastapi.testclient import TestClient
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from archive.gazetteer import Gazetteer
from search_api.assistant import LONGEST_TEXT, assistant_server
from search_api.service import SearchService

DATELINE = Path(sys.executable).with_name("dateline")
BASE = "http://news.example/"
TOKEN = "a long random text"


class Refused(Exception):
    """What a tool said instead of an answer."""


@pytest.fixture(scope="module")
def call(service: SearchService) -> Callable[..., dict[str, Any]]:
    gazetteer = Gazetteer.load()
    server = assistant_server(service, lambda: gazetteer, BASE)

    def ask(tool: str, **arguments: Any) -> dict[str, Any]:
        async def run() -> Any:
            async with Client(server) as client:
                return await client.call_tool(tool, arguments)

        return _content(_run(run))

    return ask


def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    """In a thread of its own: in this one the browser of other tests may have its event loop."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(anyio.run, work).result()


def _content(result: Any) -> dict[str, Any]:
    if result.is_error:
        raise Refused(result.content[0].text)
    found: dict[str, Any] = result.structured_content
    return found


def test_a_search_is_that_of_the_api_with_excerpts_and_links(call: Callable[..., Any], client: TestClient) -> None:
    found = call("search", query="Storm Shadow Kursk", limit=5, refine={"section": ["War"]})
    wanted = client.get("/api/v1/search", params={"q": "Storm Shadow Kursk", "limit": 5, "section": "War"}).json()
    assert found["total"] == wanted["total"]
    assert [r["id"] for r in found["results"]] == [r["id"] for r in wanted["results"]]
    for result in found["results"]:
        assert result["link"] == f"{BASE}article/{result['id']}"
        assert 50 < len(result["excerpt"]) <= 310
    assert "Storm Shadow" in found["results"][0]["excerpt"]


def test_a_search_goes_on_at_its_cursor(call: Callable[..., Any], client: TestClient) -> None:
    shown, cursor = [], None
    while (page := call("search", query="missile", limit=7, cursor=cursor)) and (cursor := page["next"]):
        shown += page["results"]
    shown += page["results"]
    wanted = client.get("/api/v1/search", params={"q": "missile", "limit": 1000}).json()["results"]
    assert [r["id"] for r in shown] == [r["id"] for r in wanted]
    assert len(shown) == page["total"] > 7


def test_facets_and_timelines_are_those_of_the_api(call: Callable[..., Any], client: TestClient) -> None:
    asked = {"q": "Kursk", "facet": ["weapon", "person"], "facet_limit": 4, "timeline": "year", "limit": 0}
    wanted = client.get("/api/v1/search", params=asked).json()
    facets = call("facets", query="Kursk", fields=["weapon", "person"], limit=4)
    assert facets == {"total": wanted["total"], "facets": wanted["facets"]}
    timeline = call("timeline", query="Kursk", interval="year")
    assert timeline["buckets"] == wanted["timeline"]["buckets"] != []


def test_an_article_is_read_part_by_part(call: Callable[..., Any], client: TestClient) -> None:
    body = client.get("/api/v1/articles/sample-001").json()["body"]
    text, start = "", 0
    while start is not None:
        part = call("article", id="sample-001", start=start, length=300)
        text, start = text + part["text"], part["next_start"]
    assert text == body and part["length"] == len(body)
    assert "weapon" in part["names"] and part["link"] == f"{BASE}article/sample-001"


def test_entities_and_similar_articles(call: Callable[..., Any]) -> None:
    found = call("entity", kind="weapon", name="SCALP")
    assert found["name"] == "Storm Shadow" and found["total"] > 0 and found["articles"][0]["link"].startswith(BASE)
    alike = call("similar", id="sample-052", limit=3)["results"]
    assert alike and all(r["id"] != "sample-052" and r["excerpt"] for r in alike)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {"query": "(open"}, "Write )"),
        ("search", {"from_date": "soon"}, "from"),
        ("search", {"cursor": "nonsense"}, "cursor"),
        ("search", {"limit": 1000}, "less than or equal to 25"),
        ("facets", {"fields": ["colour"]}, "Input should be"),
        ("article", {"id": "none"}, "from `search`"),
        ("article", {"id": "sample-001", "length": LONGEST_TEXT + 1}, "less than or equal"),
        ("similar", {"id": "none"}, "no article"),
        ("entity", {"kind": "weapon", "name": "Excalibur's sword"}, "try `search`"),
    ],
)
def test_what_is_wrong_is_told_so_that_it_can_be_mended(
    call: Callable[..., Any], tool: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=re.escape(said)):
        call(tool, **arguments)


def test_a_word_that_no_article_holds_is_named(call: Callable[..., Any]) -> None:
    assert "'xylophonist'" in call("search", query="Kursk xylophonist", mode="keyword")["note"]


# -------------------------------------------------------------------- as processes
async def _first(client: Client) -> dict[str, Any]:
    return _content(await client.call_tool("search", {"query": "Kursk", "mode": "keyword", "limit": 1}))


def test_over_standard_input_and_output(sample_archive: Path) -> None:
    command = StdioServerParameters(command=str(DATELINE), args=["mcp", "--archive", str(sample_archive)])

    async def run() -> dict[str, Any]:
        async with Client(command) as client:
            return await _first(client)

    assert _run(run)["total"] > 0


@pytest.fixture(scope="module")
def address(sample_archive: Path) -> Iterator[str]:
    environment = {**os.environ, "DATELINE_MCP_TOKEN": TOKEN}
    command = [DATELINE, "mcp", "--http", "--port", "0", "--archive", sample_archive]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/mcp", process.stdout.readline())
    assert found
    yield found[0]
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


def _over_http(address: str, token: str, ask: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            return await ask(client)

    return _run(run)


def test_over_http_for_who_has_the_token(address: str) -> None:
    assert _over_http(address, TOKEN, _first)["total"] > 0


def test_over_http_nobody_else_is_answered(address: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer wröng".encode("latin-1")}):
        refused = httpx2.post(address, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
        assert refused.status_code == 401 and refused.json()["error"]["code"] == "unauthorized"


def test_over_http_without_a_token_it_refuses_to_start(sample_archive: Path) -> None:
    command = [DATELINE, "mcp", "--http", "--archive", sample_archive]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "DATELINE_MCP_TOKEN" in done.stderr
