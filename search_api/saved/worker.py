"""The worker: matches what the archive takes in and delivers what was found, over and over, one process at a time."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import threading
from collections.abc import Callable, Generator

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from archive.errors import DatelineError
from search_api.saved.matcher import Matcher
from search_api.saved.models import leases
from search_api.saved.outbox import Outbox
from search_api.saved.store import Store

__all__ = ["Lease", "Worker"]

LEASE = dt.timedelta(seconds=60)
"""After which another process takes over from one that died."""
BETWEEN = ("read", "matched", "recorded", "made", "claimed", "sent", "noted")
"""Boundaries at which no transaction is open, so that the lease can be renewed."""
PAUSE = 1.0
"""Seconds between two rounds."""
PURGE = dt.timedelta(hours=6)


class Lease:
    """Which process works for an archive. Two at once would do no harm, but the same work twice."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._name = f"alerts {store.archive}"
        self._holder = f"{_machine()} {os.getpid()} {secrets.token_hex(4)}"
        self._renewed: dt.datetime | None = None

    def hold(self) -> bool:
        """Whether it is this process, from now on for a minute. One that died on this machine isn't waited for.

        Asked every second, and written every ten.
        """
        now = self._store.now()
        if self._renewed is not None and now - self._renewed < LEASE / 6:
            return True
        self._renewed = None
        c = leases.c
        with self._store.database.read() as connection:
            known = connection.execute(select(c.holder, c.until).where(c.name == self._name)).one_or_none()
        gone = known is not None and _is_gone(known.holder)
        if known is not None and known.until > now and known.holder != self._holder and not gone:
            return False
        with self._store.database.write() as connection:
            insert = (sqlite if self._store.database.is_sqlite else postgresql).insert(leases)
            connection.execute(insert.values(name=self._name, holder="", until=now).on_conflict_do_nothing())
            free = c.holder.in_([self._holder, *([known.holder] if known is not None and gone else [])])
            values = {"holder": self._holder, "until": now + LEASE}
            taken = update(leases).where(c.name == self._name, free | (c.until <= now)).values(values)
            if connection.execute(taken).rowcount == 1:
                self._renewed = now
        return self._renewed is not None

    def release(self) -> None:
        """Another process need not wait."""
        self._renewed = None
        c = leases.c
        mine = (c.name == self._name, c.holder == self._holder)
        with self._store.database.write() as connection:
            connection.execute(update(leases).where(*mine).values(until=self._store.now()))

    def tell(self, problem: str | None) -> None:
        """Why the work stands still, for those who wait for it."""
        with self._store.database.write() as connection:
            connection.execute(update(leases).where(leases.c.name == self._name).values(problem=problem))

    def problem(self) -> str | None:
        """What the process that works has told."""
        with self._store.database.read() as connection:
            return connection.scalar(select(leases.c.problem).where(leases.c.name == self._name))

    def working(self) -> bool:
        """Whether any process does."""
        with self._store.database.read() as connection:
            until = connection.scalar(select(leases.c.until).where(leases.c.name == self._name))
        return until is not None and until > self._store.now()


def _machine() -> str:
    return socket.gethostname()[:30].replace(" ", "-")


def _is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that runs no more."""
    machine, _, rest = holder.partition(" ")
    pid = rest.partition(" ")[0]
    if machine != _machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Worker:
    """Matches and delivers until it is told to stop."""

    def __init__(
        self, store: Store, matcher: Matcher, outbox: Outbox, report: Callable[[str | None], None] = lambda _: None
    ) -> None:
        """`report` is told why it stands still, and None when it goes on again."""
        self._store = store
        self._matcher = matcher
        self._outbox = outbox
        self._report = report
        self._lease = Lease(store)
        self._purged: dt.datetime | None = None
        self._problem: str | None = None

    def steps(self) -> Generator[str, None, None]:
        """One round, with the boundaries of both halves."""
        yield from self._matcher.steps()
        yield from self._outbox.steps()

    def round(self, may_go_on: Callable[[], bool] = lambda: True) -> None:
        """All that there is to do now, while it may go on. Raises what the archive and the database raise."""
        for step in self.steps():
            if step in BETWEEN and not may_go_on():
                return
        now = self._store.now()
        if self._purged is None or now - self._purged > PURGE:
            self._store.purge()
            self._purged = now

    def run(self, stop: threading.Event, pause: float = PAUSE) -> None:
        """Rounds until `stop` is set. What is wrong with archive or database is reported, and tried again."""
        while not stop.is_set():
            try:
                if self._lease.hold():
                    # A long round must not lose its lease to a process that thinks this one dead.
                    self.round(self._lease.hold)
                    self._tell(None)
            except DatelineError as error:
                self._tell(error.message)
            stop.wait(pause if self._problem is None else max(pause, 5.0))
        try:
            self._lease.release()
        except DatelineError as error:
            self._report(error.message)

    def _tell(self, problem: str | None) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        self._report(problem)
        try:
            self._lease.tell(problem)
        except DatelineError:
            return  # the database itself is what is wrong: the log has said so
