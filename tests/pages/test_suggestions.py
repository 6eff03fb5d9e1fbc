"""Saved searches among the suggestions of the search box, in a real browser: without accounts, and with two."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import WIDE, open_page, session_of
from tests.pages.serving import Desk

OPTION = "#suggestions li"


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


def test_readers_are_offered_their_own_and_no_one_elses(browser: Browser, desk: Desk) -> None:
    ann, bob = desk.newcomer(), desk.newcomer()
    search = [("q", "Kursk"), ("mode", "keyword")]
    desk.saved.create(desk.accounts.named(ann).owner, search, "Zebra behind the border")
    for page in open_page(browser, desk.url, WIDE, session=session_of(browser, desk, ann)):
        page.goto("/")
        page.locator("#q").press_sequentially("zeb")
        expect(page.locator(OPTION)).to_have_count(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?q=Kursk&mode=keyword")
    for page in open_page(browser, desk.url, WIDE, session=session_of(browser, desk, bob)):
        page.goto("/")
        with page.expect_response("**/api/v1/suggest**") as answered:
            page.locator("#q").press_sequentially("zeb")
        assert answered.value.json()["searches"] == []
        expect(page.locator(OPTION)).to_have_count(0)
