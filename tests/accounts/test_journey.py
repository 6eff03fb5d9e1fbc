"""Another tool does all that the browser can: the whole journey by the client, on a real server with accounts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dateline.client import ApiError, Client
from dateline.sample import sample_path

from .conftest import PASSWORD

DATELINE = Path(sys.executable).with_name("dateline")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`dateline serve` over some of the sample articles, with an editor `ann` and a reader `bob`."""
    folder = tmp_path_factory.mktemp("journey")
    archive = folder / "archive"
    lines = [line for line in sample_path().read_text().splitlines(keepends=True) if "Kursk" in line]
    (folder / "some.jsonl").write_text("".join(lines[-8:]))
    index = [DATELINE, "index", "-q", folder / "some.jsonl", "--archive", archive]
    subprocess.run(index, check=True, capture_output=True, timeout=120)
    for name, role in (("ann", "editor"), ("bob", "reader")):
        add = [DATELINE, "user", "add", name, "--role", role, "--password-stdin", "--archive", archive]
        subprocess.run(add, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, timeout=60)
    environment = {**os.environ, "DATELINE_ALERTS_PRIVATE": "true", "DATELINE_LOG_LEVEL": "error"}
    serve = [DATELINE, "serve", "--port", "0", "--processes", "1", "--archive", archive]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
    assert found
    yield found[0]
    process.terminate()
    process.wait(30)
    process.stdout.close()


def test_log_in_search_refine_save_alert_export_log_out(address: str) -> None:
    with Client(address) as dateline:
        with pytest.raises(ApiError) as error:
            dateline.search("Kursk")
        assert error.value.status == 401

        assert dateline.log_in("ann", PASSWORD).role == "editor"
        found = dateline.search("Kursk", mode="keyword", facet=["weapon"], limit=0)
        chosen = found.facets["weapon"].values[0]
        refined = {"mode": "keyword", "weapon": [chosen.value]}
        assert dateline.search("Kursk", **refined).total == chosen.count

        saved = dateline.save("Kursk", name="Kursk", **refined)
        assert [s.id for s in dateline.saved()] == [saved.id]
        alert = dateline.add_alert(saved.id, "webhook", "http://127.0.0.1:9/hook", schedule="daily")
        assert [a.id for a in dateline.alerts(saved.id)] == [alert.id]

        body = f"Ukraine said that {chosen.value} missiles hit a depot in Kursk."
        added = dateline.add({"id": "journey-1", "title": "Depot hit in Kursk", "body": body})
        assert [a["id"] for a in added["accepted"]] == ["journey-1"]
        deadline = time.monotonic() + 120
        while not (matched := [m.id for m in dateline.matches(saved.id)]):
            assert time.monotonic() < deadline, dateline.saved()[0].failing
            time.sleep(0.2)
        assert matched == ["journey-1"]
        assert dateline.saved()[0].total == 1

        exported = list(dateline.export("Kursk", **refined))
        assert len(exported) == chosen.count + 1
        last = (exported[-1]["sequence"], exported[-1]["id"])
        assert last[1] == "journey-1" and list(dateline.export("Kursk", after=last, **refined)) == []

        token = dateline.make_token("export", "read").token
        dateline.delete_saved(saved.id)
        assert dateline.saved() == [] and [s.id for s in dateline.saved(deleted=True)] == [saved.id]
        assert dateline.restore_saved(saved.id).deleted is None
        dateline.delete("journey-1")
        dateline.log_out()
        with pytest.raises(ApiError, match="401"):
            dateline.saved()

    with Client(address, token) as program:
        assert program.account().via == "token"
        with pytest.raises(ApiError, match="403"):
            program.save("Kursk")
        assert [s.name for s in program.saved()] == ["Kursk"]


def test_a_reader_may_not_write_and_sees_nothing_of_others(address: str) -> None:
    with Client(address) as dateline:
        dateline.log_in("bob", PASSWORD)
        assert dateline.saved() == []
        with pytest.raises(ApiError, match="403"):
            dateline.add({"body": "A bridge opened."})
        with pytest.raises(ApiError, match="404"):
            list(dateline.matches(1))


def test_the_same_by_the_pages_of_a_browser(address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True, headers={"accept": "text/html"}) as browser:
        page = browser.get("/?q=Kursk")
        assert page.url.path == "/login" and 'name="next" value="/?q=Kursk"' in page.text
        wrong = browser.post("/login", data={"name": "bob", "password": "wrong password", "next": "/"})
        assert wrong.status_code == 401 and "go together" in wrong.text and 'value="bob"' in wrong.text
        page = browser.post("/login", data={"name": "bob", "password": PASSWORD, "next": "/?q=Kursk"})
        assert page.url.path == "/" and "Kursk" in page.text and ">bob</a>" in page.text
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/account").text)
        assert csrf
        made = browser.post("/account/tokens", data={"csrf": csrf[1], "name": "x <b>", "scope": "read"})
        assert re.search(r"dateline_[\w-]{43}", made.text) and "x &lt;b&gt;" in made.text
        assert browser.post("/account/tokens", data={"name": "x"}).status_code == 403
        saved = browser.post("/saved", data={"csrf": csrf[1], "q": "Kursk", "name": "Mine"})
        assert saved.status_code == 200 and saved.url.path.startswith("/saved/")
        assert browser.post("/logout", data={"csrf": csrf[1]}).url.path == "/login"
        assert browser.get("/saved").url.path == "/login"


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_a_login_leads_nowhere_else(address: str, next: str) -> None:
    with httpx.Client(base_url=address) as browser:
        done = browser.post("/login", data={"name": "bob", "password": PASSWORD, "next": next})
        assert done.status_code == 303 and done.headers["location"] == "/"
