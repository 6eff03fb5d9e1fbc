"""`dateline migrate` as users run it, killed on its way and run again; there and back."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from archive.engine import Engine
from archive.engines import open_archive
from archive.engines.cluster import NO_SETTINGS
from archive.engines.elastic.address import Address
from archive.engines.elastic.connection import Connection
from archive.engines.elastic.state import State, StateStore
from archive.engines.embedded import EmbeddedEngine
from archive.errors import ArchiveMissing, ArchiveUnfinished
from tests.crash import writer

BATCHES, SIZE = 5, 700


def command(source: str | Path, target: str | Path) -> list[str]:
    return [str(Path(sys.executable).with_name("dateline")), "migrate", "--from", str(source), "--to", str(target)]


def migrate(source: str | Path, target: str | Path) -> str:
    done = subprocess.run(command(source, target), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def whole(engine: Engine) -> list[object]:
    return [(c.stored, c.vectors.tobytes(), dict(c.names)) for c in engine.copies(0, limit=10_000)]


def test_killed_on_its_way_and_run_again_it_is_the_same_there_and_back(location: str, tmp_path: Path) -> None:
    source = EmbeddedEngine.create(tmp_path / "archive", "test", writer.DIMENSIONS)
    for place in range(BATCHES):
        source.write(writer.batch(place, SIZE))
    articles = source.stats().articles
    state = StateStore(Connection(Address(location), NO_SETTINGS))

    process = subprocess.Popen(
        [*command(source.folder, location), "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not committed(state):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with pytest.raises(ArchiveUnfinished, match="run the same `dateline migrate` again"):
        open_archive(location)
    assert let_time_pass(state).unfinished

    said = migrate(source.folder, location)
    assert f"{articles} articles with {source.stats().passages} passages are in {location} as they are in" in said
    months = {s.article.published[:7] for s in source.since(0, limit=10_000) if s.article.published}
    assert len(re.findall(r"\bequal\b", said)) == len(months), "a line for each month"
    there = open_archive(location)
    assert whole(there) == whole(source)

    migrate(location, tmp_path / "back")
    back = EmbeddedEngine.open(tmp_path / "back")
    assert whole(back) == whole(source)
    assert (back.secret, back.stats().sequence, back.stats().next_number) == (
        source.secret,
        source.stats().sequence,
        source.stats().next_number,
    )


def committed(store: StateStore) -> int:
    try:
        return store.read()[0].committed
    except ArchiveMissing:
        return 0


def let_time_pass(store: StateStore) -> State:
    """As if the lease of the process that was killed were over."""
    present, version = store.read()
    store.replace(replace(present, expires=0.0), version, shown=True)
    return present
