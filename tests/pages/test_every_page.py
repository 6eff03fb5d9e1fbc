"""What holds on every page: safety, layout on wide and narrow screens, contrast, keys, weight; in real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.checks import CHECKS, Visit
from tests.pages.conftest import WIDE, open_page

EVERY_PAGE = (
    "/",
    "/?q=Storm+Shadow+Kursk",
    "/?q=quokka",
    "/?q=stands+alone&facet_limit=200",
    "/?q=missile&weapon=Storm+Shadow&exclude.place=missing",
    "/?q=a+AND",
    "/?q=xyzzy&mode=keyword",
    "/article/sample-001?q=Moskva",
    "/article/long",
    "/article/right-to-left",
    "/?q=Kursk&share=on&published=2024&exclude.person=Charles+de+Gaulle",
    "/facet/person?q=missile&person=Joe+Biden",
    "/entity/weapon/Storm%20Shadow",
    "/entity/place/Kyiv%2C%20Ukraine",
    "/map?q=missile&weapon=Storm+Shadow",
    "/map?view=world",
    "/compare",
    "/compare?q=missile&q=drone&q=Kursk&share=on",
    "/compare?q=missile&q=a+AND",
    "/archive",
    "/saved",
    "/saved/new?q=Kursk",
    "/batch?weapon=Storm+Shadow",
    "/export?q=Kursk",
    "/account",
    "/nowhere",
    "/article/crowded",
    "/article/bare",
    "/entity/person/Nobody%20Ever",
    "/map?q=numbat",
    "/export?q=a+AND",
    "/saved/new?q=Kursk&floor=9",
    "/saved/4711",
)


@pytest.fixture(scope="module", params=EVERY_PAGE)
def visit(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[Visit]:
    """Every page in turn, opened once for all checks."""
    for page in open_page(browser, base_url, WIDE):
        answer = page.goto(request.param)
        assert answer
        yield Visit(page, answer)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_of_every_page(visit: Visit, check: Callable[[Visit], None]) -> None:
    check(visit)


# ------------------------------------------------------------------------------------------------ safety
@pytest.mark.parametrize("path", ["/?q=quokka", "/article/" + quote("markup/<i>?#1", safe="") + "?q=quokka"])
def test_texts_of_articles_are_shown_and_never_run(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("body")).to_contain_text("<script>document.title = 'owned'</script>")
    assert "owned" not in page.evaluate("document.title.replace(/<script>.*<.script>/, '')")
    assert page.locator("main img, main script").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_the_query_is_shown_as_text(page: Page) -> None:
    page.goto("/?q=" + quote("\"><script>document.title='owned'</script>"))
    assert page.title() != "owned"
    assert page.locator("form script").count() == 0


def test_the_source_is_linked_without_telling_it_where_from(page: Page) -> None:
    page.goto("/article/right-to-left")
    link = page.locator(".links a").first
    expect(link).to_have_attribute("href", "https://example.org/a?b=1&c=2")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


# ------------------------------------------------------------------------------------------------ reading
def test_an_article_in_another_language_is_read_in_its_direction(page: Page) -> None:
    page.goto("/article/right-to-left")
    text = page.locator(".text")
    expect(text).to_have_attribute("lang", "ar")
    assert text.locator("p").evaluate("e => getComputedStyle(e).direction") == "rtl"
    expect(page.locator("h1")).to_have_attribute("lang", "ar")
    page.goto("/?q=quokka&language=ar")
    result = page.locator(".result")
    for part in (result.locator("h3"), result.locator(".snippet")):
        expect(part).to_have_attribute("lang", "ar")
        assert part.evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_a_line_of_an_article_has_at_most_seventy_characters(page: Page) -> None:
    page.goto("/article/sample-001")
    lengths = page.evaluate(
        """() => [...document.querySelectorAll('.text p')].flatMap(p => {
            const lines = {}, range = document.createRange();
            const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
            for (let n; n = walker.nextNode();) for (let i = 0; i < n.length; i++) {
                range.setStart(n, i); range.setEnd(n, i + 1);
                const bottom = Math.round(range.getBoundingClientRect().bottom / 8);
                lines[bottom] = (lines[bottom] ?? 0) + 1;
            }
            return Object.values(lines);
        })"""
    )
    assert 55 <= max(lengths) <= 72  # a space at the end of a line counts here


def test_facets_are_folded_on_a_phone_and_open_by_a_tap(phone: Page) -> None:
    phone.goto("/?q=missile")
    expect(phone.locator(".facets .value").first).to_be_hidden()
    phone.click(".fold > summary")
    expect(phone.locator(".facets .value").first).to_be_visible()


def test_facets_stand_open_beside_the_results_without_scripts(reader: Page) -> None:
    reader.goto("/?q=missile")
    expect(reader.locator(".facets .value").first).to_be_visible()
    expect(reader.locator(".fold > summary")).to_be_hidden()


# ------------------------------------------------------------------------------------------------ keys and weight
def test_the_whole_search_goes_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("Storm Shadow?j")
    expect(page.locator("#q")).to_have_value("Storm Shadow?j")
    page.fill("#q", "Storm Shadow")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=Storm+Shadow")  # empty fields don't stand in the URL
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".result h3 a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".result h3 a").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_have_attribute("open", "")
    page.goto("/?q=Storm+Shadow")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/article/**")


def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.goto("/?q=missile")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_back_restores_the_search_and_its_form(page: Page) -> None:
    page.goto("/?q=missile")
    page.fill("#q", "Storm Shadow")
    page.click(".box button")
    page.locator(".result h3 a").first.click()
    page.go_back()
    expect(page.locator("#q")).to_have_value("Storm Shadow")
    assert page.locator("form :disabled").count() == 0


def test_styles_and_scripts_are_light(page: Page) -> None:
    assets = sum(len(page.request.get(f"/static/{name}").body()) for name in ("dateline.css", "dateline.js"))
    assert assets < 40_000


@pytest.mark.parametrize("path", ["/?limit=100", "/article/crowded", "/facet/person?facet_limit=1000"])
def test_the_heaviest_pages_are_light_as_they_are_sent(page: Page, path: str) -> None:
    """With their styles and script, as a browser counts what comes over the wire."""
    page.goto(path)
    kinds = ["navigation", "resource"]
    sent = page.evaluate("kinds => kinds.flatMap(k => performance.getEntriesByType(k)).map(e => e.transferSize)", kinds)
    assert len(sent) >= 3 and all(sent)
    assert sum(sent) < 100_000
