"""Deliveries: made of new matches, sent until they arrive, given up visibly.

A delivery is made in the transaction that moves its alert's position over the matches it tells of, so each match is
in exactly one delivery of an alert. It is sent at least once: whoever sends writes down that it arrived afterwards,
and if it dies in between, the same goes out again under the same key.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select, update

from search_api.saved.messages import LISTED, Message, message_of
from search_api.saved.models import alerts, deliveries, matches, saved_searches
from search_api.saved.records import Alert, Delivery, Match, SavedSearch
from search_api.saved.schedule import next_due
from search_api.saved.store import Store, saved
from search_api.saved.webhook import Undelivered

__all__ = ["Outbox", "Patience", "Sender"]

AT_ONCE = 16
"""Messages that are sent beside each other: a receiver that doesn't answer keeps few others waiting."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an undelivered message is tried again."""

    first: dt.timedelta = dt.timedelta(seconds=30)
    """Before the second attempt; doubled at each further one."""
    longest: dt.timedelta = dt.timedelta(hours=2)
    """Between two attempts at most."""
    in_all: dt.timedelta = dt.timedelta(hours=72)
    """After which it is given up."""

    def wait(self, attempts: int) -> dt.timedelta:
        """After so many attempts; up to half as long again, so that what failed together isn't sent together."""
        doubled = self.first * 2 ** min(attempts - 1, 20)
        waiting: dt.timedelta = min(doubled, self.longest) * random.uniform(1.0, 1.5)
        return waiting


class Sender(Protocol):
    def send(self, alert: Alert, message: Message) -> None:
        """Raises Undelivered."""


class Outbox:
    """The deliveries of one archive's searches."""

    def __init__(self, store: Store, sender: Sender, base: str, patience: Patience = Patience()) -> None:
        """`base`: where the service is, with a slash."""
        self._store = store
        self._sender = sender
        self._base = base
        self._patience = patience

    def steps(self) -> Iterator[str]:
        """Makes deliveries of what is new and sends what is due; names each boundary as it comes to it."""
        with self._store.database.write() as connection:
            self._make(connection)
            yield "making"
        yield "made"
        while claimed := self._claim():
            yield "claimed"
            with ThreadPoolExecutor(len(claimed)) as pool:
                problems = list(pool.map(self._send, claimed))
            yield "sent"
            self._note(claimed, problems)
            yield "noted"

    # ---------------------------------------------------------------- making
    def _make(self, connection: Connection) -> None:
        """One delivery for each digest that is due; for what is told at once, one for up to LISTED matches."""
        now = self._store.now()
        new = (
            select(alerts, func.max(matches.c.id).label("latest"))
            .join(saved_searches, saved_searches.c.id == alerts.c.search)
            .outerjoin(matches, (matches.c.search == alerts.c.search) & (matches.c.id > alerts.c.position))
            .where(self._mine(), alerts.c.active, (alerts.c.due.is_(None)) | (alerts.c.due <= now))
            .group_by(alerts.c.id)
            .order_by(alerts.c.id)
        )
        for row in connection.execute(new).all():
            values = dict(row._mapping)
            latest = values.pop("latest")
            alert = Alert(**values)
            changed: dict[str, Any] = {}
            if latest is not None:
                self._deliver(connection, alert, now)
                changed["position"] = latest
            if alert.due is not None:
                due = next_due(alert.schedule, alert.zone, alert.hour, alert.weekday, now)
                changed["due"] = due
            if changed:
                connection.execute(update(alerts).where(alerts.c.id == alert.id).values(**changed))

    def _deliver(self, connection: Connection, alert: Alert, now: dt.datetime) -> None:
        c = matches.c
        ids = connection.scalars(
            select(c.id).where(c.search == alert.search, c.id > alert.position).order_by(c.id)
        ).all()
        size = LISTED if alert.due is None else len(ids)
        for start in range(0, len(ids), size):
            some = ids[start : start + size]
            connection.execute(
                insert(deliveries).values(
                    alert=alert.id,
                    key=str(uuid4()),
                    first=some[0],
                    last=some[-1],
                    count=len(some),
                    state="waiting",
                    attempts=0,
                    next=now,
                    created=now,
                )
            )

    # ---------------------------------------------------------------- sending
    def _claim(self) -> list[tuple[Alert, Delivery, Message]]:
        """What is due, with its next attempt set as if this one failed: whoever dies over it leaves it waiting."""
        now = self._store.now()
        due = (
            select(deliveries)
            .join(alerts, alerts.c.id == deliveries.c.alert)
            .join(saved_searches, saved_searches.c.id == alerts.c.search)
            .where(self._mine(), alerts.c.active, deliveries.c.state == "waiting", deliveries.c.next <= now)
            .order_by(deliveries.c.next, deliveries.c.id)
            .limit(AT_ONCE)
        )
        claimed = []
        with self._store.database.write() as connection:
            for row in connection.execute(due).all():
                delivery = Delivery(**row._mapping)
                attempts = delivery.attempts + 1
                connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id == delivery.id)
                    .values(attempts=attempts, next=now + self._patience.wait(attempts))
                )
                claimed.append(self._message(connection, delivery))
        return claimed

    def _message(self, connection: Connection, delivery: Delivery) -> tuple[Alert, Delivery, Message]:
        alert = Alert(**connection.execute(select(alerts).where(alerts.c.id == delivery.alert)).one()._mapping)
        found = connection.execute(select(saved_searches).where(saved_searches.c.id == alert.search)).all()
        search: SavedSearch = saved(found)[0]
        c = matches.c
        within = (c.search == alert.search, c.id >= delivery.first, c.id <= delivery.last)
        rows = connection.execute(select(matches).where(*within).order_by(c.id).limit(LISTED)).all()
        told = [Match(**row._mapping) for row in rows]
        return alert, delivery, message_of(search, delivery, told, self._base)

    def _send(self, claimed: tuple[Alert, Delivery, Message]) -> str | None:
        """What went wrong; None where it arrived."""
        alert, _, message = claimed
        try:
            self._sender.send(alert, message)
        except Undelivered as error:
            return str(error)
        return None

    def _note(self, claimed: Sequence[tuple[Alert, Delivery, Message]], problems: Sequence[str | None]) -> None:
        now = self._store.now()
        with self._store.database.write() as connection:
            for (_, delivery, _), problem in zip(claimed, problems, strict=True):
                values: dict[str, Any] = {"problem": problem}
                if problem is None:
                    values |= {"state": "delivered", "finished": now, "next": None}
                elif now - delivery.created >= self._patience.in_all:
                    values |= {"state": "given_up", "finished": now, "next": None}
                connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(**values))

    def _mine(self) -> Any:
        return (saved_searches.c.archive == self._store.archive) & saved_searches.c.deleted.is_(None)
