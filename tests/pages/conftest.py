"""The pages in a real browser: the sample archive and a few hostile articles, served by the real application."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from benchmarks.hosting import served
from dateline.app import create_app
from dateline.sample import sample_path
from tests.pages.serving import PASSWORD, Desk, Ground

WIDE, NARROW = (1280, 900), (390, 844)
PATIENCE = 30_000
"""Milliseconds until what is waited for counts as missing: other tests run on the same cores."""

_NAMED = [
    "Vladimir Putin",
    "Storm Shadow missiles",
    "Kyiv",
    "the United Nations",
    "London",
    "Joe Biden",
    "ATACMS missiles",
]

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
    {
        "id": "crowded",
        "title": "A wombat among many names",
        "body": "\n\n".join(
            f"On {day} May 2024 {' and '.join(_NAMED[day % 5 :] + _NAMED[: day % 5])} spoke of a wombat."
            for day in range(1, 31)
        ),
        "published_at": "2024-06-01T08:00:00+02:00",
        "source": "The Wombat",
    },
    {"id": "bare", "title": "", "body": "A numbat, of which nobody says when or where."},
)


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's folder, to be copied: indexed once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "pages"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "archive").exists():
            made = Ground(shared / "begun")
            made.index(sample_path())
            made.add(shared / "hostile.jsonl", *HOSTILE)
            made.engine.close()
            (shared / "begun").rename(shared / "archive")
    return shared / "archive"


@pytest.fixture(scope="session")
def ground(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The archive of pages that nothing changes."""
    yield from _copied(indexed, tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def base_url(ground: Ground) -> Iterator[str]:
    """Where the application is served without accounts."""
    with served(create_app(ground.service, lambda: ground.gazetteer)) as url:
        yield url


@pytest.fixture(scope="session")
def desk(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The application with accounts, over an archive of its own that grows."""
    for ground in _copied(indexed, tmp_path_factory.mktemp("desk")):
        desk = Desk(ground)
        with served(desk.app) as desk.url:
            yield desk


def _copied(indexed: Path, folder: Path) -> Iterator[Ground]:
    shutil.copytree(indexed, folder / "archive")
    ground = Ground(folder / "archive")
    yield ground
    ground.engine.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no browser here: install one with `apt-get install chromium`")
    expect.set_options(timeout=PATIENCE)
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


def open_page(
    browser: Browser, base_url: str, size: tuple[int, int], *, scripts: bool = True, session: StorageState | None = None
) -> Iterator[Page]:
    """Fails if the page broke its own security policy or a script of it failed.

    `session`: the cookies of whoever has logged in.
    """
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        storage_state=session,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("request", lambda r: faults.append(f"asks {r.url}") if not r.url.startswith(base_url) else None)
    yield page
    context.close()
    assert faults == []


def session_of(browser: Browser, desk: Desk, name: str) -> StorageState:
    """Of a user who has logged in."""
    context = browser.new_context(base_url=desk.url)
    context.request.post("/login", form={"name": name, "password": PASSWORD, "next": "/"})
    state = context.storage_state()
    context.close()
    return state
