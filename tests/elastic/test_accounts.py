"""Accounts of an archive with a URL: they lie on the machine that serves it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from archive.engines.elastic import ElasticEngine
from tests.bag_of_words import BagOfWords


def test_accounts_of_an_archive_with_a_url_lie_in_the_users_data_folder(location: str, tmp_path: Path) -> None:
    engine = ElasticEngine.create(location, BagOfWords.name, BagOfWords.dimensions)
    dateline = Path(sys.executable).with_name("dateline")

    def run(*words: str, stdin: str = "") -> str:
        command = [dateline, "user", *words, "--archive", location]
        variables = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
        return subprocess.run(
            command, input=stdin, env=variables, capture_output=True, text=True, timeout=120, check=True
        ).stdout

    assert run("add", "ann", "--password-stdin", stdin="correct horse battery\n") == "ann may log in, as reader.\n"
    assert run("list").startswith("ann\treader\t")
    (file,) = (tmp_path / "dateline").glob("*.db")
    assert engine.secret.hex() not in file.name
    engine.close()
