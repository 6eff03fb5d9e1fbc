"""What the alert rule lets through of the archive as it is, the latest first: by (sequence, id), for feeds.

Whether an article fires depends on it alone, so this is exact, however many articles there are. Where an engine can
tell, it is asked: the latest that hold the words, and the hundred nearest, if those are all above the floor. Else the
archive is read from its end until there are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archive.analysis import Analyser
from archive.article import Stored
from archive.engine import POOL_SIZE, Copy, Engine, Search
from archive.vectors import UNIT
from search_api.saved.batch import Batch
from search_api.saved.matching import fires
from search_api.saved.rule import Rule, rule_of

__all__ = ["backwards", "latest"]

ENOUGH = 250
"""Articles a window should hold: it is widened until it does."""
READ = 500


def latest(engine: Engine, analyser: Analyser, search: Search, floor: int, limit: int) -> list[Stored]:
    """The last `limit` that the rule lets through, highest (sequence, id) first."""
    if limit == 0:
        return []
    rule = rule_of(search, floor, analyser)
    near = _near(engine, search, rule) if rule.vector is not None else []
    if near is None:
        return _scanned(engine, analyser, rule, limit)
    found = {s.article.id: s for s in (*near, *_by_words(engine, search, limit))}
    return _ordered(list(found.values()))[:limit]


def backwards(engine: Engine) -> Iterator[list[Copy]]:
    """The whole archive from its end, in batches whose articles are in (sequence, id) order."""
    top = engine.stats().sequence
    width = 1
    while top > 0:
        low = max(0, top - width)
        copies = list(_between(engine, low, top))
        width = width * 2 if len(copies) < ENOUGH else max(1, width // 2)
        if copies:
            yield copies
        top = low


def _between(engine: Engine, low: int, top: int) -> Iterator[Copy]:
    """Articles of the sequences above `low` up to `top`."""
    sequence, after = low, ""
    while copies := engine.copies(sequence, after, READ):
        for copy in copies:
            if copy.stored.sequence > top:
                return
            yield copy
        sequence, after = copies[-1].stored.sequence, copies[-1].stored.article.id


def _by_words(engine: Engine, search: Search, limit: int) -> list[Stored]:
    """The last that hold all the words; of the earliest commit among them all, because engines order within one
    by number."""
    asked = replace(search, mode="keyword", vector=None, sort="added", limit=limit)
    found: list[Stored] = []
    while True:
        page = engine.search(asked)
        found += [hit.stored for hit in page.hits]
        if page.next is None or len(found) < limit or found[-1].sequence < found[limit - 1].sequence:
            return found
        asked = replace(asked, cursor=page.next)


def _near(engine: Engine, search: Search, rule: Rule) -> list[Stored] | None:
    """All whose best passage reaches the floor; None where an engine's hundred nearest may not be all of them."""
    nearest = replace(search, mode="semantic", sort="relevance", limit=POOL_SIZE)
    whole = engine.search(replace(nearest, refinements=()))
    reached = [hit for hit in whole.hits if hit.cosine is not None and round(hit.cosine * UNIT) >= rule.floor]
    if len(reached) == POOL_SIZE:
        return None
    near = {hit.stored.article.id for hit in reached}
    hits = engine.search(nearest).hits if search.refinements else whole.hits
    return [hit.stored for hit in hits if hit.stored.article.id in near]


def _scanned(engine: Engine, analyser: Analyser, rule: Rule, limit: int) -> list[Stored]:
    found: list[Stored] = []
    for copies in backwards(engine):
        fired = fires(Batch(copies, analyser), rule)
        found += [copies[f.place].stored for f in reversed(fired)]
        if len(found) >= limit:
            break
    return found[:limit]


def _ordered(stored: Sequence[Stored]) -> list[Stored]:
    return sorted(stored, key=lambda s: (s.sequence, s.article.id), reverse=True)
