"""Help, refusals and the first screen of a phone: what a reader needs who doesn't know the way yet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.pages.test_search_page import total


def test_help_is_a_click_away_and_its_examples_run(reader: Page) -> None:
    reader.goto("/article/sample-001")
    reader.get_by_role("link", name="Help").click()
    example = reader.locator("#how a").first
    expect(example).to_be_in_viewport()
    example.click()
    expect(reader.locator("#q")).to_have_value("Storm Shadow")
    assert total(reader) > 0


def test_the_first_result_stands_on_the_first_screen_of_a_phone(phone: Page) -> None:
    phone.goto("/?q=Storm+Shadow+Kursk")
    expect(phone.locator(".result h3").first).to_be_in_viewport()
    expect(phone.locator(".what:visible")).to_have_text("all the words first, then the meaning")


def test_a_chip_stays_on_its_line(phone: Page) -> None:
    phone.goto("/?q=Storm+Shadow+Kursk")
    chip = phone.locator(".why.words").first
    expect(chip).to_have_text("matched by words")
    assert chip.inner_text() == "words"
    assert chip.evaluate("e => e.getClientRects().length") == 1


def test_a_name_that_nobody_mentions_leads_to_a_search_for_it(reader: Page) -> None:
    answer = reader.goto("/entity/person/Nobody%20%22Ever%22")
    assert answer is not None and answer.status == 404
    reader.get_by_role("link", name="Search for it").click()
    expect(reader.locator("#q")).to_have_value("nobody ever")


def test_a_refused_form_is_told_on_a_page(page: Page, base_url: str) -> None:
    head = {"accept": "text/html", "origin": "https://elsewhere.example"}
    answer = page.request.post("/saved", headers=head, form={"q": "Kursk"})
    assert answer.status == 403
    assert "<h1>Not allowed</h1>" in answer.text()
    answer = page.request.post("/saved", headers={**head, "accept": "application/json"}, form={"q": "Kursk"})
    assert answer.status == 403 and answer.json()["error"]["message"]
    answer = page.request.put("/saved", headers={"accept": "text/html"})
    assert answer.status == 405 and answer.headers["allow"] and "<h1>No page to look at</h1>" in answer.text()


@pytest.mark.parametrize("kind", ["weapon", "place"])
def test_marks_of_a_kind_are_taken_away_and_come_back(page: Page, kind: str) -> None:
    page.goto("/article/sample-001")
    mention = page.locator(f".text .mention.{kind}").first
    colour = mention.evaluate("e => getComputedStyle(e).borderBottomColor")
    page.uncheck(f"#mark-{kind}")
    expect(mention).to_have_css("border-bottom-color", "rgba(0, 0, 0, 0)")
    page.check(f"#mark-{kind}")
    expect(mention).to_have_css("border-bottom-color", colour)


def test_an_about_line_keeps_its_order_in_any_direction(page: Page) -> None:
    page.goto("/article/right-to-left")
    expect(page.locator("article .about time")).to_have_css("direction", "ltr")
    page.goto("/?q=quokka&mode=keyword")
    about = page.locator(".result", has_text="مدينة").locator(".about")
    expect(about.locator("time")).to_have_css("direction", "ltr")


def test_a_range_is_drawn_with_a_finger(phone: Page) -> None:
    phone.goto("/?q=missile")
    area = phone.locator("svg[data-range]").bounding_box()
    assert area is not None
    finger: CDPSession = phone.context.new_cdp_session(phone)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    y = area["y"] + area["height"] / 2

    def touch(kind: str, *at: float) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x in at]})

    touch("touchStart", area["x"] + 30)
    for step in range(1, 12):
        touch("touchMove", area["x"] + 30 + 20 * step)
    touch("touchEnd")
    phone.wait_for_url(re.compile(r"published=\d{4}-\d\d-01\.\.\d{4}-\d\d-\d\d"))
