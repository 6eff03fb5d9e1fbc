"""A picture of every page, light, dark and narrow; those in the README among them.

    python -m benchmarks.screenshots --archive ARCHIVE --out screenshots [--readme] [--only WORD] [PATH ...]

Serves a copy of the archive, with what `benchmarks.pictured` adds to it, on a free port of this machine, and opens
each page in Chromium. `--readme` also writes docs/images, for which ARCHIVE is the bundled sample; `--only` takes just
the pages whose name holds the word. PATH: other pages than the usual ones.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.pictured import NAME, PASSWORD, Pictured, pictured

Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[str, int, Scheme], ...] = (
    ("light", 1280, "light"),
    ("dark", 1280, "dark"),
    ("narrow", 390, "light"),
)
IMAGES = Path("docs/images")


@dataclass(frozen=True, slots=True)
class Shot:
    """A page, and what is done there before its picture is taken."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda _: None


def _fill(fields: dict[str, str], press: str) -> Callable[[Page], None]:
    """Fills fields by their selectors, and presses a button."""

    def act(page: Page) -> None:
        for field, text in fields.items():
            page.fill(field, text)
        page.click(press)
        page.wait_for_load_state()

    return act


def _suggest(page: Page) -> None:
    page.locator("#q").press_sequentially("str")
    page.wait_for_selector("#suggestions li")


def _explain(page: Page) -> None:
    page.locator("a.mention").first.click()


def _forge(page: Page) -> None:
    page.evaluate("document.querySelectorAll('[name=csrf]').forEach(field => field.value = 'another')")
    page.click("text=Log out")
    page.wait_for_load_state()


def _open(selector: str) -> Callable[[Page], None]:
    return lambda page: page.click(selector)


MANY = "&".join(f"person={name}" for name in ("Joe+Biden", "Keir+Starmer", "Vladimir+Putin", "Volodymyr+Zelenskyy"))
BATCH = "Storm Shadow\nKeir Starmer\nmissil* NEAR/9 Kursk\nKursk AND\nxyzzy"

PUBLIC = (
    Shot("search-home", "/"),
    Shot("search", "/?q=Storm+Shadow+Kursk"),
    Shot("search-refined", "/?q=missile&weapon=Storm+Shadow&exclude.person=Charles+de+Gaulle&share=on"),
    Shot("search-many-filters", f"/?q=missile&mode=keyword&{MANY}&exclude.source=Harbour+Post&from=2022&to=2025"),
    Shot("search-one-result", "/?q=Argentina+penalties&mode=keyword"),
    Shot("search-no-end", "/?q=Donaudampf*+OR+%D9%85%D9%8A%D9%86%D8%A7%D8%A1&mode=keyword"),
    Shot("search-explained", "/?q=Storm+Shadow+Kursk&explain=true"),
    Shot("search-error", "/?q=Storm+AND+%22Kursk"),
    Shot("search-nothing", "/?q=Kursk+xyzzy&mode=keyword"),
    Shot("search-nothing-left", "/?q=Kursk&mode=keyword&published=1999"),
    Shot("article", "/article/sample-051?q=Storm+Shadow"),
    Shot("article-explained", "/article/sample-051", _explain),
    Shot("article-readings", "/article/sample-052", _open(".readings summary")),
    Shot("article-long", "/article/pictured-long?q=harbour"),
    Shot("article-short", "/article/pictured-short"),
    Shot("article-right-to-left", "/article/pictured-right-to-left?q=Odesa"),
    Shot("article-words-without-end", "/article/pictured-words-without-end"),
    Shot("facet", "/facet/person?q=missile&person=Joe+Biden"),
    Shot("facet-source", "/facet/source"),
    Shot("entity-weapon", "/entity/weapon/Storm%20Shadow"),
    Shot("entity-place", "/entity/place/Kyiv%2C%20Ukraine"),
    Shot("entity-person", "/entity/person/Keir%20Starmer"),
    Shot("entity-organisation", "/entity/organisation/United%20Nations"),
    Shot("map", "/map?q=missile"),
    Shot("map-world", "/map?view=world"),
    Shot("map-nothing", "/map?q=xyzzy&mode=keyword"),
    Shot("compare-empty", "/compare"),
    Shot("compare", "/compare?q=missile&q=Kursk&q=Biden&timeline=month"),
    Shot("compare-share", "/compare?q=missile&q=drone&q=Biden&q=war&q=election&share=on&timeline=year"),
    Shot("compare-error", "/compare?q=missile&q=a+AND"),
    Shot("archive", "/archive"),
    Shot("batch", "/batch?weapon=Storm+Shadow"),
    Shot("batch-result", "/batch", _fill({"#list": BATCH}, "text=Search all")),
    Shot("batch-error", "/batch?from=tomorrow"),
    Shot("export", "/export?q=Kursk"),
    Shot("help", "/?q=ferry", _open("#help summary")),
    Shot("suggestions", "/", _suggest),
    Shot("problem-404", "/nowhere"),
    Shot("problem-422", "/map?q=missile&limit=many"),
)


def _own(made: Pictured) -> tuple[Shot, ...]:
    """The pages of whoever has logged in."""
    desk, quiet = f"/saved/{made.saved}", f"/saved/{made.quiet}"
    return (
        Shot("saved", "/saved"),
        Shot("saved-deleted", "/saved", _open(".deleted summary")),
        Shot("saved-new", "/saved/new?q=Storm+Shadow&weapon=Storm+Shadow&exclude.source=Harbour+Post"),
        Shot("saved-search", desk),
        Shot("saved-search-quiet", quiet),
        Shot("saved-edit", f"{desk}/edit"),
        Shot("saved-edit-error", f"{quiet}/edit", _fill({"#q": "Kursk AND"}, "button.main")),
        Shot("alerts", f"{desk}/alerts"),
        Shot("alerts-empty", f"{quiet}/alerts"),
        Shot("alerts-error", f"{quiet}/alerts", _fill({"#target": "nonsense"}, "text=Add this alert")),
        Shot("matches", f"{desk}/matches"),
        Shot("deliveries", f"{desk}/deliveries"),
        Shot("deliveries-empty", f"{quiet}/deliveries"),
        Shot("account", "/account"),
        Shot("token", "/account", _fill({"#name": "nightly export"}, "text=Make a token")),
        Shot("account-error", "/account", _fill({"#old": "not this one", "#new": "and a new one"}, "text=Change it")),
        Shot("problem-403", "/account", _forge),
        Shot("problem-404-saved", "/saved/999999"),
    )


README = (
    ("search", Shot("search", "/?q=Storm+Shadow+Kursk"), "light", 900),
    ("article", Shot("article", "/article/sample-051?q=Storm+Shadow"), "light", 760),
    ("map", Shot("map", "/map?q=missile"), "dark", 760),
)
"""File, page, colours and height of the pictures in docs/images."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    given = tuple(Shot(_named(path), path) for path in asked.paths)

    def shoot(context: BrowserContext, shots: tuple[Shot, ...]) -> None:
        for shot in shots:
            if asked.only not in shot.name:
                continue
            for look, width, scheme in LOOKS:
                _shoot(context, made.address, shot, asked.out / f"{shot.name}.{look}.png", width, scheme)

    with pictured(asked.archive) as made, _chromium() as browser:
        context = browser.new_context()
        if asked.readme:
            for name, shot, scheme, height in README:
                context.request.get(made.address + shot.path)  # the first time takes longer, and the picture tells it
                _shoot(context, made.address, shot, IMAGES / f"{name}.png", 1280, scheme, height)
        shoot(context, given or (*PUBLIC, Shot("account-without-accounts", "/account")))
        if given:
            return
        made.admit()
        shoot(context, (Shot("shared", made.shared), Shot("login", "/login?next=/saved")))
        _log_in(context, made.address)
        shoot(context, _own(made))


def _log_in(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/login?next=/saved")
    _fill({"#name": NAME, "#password": PASSWORD}, "main button")(page)
    page.close()


def _named(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-").lower()[:60] or "home"


def _shoot(
    context: BrowserContext, address: str, shot: Shot, file: Path, width: int, scheme: Scheme, height: int | None = None
) -> None:
    """The whole page, or its beginning where a height is given."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height or 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(address + shot.path)
    shot.act(page)
    page.screenshot(path=file, full_page=height is None)
    page.close()
    print(file)


@contextmanager
def _chromium() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("There is no browser here: install one with `apt-get install chromium`.")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
