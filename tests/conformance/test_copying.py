"""Copies of archives: the same articles, numbers, sequences and codes, whenever they are broken off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.article import Article
from archive.copying import compare, copy
from archive.engine import Copy, Engine
from archive.errors import ArchiveError, ArchiveForeign, ArchiveUnfinished

from . import corpus
from .comparing import assert_same_page
from .conftest import Pair
from .test_writing import PROBES, text


def everything(engine: Engine) -> list[tuple[object, ...]]:
    return [comparable(c) for c in engine.copies(0, limit=10_000)]


def comparable(one: Copy) -> tuple[object, ...]:
    names = {kind: tuple(found) for kind, found in one.names.items()}
    return one.stored, one.vectors.tobytes(), one.vectors.shape, names


@pytest.fixture
def target(pair: Pair, tmp_path: Path) -> Path:
    """Where no archive is yet."""
    return tmp_path / "copy"


def test_a_copy_holds_all_that_the_archive_holds(mixed: Pair, target: Path) -> None:
    made = mixed.kit.create_copy(target, mixed.engine.identity)
    copy(mixed.engine, made)
    assert everything(made) == everything(mixed.engine)
    assert made.identity == mixed.engine.identity and made.secret == mixed.engine.secret
    mine, theirs = made.stats(), mixed.engine.stats()
    for name in ("articles", "passages", "sequence", "next_number", "first_published", "last_published"):
        assert getattr(mine, name) == getattr(theirs, name), name
    for search in PROBES:
        assert_same_page(made.search(search), mixed.oracle.search(search))
    assert made.check() == []
    made.close()


def test_one_is_read_by_its_id(mixed: Pair) -> None:
    for one in mixed.oracle.copies(0, limit=40):
        found = mixed.engine.copy(one.stored.article.id)
        assert found is not None and comparable(found) == comparable(one)
    assert mixed.engine.copy("nobody's") is None


def test_its_sums_are_equal_and_one_changed_code_is_seen(pair: Pair, target: Path) -> None:
    pair.write([text("a", published="2024-11-21"), text("b", published="2024-11"), text("c", "other"), text("d")])
    made = pair.kit.create_copy(target, pair.engine.identity)
    copies = pair.engine.copies(0)
    wrong = copies[0].vectors.copy()
    wrong[0, 0] ^= 1
    stats = pair.engine.stats()
    made.adopt([replace(copies[0], vectors=wrong), *copies[1:]], stats.sequence, stats.next_number, complete=True)
    months = compare(pair.engine, made)
    assert {month: (a.articles, a == b) for month, (a, b) in months.items()} == {
        "2024-11": (2, False),
        "undated": (2, True),
    }
    made.close()


def test_a_copy_that_was_broken_off_is_no_archive_and_goes_on_where_it_was(pair: Pair, target: Path) -> None:
    for batch in range(3):
        pair.write([text(f"{batch}-{i}", f"missile {i}") for i in range(4)])
    pair.write([text("0-1", "changed")], ["1-1"])
    made = pair.kit.create_copy(target, pair.engine.identity)
    half = pair.engine.copies(0, limit=6)
    made.adopt(half, half[-1].stored.sequence, pair.engine.stats().next_number)
    made.close()
    with pytest.raises(ArchiveUnfinished, match="migrate"):
        pair.kit.open(target)
    # Meanwhile the archive goes on: an article that was copied changes, another one is deleted, one is new.
    pair.write([text("0-0", "changed later"), text("new")], ["0-2"])
    again = pair.kit.create_copy(target, pair.engine.identity)
    copied: list[int] = []
    copy(pair.engine, again, lambda done, _: copied.append(done))
    assert everything(again) == everything(pair.engine)
    assert copied[0] > 6, "what was there isn't copied again"
    again.close()
    opened = pair.kit.open(target)
    assert everything(opened) == everything(pair.engine)
    opened.close()


def test_a_copy_goes_on_as_the_archive_would(pair: Pair, target: Path) -> None:
    pair.write([text("a"), text("b"), text("c")])
    pair.write([], ["c"])
    made = pair.kit.create_copy(target, pair.engine.identity)
    copy(pair.engine, made)
    for engine in (made, pair.engine):
        engine.write([text("d", "new"), text("a", "changed")])
    assert everything(made) == everything(pair.engine), "numbers and sequences are never used twice"
    made.close()


def test_an_archive_of_its_own_takes_no_copies(pair: Pair, target: Path) -> None:
    pair.write([text("a")])
    made = pair.kit.create_copy(target, pair.engine.identity)
    copy(pair.engine, made)
    with pytest.raises(ArchiveError, match="of its own"):
        made.adopt([], 9, 9)
    made.close()
    with pytest.raises(ArchiveForeign):
        pair.kit.create_copy(target, pair.engine.identity)
    assert pair.engine.get(["a"]).keys() == {"a"}


def test_an_unfinished_copy_of_another_archive_is_left_alone(pair: Pair, target: Path) -> None:
    pair.kit.create_copy(target, pair.engine.identity).close()
    with pytest.raises(ArchiveForeign):
        pair.kit.create_copy(target, replace(pair.engine.identity, secret=bytes(32)))


def test_an_empty_archive_has_an_empty_copy(pair: Pair, target: Path) -> None:
    made = pair.kit.create_copy(target, pair.engine.identity)
    copy(pair.engine, made)
    assert everything(made) == [] and made.stats().sequence == 0
    assert made.write([corpus.prepared(Article("a", "", "first"), corpus.vectors_at([2], 5))]).sequence == 1
    made.close()
