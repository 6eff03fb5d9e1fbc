"""A picture of every page, light, dark and narrow; the one in the README among them.

    python -m benchmarks.screenshots --archive ARCHIVE --out screenshots [--readme] [PATH ...]

Serves the archive on a free port of this machine and opens each page in Chromium. `--readme` also writes
docs/images/search.png, for which ARCHIVE is the bundled sample. PATH: other pages than the usual ones.
"""

from __future__ import annotations

import argparse
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from archive.engines import open_archive
from dateline.app import create_app
from dateline.opening import gazetteer, open_service

PAGES = (
    "/",
    "/?q=Storm+Shadow+Kursk",
    "/?q=missile&weapon=Storm+Shadow&exclude.person=Charles+de+Gaulle&share=on",
    "/?q=Storm+AND+%22Kursk",
    "/?q=Kursk+xyzzy&mode=keyword",
    "/article/sample-001?q=Moskva",
    "/facet/person?q=missile&person=Joe+Biden",
    "/entity/weapon/Storm%20Shadow",
    "/entity/place/Kyiv%2C%20Ukraine",
    "/map?q=missile",
    "/map?view=world",
    "/compare",
    "/compare?q=missile&q=drone&q=Biden&share=on",
    "/archive",
    "/nowhere",
)
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[str, int, Scheme], ...] = (
    ("light", 1280, "light"),
    ("dark", 1280, "dark"),
    ("narrow", 390, "light"),
)
README = "/?q=Storm+Shadow+Kursk"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with _served(asked.archive) as address, _chromium() as browser:
        for path in asked.paths or PAGES:
            for look, width, scheme in LOOKS:
                name = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-").lower()[:60] or "home"
                _shoot(browser, address + path, asked.out / f"{name}.{look}.png", width, scheme)
        if asked.readme:
            _shoot(browser, address + README, Path("docs/images/search.png"), 1280, "light", height=900)


def _shoot(browser: Browser, url: str, file: Path, width: int, scheme: Scheme, height: int | None = None) -> None:
    """The whole page, or its beginning where a height is given."""
    size = {"width": width, "height": height or 900}
    page = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(url)
    page.screenshot(path=file, full_page=height is None)
    page.close()
    print(file)


@contextmanager
def _served(archive: str) -> Iterator[str]:
    """The address of the application over this archive."""
    engine = open_archive(archive)
    service = open_service(engine, archive, "all-MiniLM-L6-v2")
    app = create_app(service, lambda: gazetteer(archive))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    engine.close()


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
