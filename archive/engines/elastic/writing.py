"""Making commits, under the lease.

The order: take the lease, write in bulk, refresh, change the state. New articles show with the last step, all at once,
because their first sequence isn't committed before; an updated one is never missing, it shows its new version a moment
early. What a lost writer left is put in order by the next one, as a part of its own commit: articles that never were
are deleted, and updated ones get a sequence that is committed, so that `since` brings them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import orjson

from archive.analysis import Analyser
from archive.article import Prepared
from archive.batches import numbered
from archive.engine import Commit, Copy
from archive.engines.elastic.bulk import Operation, send
from archive.engines.elastic.connection import Conflict, Connection, Gone
from archive.engines.elastic.document import Place, document, document_id, prepared_of
from archive.engines.elastic.mapping import Manifest
from archive.engines.elastic.state import Lease, StateStore
from archive.engines.elastic.view import BARE, Reader, View
from archive.errors import ArchiveBusy, ArchiveError, DatelineError

__all__ = ["Writer", "operation"]

LOOK_UP = 1_000
"""Ids a request."""


@dataclass(frozen=True, slots=True)
class _Present:
    """An article that exists: its place, and its version as the server counts."""

    number: int
    first_sequence: int
    version: tuple[int, int]


class Writer:
    """Writes one archive. One commit at a time: the lease sees to it."""

    def __init__(self, connection: Connection, store: StateStore, analyser: Analyser, lease_seconds: float) -> None:
        self._connection = connection
        self._store = store
        self._analyser = analyser
        self._lease_seconds = lease_seconds

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """The lease, aborted where an error leaves the block. Raises ArchiveBusy where another writer has or got it."""
        lease = Lease.take(self._store, self._connection, self._lease_seconds)
        try:
            yield lease
        except (Conflict, Gone):
            # A newer version, or a writer's alias that is no more: somebody took over.
            self._give_up(lease)
            raise lease.lost() from None
        except BaseException as error:
            if not isinstance(error, ArchiveBusy):
                self._give_up(lease)
            raise

    def commit(self, manifest: Manifest, batch: Sequence[Prepared], delete: Sequence[str]) -> Commit:
        """`archive.engine.Engine.write`, of a batch that was checked."""
        with self.lease() as lease:
            state = lease.state
            if state.recover:
                self._fence(lease)
            present = self._present(lease, manifest, [p.article.id for p in batch] + list(delete))
            replaced = {p.article.id for p in batch}
            gone = sorted(id for id in set(delete) - replaced if id in present)
            left = self._left_behind(lease, manifest) if state.recover else []
            restored = [p for p in left if p[0].article.id not in replaced and p[0].article.id not in gone]
            if not batch and not gone and not restored:
                lease.release(recovered=True)
                return Commit(state.committed, 0, 0, 0)
            known = {id: (found.number, found.first_sequence) for id, found in present.items()}
            rows = numbered(batch, known, lease.sequence, state.next_number)
            places = [
                (prepared, Place(number, lease.sequence, first, prepared.article.digest()))
                for prepared, number, first in rows
            ]
            places += [(prepared, replace(place, sequence=lease.sequence)) for prepared, place in restored]
            self._send(lease, places, {id: present[id] for id in gone})
            next_number = max([state.next_number, *(number + 1 for _, number, _ in rows)])
            lease.commit(next_number=next_number)
        updated = len(replaced & present.keys())
        return Commit(lease.sequence, len(batch) - updated, updated, len(gone))

    def adopt(
        self,
        manifest: Manifest,
        copies: Sequence[Copy],
        sequence: int,
        next_number: int,
        gone: Sequence[str],
        *,
        complete: bool,
    ) -> None:
        """`archive.engine.Engine.adopt`, of copies that were checked."""
        with self.lease() as lease:
            if not lease.state.unfinished:
                lease.release()
                raise ArchiveError(
                    f"{self._connection.address.location} is an archive of its own: articles are indexed into it, "
                    "not copied."
                )
            places = [(c.prepared, Place.of(c.stored)) for c in copies]
            self._send(lease, places, self._present(lease, manifest, gone))
            lease.adopt(sequence, next_number, complete=complete)

    def recover(self, manifest: Manifest) -> None:
        """Put in order what an aborted commit left, if there is any."""
        if self._store.read()[0].recover:
            self.commit(manifest, [], [])

    def writer_alias(self, epoch: int) -> str:
        return f"{self._connection.address.name}-writer-{epoch}"

    def lead_to(self, index: str, epoch: int) -> None:
        """From now on the archive is found there, and written by the writer of that epoch alone."""
        name = self._connection.address.name
        actions: list[dict[str, Any]] = [
            {"remove": {"index": f"{name}-*", "alias": f"{name}-writer-*", "must_exist": False}},
            {"remove": {"index": f"{name}-*", "alias": name, "must_exist": False}},
            {"add": {"index": index, "alias": name}},
            {"add": {"index": index, "alias": self.writer_alias(epoch)}},
        ]
        self._connection.call(lambda: self._connection.client.indices.update_aliases(actions=actions))

    # ---------------------------------------------------------------- steps of a commit
    def _present(self, lease: Lease, manifest: Manifest, ids: Sequence[str]) -> dict[str, _Present]:
        """The articles that exist, of these ids."""
        view = View(self._connection, self._store, lease.state, manifest)
        found: dict[str, _Present] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), LOOK_UP):
            some = [document_id(id) for id in wanted[start : start + LOOK_UP]]
            body = {
                "query": {"bool": {"filter": [*view.visible(), {"ids": {"values": some}}]}},
                "size": len(some),
                **BARE,
                "docvalue_fields": ["id", "number", "first_sequence"],
                "seq_no_primary_term": True,
            }
            [answer] = Reader(view, checked=True).ask([body])
            for hit in answer["hits"]["hits"]:
                fields = {name: values[0] for name, values in hit["fields"].items()}
                version = (hit["_seq_no"], hit["_primary_term"])
                found[fields["id"]] = _Present(fields["number"], fields["first_sequence"], version)
        return found

    def _send(self, lease: Lease, places: Sequence[tuple[Prepared, Place]], gone: Mapping[str, _Present]) -> None:
        def operations() -> Iterator[Operation]:
            for prepared, place in places:
                yield operation(prepared, place, self._analyser)
            for id, present in gone.items():
                header = {"_id": document_id(id), "if_seq_no": present.version[0]}
                yield Operation("delete", {**header, "if_primary_term": present.version[1]}, id)

        send(self._connection, self.writer_alias(lease.state.epoch), operations(), lease.keep, alias=True)
        self._connection.refresh(lease.state.index)

    # ---------------------------------------------------------------- after a lost writer
    def _fence(self, lease: Lease) -> None:
        """Take the alias away through which the lost writer wrote; a rebuild may have left others too."""
        self.lead_to(lease.state.index, lease.state.epoch)
        self._connection.refresh(lease.state.index)

    def _left_behind(self, lease: Lease, manifest: Manifest) -> list[tuple[Prepared, Place]]:
        """Delete the articles that never were; return those that were updated under a sequence that never was."""
        view = View(self._connection, self._store, lease.state, manifest)
        later = {"range": {"sequence": {"gt": lease.state.committed}}}
        never: list[Operation] = []
        updated = []
        wanted = {"_source": ["content", "codes"], "size": 500, "seq_no_primary_term": True}
        for hit in Reader(view, checked=True).scan([later], wanted):
            prepared, stored = prepared_of(hit["_source"], manifest.dimensions)
            if stored.first_sequence > lease.state.committed:
                # By its version: the request may be repeated, and then come late to what this commit writes.
                header = {"_id": hit["_id"], "if_seq_no": hit["_seq_no"], "if_primary_term": hit["_primary_term"]}
                never.append(Operation("delete", header, stored.article.id))
            else:
                updated.append((prepared, Place.of(stored)))
        alias = self.writer_alias(lease.state.epoch)
        send(self._connection, alias, never, lease.keep, alias=True)
        return updated

    def _give_up(self, lease: Lease) -> None:
        """After an error: nothing of this commit may ever be seen, and the next writer need not wait."""
        # No server, or another writer: the lease runs out, and whoever takes it over does the same.
        with suppress(DatelineError):
            lease.abort()


def operation(prepared: Prepared, place: Place, analyser: Analyser) -> Operation:
    """Write an article, unless a later version is there."""
    header = {
        "_id": document_id(prepared.article.id),
        "version": place.sequence,
        "version_type": "external_gte",
    }
    return Operation("index", header, prepared.article.id, orjson.dumps(document(prepared, place, analyser)))
