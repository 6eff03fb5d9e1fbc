"""The sort key: one integer that puts articles in order of date, then of number.

From the highest bit: instant (39 bits; 0: undated), article number (25 bits). Newest first is the key from
high to low; an undated article is older than every dated one.
"""

from __future__ import annotations

from archive.calendar import instant
from archive.errors import ArchiveFull

__all__ = ["MAX_NUMBER", "NUMBER_BITS", "OLDEST_LAST", "oldest_key", "sort_key"]

NUMBER_BITS = 25
MAX_NUMBER = (1 << NUMBER_BITS) - 1
_BEFORE_YEAR_ONE = 62_135_596_800 + 2 * 86_400  # seconds from two days before year 1 to 1970
OLDEST_LAST = (1 << 64) - (1 << NUMBER_BITS)
"""Added to the key of an undated article where the oldest come first, so that it still comes last."""


def sort_key(published: str | None, number: int) -> int:
    """Raises ArchiveFull when the number doesn't fit (an archive holds 33,554,432 articles over its life)."""
    if number > MAX_NUMBER:
        raise ArchiveFull(
            f"The archive has used all its {MAX_NUMBER + 1:,} article numbers: split it, or move it to Elasticsearch."
        )
    seconds = 0 if published is None else instant(published) + _BEFORE_YEAR_ONE
    return seconds << NUMBER_BITS | number


def oldest_key(key: int) -> int:
    """The key by which `oldest` sorts from low to high."""
    return key if key > MAX_NUMBER else key + OLDEST_LAST
