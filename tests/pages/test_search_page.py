"""The journeys of readers through the search page and the article page, in real Chromium."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.pages.checks import layout_shifts
from tests.pages.conftest import WIDE, open_page
from tests.pages.serving import slow_line


def total(page: Page) -> int:
    return int(page.locator(".summary strong").inner_text().replace(",", ""))


def count_in(text: str) -> int:
    found = re.search(r"([\d,]+)(?: articles?)?\s*$", text)
    assert found, text
    return int(found[1].replace(",", ""))


def bars(page: Page) -> list[Locator]:
    return page.locator(".timeline svg a").all()


def label_of(bar: Locator) -> str:
    return bar.locator("title").text_content() or ""


def facet(title: str) -> str:
    """Selector of a facet's section."""
    return f".facets section:has(h2:text-is('{title}'))"


# ------------------------------------------------------------------------------------------------ journeys
def test_a_search_finds_marks_and_opens_an_article(reader: Page) -> None:
    reader.goto("/")
    reader.fill("#q", "Storm Shadow Kursk")
    reader.click(".box button")
    first = reader.locator(".result").first
    expect(first.locator("h3 mark").first).to_have_text(re.compile("Storm|Kursk"))
    expect(first.locator(".why")).to_have_text("matched by words")
    expect(reader.locator(".understood")).to_contain_text("Storm Shadow")
    expect(reader.locator(".understood")).to_contain_text("Kursk Oblast, Russia (")
    headline = first.locator("h3").inner_text()
    first.locator("h3 a").click()
    expect(reader.locator("h1")).to_have_text(headline)
    expect(reader.locator(".text .mention.weapon mark").first).to_be_visible()
    reader.click(".back a")
    expect(reader.locator("#q")).to_have_value("Storm Shadow Kursk")


def test_every_count_shown_is_the_total_after_its_click(page: Page) -> None:
    page.goto("/?q=missile")
    values = page.locator(".facets .value")
    links = [(v.get_attribute("href"), v.locator(".count").inner_text()) for v in values.all()]
    links += [(b.get_attribute("href"), str(count_in(label_of(b)))) for b in bars(page)]
    assert len(links) > 40
    for href, count in links[::3]:
        page.goto(href or "")
        assert total(page) == count_in(count), href


def test_a_value_is_chosen_excluded_and_taken_back(reader: Page) -> None:
    reader.goto("/?q=missile")
    everything = total(reader)
    weapons = facet("Weapons systems")
    value = reader.locator(f"{weapons} .value", has_text="Storm Shadow")
    count = count_in(value.inner_text())
    value.click()
    assert total(reader) == count
    expect(reader.locator(".chips .label")).to_have_text("weapon: Storm Shadow")
    reader.locator(f"{weapons} li.chosen .exclude").click()
    assert total(reader) == everything - count
    expect(reader.locator(".chips .label")).to_have_text("not weapon: Storm Shadow")
    reader.locator(f"{weapons} li.excluded .value").click()
    assert total(reader) == count
    reader.click(".chips .remove")
    assert total(reader) == everything
    expect(reader.locator(".chips")).to_have_count(0)


def test_search_within_puts_the_refinement_into_the_query(reader: Page) -> None:
    reader.goto("/?q=missile&weapon=Storm+Shadow")
    reader.click(".chips .within")
    expect(reader.locator("#q")).to_have_value('missile weapon:"Storm Shadow"')
    assert total(reader) > 0


def test_a_click_on_the_timeline_narrows_and_goes_on_by_days(page: Page) -> None:
    page.goto("/?published=2024")
    bar = page.locator(".timeline svg a", has_text="November 2024")
    count = count_in(label_of(bar))
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?published=2024-11")
    assert total(page) == count
    expect(page.locator(".scales b").first).to_have_text("by day")
    assert sum(count_in(label_of(b)) for b in bars(page)) == count


def test_the_pages_show_every_article_once(reader: Page) -> None:
    reader.goto("/?limit=25")
    everything = total(reader)
    seen: list[str] = []
    while True:
        seen += [a.get_attribute("href") or "" for a in reader.locator(".result h3 a").all()]
        following = reader.locator(".pages .next")
        if not following.count():
            break
        following.click()
    assert len(seen) == len(set(seen)) == everything
    reader.click("text=First page")
    expect(reader.locator(".result h3 a").first).to_have_attribute("href", seen[0])


def test_mode_and_sort_are_chosen_in_the_form(reader: Page) -> None:
    reader.goto("/?q=missile+strike&person=Joe+Biden")
    reader.check("input[name=mode][value=keyword]")
    reader.select_option("select[name=sort]", "oldest")
    reader.fill("input[name=from]", "2024-02")
    reader.click(".box button")
    assert "mode=keyword" in reader.url and "sort=oldest" in reader.url and "from=2024-02" in reader.url
    expect(reader.locator(".chips .label")).to_have_text("person: Joe Biden")
    days = [t.get_attribute("datetime") or "" for t in reader.locator(".result time").all()]
    assert days and days == sorted(days) and days[0] >= "2024-02"


def test_an_article_page_leads_to_a_name_and_to_all_its_articles(reader: Page) -> None:
    reader.goto("/article/sample-001")
    reader.locator(".names a", has_text="Moskva").first.click()
    expect(reader.locator("h1")).to_have_text("Moskva")
    reader.click("text=All articles")
    expect(reader.locator(".chips .label")).to_have_text("weapon: Moskva")
    assert total(reader) >= 1


def test_the_json_twin_counts_the_same(page: Page) -> None:
    page.goto("/?q=Storm+Shadow&exclude.person=missing")
    answer = page.request.get(page.locator(".twin").first.get_attribute("href") or "").json()
    assert answer["total"] == total(page)
    assert len(answer["results"]) == page.locator(".result").count()


def test_nothing_jumps_while_a_page_arrives_in_pieces(browser: Browser, base_url: str) -> None:
    with slow_line(base_url) as url:
        for page in open_page(browser, url, WIDE):
            for path in ("/?q=xyzzy&mode=keyword", "/compare?q=missile&q=drone", "/facet/person?q=missile"):
                page.goto(path)
                assert layout_shifts(page) == [], path


# ------------------------------------------------------------------------------------------- errors and empty states
def test_the_first_visit_teaches_with_queries_that_find_something(reader: Page) -> None:
    reader.goto("/")
    links = [a.get_attribute("href") or "" for a in reader.locator(".examples a").all()]
    assert len(links) == 3
    assert reader.locator(".result").count() == 20
    for href in links:
        reader.goto(href)
        assert total(reader) > 0, href


def test_a_syntax_error_is_marked_under_the_box_with_its_cure(reader: Page) -> None:
    response = reader.goto("/?q=" + quote('Storm AND "Kursk'))
    assert response and response.status == 422
    expect(reader.locator("#q")).to_have_value('Storm AND "Kursk')
    expect(reader.locator("#error mark")).to_have_text('"')
    expect(reader.locator("#error")).to_contain_text("never closed")


def test_a_wrong_date_is_named_and_nothing_typed_is_lost(reader: Page) -> None:
    response = reader.goto("/?q=Kursk&from=2024-13&person=Joe+Biden")
    assert response and response.status == 422
    expect(reader.locator("#error")).to_contain_text("2024-13")
    reader.fill("input[name=from]", "2024")
    reader.click(".box button")
    expect(reader.locator(".chips .label")).to_have_text("person: Joe Biden")


def test_the_word_that_empties_a_search_is_named_and_can_be_left_out(reader: Page) -> None:
    reader.goto("/?mode=keyword&q=" + quote('Kursk xyzzy "storm shadow"'))
    expect(reader.locator(".teach").first).to_contain_text("xyzzy")
    step = reader.locator(".steps li", has_text="Leave out “xyzzy”")
    count = count_in(step.inner_text())
    step.locator("a").click()
    assert total(reader) == count > 0


def test_refinements_that_leave_nothing_are_told_with_what_is_behind_each(reader: Page) -> None:
    reader.goto("/?q=missile&person=Nobody+Ever&published=2024")
    step = reader.locator(".steps li", has_text="Leave out “person: Nobody Ever”")
    count = count_in(step.inner_text())
    step.locator("a").click()
    assert total(reader) == count > 0


@pytest.mark.parametrize("path", ["/nowhere", "/article/none", "/article/", "/article/a/b/c"])
def test_what_does_not_exist_is_a_page_that_leads_back(page: Page, path: str) -> None:
    response = page.goto(path)
    assert response and response.status == 404
    expect(page.locator("main a").first).to_have_attribute("href", "/")


@pytest.mark.parametrize(
    "query",
    [
        *(
            "fields=id",
            "limit=0",
            "limit=1000",
            "facet_limit=0",
            "timeline=day&timeline_field=mentioned",
            "explain=true",
        ),
        *("cursor=abc", "q=%00", "q=%ff", "q=" + "(" * 300, "nonsense=1", "published=..2024", "expand=off&q=Kursk"),
    ],
)
def test_no_parameter_breaks_the_page(page: Page, query: str) -> None:
    response = page.request.get(f"/?{query}")
    assert response.status in (200, 422)
    assert response.text().rstrip().endswith("</html>")
