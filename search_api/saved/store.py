"""Saved searches in the database: made, listed, changed, deleted and brought back, by their owner alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from archive.errors import NotFound
from search_api.saved.database import Database
from search_api.saved.models import matches, saved_searches
from search_api.saved.records import Match, SavedSearch

__all__ = ["HIGHEST", "Clock", "Store", "archive_id", "saved", "utc_now"]

Clock = Callable[[], dt.datetime]
HIGHEST = 2**53
"""Ids stay below."""
KEPT = dt.timedelta(days=30)
"""For so long a deletion can be undone."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def archive_id(secret: bytes) -> str:
    """What an archive is called in a database: 16 hex digits that tell nothing of its secret."""
    return hashlib.blake2b(secret, digest_size=8, person=b"saved").hexdigest()


class Store:
    """The saved searches over one archive. `owner` is asked for everywhere: nobody reaches another's."""

    def __init__(self, database: Database, archive: str, now: Clock = utc_now) -> None:
        self.database = database
        self.archive = archive
        self.now = now

    def create(self, owner: str, values: dict[str, Any], sequence: int) -> SavedSearch:
        """`values`: the columns that say what is searched; `sequence`: the archive's, behind which it begins."""
        now = self.now()
        with self.database.write() as connection:
            made = connection.execute(
                insert(saved_searches)
                .values(
                    **values,
                    archive=self.archive,
                    owner=owner,
                    revision=1,
                    created=now,
                    changed=now,
                    began=sequence,
                    sequence=sequence,
                    article="",
                    seen=0,
                )
                .returning(saved_searches.c.id)
            ).scalar_one()
            return self._one(connection, owner, made)

    def get(self, owner: str, id: int) -> SavedSearch:
        """Raises NotFound, also for another's and for a deleted one."""
        with self.database.read() as connection:
            return self._one(connection, owner, id)

    def shared(self, token: str) -> SavedSearch:
        """The search whose link holds this token. Raises NotFound."""
        with self.database.read() as connection:
            found = self._select(connection, saved_searches.c.share == token, saved_searches.c.deleted.is_(None))
        if not found:
            raise NotFound("There is no shared search at this address: its owner may have ended the sharing.")
        return found[0]

    def all(self, owner: str, *, deleted: bool = False) -> list[SavedSearch]:
        """By name; with `deleted`, those that can be brought back, the last deleted first."""
        column = saved_searches.c.deleted
        with self.database.read() as connection:
            found = self._select(
                connection,
                saved_searches.c.owner == owner,
                column.is_not(None) if deleted else column.is_(None),
            )
        if deleted:
            return sorted(found, key=lambda s: (s.deleted or s.created, s.id), reverse=True)
        return sorted(found, key=lambda s: (s.name.casefold(), s.id))

    def names(self, owner: str) -> list[tuple[int, str, tuple[tuple[str, str], ...]]]:
        """(id, name, parameters) of each, by name: without what was found, which takes longer to count."""
        c = saved_searches.c
        asked = select(c.id, c.name, c.parameters).where(self._mine(), c.owner == owner, c.deleted.is_(None))
        with self.database.read() as connection:
            rows = connection.execute(asked).all()
        found = [(row.id, row.name, tuple((name, value) for name, value in row.parameters)) for row in rows]
        return sorted(found, key=lambda search: (search[1].casefold(), search[0]))

    def change(self, owner: str, id: int, values: dict[str, Any]) -> SavedSearch:
        """Raises NotFound."""
        with self.database.write() as connection:
            old = self._one(connection, owner, id)
            if any(name in values for name in ("resolved", "floor", "vector")):
                # What is being matched just now may no longer be what is asked for.
                values = {**values, "revision": old.revision + 1, "failing": None}
            connection.execute(
                update(saved_searches).where(saved_searches.c.id == id).values(**values, changed=self.now())
            )
            return self._one(connection, owner, id)

    def delete(self, owner: str, id: int) -> SavedSearch:
        """It can be brought back for 30 days, and then goes on where it stood. Raises NotFound."""
        with self.database.write() as connection:
            found = self._one(connection, owner, id)
            connection.execute(update(saved_searches).where(saved_searches.c.id == id).values(deleted=self.now()))
        return found

    def restore(self, owner: str, id: int) -> SavedSearch:
        """Undo `delete`. Raises NotFound."""
        with self.database.write() as connection:
            connection.execute(
                update(saved_searches)
                .where(and_(saved_searches.c.id == min(id, HIGHEST), saved_searches.c.owner == owner, self._mine()))
                .values(deleted=None, changed=self.now())
            )
            return self._one(connection, owner, id)

    def purge(self) -> int:
        """Drops what was deleted over 30 days ago; how many."""
        with self.database.write() as connection:
            gone = connection.execute(
                delete(saved_searches).where(self._mine(), saved_searches.c.deleted < self.now() - KEPT)
            )
            return int(gone.rowcount)

    def share(self, owner: str, id: int, *, on: bool) -> SavedSearch:
        """With a link that anyone may open, or without. Raises NotFound."""
        found = self.get(owner, id)
        if on == bool(found.share):
            return found
        return self.change(owner, id, {"share": secrets.token_urlsafe(24) if on else None})

    # ---------------------------------------------------------------- matches
    def matches(
        self, search: int, *, before: int | None = None, first: int = 0, last: int | None = None, limit: int = 50
    ) -> list[Match]:
        """Those of a search, the latest first. `before`: further back than this match; `first`, `last`: within."""
        c = matches.c
        wanted = [c.search == search, c.id >= first]
        if before is not None:
            wanted.append(c.id < before)
        if last is not None:
            wanted.append(c.id <= last)
        with self.database.read() as connection:
            rows = connection.execute(select(matches).where(*wanted).order_by(c.id.desc()).limit(limit)).all()
        return [Match(**row._mapping) for row in rows]

    def mark_seen(self, owner: str, id: int, up_to: int | None = None) -> SavedSearch:
        """All matches so far, or up to one, count as looked at; what was seen stays so. Raises NotFound."""
        with self.database.write() as connection:
            found = self._one(connection, owner, id)
            latest = connection.execute(select(func.max(matches.c.id)).where(matches.c.search == id)).scalar() or 0
            seen = max(found.seen, latest if up_to is None else min(up_to, latest))
            connection.execute(update(saved_searches).where(saved_searches.c.id == id).values(seen=seen))
            return self._one(connection, owner, id)

    def adopt(self) -> None:
        """Takes over searches that another archive had in this database: one that lies in the archive's own folder.

        Whatever the new archive holds is matched from its beginning; what a search has found once doesn't fire again.
        """
        with self.database.write() as connection:
            connection.execute(
                update(saved_searches)
                .where(saved_searches.c.archive != self.archive)
                .values(archive=self.archive, sequence=0, article="", began=0)
            )

    # ---------------------------------------------------------------- reading rows
    def _one(self, connection: Connection, owner: str, id: int) -> SavedSearch:
        c = saved_searches.c
        # A number that no column holds is none of ours, and no error of the database.
        known = id <= HIGHEST
        found = self._select(connection, c.id == id, c.owner == owner, c.deleted.is_(None)) if known else []
        if not found:
            raise NotFound(f"There is no saved search {id}: `dateline saved list` shows those there are.")
        return found[0]

    def _select(self, connection: Connection, *wanted: Any) -> list[SavedSearch]:
        c = saved_searches.c
        mine = matches.c.search == c.id
        total = select(func.count()).where(mine).scalar_subquery().label("total")
        new = select(func.count()).where(mine, matches.c.id > c.seen).scalar_subquery().label("new")
        rows = connection.execute(select(saved_searches, new, total).where(self._mine(), *wanted))
        return saved(rows.all())

    def _mine(self) -> Any:
        return saved_searches.c.archive == self.archive


def saved(rows: Sequence[Row[Any]]) -> list[SavedSearch]:
    """Rows with all columns of `saved_searches` as values."""
    found = []
    for row in rows:
        values = dict(row._mapping)
        del values["archive"]
        values["parameters"] = tuple((name, value) for name, value in values["parameters"])
        found.append(SavedSearch(**values))
    return found
