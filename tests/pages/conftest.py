"""The pages in a real browser: the sample archive and a few hostile articles, served by the real application."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from dateline.sample import sample_path
from indexer.entities import EntityReader
from indexer.pipeline import index
from indexer.prepare import Preparer
from indexer.readers import Reading
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

WIDE, NARROW = (1280, 900), (390, 844)

HOSTILE = (
    {
        "id": "markup/<i>?#1",
        "title": "<script>document.title = 'owned'</script> Quokka",
        "body": "<img src=x onerror=\"document.title='owned'\"> A quokka & \"friends\".\n\nSecond 'paragraph'.",
        "url": "javascript:document.title='owned'",
        "source": "</title><b>Source</b>",
        "authors": ["<svg onload=\"document.title='owned'\">"],
        "section": "\"><script>document.title='owned'</script>",
    },
    {
        "id": "long",
        "title": "",
        "body": "Quokka" + "quokka" * 60 + " stands alone. It is one word without an end.",
        "authors": ["Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2],
        "source": "S" * 200,
        "published_at": "2023",
    },
    {
        "id": "right-to-left",
        "title": "مدينة quokka",
        "body": "وصل الصاروخ إلى المدينة quokka",
        "language": "ar",
        "published_at": "2024-03-02",
        "url": "https://example.org/a?b=1&c=2",
    },
)


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application is served, on a free port."""
    folder = tmp_path_factory.mktemp("pages")
    hostile = folder / "hostile.jsonl"
    hostile.write_text("".join(json.dumps(article) + "\n" for article in HOSTILE), "utf-8")
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    _fill(folder / "archive", [sample_path(), hostile], embedder, gazetteer)
    engine = EmbeddedEngine.open(folder / "archive")
    app = create_app(SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started, "the application didn't start within 20 s"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    engine.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no browser here: install one with `apt-get install chromium`")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(params=["with scripts", "without scripts"])
def reader(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[Page]:
    """A wide page of a browser with or without scripts: every journey works in both."""
    yield from open_page(browser, base_url, WIDE, scripts=request.param == "with scripts")


@pytest.fixture(params=["wide", "wide without scripts", "narrow", "narrow without scripts"])
def traveller(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[Page]:
    """Every kind of page, for the long journeys."""
    size = NARROW if "narrow" in request.param else WIDE
    yield from open_page(browser, base_url, size, scripts="without" not in request.param)


@pytest.fixture
def page(browser: Browser, base_url: str) -> Iterator[Page]:
    """A wide page with scripts."""
    yield from open_page(browser, base_url, WIDE)


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    """A narrow page with scripts."""
    yield from open_page(browser, base_url, NARROW)


def open_page(browser: Browser, base_url: str, size: tuple[int, int], *, scripts: bool = True) -> Iterator[Page]:
    """Fails if the page broke its own security policy or a script of it failed."""
    context = browser.new_context(
        base_url=base_url, viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("request", lambda r: faults.append(f"asks {r.url}") if not r.url.startswith(base_url) else None)
    yield page
    context.close()
    assert faults == []


def _fill(folder: Path, paths: list[Path], embedder: BagOfWords, gazetteer: Gazetteer) -> None:
    engine = EmbeddedEngine.create(folder, embedder.name, embedder.dimensions)
    rejected: list[object] = []
    with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as committing:
        prepare = Preparer(embedder, EntityReader(gazetteer), reading)
        index(Reading([str(path) for path in paths]), engine, prepare, rejected.append, committing)
    engine.close()
    assert rejected == []
