"""Every file of an archive lost, cut short or full of something else: a sentence with a cure, never a traceback."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.engine import FACETS, Search, Timeline
from archive.engines.embedded import EmbeddedEngine
from archive.errors import ArchiveError
from archive.query import Phrase, Prefix, Query, Word
from tests.crash import writer

DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "lost": lambda _: None,
    "emptied": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "garbled": lambda data: bytes(byte ^ 0x5A for byte in data),
    "one byte": lambda data: data[: len(data) // 3] + bytes([data[len(data) // 3] ^ 1]) + data[len(data) // 3 + 1 :],
}
HARMLESS = {
    **dict.fromkeys((".tantivy-meta.lock", ".tantivy-writer.lock", "write.lock"), tuple(DAMAGES)),  # they hold nothing
    ".managed.json": ("lost", "one byte"),  # what to delete, and it is found anew
    "archive.json": ("one byte",),  # it may fall into the secret
    "meta.json": ("one byte",),
}
"""File -> damages that change no answer, or that nothing could tell."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "archive"
    engine = EmbeddedEngine.create(folder, "test", writer.DIMENSIONS)
    for place in range(3):
        engine.write(writer.batch(place))
    engine.close()
    return folder


def use(folder: Path) -> list[str]:
    """What every command and every search does; the problems that the doctor names."""
    engine = EmbeddedEngine.open(folder)
    problems = engine.check()
    vector = bytes([9]) * writer.DIMENSIONS
    for clauses in ((), (Word("words"),), (Phrase("more words"), Prefix("num"))):
        for mode in ("keyword", "hybrid", "semantic"):
            search = Search(Query(clauses), mode, vector, facets=FACETS, timeline=Timeline("month"), limit=50)
            for hit in engine.search(search).hits:
                engine.get([hit.stored.article.id])
    engine.stats()
    engine.suggest("pla", ("place",))
    engine.since(0)
    return problems


def test_a_sound_archive_has_no_problems(sound: Path) -> None:
    assert use(sound) == []


def test_an_archive_that_only_lies_open_writes_nothing(sound: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sound, tmp_path / "open")
    engine = EmbeddedEngine.open(folder)
    (lock,) = folder.rglob(".tantivy-meta.lock")
    (commit,) = folder.rglob("meta.json")

    def is_written_at_a_commit() -> bool:
        lock.unlink(missing_ok=True)
        commit.write_bytes(commit.read_bytes() + b" ")
        time.sleep(1.2)  # who watches the file looks twice a second
        return lock.exists()

    # Tantivy looks once by itself when it opens an index, on a busy machine a while later.
    assert not all(is_written_at_a_commit() for _ in range(3))
    assert engine.stats().articles > 0


def test_every_file_that_is_damaged_is_told(sound: Path, tmp_path: Path) -> None:
    names = sorted(str(p.relative_to(sound)) for p in sound.rglob("*") if p.is_file())
    assert len(names) > 15
    silent = []
    for name in names:
        for damage, change in DAMAGES.items():
            folder = shutil.copytree(sound, tmp_path / name.replace("/", " ") / damage)
            data = (folder / name).read_bytes()
            changed = change(data) if data or damage == "lost" else None
            if changed is None:
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(changed)
            try:
                problems = use(folder)
            except ArchiveError as error:
                problems = [error.message]
                assert any(cure in error.message for cure in ("estore", "rebuild", "index", "name")), error.message
            if not problems and damage not in HARMLESS.get(Path(name).name, ()):
                silent.append(f"{name}, {damage}")
            shutil.rmtree(folder, ignore_errors=True)  # Tantivy may still write a lock there
    assert silent == []
