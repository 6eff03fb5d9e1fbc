"""Copying an archive from one engine to another: vectors included, nothing encoded again, and proved at the end."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from archive.engine import Copy, Engine
from archive.errors import ArchiveBusy

__all__ = ["Month", "Report", "compare", "copy"]

BATCH = 500
"""Articles a commit."""
PASSES = 10
"""How often a source that is written to meanwhile is followed."""
UNDATED = "undated"

Report = Callable[[int, int], None]
"""Is told how many articles are done, and of how many."""


@dataclass(slots=True)
class Month:
    """What an archive holds of one month of publication (or of a year, where no month is known)."""

    articles: int = 0
    passages: int = 0
    checksum: int = 0
    """Sum of hashes over everything that is known of each article: the same in any order."""


def copy(source: Engine, target: Engine, report: Report = lambda _done, _total: None) -> None:
    """Copies what the target doesn't hold yet: goes on where an earlier run was broken off.

    The target is one that was created as a copy, and opens for others with the last commit. Raises ArchiveBusy where
    the source doesn't come to rest, and what `adopt` raises.
    """
    for _ in range(PASSES):
        state = source.state
        _follow(source, target, report)
        gone = _gone(source, target)
        if source.state == state:
            stats = source.stats()
            target.adopt([], stats.sequence, stats.next_number, gone, complete=True)
            return
        target.adopt([], target.stats().sequence, source.stats().next_number, gone)
    raise ArchiveBusy("The archive is written to all the while: stop what writes to it, and run the same again.")


def compare(
    source: Engine, target: Engine, report: Report = lambda _done, _total: None
) -> dict[str, tuple[Month, Month]]:
    """Both archives' sums for each month, oldest first; equal where the archives are."""
    sums = [_months(engine, report) for engine in (source, target)]
    months = sorted(sums[0].keys() | sums[1].keys(), key=lambda month: (month == UNDATED, month))
    return {month: (sums[0][month], sums[1][month]) for month in months}


# -------------------------------------------------------------------- copying
def _follow(source: Engine, target: Engine, report: Report) -> None:
    """Adopts everything behind the target's last article."""
    done = target.stats().articles
    sequence, after = _position(target)
    while copies := source.copies(sequence, after, BATCH):
        last = copies[-1].stored
        stats = source.stats()
        target.adopt(copies, last.sequence, stats.next_number)
        sequence, after = last.sequence, last.article.id
        done += len(copies)
        report(min(done, stats.articles), stats.articles)


def _position(engine: Engine) -> tuple[int, str]:
    """(sequence, id) of the last article."""
    sequence = engine.stats().sequence
    found, last = engine.since(max(sequence - 1, 0), "", BATCH), ""
    while found:
        last = found[-1].article.id
        found = engine.since(sequence, last, BATCH)
    return sequence, last


def _gone(source: Engine, target: Engine) -> list[str]:
    """Ids of the target's articles that the source has lost since they were copied."""
    if source.stats().articles == target.stats().articles:
        return []
    gone: list[str] = []
    for copies in _all(target):
        ids = [c.stored.article.id for c in copies]
        held = source.get(ids)
        gone += [id for id in ids if id not in held]
    return gone


# -------------------------------------------------------------------- comparing
def _months(engine: Engine, report: Report) -> defaultdict[str, Month]:
    sums: defaultdict[str, Month] = defaultdict(Month)
    total, done = engine.stats().articles, 0
    for copies in _all(engine):
        for one in copies:
            month = sums[(one.stored.article.published or UNDATED)[:7]]
            month.articles += 1
            month.passages += len(one.vectors)
            month.checksum = (month.checksum + _hash(one)) % (1 << 64)
        done += len(copies)
        report(done, total)
    return sums


def _hash(one: Copy) -> int:
    stored = one.stored
    content = [
        stored.article.to_json(),
        stored.number,
        stored.sequence,
        stored.first_sequence,
        stored.digest,
        {kind: list(names) for kind, names in one.names.items()},
    ]
    digest = hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=8)
    digest.update(np.ascontiguousarray(one.vectors).tobytes())
    return int.from_bytes(digest.digest())


def _all(engine: Engine) -> Iterator[list[Copy]]:
    sequence, after = 0, ""
    while copies := engine.copies(sequence, after, BATCH):
        yield copies
        sequence, after = copies[-1].stored.sequence, copies[-1].stored.article.id
