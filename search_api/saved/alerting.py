"""Alerts in the database: who is told of a search's matches, and what became of it."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from archive.errors import NotFound
from search_api.saved.models import alerts, deliveries, matches
from search_api.saved.records import Alert, Delivery, SavedSearch
from search_api.saved.schedule import next_due
from search_api.saved.store import HIGHEST, Store

__all__ = ["Alerts"]


class Alerts:
    """The alerts of saved searches. Whoever calls has looked up the search by its owner first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, search: SavedSearch, values: dict[str, Any]) -> Alert:
        """It tells of what is found from now on. `values`: kind, target, schedule, zone, hour, weekday, active."""
        now = self._store.now()
        due = next_due(values["schedule"], values["zone"], values["hour"], values["weekday"], now)
        with self._store.database.write() as connection:
            made = connection.execute(
                insert(alerts)
                .values(
                    **values,
                    search=search.id,
                    secret=secrets.token_hex(24),
                    position=self._latest(connection, search.id),
                    due=due,
                    created=now,
                )
                .returning(alerts.c.id)
            ).scalar_one()
            return self._one(connection, search, made)

    def get(self, search: SavedSearch, id: int) -> Alert:
        """Raises NotFound."""
        with self._store.database.read() as connection:
            return self._one(connection, search, id)

    def all(self, search: SavedSearch) -> list[Alert]:
        with self._store.database.read() as connection:
            rows = connection.execute(select(alerts).where(alerts.c.search == search.id).order_by(alerts.c.id))
            return [Alert(**row._mapping) for row in rows]

    def change(self, search: SavedSearch, id: int, values: dict[str, Any]) -> Alert:
        """Switched on again, it tells of what is found from then on. Raises NotFound."""
        with self._store.database.write() as connection:
            old = self._one(connection, search, id)
            new = {"schedule": old.schedule, "zone": old.zone, "hour": old.hour, "weekday": old.weekday, **values}
            due = next_due(new["schedule"], new["zone"], new["hour"], new["weekday"], self._store.now())
            if new.get("active") and not old.active:
                values = {**values, "position": self._latest(connection, search.id)}
            connection.execute(update(alerts).where(alerts.c.id == id).values(**values, due=due))
            return self._one(connection, search, id)

    def delete(self, search: SavedSearch, id: int) -> None:
        """With its history. Raises NotFound."""
        with self._store.database.write() as connection:
            self._one(connection, search, id)
            connection.execute(delete(alerts).where(alerts.c.id == id))

    def deliveries(self, search: SavedSearch, *, before: int | None = None, limit: int = 50) -> list[Delivery]:
        """Of all alerts of a search, the latest first."""
        c = deliveries.c
        wanted = [alerts.c.search == search.id]
        if before is not None:
            wanted.append(c.id < before)
        asked = select(deliveries).join(alerts, alerts.c.id == c.alert).where(*wanted).order_by(c.id.desc())
        with self._store.database.read() as connection:
            return [Delivery(**row._mapping) for row in connection.execute(asked.limit(limit))]

    def retry(self, search: SavedSearch, id: int) -> Delivery:
        """One that waits or was given up is tried again now. Raises NotFound."""
        c, id = deliveries.c, min(id, HIGHEST)
        mine = select(alerts.c.id).where(alerts.c.search == search.id)
        with self._store.database.write() as connection:
            connection.execute(
                update(deliveries)
                .where(c.id == id, c.alert.in_(mine), c.state != "delivered")
                .values(state="waiting", next=self._store.now(), finished=None)
            )
            row = connection.execute(select(deliveries).where(c.id == id, c.alert.in_(mine))).one_or_none()
        if row is None:
            raise NotFound(f"The search {search.id} has no delivery {id}.")
        return Delivery(**row._mapping)

    def _one(self, connection: Connection, search: SavedSearch, id: int) -> Alert:
        wanted = (alerts.c.id == min(id, HIGHEST), alerts.c.search == search.id)
        row = connection.execute(select(alerts).where(*wanted)).one_or_none()
        if row is None:
            raise NotFound(f"The search {search.id} has no alert {id}.")
        return Alert(**row._mapping)

    @staticmethod
    def _latest(connection: Connection, search: int) -> int:
        return connection.scalar(select(func.max(matches.c.id)).where(matches.c.search == search)) or 0
