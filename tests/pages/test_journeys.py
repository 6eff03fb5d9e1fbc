"""From the login to the logout: every journey in real Chromium, wide and narrow, with and without scripts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.alerts.receivers import Hook
from tests.pages.conftest import NARROW, WIDE, open_page
from tests.pages.serving import PASSWORD, Desk
from tests.pages.test_rooms import unfold
from tests.pages.test_search_page import bars, count_in, facet, label_of, total


@pytest.fixture(params=["wide", "wide without scripts", "narrow", "narrow without scripts"])
def traveller(request: pytest.FixtureRequest, browser: Browser, desk: Desk) -> Iterator[Page]:
    """Nobody yet, at the door of a service with accounts."""
    size = NARROW if "narrow" in request.param else WIDE
    yield from open_page(browser, desk.url, size, scripts="without" not in request.param)


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    made = Hook()
    made.start()
    yield made
    made.stop()


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def save_link(page: Page, text: str) -> bytes:
    """What a browser saves when the link is followed."""
    with page.expect_download() as saved:
        page.get_by_role("link", name=text, exact=True).click()
    return Path(saved.value.path()).read_bytes()


def test_from_the_login_through_a_search_to_an_alert_an_export_and_out(
    traveller: Page, desk: Desk, hook: Hook, tmp_path: Path
) -> None:
    page, name = traveller, desk.newcomer()

    # Whoever asked for a page before the login lands on it afterwards; what was typed isn't lost.
    asked = "/?q=missile&limit=4"
    page.goto(asked)
    expect(page).to_have_url(re.compile("/login\\?next="))
    log_in(page, name, "a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("don't go together")
    expect(page.get_by_label("Name")).to_have_value(name)
    expect(page.get_by_label("Password")).to_have_value("")
    log_in(page, name)
    expect(page).to_have_url(desk.url + asked)
    expect(page.get_by_role("banner")).to_contain_text(name)

    # Filter, exclude, a bar of the timeline, to the end of the pages.
    everything = total(page)
    unfold(page)
    weapons = facet("Weapons systems")
    value = page.locator(f"{weapons} .value", has_text="Storm Shadow")
    count = count_in(value.inner_text())
    value.click()
    assert total(page) == count < everything
    unfold(page)
    page.locator(f"{weapons} li.chosen .exclude").click()
    assert total(page) == everything - count
    seen: list[str] = []
    while True:
        seen += [a.get_attribute("href") or "" for a in page.locator(".result h3 a").all()]
        if not page.locator(".pages .next").count():
            break
        page.click(".pages .next")
    assert len(seen) == len(set(seen)) == everything - count > 4
    page.click("text=First page")
    bar = bars(page)[-1]
    count = count_in(label_of(bar))
    bar.click()
    assert total(page) == count
    page.locator(".result h3 a").first.click()
    expect(page.locator(".text mark").first).to_be_visible()
    page.go_back()

    # Saved with its refinements, from the list edited, told to a receiver.
    assert total(page) == count
    page.click("a.save")
    page.fill("#name", "Missiles")
    page.click("button.main")
    expect(page.locator(".asked")).to_contain_text("not weapon: Storm Shadow")
    page.get_by_role("link", name="Saved", exact=True).click()
    page.get_by_role("link", name="Edit: Missiles").click()
    for limit in page.locator(".limit input").all():
        limit.uncheck()
    page.fill("#q", "missile numbats")
    page.select_option("#mode", "keyword")
    page.click("button.main")
    expect(page.locator(".asked")).to_have_text("missile numbats by words")
    saved = page.url
    page.get_by_role("link", name="Alerts").click()
    page.get_by_label("To", exact=True).fill(f"{hook.url}?{name}")
    page.get_by_role("button", name="Add this alert").click()
    expect(page.locator(".saved h2")).to_contain_text(hook.url)

    # A new article is found, shown as new once, and told.
    article = {
        "id": f"numbats-{name}",
        "title": f"Numbats seen by {name}",
        "body": "A missile frightened the numbats.",
        "published_at": "2024-11-30",  # other tests sum what stands on lines of time
    }
    hook.forget()
    desk.ground.add(tmp_path / "new.jsonl", article)
    desk.work()
    page.get_by_role("link", name="Saved", exact=True).click()
    expect(page.locator(".saved h2").first).to_contain_text("1 new")
    page.get_by_role("link", name="Missiles", exact=True).click()
    expect(page.locator(".found")).to_contain_text(article["title"])
    expect(page.locator(".found .new")).to_have_count(1)
    page.get_by_role("link", name="What was sent").click()
    expect(page.locator(".saved h2")).to_have_text("1 article delivered")
    sent = [body for _, body in hook.received if body["search"]["name"] == "Missiles"]
    assert [a["id"] for body in sent for a in body["articles"]][-1] == article["id"]
    page.get_by_role("link", name="1 article").click()
    expect(page.locator(".found h3")).to_have_text(article["title"])  # no longer new
    page.goto(saved)
    expect(page.locator(".new")).to_have_count(0)

    # Exported: to the byte what a program gets.
    page.goto("/?q=missile&weapon=Storm+Shadow&sort=oldest")
    count = total(page)
    page.get_by_role("link", name="Export", exact=True).click()
    for text, lines in (("JSON Lines", count), ("CSV", count + 1)):
        link = page.get_by_role("link", name=text, exact=True).get_attribute("href") or ""
        data = save_link(page, text)
        assert data == page.request.get(link).body()
        rows = data.decode().splitlines() if text != "CSV" else list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert len(rows) == lines

    # Out: what one had is closed, and the door asks again.
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(desk.url + "/login")
    page.goto(saved)
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_a_token_is_shown_once_works_and_is_revoked_and_a_new_password_ends_other_sessions(
    traveller: Page, browser: Browser, desk: Desk
) -> None:
    page, name = traveller, desk.newcomer()
    page.goto("/account")
    log_in(page, name)
    expect(page.locator("h1")).to_have_text(name)
    page.get_by_label("For what").fill("nightly <b>")
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_role("status").locator("code").inner_text()
    page.goto("/account")
    expect(page.locator(".saved h2")).to_have_text("nightly <b>")
    expect(page.locator("main")).not_to_contain_text(token)
    program = browser.new_context(base_url=desk.url, extra_http_headers={"authorization": f"Bearer {token}"})
    assert program.request.get("/api/v1/search?q=missile").status == 200
    page.get_by_role("button", name="Revoke: nightly <b>").click()
    expect(page.locator(".empty")).to_contain_text("None yet")
    assert program.request.get("/api/v1/search?q=missile").status == 401
    program.close()

    elsewhere = browser.new_context(base_url=desk.url)
    elsewhere.request.post("/login", form={"name": name, "password": PASSWORD, "next": "/"})
    assert "/login" not in elsewhere.request.get("/account", headers={"accept": "text/html"}).url
    page.get_by_label("The old one").fill("not this one")
    page.get_by_label("The new one").fill("another battery staple")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("The old one").fill(PASSWORD)
    page.get_by_label("The new one").fill("another battery staple")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("h1")).to_have_text(name)  # this session goes on
    assert "/login" in elsewhere.request.get("/account", headers={"accept": "text/html"}).url
    elsewhere.close()
    page.get_by_role("button", name="Log out").click()
    log_in(page, name)
    expect(page.get_by_role("alert")).to_be_visible()
    log_in(page, name, "another battery staple")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_list_of_queries_is_pasted_or_sent_as_a_file_and_its_table_taken_home(
    traveller: Page, desk: Desk, tmp_path: Path
) -> None:
    page = traveller
    page.goto("/batch?weapon=Storm+Shadow")
    log_in(page, desk.newcomer())
    expect(page).to_have_url(desk.url + "/batch?weapon=Storm+Shadow")
    page.fill("#list", "missile\n\na AND\nKursk")
    page.get_by_role("button", name="Search all").click()
    rows = page.locator(".batched tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("AND needs something")
    expect(page.locator("#list")).to_have_value("missile\n\na AND\nKursk")
    counts = [int(rows.nth(n).locator("td").first.inner_text()) for n in (0, 2)]
    with page.expect_download() as saved:
        page.get_by_role("button", name="As CSV").click()
    table = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
    assert [row["query"] for row in table] == ["missile", "a AND", "Kursk"]
    assert [int(table[n]["total"]) for n in (0, 2)] == counts
    rows.first.locator("th a").click()
    assert total(page) == counts[0]
    page.go_back()
    list_file = tmp_path / "names.csv"
    list_file.write_text('name,desk\n"Biden",1\n"Keir Starmer",2\n', "utf-8")
    page.goto("/batch")
    page.set_input_files("#file", list_file)
    page.get_by_role("button", name="Search all").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Keir Starmer")
    page.set_input_files("#file", {"name": "empty.txt", "mimeType": "text/plain", "buffer": b"\n"})
    page.fill("#list", "")
    page.get_by_role("button", name="Search all").click()
    expect(page.get_by_role("alert")).to_be_visible()
