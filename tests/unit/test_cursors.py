"""Cursors: what goes in comes out, of any size allowed, and nothing else is taken for one."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.engine import Boost, Cursor, Expansion, Refinement, Search, Timeline
from archive.errors import CursorError
from archive.keys import MAX_NUMBER, OLDEST_LAST
from search_api import cursors
from search_api.syntax import parse

SECRET = bytes(range(32))
SEARCH = Search(query=parse("Storm Shadow Kursk"), refinements=(Refinement("country", ("Russia",)),))

POOLS = st.lists(st.tuples(st.integers(0, MAX_NUMBER), st.booleans()), max_size=200)


@given(
    POOLS,
    st.integers(0, 200),
    st.none() | st.integers(0, OLDEST_LAST + MAX_NUMBER),
    st.integers(0, 2**63),
    st.floats(0, 1e6),
)
def test_a_cursor_comes_back_as_it_was(
    pool: list[tuple[int, bool]], shown: int, key: int | None, sequence: int, best: float
) -> None:
    numbers, related = tuple(n for n, _ in pool), tuple(r for _, r in pool)
    cursor = Cursor(numbers, related, shown, key, sequence, best)
    text = cursors.encode(cursor, SEARCH, SECRET)
    assert cursors.decode(text, SEARCH, SECRET) == cursor


def test_two_hundred_of_the_largest_numbers_stay_under_a_thousand_characters() -> None:
    pool = tuple(MAX_NUMBER - i for i in range(200))
    text = cursors.encode(Cursor(pool, (True,) * 200, 100, OLDEST_LAST, 2**63, 1.5), SEARCH, SECRET)
    assert len(text) < 1000


def test_small_numbers_take_fewer_characters() -> None:
    def size(largest: int) -> int:
        return len(cursors.encode(Cursor((largest,) * 200, (False,) * 200, 0, None, 1, 1.0), SEARCH, SECRET))

    assert size(900) < size(30_000) < size(1_000_000)


def test_a_cursor_needs_no_escaping_in_a_url() -> None:
    text = cursors.encode(Cursor(tuple(range(200)), (True,) * 200, 3, 77, 9, 0.1), SEARCH, SECRET)
    assert all(c.isascii() and (c.isalnum() or c in "-_") for c in text)


SHORT = Cursor((5, 3, 900), (False, True, False), 1, None, 12, 7.25)


@pytest.mark.parametrize(
    "other",
    [
        replace(SEARCH, query=parse("Storm Shadow")),
        replace(SEARCH, mode="keyword"),
        replace(SEARCH, sort="newest"),
        replace(SEARCH, refinements=()),
        replace(SEARCH, refinements=(Refinement("country", (), ("Russia",)),)),
        replace(SEARCH, refinements=(Refinement("country", (None,)),)),
        replace(SEARCH, expansions=(Expansion(0, 2, ("SCALP",)),)),
    ],
)
def test_a_cursor_of_another_search_is_refused(other: Search) -> None:
    text = cursors.encode(SHORT, SEARCH, SECRET)
    with pytest.raises(CursorError, match="another search"):
        cursors.decode(text, other, SECRET)


@pytest.mark.parametrize(
    "same",
    [
        replace(SEARCH, limit=1000),
        replace(SEARCH, facets=("person",), facet_limit=3),
        replace(SEARCH, timeline=Timeline("month")),
        replace(SEARCH, vector=b"\x01" * 384),
        replace(SEARCH, boosts=(Boost("source", ("Reuters",), 0.5),)),
    ],
)
def test_pages_may_differ_in_size_facets_and_timeline(same: Search) -> None:
    assert cursors.decode(cursors.encode(SHORT, SEARCH, SECRET), same, SECRET) == SHORT


def test_a_cursor_of_another_archive_is_refused() -> None:
    with pytest.raises(CursorError, match="another archive"):
        cursors.decode(cursors.encode(SHORT, SEARCH, SECRET), SEARCH, bytes(32))


def test_every_single_changed_bit_is_noticed() -> None:
    data = base64.urlsafe_b64decode(_padded(cursors.encode(SHORT, SEARCH, SECRET)))
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CursorError):
            cursors.decode(base64.urlsafe_b64encode(changed).decode(), SEARCH, SECRET)


def test_a_cut_cursor_is_refused_wherever_it_is_cut() -> None:
    text = cursors.encode(SHORT, SEARCH, SECRET)
    for end in range(len(text) - 1):
        with pytest.raises(CursorError):
            cursors.decode(text[:end], SEARCH, SECRET)


@given(st.text() | st.text("ABCDwxyz0189-_", max_size=200))
def test_any_other_text_is_a_cursor_error_and_nothing_else(text: str) -> None:
    with pytest.raises(CursorError):
        cursors.decode(text, SEARCH, SECRET)


def test_lone_surrogates_are_a_cursor_error() -> None:
    with pytest.raises(CursorError):
        cursors.decode("\udcff", SEARCH, SECRET)


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
