"""Every journey by keyboard alone: no test here clicks or moves the focus otherwise than by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import WIDE, open_page
from tests.pages.keys import Keys, misplaced
from tests.pages.serving import PASSWORD, Desk
from tests.pages.test_search_page import bars, count_in, facet, label_of, total


@pytest.fixture(params=["with scripts", "without scripts"])
def visitor(request: pytest.FixtureRequest, browser: Browser, desk: Desk) -> Iterator[Page]:
    """At the door of a service with accounts."""
    yield from open_page(browser, desk.url, WIDE, scripts=request.param == "with scripts")


def test_from_the_login_to_a_saved_search_its_alert_an_export_and_out(visitor: Page, desk: Desk) -> None:
    page, name = visitor, desk.newcomer()
    keys = Keys(page)
    page.goto("/?facet_limit=3")
    keys.to(page.get_by_label("Name")).type(name).press("Tab").type("wrong password").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    keys.to(page.get_by_label("Password")).type(PASSWORD).press("Enter")
    expect(page.locator(".results")).to_be_visible()

    # Mode by arrows, a value chosen, then left out, then a bar of the timeline.
    keys.to(page.locator("#q")).type("missile").to(page.locator("[name=mode]:checked")).press("ArrowRight", "Enter")
    page.wait_for_url("**mode=keyword*")
    everything = total(page)
    value = page.locator(f"{facet('Weapons systems')} .value", has_text="Storm Shadow")
    count = count_in(value.inner_text())
    keys.to(value).press("Enter")
    page.wait_for_url("**weapon=Storm*")
    assert total(page) == count
    keys.to(page.locator(f"{facet('Weapons systems')} li.chosen .exclude")).press("Enter")
    page.wait_for_url("**exclude.weapon=Storm*")
    assert total(page) == everything - count
    keys.skip().to(page.locator(".chips .remove")).press("Enter")
    page.wait_for_url(lambda url: "weapon" not in url)
    bar = bars(page)[0]
    count = count_in(label_of(bar))
    keys.skip().to(bar).press("Enter")
    page.wait_for_url("**published=*")
    assert total(page) == count

    # Saved: Enter in its name does it.
    keys.skip().to(page.locator("a.save")).press("Enter")
    page.wait_for_url("**/saved/new*")
    keys.to(page.get_by_label("Query")).type("missile strike").to(page.get_by_label("Search by")).press("ArrowUp")
    expect(page.get_by_label("Search by")).to_have_value("hybrid")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    keys.type("By keys").press("Enter")
    expect(page.locator("h1")).to_have_text("By keys")
    expect(page.locator(".asked")).to_contain_text("by words and meaning")
    keys.to(page.get_by_role("link", name="Edit")).press("Enter")
    page.wait_for_url("**/edit")
    keys.to(page.get_by_label("Name", exact=True)).type("Still by keys").press("Enter")
    expect(page.locator("h1")).to_have_text("Still by keys")

    # Told to somebody every day, then to nobody.
    keys.to(page.get_by_role("link", name="Alerts")).press("Enter")
    page.wait_for_url("**/alerts")
    keys.to(page.get_by_label("By", exact=True)).press("ArrowDown").press("Tab").type("desk@example.org")
    keys.press("Tab", "ArrowDown", "ArrowDown").to(page.get_by_role("button", name="Add this alert")).press("Space")
    expect(page.locator(".saved .about")).to_contain_text("every day at 8:00")
    keys.to(page.get_by_role("button", name="Switch off")).press("Enter")
    expect(page.locator(".saved .about")).to_have_text("switched off")

    # Taken home, and out.
    page.goto("/?q=missile&weapon=Storm+Shadow")
    count = total(page)
    keys.skip().to(page.get_by_role("link", name="Export", exact=True)).press("Enter")
    page.wait_for_url("**/export*")
    with page.expect_download() as saved:
        keys.to(page.get_by_role("link", name="JSON Lines")).press("Enter")
    assert len(Path(saved.value.path()).read_text("utf-8").splitlines()) == count
    page.goto("/account")
    keys.to(page.get_by_role("button", name="Log out")).press("Enter")
    page.wait_for_url("**/login")


def test_through_facets_map_comparison_and_an_article(page: Page) -> None:
    keys = Keys(page)
    page.goto("/facet/person?q=missile")
    keys.to(page.locator("[name=find]")).type("bid")
    expect(page.locator(".values li", has_text="Keir Starmer")).to_be_hidden()
    keys.to(page.locator(".values li", has_text="Joe Biden").locator("input")).press("Space")
    page.keyboard.press("Shift+Tab")
    while not page.evaluate("document.activeElement.name === 'find'"):
        page.keyboard.press("Shift+Tab")
    keys.type("starm").to(page.locator(".values li", has_text="Keir Starmer").locator("input")).press("Space")
    while not page.evaluate("document.activeElement.matches('button.main')"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=missile*person=*")
    assert sorted(page.locator(".chips .label").all_inner_texts()) == ["person: Joe Biden", "person: Keir Starmer"]

    page.goto("/map?q=missile")
    circle = page.locator(".world a").nth(2)
    count = count_in(circle.get_attribute("aria-label") or "")
    keys.skip().to(circle).press("Enter")
    page.wait_for_url("**place=*")
    assert total(page) == count

    page.goto("/compare")
    boxes = page.locator(".compare input[name=q]")
    keys.to(boxes.nth(0)).type("missile").to(boxes.nth(1)).type("drone").press("Enter")
    expect(page.locator(".compared li")).to_have_count(2)
    point = page.locator(".lines a").nth(2)
    count = count_in(point.get_attribute("aria-label") or "")
    keys.to(point).press("Enter")
    page.wait_for_url("**/?q=missile*")
    assert total(page) == count

    page.goto("/article/sample-001")
    weapons = page.locator("#mark-weapon")
    keys.to(weapons).press("Space")
    expect(weapons).not_to_be_checked()
    mention = page.locator(".text .mention:not([tabindex])", has_text="Mykolaiv").first
    keys.to(mention).press("Enter")
    expect(page.locator(".card a")).to_be_focused()
    keys.press("Escape")
    expect(mention).to_be_focused()
    keys.to(page.locator(".cite summary")).press("Enter")
    expect(page.locator(".cite pre")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    ["/?q=missile&weapon=Storm+Shadow", "/article/sample-001?q=Moskva", "/facet/person?q=missile", "/map?q=missile",
     "/entity/weapon/Storm%20Shadow", "/compare?q=missile&q=drone", "/saved/new?q=Kursk", "/batch", "/archive"],
)  # fmt: skip
def test_tab_comes_to_everything_in_the_order_of_the_page_and_out(page: Page, path: str) -> None:
    page.goto(path)
    assert misplaced(page) == []
