"""kill -9 at any moment: what was committed stays, nothing half is ever seen, and a new run completes it."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from archive.article import Article
from archive.engine import Search
from archive.engines import create_archive
from archive.engines.embedded import EmbeddedEngine, manifest
from archive.engines.embedded.files import FILES
from archive.engines.embedded.manifest import is_begun
from archive.errors import ArchiveDamaged, ArchiveForeign, ArchiveMissing, ArchiveOutdated
from archive.query import Query, Word
from tests.bag_of_words import BagOfWords
from tests.conformance import corpus
from tests.crash import writer

BATCHES = 30


def test_of_several_who_make_an_archive_at_once_one_does_and_all_write_to_it(tmp_path: Path) -> None:
    def make(number: int) -> bytes:
        engine = create_archive(str(folder), BagOfWords())
        engine.write([corpus.prepared(Article(f"{number}", "", "word"))])
        return engine.secret

    for i in range(10):
        folder = tmp_path / f"archive-{i}"
        with ThreadPoolExecutor(4) as several:
            secrets = set(several.map(make, range(4)))
        made = EmbeddedEngine.open(folder)
        assert secrets == {made.secret}
        assert made.get("0123").keys() == set("0123")


def test_an_archive_that_is_finished_while_one_looks_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def finished_meanwhile(folder: Path) -> bool:
        EmbeddedEngine.create(folder, "test", writer.DIMENSIONS).write(writer.batch(0))
        return is_begun(folder)

    monkeypatch.setattr(manifest, "is_begun", finished_meanwhile)
    assert EmbeddedEngine.open(tmp_path).stats().articles == writer.BATCH


def test_what_lost_its_manifest_is_never_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    EmbeddedEngine.create(folder, "test", writer.DIMENSIONS).write(writer.batch(0))
    (folder / "archive.json").unlink()
    for attempt in (EmbeddedEngine.open, EmbeddedEngine.create):
        with pytest.raises(ArchiveForeign, match="not "):
            attempt(folder)


def expected(batches: int) -> dict[str, str]:
    """Id -> body after so many batches."""
    return {p.article.id: p.article.body for place in range(batches) for p in writer.batch(place)}


def assert_whole(engine: EmbeddedEngine) -> int:
    """The archive is exactly what some number of whole batches makes; returns that number."""
    assert engine.check() == []
    page = engine.search(Search(limit=1000))
    batches = engine.stats().sequence
    assert {h.stored.article.id: h.stored.article.body for h in page.hits} == expected(batches)
    snapshot = engine._snapshot()
    for hit in page.hits:
        number = int(hit.stored.article.id.removeprefix("article-"))
        version = int("version1" in hit.stored.article.body)
        codes = snapshot.codes_of(hit.stored.number)
        np.testing.assert_array_equal(codes, writer.article(number, version).vectors)
    return batches


def run(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, writer.__file__, str(folder), str(BATCHES)], stdout=subprocess.PIPE, text=True
    )


def exported(engine: EmbeddedEngine) -> list[tuple[object, ...]]:
    return [(s.article, s.number, s.sequence, s.first_sequence, s.digest) for s in engine.since(0, "", 10_000)]


def test_killed_at_any_moment_and_run_again_gives_the_same_archive(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    assert whole.wait() == 0
    chance = random.Random(5)
    folder = tmp_path / "killed"
    kills = 0
    acknowledged = 0
    while kills < 40:
        process = run(folder)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.random() * 0.12)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().split()
        killed = process.wait() == -signal.SIGKILL
        process.stdout.close()
        kills += 1
        acknowledged = max([acknowledged, *map(int, lines)])
        if (folder / "archive.json").exists():
            assert assert_whole(EmbeddedEngine.open(folder)) >= acknowledged
        if not killed:
            break
    last = run(folder)
    assert last.wait() == 0
    assert last.stdout is not None
    last.stdout.close()
    assert kills > 5
    assert exported(EmbeddedEngine.open(folder)) == exported(EmbeddedEngine.open(tmp_path / "whole"))


def test_a_reader_beside_a_writer_sees_only_whole_batches(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    EmbeddedEngine.create(folder, "test", writer.DIMENSIONS)
    reader = EmbeddedEngine.open(folder)
    process = run(folder)
    seen = set()
    while process.poll() is None:
        found = {h.stored.article.id: h.stored.article.body for h in reader.search(Search(limit=1000)).hits}
        batches = [n for n in range(BATCHES + 1) if expected(n) == found]
        assert batches, "a reader saw half a batch"
        seen.add(batches[0])
    assert process.stdout is not None
    process.stdout.close()
    assert process.returncode == 0
    assert len(seen) > 3
    # Committed by another process, and seen at the next search.
    assert reader.search(Search()).total == len(expected(BATCHES))


def test_what_a_crash_left_behind_the_commit_is_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    engine = EmbeddedEngine.create(folder, "test", writer.DIMENSIONS)
    engine.write(writer.batch(0))
    before = exported(engine)
    for name in FILES:
        with (folder / "index-1" / name).open("ab") as handle:
            handle.write(b"torn tail of a batch that never was")
    again = EmbeddedEngine.open(folder)
    assert exported(again) == before
    again.write(writer.batch(1))
    assert assert_whole(again) == 2


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_told_with_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "archive"
    EmbeddedEngine.create(folder, "test", writer.DIMENSIONS).write(writer.batch(0))
    path = folder / "index-1" / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArchiveDamaged, match=rf"{name} is damaged: .* (Restore|index)"):
        EmbeddedEngine.open(folder)


def test_a_text_index_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    EmbeddedEngine.create(folder, "test", writer.DIMENSIONS).write(writer.batch(0))
    (folder / "index-1" / "text" / "meta.json").write_text("{")
    with pytest.raises(ArchiveDamaged, match="text index"):
        EmbeddedEngine.open(folder)


def test_folders_that_are_no_archives_are_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing, match="dateline index"):
        EmbeddedEngine.open(tmp_path / "nothing")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("Dear Sir")
    with pytest.raises(ArchiveForeign, match="not a Dateline archive"):
        EmbeddedEngine.open(tmp_path / "letters")
    with pytest.raises(ArchiveForeign, match="not empty"):
        EmbeddedEngine.create(tmp_path / "letters")
    with pytest.raises(ArchiveForeign, match="is a file"):
        EmbeddedEngine.open(tmp_path / "letters" / "letter.txt")
    (tmp_path / "letters" / "archive.json").write_text('{"format": ')
    with pytest.raises(ArchiveDamaged, match=r"archive\.json is damaged"):
        EmbeddedEngine.open(tmp_path / "letters")


@pytest.mark.parametrize(
    "change",
    [{"index": 5}, {"index": "../letters"}, {"secret": "no hex"}, {"dimensions": 0}, {"dimensions": "8"}, {"more": 1}],
    ids=str,
)
def test_an_archive_json_that_nobody_of_us_wrote_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    EmbeddedEngine.create(tmp_path / "archive", "test", writer.DIMENSIONS)
    path = tmp_path / "archive" / "archive.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ArchiveDamaged, match=r"archive\.json is damaged"):
        EmbeddedEngine.open(tmp_path / "archive")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(ArchiveOutdated, match="format 99"):
        EmbeddedEngine.open(tmp_path / "archive")


def test_an_archive_of_another_version_names_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    engine = EmbeddedEngine.create(folder, "test", writer.DIMENSIONS)
    engine.write(writer.batch(0))
    manifest = folder / "archive.json"
    text = manifest.read_text()
    manifest.write_text(text.replace('"analysis": 1', '"analysis": 0'))
    with pytest.raises(ArchiveOutdated, match=r"dateline rebuild --archive"):
        EmbeddedEngine.open(folder)
    old = EmbeddedEngine.open(folder, outdated=True)
    old.rebuild()
    assert assert_whole(EmbeddedEngine.open(folder)) == 1
    manifest.write_text(text.replace('"format": 1', '"format": 99'))
    with pytest.raises(ArchiveOutdated, match="format 99"):
        EmbeddedEngine.open(folder, outdated=True)


def test_a_rebuild_keeps_numbers_sequences_vectors_and_answers(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    engine = EmbeddedEngine.create(folder, "test", writer.DIMENSIONS)
    for place in range(4):
        engine.write(writer.batch(place))
    engine.write([], ["article-3", "article-9"])
    reader = EmbeddedEngine.open(folder)
    words = Search(query=Query((Word("words"), Word("number5"))), mode="keyword", facets=("place",))
    before, found = exported(engine), engine.search(words)
    codes = {s.number: engine._snapshot().codes_of(s.number).tolist() for s in engine.since(0)}
    engine.rebuild()
    for again in (engine, reader, EmbeddedEngine.open(folder)):
        assert exported(again) == before
        assert again.search(words) == found
        assert {n: again._snapshot().codes_of(n).tolist() for n in codes} == codes
    assert engine.stats().details["replaced or deleted versions"] == 0
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == ["index-2"]
    engine.write(writer.batch(4))
    assert max(s.number for s in engine.since(0)) == 5 * writer.BATCH - 1
