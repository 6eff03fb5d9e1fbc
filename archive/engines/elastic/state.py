"""What is committed, and who may write: one document, changed by optimistic concurrency.

A writer takes the lease, which gives it a sequence; it writes, and one change of this document commits its sequence and
gives the lease back. Who finds a lease that has run out lists its sequence as aborted, in the same change that takes
the lease over: from then on the late writer can't commit, and nothing it wrote is ever visible as new.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from archive.engines.elastic.connection import Conflict, Connection, Gone, pauses
from archive.errors import ArchiveBusy

__all__ = ["LEASE_SECONDS", "Lease", "State", "StateStore"]

LEASE_SECONDS = 30.0
"""A living writer renews its lease long before; a killed one keeps others waiting for so long."""
LEASE_WAIT = 10.0
"""Seconds to wait for another writer that lives; for one that gives no sign of life, until its lease runs out."""
STATE_ID = "state"


@dataclass(frozen=True, slots=True)
class State:
    index: str
    """The index in use."""
    committed: int = 0
    """The archive's sequence."""
    aborted: tuple[int, ...] = ()
    """Sequences of commits that never were: articles first seen with one of them don't exist."""
    next_number: int = 0
    handed_out: int = 0
    """The highest sequence that a writer was given: none is used twice."""
    epoch: int = 0
    """Names the alias through which the present writer writes; rises with every lease that was lost."""
    writer: str = ""
    """Token of who holds the lease; empty: nobody."""
    expires: float = 0.0
    """When the lease ends, in seconds since 1970."""
    recover: bool = False
    """A commit was aborted, and what it left is not yet put in order."""
    unfinished: bool = False
    """The archive is being made a copy of another one. Its commits may be broken off without harm: their articles
    come again with the same sequences, so that none is ever aborted."""

    @classmethod
    def from_source(cls, source: Mapping[str, Any]) -> State:
        return cls(**{**source, "aborted": tuple(source["aborted"])})

    @property
    def seen(self) -> tuple[str, int, tuple[int, ...]]:
        """What of it readers depend on."""
        return self.index, self.committed, self.aborted

    @property
    def is_new(self) -> bool:
        """No writer ever was given a sequence: there is nothing to lose."""
        return not self.handed_out and not self.committed


Version = tuple[int, int]
"""Sequence number and primary term of the document, as the server counts them."""


class StateStore:
    """Where the state lies: an index of its own, so that it lives through every rebuild."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.index = f"{connection.address.name}-state"

    def begin(self, state: State) -> None:
        """The state of an archive whose index isn't made yet, also where a creation was interrupted. Its index then
        decides between two who make it at once. Raises Conflict where another one got further meanwhile."""
        client = self._connection.client
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "-1"}
        mappings = {"dynamic": False, "properties": {}}
        with suppress(Conflict):
            self._connection.call(lambda: client.indices.create(index=self.index, settings=settings, mappings=mappings))
        with suppress(Conflict):
            self._connection.call(
                lambda: client.index(
                    index=self.index, id=STATE_ID, document=asdict(state), op_type="create", refresh=True
                )
            )
        present, version = self.read()
        if present != state and present.is_new:
            self.replace(state, version, shown=True)

    def read(self) -> tuple[State, Version]:
        """The newest state, committed or not yet seen by searches. Raises ArchiveMissing."""
        client = self._connection.client
        try:
            found = self._connection.call(lambda: client.get(index=self.index, id=STATE_ID))
        except Gone:
            raise self._connection.missing() from None
        try:
            state = State.from_source(found["_source"])
        except (KeyError, TypeError):
            raise self._connection.damaged(f"{self.index} holds something else than its state") from None
        return state, (found["_seq_no"], found["_primary_term"])

    def replace(self, state: State, version: Version, *, shown: bool) -> Version:
        """Raises Conflict where the document isn't at that version any more. `shown`: searches see it on return."""
        client = self._connection.client
        for pause in pauses():
            try:
                done = self._connection.call(
                    lambda: client.index(
                        index=self.index,
                        id=STATE_ID,
                        document=asdict(state),
                        if_seq_no=version[0],
                        if_primary_term=version[1],
                        refresh=shown,
                    )
                )
                return done["_seq_no"], done["_primary_term"]
            except Conflict:
                # A request that was repeated after a lost answer meets its own first success.
                present, now = self.read()
                if present == state:
                    if shown:
                        self._connection.refresh(self.index)
                    return now
                if now != version:
                    raise
            # The copy that was read hasn't heard of the change yet.
            time.sleep(pause)
        raise Conflict

    def search(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The state as one search among several; `found` reads the answer."""
        return {"index": self.index}, {"query": {"ids": {"values": [STATE_ID]}}, "size": 1}

    def found(self, answer: Mapping[str, Any]) -> State:
        hits = answer["hits"]["hits"]
        if not hits:
            raise self._connection.damaged("its state is gone")
        return State.from_source(hits[0]["_source"])


class Lease:
    """Held by one writer at a time. Use `take`; then exactly one of `commit`, `release` and `abort`."""

    def __init__(
        self, store: StateStore, connection: Connection, before: State, state: State, version: Version, seconds: float
    ) -> None:
        self._store = store
        self._connection = connection
        self._before = before
        self.state = state
        self._version = version
        self._seconds = seconds
        self._renew_at = time.monotonic() + seconds / 3

    @property
    def sequence(self) -> int:
        """Of this commit."""
        return self.state.handed_out

    @classmethod
    def take(cls, store: StateStore, connection: Connection, seconds: float) -> Lease:
        """Waits for another writer, or takes over what a lost one left.

        Raises ArchiveBusy where one and the same writer goes on for over 10 s; where several take turns, so does this.
        """
        token = secrets.token_hex(8)
        first, deadline = State(""), 0.0
        while True:
            before, version = store.read()
            if before.writer != first.writer:
                first, deadline = before, time.monotonic() + LEASE_WAIT
            lost = bool(before.writer) and before.expires < time.time()
            if lost or not before.writer:
                aborts = lost and not before.unfinished
                aborted = (*before.aborted, before.handed_out) if aborts else before.aborted
                state = replace(
                    before,
                    writer=token,
                    expires=time.time() + seconds,
                    handed_out=max(before.handed_out, before.committed) + 1,
                    aborted=aborted,
                    epoch=before.epoch + lost,
                    recover=before.recover or aborts,
                )
                try:
                    version = store.replace(state, version, shown=lost)
                except Conflict:
                    continue
                return cls(store, connection, before, state, version, seconds)
            if time.monotonic() > deadline and before.expires != first.expires:
                raise ArchiveBusy(
                    f"Another process is writing to {connection.address.location}, and not at its end yet: wait, then "
                    "try again."
                )
            time.sleep(0.05)

    def keep(self) -> None:
        """Renew it when a third of its time is over; raises ArchiveBusy where it was taken over."""
        if time.monotonic() >= self._renew_at:
            self._change(replace(self.state, expires=time.time() + self._seconds), shown=False)
            self._renew_at = time.monotonic() + self._seconds / 3

    def commit(self, *, next_number: int) -> None:
        """The commit point."""
        self._change(
            replace(
                self.state,
                committed=self.sequence,
                next_number=next_number,
                writer="",
                recover=False,
            ),
            shown=True,
        )

    def adopt(self, sequence: int, next_number: int, *, complete: bool) -> None:
        """The commit point of a copy, which takes over another archive's sequence."""
        state = replace(self.state, committed=sequence, handed_out=sequence, next_number=next_number, writer="")
        self._change(replace(state, unfinished=not complete), shown=True)

    def release(self, *, index: str | None = None, recovered: bool = False) -> None:
        """Nothing was written under the sequence, which goes to the next writer.

        `index`: the one to use from now on; `recovered`: what an aborted commit left is in order.
        """
        before = self._before
        # A sequence that was taken over with the lease is used up; this one is not.
        handed_out = max(before.handed_out, before.committed)
        state = replace(
            self.state,
            index=index or self.state.index,
            handed_out=handed_out,
            writer="",
            recover=self.state.recover and not recovered,
        )
        self._change(state, shown=index is not None)

    def abort(self) -> None:
        """Something was written that must not be seen; the next writer puts it in order."""
        state = self.state
        if state.unfinished:
            self.release()
            return
        self._change(
            replace(state, aborted=(*state.aborted, self.sequence), epoch=state.epoch + 1, writer="", recover=True),
            shown=True,
        )

    def lost(self) -> ArchiveBusy:
        return ArchiveBusy(
            f"This process was stopped for so long that another one went on writing to "
            f"{self._connection.address.location}: nothing of its last batch counts; run it again."
        )

    def _change(self, state: State, *, shown: bool) -> None:
        try:
            self._version = self._store.replace(state, self._version, shown=shown)
        except Conflict:
            if state.writer or not self._was_given_back(state):
                raise self.lost() from None
        self.state = state

    def _was_given_back(self, state: State) -> bool:
        """Whether that change came about and its answer was lost, so that by now another writer had its turn."""
        present, _ = self._store.read()
        # Whoever takes a lost lease over raises the epoch, and aborts the sequence.
        committed = present.committed >= self.sequence and self.sequence not in present.aborted
        return present.epoch == state.epoch or (committed and not state.unfinished)
