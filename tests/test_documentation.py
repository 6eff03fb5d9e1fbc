"""Every shell block of the README and the docs runs, on a real archive and a real server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """`make demo` as the README says, on a free port: its URL and its archive."""
    if not (ROOT / ".venv" / ".installed").exists():
        pytest.skip("needs the virtual environment that `make install` makes")
    archive = tmp_path_factory.mktemp("demo") / "archive"
    process = subprocess.Popen(
        ["make", "demo", "PORT=0", f"DEMO_ARCHIVE={archive}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "DATELINE_ALERTS_PRIVATE": "true"},  # docs/alerts.md receives a webhook on this machine
    )
    assert process.stdout is not None
    url = None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            url = found[0]
            break
    assert url, "make demo printed no URL"
    yield url, archive
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)
    process.stdout.close()


def test_make_demo_serves_the_page_the_readme_shows(demo: tuple[str, Path]) -> None:
    url, _ = demo
    with urllib.request.urlopen(f"{url}?q=Storm+Shadow+Kursk") as answer:
        page = answer.read().decode()
    assert answer.status == 200
    assert "<mark>Storm Shadow</mark>" in page or "<mark>Storm</mark>" in page


@pytest.mark.parametrize(
    ("page", "block"),
    [(page.name, block) for page in PAGES for block in blocks(page)],
    ids=lambda value: value if value.endswith(".md") else value.splitlines()[0][:40],
)
def test_every_block_runs(demo: tuple[str, Path], tmp_path: Path, page: str, block: str) -> None:
    url, archive = demo
    if block.strip() in ("make demo", "make test"):
        # The first is what `demo` has done; the second is what runs this test.
        assert url
        return
    script = block.replace("http://127.0.0.1:8000/", url)
    assert shutil.which("curl"), "the tour of the API needs curl"
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "DATELINE_ARCHIVE": str(archive)}
    # All of it in one shell that stops at the first failure, so that a here-document is what it says.
    done = subprocess.run(
        ["bash", "-exc", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert not re.search(r"^0 articles", done.stdout, re.MULTILINE), f"a command of {script} finds nothing"
    assert "Traceback" not in done.stderr
