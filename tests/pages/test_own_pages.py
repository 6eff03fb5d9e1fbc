"""What holds on every page, on those that only whoever has logged in sees, and on those that answer a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.pages.checks import CHECKS, Visit, watched
from tests.pages.conftest import WIDE, open_page, session_of
from tests.pages.serving import Desk


@dataclass(frozen=True)
class Office:
    """Of a user who has all that these pages can show."""

    session: StorageState
    saved: str
    """Path of a saved search that found something and told it to somebody who isn't there."""
    shared: str


Open = Callable[[Page, Office], object]


def goes(path: str) -> Open:
    """`{saved}` and `{shared}` stand for those paths."""
    return lambda page, office: page.goto(path.format(saved=office.saved, shared=office.shared))


def sends(path: str, press: str, then: str, **fields: str) -> Open:
    """Fills fields by their ids, presses, and waits for what comes."""

    def open(page: Page, office: Office) -> None:
        goes(path)(page, office)
        for id, text in fields.items():
            page.fill(f"#{id}", text)
        page.click(press)
        page.wait_for_selector(then)

    return open


def batch(text: str) -> Open:
    return sends("/batch", "text=Search all", ".batched, #error", list=text)


def expired_form(page: Page, office: Office) -> None:
    page.goto("/account")
    page.evaluate("for (const field of document.querySelectorAll('[name=csrf]')) field.value = 'of yesterday'")
    page.click("text=Log out")
    page.wait_for_url("**/logout")


PAGES: dict[str, Open] = {
    "login": goes("/login?next=/saved"),
    "wrong password": sends("/login?next=/saved", "button.main", "#error", name="nobody", password="wrong password"),
    "search": goes("/?q=missile"),
    "account": goes("/account"),
    "new token": sends(
        "/account", "text=Make a token", "[role=status]", name="a token for " + "a program with a long name " * 3
    ),
    "old password forgotten": sends(
        "/account", "text=Change it", "#error", old="wrong password", new="another battery"
    ),
    "saved": goes("/saved"),
    "saved, one deleted": sends("/saved", "[aria-label='Delete: Second']", "[role=status]"),
    "saved search": goes("{saved}"),
    "edit": goes("{saved}/edit"),
    "examples of nearness": sends("{saved}/edit", "text=Show examples for this", "#floor[value='0.3']", floor="0.3"),
    "query that is none": sends("{saved}/edit", "button.main", "#error", q="a AND"),
    "alerts": goes("{saved}/alerts"),
    "tested alert": sends("{saved}/alerts", "text=Send a test", "[role=status]"),
    "alert to nowhere": sends("{saved}/alerts", "text=Add this alert", "#error", target="nowhere"),
    "matches": goes("{saved}/matches"),
    "deliveries": goes("{saved}/deliveries"),
    "shared": goes("{shared}"),
    "batch": batch("missile\nKursk\n" + "long" * 60),
    "batch with faults": batch("missile\na AND\n(((\nKursk"),
    "batch of nothing": batch(""),
    "not found": goes("/saved/4711"),
    "wrong method": goes("/logout"),
    "expired form": expired_form,
}


@pytest.fixture(scope="module")
def office(desk: Desk, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Office:
    name = desk.newcomer()
    user = desk.accounts.named(name)
    desk.accounts.make_token(user, "nightly", "read")
    asked = [("q", "missile numbats"), ("weapon", "Storm Shadow")]
    first = desk.saved.create(user.owner, asked, "First, " + "long " * 30, "A note", None)
    desk.saved.create(user.owner, [("q", "numbats"), ("mode", "keyword")], "Second", "", None)
    for given in (
        {"kind": "webhook", "target": "http://127.0.0.1:9/hook"},
        {"kind": "email", "target": "desk@example.org", "schedule": "weekly"},
    ):
        desk.saved.add_alert(user.owner, first.id, given)
    body = "A Storm Shadow missile frightened the numbats."
    file = tmp_path_factory.mktemp("office") / "new.jsonl"
    told: dict[str, str] = {"body": body, "published_at": "2024-11-30"}  # other tests sum what stands on lines of time
    desk.ground.add(file, {"id": "n1", "title": "Numbats <i>", **told}, {"id": "n2", "title": "", **told})
    desk.work()
    desk.saved.store.share(user.owner, first.id, on=True)
    token = desk.saved.store.get(user.owner, first.id).share
    return Office(session_of(browser, desk, name), f"/saved/{first.id}", f"/shared/{token}")


@pytest.fixture(scope="module", params=PAGES)
def visit(request: pytest.FixtureRequest, browser: Browser, desk: Desk, office: Office) -> Iterator[Visit]:
    for page in open_page(browser, desk.url, WIDE, session=office.session):
        with watched(page) as answers:
            PAGES[request.param](page, office)
        page.wait_for_load_state()
        yield Visit(page, answers[-1])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_of_every_page(visit: Visit, check: Callable[[Visit], None]) -> None:
    check(visit)
