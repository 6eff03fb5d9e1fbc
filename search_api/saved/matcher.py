"""Follows the archive: what it took in is matched against every saved search, and recorded with how far that went.

Matches and positions are written in one transaction, so whatever happens in between, an article is matched for a
search once, and none is skipped. `steps` stops at each boundary, where a process may die: tests let it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from archive.analysis import Analyser
from archive.engine import Copy, Engine
from archive.errors import SavedSearchError
from search_api.excerpts import first_sentence
from search_api.saved.batch import Batch
from search_api.saved.matching import Fired, match
from search_api.saved.models import matches, saved_searches
from search_api.saved.rule import Rule, rule_of
from search_api.saved.store import Store
from search_api.saved.tree import search_from_json

__all__ = ["BATCH", "Matcher"]

BATCH = 500
"""Articles that are read and matched at once."""
ROWS = 5_000
"""Matches that are written in one go: ten thousand searches may find a million."""
CHUNK = 500
"""Rows that are named in one statement."""
REST = 600.0
"""Seconds until a search that failed while it was matched is tried again."""

Position = tuple[int, str]
"""(sequence, id) of the last article that was matched."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where one search stands."""

    id: int
    revision: int
    position: Position
    failing: str | None

    @property
    def order(self) -> tuple[int, bool, str]:
        return _order(self.position)


class Matcher:
    """Matches one archive's searches. Several may run at once: who comes second finds the position moved."""

    def __init__(self, engine: Engine, store: Store, analyser: Analyser, batch: int = BATCH) -> None:
        self._engine = engine
        self._store = store
        self._analyser = analyser
        self._batch = batch
        self._rules: dict[tuple[int, int], tuple[Rule, str | None] | SavedSearchError] = {}
        """By id and revision: the rule and the model of its vector."""
        self._resting: dict[tuple[int, int], float] = {}
        self._quiet: object = None

    def steps(self) -> Iterator[str]:
        """Matches until every search has seen the whole archive; names each boundary as it comes to it."""
        state = self._engine.state
        while True:
            # Looked at before the searches: what changes in between is then looked at again.
            present = (state, self._present())
            if self._quiet == present:
                return
            standings = self._standings()
            able = yield from self._able(standings)
            if not able:
                break
            last = yield from self._advance(able, min(able, key=lambda s: s.order).position)
            front = max(able, key=lambda s: s.order)
            if last is not None and _order(last) < front.order:
                # Who was left behind catches up a batch at a time, beside the others and not before them.
                yield from self._advance([s for s in able if s.order == front.order], front.position)
            if last is None:
                break
        # Until the archive or a search changes there is nothing to look for.
        self._quiet = None if self._resting else present

    # ---------------------------------------------------------------- who is matched
    def _present(self) -> object:
        """What changes with every search that is saved, edited, deleted or brought back; cheap to ask every second."""
        c = saved_searches.c
        asked = select(func.count(), func.max(c.changed), func.sum(c.revision))
        with self._store.database.read() as connection:
            row = connection.execute(asked.where(c.archive == self._store.archive, c.deleted.is_(None))).one()
        return tuple(row)

    def _standings(self) -> tuple[_Standing, ...]:
        c = saved_searches.c
        wanted = (c.archive == self._store.archive, c.deleted.is_(None))
        with self._store.database.read() as connection:
            rows = connection.execute(
                select(c.id, c.revision, c.sequence, c.article, c.failing).where(*wanted).order_by(c.id)
            ).all()
            standings = tuple(_Standing(r.id, r.revision, (r.sequence, r.article), r.failing) for r in rows)
            unread = [s.id for s in standings if (s.id, s.revision) not in self._rules]
            for some in _chunks(unread):
                self._read(connection, some)
        present = {(s.id, s.revision) for s in standings}
        now = time.monotonic()
        self._resting = {key: until for key, until in self._resting.items() if until > now and key in present}
        self._rules = {key: rule for key, rule in self._rules.items() if key in present}
        # One that was changed between the two looks is met at the next.
        return tuple(s for s in standings if (s.id, s.revision) in self._rules)

    def _read(self, connection: Connection, ids: Sequence[int]) -> None:
        """Makes the rules of searches that are new or changed."""
        c = saved_searches.c
        columns = (c.id, c.revision, c.resolved, c.vector, c.model, c.floor)
        for row in connection.execute(select(*columns).where(c.id.in_(ids))):
            try:
                search = search_from_json(row.resolved, row.vector)
                rule = rule_of(search, row.floor, self._analyser)
                self._rules[row.id, row.revision] = (rule, row.model if rule.vector is not None else None)
            except SavedSearchError as error:
                self._rules[row.id, row.revision] = error

    def _able(self, standings: Sequence[_Standing]) -> Generator[str, None, list[_Standing]]:
        """Those that can be matched; of the others it is written down why not."""
        able: list[_Standing] = []
        model = self._engine.model
        for standing in standings:
            reason = self._reason(standing, model)
            if reason is None:
                able.append(standing)
            if reason != standing.failing:
                self._fail(standing, reason)
                yield "failed"
        return able

    def _reason(self, standing: _Standing, model: str) -> str | None:
        known = self._rules[standing.id, standing.revision]
        if (standing.id, standing.revision) in self._resting:
            return standing.failing
        if isinstance(known, SavedSearchError):
            return known.message
        made_with = known[1]
        if made_with is not None and made_with != model:
            return (
                f"It was saved with the model {made_with}, and the archive now has {model}: open it and save it "
                "again. It then goes on where it stands."
            )
        return None

    def _fail(self, standing: _Standing, reason: str | None) -> None:
        c = saved_searches.c
        with self._store.database.write() as connection:
            connection.execute(
                update(saved_searches)
                .where(c.id == standing.id, c.revision == standing.revision)
                .values(failing=reason)
            )

    # ---------------------------------------------------------------- one batch
    def _advance(self, group: Sequence[_Standing], start: Position) -> Generator[str, None, Position | None]:
        """Matches the next batch behind `start`, each search only what lies behind its own position; the batch's end,
        or None where nothing lies behind."""
        copies = self._engine.copies(*start, self._batch)
        yield "read"
        if not copies:
            return None
        last = _position(copies[-1])
        group = [s for s in group if s.order < _order(last)]
        batch = Batch(copies, self._analyser)
        found: list[tuple[_Standing, list[Fired]]] = []
        for standing, outcome in zip(group, match(batch, [self._rule(s) for s in group]), strict=True):
            if isinstance(outcome, SavedSearchError):
                self._resting[standing.id, standing.revision] = time.monotonic() + REST
                self._fail(standing, outcome.message)
            else:
                found.append((standing, outcome))
        yield "matched"
        with self._store.database.write() as connection:
            self._record(connection, copies, last, found)
            yield "recording"
        yield "recorded"
        return last

    def _rule(self, standing: _Standing) -> Rule:
        known = self._rules[standing.id, standing.revision]
        assert not isinstance(known, SavedSearchError)
        return known[0]

    def _record(
        self,
        connection: Connection,
        copies: Sequence[Copy],
        last: Position,
        found: Sequence[tuple[_Standing, list[Fired]]],
    ) -> None:
        """Of searches that nobody changed meanwhile: their matches, and that they now stand at `last`."""
        unchanged = self._unchanged(connection, [s for s, _ in found])
        now = self._store.now()
        about = [_about(copy) for copy in copies]
        rows = (
            {
                "search": standing.id,
                "found": now,
                "matched_by": fired.matched_by,
                "closeness": fired.closeness,
                **about[fired.place],
            }
            for standing, outcome in found
            if standing.id in unchanged
            for fired in outcome
            if _order(_position(copies[fired.place])) > standing.order
        )
        # Once for each article: a later version of one that has fired is no news.
        insert = (sqlite if self._store.database.is_sqlite else postgresql).insert(matches)
        statement = insert.on_conflict_do_nothing(index_elements=["search", "article"])
        while some_rows := list(islice(rows, ROWS)):
            connection.execute(statement, some_rows)
        c = saved_searches.c
        for some in _chunks(sorted(unchanged)):
            connection.execute(
                update(saved_searches).where(c.id.in_(some)).values(sequence=last[0], article=last[1], failing=None)
            )

    def _unchanged(self, connection: Connection, standings: Sequence[_Standing]) -> set[int]:
        """Those that stand where they stood; locked until the transaction ends."""
        c = saved_searches.c
        known = {s.id: s for s in standings}
        unchanged: set[int] = set()
        for some in _chunks(sorted(known)):
            asked = select(c.id, c.revision, c.sequence, c.article).where(c.id.in_(some), c.deleted.is_(None))
            for row in connection.execute(asked.order_by(c.id).with_for_update()):
                standing = known[row.id]
                if row.revision == standing.revision and (row.sequence, row.article) == standing.position:
                    unchanged.add(row.id)
        return unchanged


def _about(copy: Copy) -> dict[str, Any]:
    """What is kept of an article that fires: the version that did may be gone when it is told."""
    article = copy.stored.article
    return {
        "article": article.id,
        "sequence": copy.stored.sequence,
        "title": article.title.strip() or first_sentence(article.body) or "(no title)",
        "url": article.url,
        "published": article.published,
        "source": article.source,
    }


def _position(copy: Copy) -> Position:
    return copy.stored.sequence, copy.stored.article.id


def _order(position: Position) -> tuple[int, bool, str]:
    """Where positions stand; without an id, behind all articles of the sequence."""
    sequence, article = position
    return sequence, not article, article


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
