"""Saved searches among the suggestions of the search box, in a real browser: without accounts, and with two."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.alerting import saved_for_now
from dateline.app import DEFAULTS, create_app
from search_api.accounts.store import Accounts
from search_api.service import SearchService
from tests.api.conftest import sample_archive as sample_archive
from tests.bag_of_words import BagOfWords
from tests.pages.conftest import WIDE, open_page

PASSWORD = "correct horse battery"
OPTION = "#suggestions li"


@pytest.fixture(scope="module")
def guarded(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a service with the accounts `ann` and `bob` is; Ann has saved a search."""
    folder = tmp_path_factory.mktemp("guarded") / "archive"
    shutil.copytree(sample_archive, folder)
    engine, embedder, gazetteer = EmbeddedEngine.open(folder), BagOfWords(), Gazetteer.load()
    service = SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer)
    saved = saved_for_now(service, DEFAULTS)
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(saved.store.database, hasher=hasher)
    ann = accounts.add("ann", PASSWORD, "reader")
    accounts.add("bob", PASSWORD, "reader")
    saved.create(ann.owner, [("q", "Kursk"), ("mode", "keyword")], "Strikes across the border")
    server = uvicorn.Server(
        uvicorn.Config(create_app(service, saved=saved, accounts=accounts), port=0, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    engine.close()


@pytest.fixture
def reader_of_guarded(browser: Browser, guarded: str) -> Iterator[Page]:
    yield from open_page(browser, guarded, WIDE)


def log_in(page: Page, name: str) -> None:
    page.goto("/")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button")
    expect(page.locator("#q")).to_be_visible()


def test_a_saved_search_is_offered_and_its_results_opened_by_key_or_click(page: Page) -> None:
    made = page.request.post("/api/v1/searches", data={"q": "Kursk", "name": "Zebra desk", "weapon": ["Storm Shadow"]})
    try:
        for opened in (lambda: page.keyboard.press("Enter"), lambda: page.click(OPTION)):
            page.goto("/")
            page.locator("#q").press_sequentially("news of the zeb")
            option = page.get_by_role("option", name="Zebra desk")
            expect(option).to_contain_text("saved search")
            page.keyboard.press("ArrowDown")
            expect(option).to_have_attribute("aria-selected", "true")
            opened()
            page.wait_for_url("**/?q=Kursk**weapon=Storm+Shadow")
            expect(page.locator("#q")).to_have_value("Kursk")
    finally:
        page.request.delete(f"/api/v1/searches/{made.json()['id']}")


def test_readers_are_offered_their_own_and_no_one_elses(reader_of_guarded: Page) -> None:
    page = reader_of_guarded
    log_in(page, "ann")
    page.locator("#q").press_sequentially("bord")
    expect(page.locator(OPTION)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=Kursk&mode=keyword")
    page.context.clear_cookies()
    log_in(page, "bob")
    with page.expect_response("**/api/v1/suggest**") as answered:
        page.locator("#q").press_sequentially("bord")
    assert answered.value.json()["searches"] == []
    expect(page.locator(OPTION)).to_have_count(0)
