"""`ElasticEngine`: opens, writes, answers and rebuilds an archive on a cluster."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from archive.analysis import ANALYSIS_VERSION, Analyser
from archive.article import Prepared, Stored
from archive.batches import check_prepared
from archive.engine import Commit, Copy, Identity, Page, Rebuilding, Search, Stats, Suggestion
from archive.engines.cluster import NO_SETTINGS, ClusterSettings
from archive.engines.elastic.address import Address
from archive.engines.elastic.connection import Conflict, Connection, Gone
from archive.engines.elastic.document import document_id, stored_of
from archive.engines.elastic.listing import check, copies, copy, since, stats
from archive.engines.elastic.mapping import FORMAT_VERSION, Manifest
from archive.engines.elastic.rebuilding import Rebuild, create_index
from archive.engines.elastic.searching import run
from archive.engines.elastic.state import LEASE_SECONDS, State, StateStore
from archive.engines.elastic.suggesting import suggest
from archive.engines.elastic.view import Changed, Reader, View
from archive.engines.elastic.writing import Writer
from archive.engines.versions import check_finished, check_versions
from archive.errors import ArchiveForeign, ArchiveMissing

__all__ = ["ElasticEngine"]

T = TypeVar("T")
AT_ONCE = 500
"""Articles a request."""
RETRIES = 4
"""How often a reader that meets a new commit begins again; then it takes what it has."""


class ElasticEngine:
    """An `archive.engine.Engine` over an index of a cluster."""

    def __init__(self, connection: Connection, state: State, manifest: Manifest, lease_seconds: float) -> None:
        """Use `create` or `open`."""
        self.analyser = Analyser(manifest.language)
        self._connection = connection
        self._store = StateStore(connection)
        self._writer = Writer(connection, self._store, self.analyser, lease_seconds)
        self._lock = threading.Lock()
        self._view = View(connection, self._store, state, manifest)

    @classmethod
    def create(
        cls,
        location: str,
        model: str = "none",
        dimensions: int = 384,
        language: str = "english",
        cluster: ClusterSettings = NO_SETTINGS,
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> ElasticEngine:
        """A new, empty archive; raises ArchiveForeign where there is something of that name already."""
        identity = Identity(secrets.token_bytes(32), model, dimensions, language)
        return cls._create(location, identity, cluster, lease_seconds, unfinished=False)

    @classmethod
    def create_copy(
        cls,
        location: str,
        identity: Identity,
        cluster: ClusterSettings = NO_SETTINGS,
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> ElasticEngine:
        """An archive to `adopt` another one's articles into: a new one, or the one where this was broken off.

        Raises ArchiveForeign where there is anything else of that name.
        """
        try:
            engine = cls.open(location, cluster, lease_seconds=lease_seconds, unfinished=True)
        except ArchiveMissing:
            return cls._create(location, identity, cluster, lease_seconds, unfinished=True)
        if not engine._store.read()[0].unfinished or engine.identity != identity:
            raise ArchiveForeign(
                f"{engine._connection.address.location} holds an archive already, and no unfinished copy of this one: "
                "name another archive."
            )
        return engine

    @classmethod
    def _create(
        cls,
        location: str,
        identity: Identity,
        cluster: ClusterSettings,
        lease_seconds: float,
        *,
        unfinished: bool,
    ) -> ElasticEngine:
        connection = Connection(Address(location), cluster)
        name = connection.address.name
        client = connection.client
        taken = ArchiveForeign(f"{connection.address.location} exists already: name another archive.")
        state = State(f"{name}-1", unfinished=unfinished)
        manifest = Manifest(
            FORMAT_VERSION,
            ANALYSIS_VERSION,
            identity.language,
            identity.model,
            identity.dimensions,
            identity.secret.hex(),
            secrets.token_hex(8),
            cluster.vectors or "flat",
        )
        with suppress(ArchiveMissing):
            _opened(connection)
            raise taken
        if connection.call(lambda: client.indices.exists_alias(name=state.index)):
            raise ArchiveForeign(
                f"{connection.address.location} can't be made: its index would be called {state.index}, as another "
                "archive is. Name another one."
            )
        try:
            StateStore(connection).begin(state)
            create_index(connection, state.index, manifest, cluster.shards or 1, (name, f"{name}-writer-0"))
        except Conflict:
            raise taken from None  # by another process, at this very moment
        return cls(connection, state, manifest, lease_seconds)

    @classmethod
    def open(
        cls,
        location: str,
        cluster: ClusterSettings = NO_SETTINGS,
        *,
        outdated: bool = False,
        unfinished: bool = False,
        lease_seconds: float = LEASE_SECONDS,
    ) -> ElasticEngine:
        """An existing archive. `outdated`: open one of another analysis version too, to rebuild it; `unfinished`: a
        copy that isn't complete yet, to complete it.

        Raises ArchiveMissing, ArchiveForeign, ArchiveOutdated, ArchiveUnfinished, or ArchiveError where the server
        doesn't answer.
        """
        connection = Connection(Address(location), cluster)
        shown = connection.address.location
        state, manifest = _opened(connection)
        check_finished(shown, unfinished=state.unfinished and not unfinished)
        check_versions(shown, manifest.format, FORMAT_VERSION, manifest.analysis, outdated=outdated)
        return cls(connection, state, manifest, lease_seconds)

    @property
    def secret(self) -> bytes:
        return bytes.fromhex(self._view.manifest.secret)

    @property
    def model(self) -> str:
        return self._view.manifest.model

    @property
    def identity(self) -> Identity:
        manifest = self._view.manifest
        return Identity(self.secret, manifest.model, manifest.dimensions, manifest.language)

    @property
    def state(self) -> str:
        state, _ = self._store.read()
        return f"{state.index}.{state.committed}.{len(state.aborted)}"

    def write(self, batch: Sequence[Prepared], delete: Sequence[str] = ()) -> Commit:
        manifest = self._latest().manifest
        for prepared in batch:
            check_prepared(prepared, manifest.dimensions)
        if not batch and not self.get(delete):
            return Commit(self._latest().state.committed, 0, 0, 0)
        return self._writer.commit(manifest, batch, delete)

    def search(self, search: Search) -> Page:
        return self._read(lambda reader: run(reader, search, self.analyser))

    def get(self, ids: Iterable[str]) -> dict[str, Stored]:
        wanted = list(dict.fromkeys(ids))

        def read(reader: Reader) -> dict[str, Stored]:
            found = {}
            for start in range(0, len(wanted), AT_ONCE):
                some = [document_id(id) for id in wanted[start : start + AT_ONCE]]
                query = {"bool": {"filter": [*reader.view.visible(), {"ids": {"values": some}}]}}
                [answer] = reader.ask([{"query": query, "size": len(some), "_source": ["content"]}])
                stored = [stored_of(hit["_source"]) for hit in answer["hits"]["hits"]]
                found.update({s.article.id: s for s in stored})
            return found

        return self._read(read)

    def since(self, sequence: int, after: str = "", limit: int = 1000) -> list[Stored]:
        return self._read(lambda reader: since(reader, sequence, after, limit))

    def copies(self, sequence: int, after: str = "", limit: int = 1000) -> list[Copy]:
        return self._read(lambda reader: copies(reader, sequence, after, limit))

    def copy(self, id: str) -> Copy | None:
        return self._read(lambda reader: copy(reader, id))

    def adopt(
        self,
        copies: Sequence[Copy],
        sequence: int,
        next_number: int,
        gone: Sequence[str] = (),
        *,
        complete: bool = False,
    ) -> None:
        manifest = self._latest().manifest
        for one in copies:
            check_prepared(one.prepared, manifest.dimensions)
        self._writer.adopt(manifest, copies, sequence, next_number, gone, complete=complete)

    def suggest(self, prefix: str, fields: Sequence[str], limit: int = 10) -> list[Suggestion]:
        return self._read(lambda reader: suggest(reader, self.analyser, prefix, fields, limit))

    def stats(self) -> Stats:
        return self._read(stats)

    def check(self) -> list[str]:
        return self._read(lambda reader: check(reader, self.analyser))

    def rebuild(self, prepare: Rebuilding | None = None, model: tuple[str, int] | None = None) -> None:
        self._writer.recover(self._latest().manifest)
        with self._writer.lease() as lease:
            _, manifest = _manifest(self._connection, lease.state.index)
            view = View(self._connection, self._store, lease.state, manifest)
            cluster = self._connection.settings
            new = replace(manifest, analysis=ANALYSIS_VERSION, vectors=cluster.vectors or manifest.vectors)
            if model:
                new = replace(new, model=model[0], dimensions=model[1])
            Rebuild(self._connection, self._writer, self.analyser, lease, view).run(new, cluster.shards, prepare)
        self._latest()

    def close(self) -> None:
        self._connection.close()

    # ---------------------------------------------------------------- the present commit
    def _read(self, work: Callable[[Reader], T]) -> T:
        """The work done on one commit: begun again where there was another one meanwhile."""
        view = self._view
        for _ in range(RETRIES):
            try:
                return work(Reader(view))
            except Changed as changed:
                view = self._look(changed.state)
            except Gone:
                before, view = view, self._latest()
                if view is before:
                    raise self._connection.damaged(f"its index {view.state.index} is gone") from None
        try:
            return work(Reader(view, checked=True))
        except Gone:
            raise self._connection.refused(503) from None

    def _latest(self) -> View:
        return self._look(self._store.read()[0])

    def _look(self, state: State) -> View:
        """The view of a state: the same one as long as nothing in it that readers see has changed."""
        with self._lock:
            view = self._view
            if state.seen == view.state.seen or (
                state.index == view.state.index and state.committed < view.state.committed
            ):
                return view
        manifest = view.manifest
        if state.index != view.state.index:
            _, manifest = _manifest(self._connection, state.index)
        new = View(self._connection, self._store, state, manifest)
        with self._lock:
            self._view = new
        return new


def _opened(connection: Connection) -> tuple[State, Manifest]:
    """State and manifest of an archive; raises ArchiveMissing where there is nothing, ArchiveDamaged for a part."""
    name = connection.address.name
    try:
        state, _ = StateStore(connection).read()
    except ArchiveMissing:
        with suppress(ArchiveMissing):
            index, _ = _manifest(connection, name)
            if index.rpartition("-")[0] != name:
                raise ArchiveForeign(
                    f"{connection.address.location} is no archive, but a part of another one: {index} is its index."
                ) from None
            raise connection.damaged("its state is gone") from None
        raise
    try:
        _, manifest = _manifest(connection, state.index)
    except ArchiveMissing:
        if state.is_new:
            raise  # its creation was interrupted, or isn't at its end yet
        raise connection.damaged(f"its index {state.index} is gone") from None
    return state, manifest


def _manifest(connection: Connection, name: str) -> tuple[str, Manifest]:
    """The index behind a name, and what its mapping says; raises ArchiveMissing or ArchiveForeign."""
    location = connection.address.location
    try:
        found: Any = connection.call(lambda: connection.client.indices.get_mapping(index=name))
    except Gone:
        raise connection.missing() from None
    entries = list(found.items())
    meta = entries[0][1]["mappings"].get("_meta") if len(entries) == 1 else None
    manifest = Manifest.from_meta(meta) if meta else None
    if manifest is None or not re.fullmatch(r".+-\d+", entries[0][0]):
        raise ArchiveForeign(f"{location} holds something else than a Dateline archive: name another one.")
    return entries[0][0], manifest
