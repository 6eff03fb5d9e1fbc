"""The journeys beyond the list of results: facets, timelines, names, maps, comparisons; in real Chromium."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.pages.test_search_page import bars, count_in, facet, label_of, total


def unfold(page: Page) -> None:
    """Facets are folded where the screen is narrow."""
    if page.locator(".fold > summary").is_visible():
        page.click(".fold > summary")


def test_from_a_search_through_all_rooms_and_back(traveller: Page) -> None:
    page = traveller
    page.goto("/")
    page.fill("#q", "missile")
    page.locator(".box button").click()
    everything = total(page)
    unfold(page)
    weapon = page.locator(f"{facet('Weapons systems')} .value", has_text="Storm Shadow")
    count = count_in(weapon.inner_text())
    weapon.click()
    assert total(page) == count
    unfold(page)
    page.locator(f"{facet('Weapons systems')} li.chosen .exclude").click()
    assert total(page) == everything - count
    page.click(".chips .remove")
    bar = bars(page)[-1]
    count = count_in(label_of(bar))
    page.goto(bar.get_attribute("href") or "")
    assert total(page) == count
    page.go_back()
    page.locator(".result h3 a").first.click()
    expect(page.locator(".text mark").first).to_be_visible()
    page.locator(".names section", has_text="Places").locator("li a").first.click()
    expect(page.locator("p.kind")).to_have_text("Place")
    place = page.locator("h1").inner_text()
    page.locator(".beside").get_by_role("link", name="both").first.click()
    assert total(page) > 0
    page.get_by_role("link", name="Map", exact=True).last.click()
    expect(page.locator("h1")).to_contain_text("Map")
    circle = page.locator(f".world a[aria-label^='{place}: ']")
    count = count_in(circle.get_attribute("aria-label") or "")
    page.goto(circle.get_attribute("href") or "")
    assert total(page) == count
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Compare").click()
    boxes = page.locator(".compare input[name=q]")
    boxes.nth(0).fill("missile")
    boxes.nth(1).fill("drone")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".compared li")).to_have_count(2)
    page.locator(".compared a").first.click()
    expect(page.locator("#q")).to_have_value("missile")


def test_several_values_are_found_and_chosen_in_a_facet(reader: Page) -> None:
    reader.goto("/?q=missile")
    reader.locator(f"{facet('People')} .rest a").click()
    expect(reader.locator("h1")).to_have_text("People")
    counts = {}
    for name in ("Keir Starmer", "Joe Biden"):
        reader.fill("input[name=find]", name[:5])
        reader.click(".tools button >> nth=0")
        row = reader.locator(".values li", has_text=name)
        counts[name] = count_in(row.locator("label").inner_text())
        row.locator("input").check()
    reader.click(".tools .main")
    expect(reader.locator(".chips .label")).to_have_text(["person: Keir Starmer", "person: Joe Biden"])
    assert max(counts.values()) <= total(reader) <= sum(counts.values())


def test_an_understood_name_is_a_refinement_with_its_count(reader: Page) -> None:
    reader.goto("/?q=Storm+Shadow+attack")
    link = reader.locator(".understood .entity")
    expect(link).to_contain_text("weapons system: Storm Shadow (")
    count = int(re.search(r"\((\d+)\)", link.inner_text())[1])  # type: ignore[index]
    link.click()
    assert total(reader) == count > 0
    reader.click(".understood .within")
    expect(reader.locator("#q")).to_have_value('Storm Shadow attack weapon:"Storm Shadow"')


def test_shares_of_all_coverage_are_drawn_and_stay_chosen(reader: Page) -> None:
    reader.goto("/?q=missile&mode=keyword")
    reader.locator(".scales a", has_text="share").click()
    label = label_of(bars(reader)[-1])
    share, everything = re.findall(r"([\d.,]+) % of ([\d,]+) articles?$", label)[0]
    reader.goto(bars(reader)[-1].get_attribute("href") or "")
    assert "share=on" in reader.url
    assert round(total(reader) / int(everything.replace(",", "")) * 100) == round(float(share))


def test_a_range_is_typed_under_the_timeline(reader: Page) -> None:
    reader.goto("/?q=missile&timeline=month&timeline_field=mentioned")
    reader.fill(".range input[name=mentioned]", "2024-01..2024-11")
    reader.click(".range button")
    assert parse_qs(urlsplit(reader.url).query)["mentioned"] == ["2024-01..2024-11"]
    assert total(reader) > 0


def test_a_range_is_drawn_on_the_timeline(page: Page) -> None:
    page.goto("/?q=missile")
    box = page.locator(".timeline svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 30, steps=4)
    expect(page.locator("rect.drawing")).to_have_count(1)
    page.mouse.up()
    page.wait_for_url("**published=*")
    (days,) = parse_qs(urlsplit(page.url).query)["published"]
    assert re.fullmatch(r"\d{4}-\d\d-01\.\.\d{4}-\d\d-(28|29|30|31)", days), "whole months"
    assert total(page) > 0


def test_names_are_suggested_while_typing_and_taken_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("attack by Storm Sha")
    option = page.get_by_role("option", name="Storm Shadow").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value('attack by weapon:"Storm Shadow" ')
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**q=attack**")
    assert total(page) > 0


def test_a_name_that_is_chosen_stays_chosen_when_a_later_answer_comes(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.goto("/")
    page.locator("#q").press_sequentially("Storm Sh")
    option = page.get_by_role("option", name="Storm Shadow").first
    expect(option).to_be_visible()
    page.route("**/api/v1/suggest**", hold)
    with page.expect_request("**/api/v1/suggest**"):
        page.keyboard.type("a")
    page.keyboard.press("ArrowDown")
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value('weapon:"Storm Shadow" ')


def test_a_name_taken_amid_a_query_leaves_what_follows(page: Page) -> None:
    page.goto("/")
    page.locator("#q").fill("attack  Kursk")
    for _ in range(len(" Kursk")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("Storm Sha")
    page.get_by_role("option", name="Storm Shadow").first.click()
    expect(page.locator("#q")).to_have_value('attack weapon:"Storm Shadow" Kursk')
    page.keyboard.type("and ")
    expect(page.locator("#q")).to_have_value('attack weapon:"Storm Shadow" and Kursk')


def test_a_mention_explains_itself_by_mouse_and_by_key(page: Page) -> None:
    page.goto("/article/sample-001")
    page.locator(".text .mention", has_text="Mykolaiv").first.click()
    expect(page.locator(".card")).to_contain_text("Mykolaiv, Ukraine")
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    page.locator(".text .mention[href]:not([tabindex])").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("p.kind")).to_be_visible()


def test_without_scripts_a_mention_leads_to_how_it_was_read(traveller: Page) -> None:
    traveller.goto("/article/sample-001")
    mention = traveller.locator(".text .mention", has_text="Mykolaiv").first
    row = traveller.locator(mention.get_attribute("href") or "")
    expect(row).to_contain_text("Mykolaiv, Ukraine")
    assert "Mykolaiv, Ukraine" in (mention.get_attribute("title") or "")


def test_each_kind_of_mark_can_be_taken_away(reader: Page) -> None:
    reader.goto("/article/sample-001?q=Moskva")
    colours = "e => getComputedStyle(e).borderBottomColor"
    weapon = reader.locator(".text .mention.weapon").first
    place = reader.locator(".text .mention.place").first
    before = weapon.evaluate(colours), place.evaluate(colours)
    reader.uncheck("#mark-weapon")
    expect(weapon).to_have_css("border-bottom-color", "rgba(0, 0, 0, 0)")
    assert place.evaluate(colours) == before[1] != before[0]
    expect(reader.locator(".text mark").first).to_be_visible()


def test_an_article_can_be_cited(reader: Page) -> None:
    reader.goto("/article/sample-001")
    reader.click(".cite summary")
    expect(reader.locator(".cite p")).to_contain_text("Peter Lindmoor, “Russia's Black Sea flagship")
    expect(reader.locator(".cite pre")).to_contain_text("@article{meridianwire2022-29ef93,")


def test_a_printed_article_is_its_text_and_its_source(page: Page) -> None:
    page.goto("/article/sample-001")
    page.emulate_media(media="print")
    expect(page.locator(".text")).to_be_visible()
    expect(page.locator(".cite p")).to_be_visible()
    for gone in (".search", ".names", ".legend", ".similar", ".colophon"):
        expect(page.locator(gone)).to_be_hidden()


def test_a_comparison_counts_what_its_searches_find(page: Page) -> None:
    page.goto("/compare?q=missile&q=drone&timeline=year")
    page.click(".figures summary")
    cells = [(a.get_attribute("href") or "", count_in(a.inner_text())) for a in page.locator(".figures td a").all()]
    points = [(a.get_attribute("href"), a.get_attribute("aria-label")) for a in page.locator(".lines a").all()]
    assert {href for href, _ in cells} == {href for href, _ in points}
    twin = page.request.get(page.locator("link[type='application/json']").get_attribute("href") or "").json()
    shown = [count_in(c.inner_text()) for c in page.locator(".compared li").all()]
    assert [s["total"] for s in twin["searches"]] == shown
    for href, count in cells[:3]:
        page.goto(href)
        assert total(page) == count, href


def test_a_comparison_says_which_search_is_wrong(reader: Page) -> None:
    response = reader.goto("/compare?q=missile&q=a+AND&share=on")
    assert response and response.status == 422
    expect(reader.locator("#error")).to_contain_text("'a AND'")
    assert reader.locator(".compare input[name=q]").nth(1).input_value() == "a AND"


def test_the_map_lists_and_draws_the_places_of_a_search(reader: Page) -> None:
    reader.goto("/map?q=missile")
    twin = reader.request.get(reader.locator("link[type='application/json']").get_attribute("href") or "").json()
    drawn = {a.get_attribute("aria-label") or "" for a in reader.locator(".world a").all()}
    known = {f"{p['name']}: {p['count']} article{'' if p['count'] == 1 else 's'}" for p in twin["places"]}
    assert drawn and drawn <= known
    listed = reader.locator(".ranked .value").first
    href, count = listed.get_attribute("href") or "", count_in(listed.inner_text())
    reader.click("text=The whole world")
    assert reader.locator(".world a").count() >= len(drawn)
    reader.goto(href)
    assert total(reader) == count


def test_a_name_has_a_page_also_by_an_alias(reader: Page) -> None:
    reader.goto("/entity/weapon/SCALP")
    expect(reader.locator("h1")).to_have_text("Storm Shadow")
    expect(reader.locator(".facts")).to_contain_text("cruise missile")
    articles = count_in(reader.locator(".facts a").last.inner_text())
    assert sum(count_in(label_of(b)) for b in bars(reader)) == articles
    assert reader.locator(".network a").count() >= 5
    reader.locator(".network a").first.focus()
    reader.keyboard.press("Enter")
    expect(reader.locator("p.kind")).to_be_visible()


def test_the_archive_page_counts_what_search_finds(reader: Page) -> None:
    reader.goto("/archive")
    source = reader.locator(".lists .value").first
    count = count_in(source.inner_text())
    source.click()
    assert total(reader) == count


def test_every_example_of_the_help_finds_something(page: Page) -> None:
    page.goto("/")
    links = [a.get_attribute("href") or "" for a in page.locator("#help a").all()]
    assert len(links) >= 10
    for href in links:
        page.goto(href)
        assert total(page) > 0, href


def test_all_rooms_are_reached_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    for name in ("Map", "Compare", "Archive"):
        page.locator(".skip").focus()
        while page.evaluate("document.activeElement.textContent") != name:
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{name.lower()}")
    page.keyboard.press("/")
    page.keyboard.type("missile")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=missile*")
    assert total(page) > 0
