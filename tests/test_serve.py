"""`dateline serve` as users run it: real processes, real signals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DATELINE = Path(sys.executable).with_name("dateline")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 short articles, indexed by the command."""
    folder = tmp_path_factory.mktemp("served")
    articles = [{"id": f"a{i}", "body": f"Ferry number {i} crossed the Tyne."} for i in range(600)]
    (folder / "a.jsonl").write_text("".join(json.dumps(a) + "\n" for a in articles))
    done = subprocess.run([DATELINE, "index", "-q", folder / "a.jsonl", "--archive", folder / "archive"], check=False)
    assert done.returncode == 0
    return folder / "archive"


class Server:
    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=120) as answer:
            return json.load(answer)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                self.get("ready")
                return
            except urllib.error.HTTPError as error:
                assert error.code == 503
                time.sleep(0.1)
        raise AssertionError("not ready after 60 s")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        """What it wrote to standard error."""
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> str:
        _, written = self.process.communicate(timeout=120)
        return written


@contextmanager
def serving(archive: Path, *options: str, **environment: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [DATELINE, "serve", "--archive", archive, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert process.stdout is not None
        url = re.search(r"http://127[.\d]*:\d+/", process.stdout.readline())
        assert url, process.communicate(timeout=120)[1]
        yield Server(process, url[0])
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_it_stops_when_what_it_is_doing_is_done(archive: Path, processes: str) -> None:
    with serving(archive, "--processes", processes) as server:
        server.wait_until_ready()
        with urllib.request.urlopen(server.url + "api/v1/export", timeout=120) as answer:
            first = answer.readline()
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            rest = answer.read().splitlines()
        assert len([first, *rest]) == 600, "the export that was running is complete"
        written = server.wait()
        assert server.process.returncode == 0
        assert "Traceback" not in written
        with pytest.raises(urllib.error.URLError):
            server.get("health")


def test_ctrl_c_stops_it_without_a_traceback(archive: Path) -> None:
    with serving(archive) as server:
        server.wait_until_ready()
        assert "Traceback" not in server.stop(signal.SIGINT)
        assert server.process.returncode == 0


def test_the_log_is_json_with_one_line_a_request(archive: Path) -> None:
    with serving(archive, DATELINE_LOG_LEVEL="info") as server:
        server.wait_until_ready()
        server.get("api/v1/search?q=ferry+seventeen")
        lines = [json.loads(line) for line in server.stop().splitlines()]
    (search,) = [line for line in lines if line.get("route") == "/api/v1/search"]
    assert search["status"] == 200 and search["event"] == "request" and search["timestamp"].endswith("Z")
    assert "seventeen" not in json.dumps(lines)


def test_figures_are_those_of_all_processes(archive: Path) -> None:
    with serving(archive, "--processes", "2") as server:
        server.wait_until_ready()
        for _ in range(40):
            server.get("api/v1/search?q=ferry")
        with urllib.request.urlopen(server.url + "metrics") as answer:
            text = answer.read().decode()
        found = re.search(r'^dateline_requests_total\{.*route="/api/v1/search".*\} (\d+)', text, re.MULTILINE)
        assert found and int(found[1]) == 40
        assert "dateline_archive_articles 600.0" in text
        server.stop()


def test_processes_end_with_the_one_that_started_them(archive: Path) -> None:
    with serving(archive, "--processes", "2") as server:
        server.wait_until_ready()
        pid = server.process.pid
        children = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        assert len(children) >= 2
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 120
        while alive := [c for c in children if _serves(c)]:
            assert time.monotonic() < deadline, alive
            time.sleep(0.1)


def _serves(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_an_empty_archive_is_made_where_asked_for_and_can_be_filled(tmp_path: Path) -> None:
    with serving(tmp_path / "new", "--create") as server:
        server.wait_until_ready()
        assert server.get("health")["articles"] == 0
        sent = urllib.request.Request(
            server.url + "api/v1/articles",
            json.dumps({"id": "a", "body": "The first ferry."}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(sent, timeout=60) as answer:
            assert json.load(answer)["accepted"] == [{"id": "a", "outcome": "added"}]
        for _ in range(8):  # whichever process answers
            assert server.get("api/v1/search?q=ferry&mode=keyword")["total"] == 1
        server.stop()


@pytest.mark.parametrize(
    ("options", "environment", "says"),
    [
        ([], {"DATELINE_SEARCH_THREADS": "many"}, "DATELINE_SEARCH_THREADS=many"),
        (["--port", "99999"], {}, "99999"),
        (["--host", "203.0.113.7"], {}, "203.0.113.7"),
        (["--archive", "/nowhere/at/all"], {}, "/nowhere/at/all"),
        (["--model", "no-such-model"], {}, "no-such-model"),
    ],
)
def test_what_cant_be_served_is_a_sentence_and_an_exit_code(
    archive: Path, options: list[str], environment: dict[str, str], says: str
) -> None:
    done = subprocess.run(
        [DATELINE, "serve", "--archive", archive, "--port", "0", *options],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert says in done.stderr and "Traceback" not in done.stderr
    assert "http://" not in done.stdout, "it doesn't say that it serves"
