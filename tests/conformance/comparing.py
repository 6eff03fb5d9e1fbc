"""What has to be equal between two engines' answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import currently_in_test_context, note

from archive.engine import Engine, Hit, Page, Refinement, Search

__all__ = ["assert_same_page", "narrowed", "note_search", "walk"]

TOLERANCE = 1e-9


def assert_same_page(actual: Page, expected: Page) -> None:
    """Everything that a caller sees of a page, but for the cursor's own contents."""
    assert actual.total == expected.total
    assert [h.stored.article.id for h in actual.hits] == [h.stored.article.id for h in expected.hits]
    for got, wanted in zip(actual.hits, expected.hits, strict=True):
        assert_same_hit(got, wanted)
    assert dict(actual.facets) == dict(expected.facets)
    assert actual.timeline == expected.timeline
    assert (actual.next is None) == (expected.next is None)
    assert actual.sequence == expected.sequence


def assert_same_hit(actual: Hit, expected: Hit) -> None:
    id = expected.stored.article.id
    assert actual.stored.article == expected.stored.article
    for name in ("sequence", "first_sequence", "digest"):
        assert getattr(actual.stored, name) == getattr(expected.stored, name), (id, name)
    for name in ("matched_by", "passage", "boosts"):
        assert getattr(actual, name) == getattr(expected, name), (id, name)
    for name in ("score", "words", "pairs", "cosine"):
        got, wanted = getattr(actual, name), getattr(expected, name)
        assert (got is None) == (wanted is None), (id, name, got, wanted)
        assert wanted is None or abs(got - wanted) < TOLERANCE, (id, name, got, wanted)


def note_search(search: Search) -> None:
    """Tell the search in the report of a failing example; the vector's 384 codes would bury it."""
    if currently_in_test_context():
        note(repr(replace(search, vector=None)))


def walk(engine: Engine, search: Search) -> Iterator[Page]:
    """The pages of a search, following `next` to the end."""
    while True:
        page = engine.search(search)
        yield page
        if page.next is None:
            return
        search = replace(search, cursor=page.next)


def narrowed(search: Search, refinement: Refinement) -> Search:
    """The search after a click: the field's refinements replaced, nothing counted but the total."""
    others = tuple(r for r in search.refinements if r.field != refinement.field)
    return replace(search, refinements=(*others, refinement), facets=(), timeline=None, limit=0)
