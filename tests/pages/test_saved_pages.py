"""Saved searches in a real browser, with and without scripts: saved, edited, shared, deleted and brought back."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def saved(reader: Page) -> str:
    """The page of a search that was saved from its results."""
    reader.goto("/?q=Storm+Shadow&weapon=Storm+Shadow&exclude.source=The+Demo+Courier")
    reader.click("a.save")
    expect(reader.locator("#q")).to_have_value("Storm Shadow")
    reader.fill("#name", "Strikes <i>")
    reader.fill("#note", "For the desk")
    reader.click("text=Show examples for this")
    expect(reader.locator("#name")).to_have_value("Strikes <i>")
    reader.click("button.main")
    reader.wait_for_url("**/saved/*")
    return reader.url


def test_a_search_is_saved_from_its_results_and_keeps_its_refinements(reader: Page, saved: str) -> None:
    expect(reader.locator("h1")).to_have_text("Strikes <i>")
    expect(reader.locator(".asked")).to_contain_text("weapon: Storm Shadow")
    expect(reader.locator(".asked")).to_contain_text("not source: The Demo Courier")
    reader.click("text=Search now")
    expect(reader).to_have_url("/?q=Storm+Shadow&mode=hybrid&weapon=Storm+Shadow&exclude.source=The+Demo+Courier")


def test_it_is_edited_and_a_refinement_taken_away(reader: Page, saved: str) -> None:
    reader.click("text=Edit")
    reader.get_by_label("not source: The Demo Courier").uncheck()
    reader.fill("#q", "Storm AND")
    reader.click("button.main")
    expect(reader.locator("[role=alert]")).to_contain_text("AND needs something")
    reader.fill("#q", "Storm")
    reader.fill("#note", "")
    reader.click("button.main")
    expect(reader.locator(".asked")).not_to_contain_text("Demo Courier")
    expect(reader.locator(".note")).to_have_count(0)


def test_the_floor_is_chosen_by_examples_on_both_sides(reader: Page) -> None:
    look = "/saved/new?q=the+missile+of+the+forces+in+the+city+was+said+to+be+in+the+air+of+a+sunny+day&floor="
    reader.goto(f"{look}0.25")
    seen = sorted({float(text) for text in reader.locator(".cosine").all_text_contents()})
    floor = round((seen[0] + seen[-1]) / 2 + 0.001, 2)
    reader.goto(f"{look}{floor}")
    expect(reader.locator(".above").first).to_contain_text("counts")
    expect(reader.locator(".below").first).to_contain_text("does not count")
    cosines = [float(text) for text in reader.locator(".cosine").all_text_contents()]
    assert all(a >= b for a, b in pairwise(cosines)) and cosines[0] >= floor >= cosines[-1]


def test_an_alert_is_added_tested_switched_and_deleted(reader: Page, saved: str) -> None:
    reader.click(".acts >> text=Alerts")
    reader.fill("#target", "nonsense")
    reader.click("text=Add this alert")
    expect(reader.locator("#error")).to_contain_text("the whole address")
    expect(reader.locator("#target")).to_have_value("nonsense")
    reader.select_option("#kind", "email")
    reader.fill("#target", "desk@example.org")
    reader.select_option("#schedule", "weekly")
    reader.fill("#zone", "Europe/London")
    reader.click("text=Add this alert")
    expect(reader.locator(".saved .about")).to_contain_text("every week on Monday at 8:00, Europe/London")
    reader.click("text=Send a test")
    expect(reader.locator("[role=status]")).to_contain_text("There is no mail server")
    reader.click("text=Switch off")
    expect(reader.locator(".saved .about")).to_contain_text("switched off")
    reader.click("text=Delete")
    expect(reader.locator(".empty")).to_contain_text("Nobody is told yet")


def test_it_is_deleted_and_brought_back(reader: Page, saved: str) -> None:
    reader.click("text=Delete")
    expect(reader.locator("[role=status]")).to_contain_text("was deleted")
    reader.click("text=Undo")
    expect(reader).to_have_url(saved)
    expect(reader.locator("h1")).to_have_text("Strikes <i>")


def test_it_is_shared_by_a_link(reader: Page, saved: str) -> None:
    reader.click("text=Share by a link")
    link = reader.locator(".share a").get_attribute("href")
    assert link is not None
    reader.goto(link)
    expect(reader.locator("h1")).to_have_text("Strikes <i>")
    expect(reader.locator("main")).to_contain_text("For the desk")
    reader.goto(saved)
    reader.click("text=Stop sharing")
    assert reader.goto(link).status == 404  # type: ignore[union-attr]


def test_what_is_not_there_is_a_page(reader: Page) -> None:
    for path in ("/saved/999999", "/saved/999999/alerts", "/shared/nothing"):
        answer = reader.goto(path)
        assert answer is not None and answer.status == 404
        expect(reader.locator("h1")).to_have_text("No such saved search")
