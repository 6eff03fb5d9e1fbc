"""Filling a new index from the articles of the old one, and switching to it at one instant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count, islice
from typing import Any

from archive.analysis import Analyser
from archive.engine import Rebuilding
from archive.engines.elastic.bulk import Operation, send
from archive.engines.elastic.connection import Conflict, Connection
from archive.engines.elastic.document import Place, prepared_of
from archive.engines.elastic.mapping import Manifest, mappings, settings
from archive.engines.elastic.state import Lease
from archive.engines.elastic.view import Reader, View
from archive.engines.elastic.writing import Writer, operation

__all__ = ["Rebuild", "create_index"]

BATCH = 50
"""Articles that are prepared between two looks at the lease: encoding them again takes some seconds."""


def create_index(connection: Connection, index: str, manifest: Manifest, shards: int, aliases: Sequence[str]) -> None:
    """Raises Conflict where there is another of that name."""
    client = connection.client
    try:
        connection.call(
            lambda: client.indices.create(
                index=index,
                settings=settings(shards),
                mappings=mappings(manifest),
                aliases={alias: {} for alias in aliases},
                wait_for_active_shards=1,
            )
        )
    except Conflict:
        # A request that was repeated after a lost answer meets its own first success.
        found: Any = connection.call(lambda: client.indices.get_mapping(index=index))
        if found[index]["mappings"].get("_meta") != manifest.to_meta():
            raise


class Rebuild:
    """One rebuild, under the lease: readers see the old index until `run` has switched."""

    def __init__(self, connection: Connection, writer: Writer, analyser: Analyser, lease: Lease, view: View) -> None:
        self._connection = connection
        self._writer = writer
        self._analyser = analyser
        self._lease = lease
        self._view = view

    def run(self, manifest: Manifest, shards: int | None, prepare: Rebuilding | None) -> None:
        """`manifest`: that of the new index; `shards`: None for as many as there were."""
        client = self._connection.client
        old = self._lease.state.index
        for left in self._indexes():  # by a rebuild that was interrupted
            if left != old:
                self._drop(left)
        new = self._next(old)
        found = self._connection.call(lambda: client.indices.get_settings(index=old))
        present = int(found[old]["settings"]["index"]["number_of_shards"])
        create_index(self._connection, new, manifest, shards or present, ())
        try:
            send(self._connection, new, self._operations(prepare), self._lease.keep, alias=False)
            self._connection.refresh(new)
        except BaseException:
            self._drop(new)
            raise
        self._lease.keep()
        self._writer.lead_to(new, self._lease.state.epoch)
        self._lease.release(index=new)
        # Readers that are about to ask the old one find it gone, and begin again with the new one.
        self._drop(old)

    def _operations(self, prepare: Rebuilding | None) -> Iterator[Operation]:
        reader = Reader(self._view, checked=True)
        hits = reader.scan(
            self._view.visible(), {"_source": ["content", "codes"], "size": 10 * BATCH}, sort=("sequence", "id")
        )
        dimensions = self._view.manifest.dimensions
        while some := list(islice(hits, BATCH)):
            read = [prepared_of(hit["_source"], dimensions) for hit in some]
            batch = [prepared for prepared, _ in read]
            self._lease.keep()
            new = prepare(batch) if prepare else batch
            for prepared, (_, stored) in zip(new, read, strict=True):
                yield operation(prepared, Place.of(stored), self._analyser)

    def _next(self, old: str) -> str:
        """The name of the new index; another archive may have taken one for itself."""
        name, _, number = old.rpartition("-")
        numbered = (f"{name}-{i}" for i in count(int(number) + 1))
        exists = self._connection.client.indices.exists
        return next(new for new in numbered if not self._connection.call(partial(exists, index=new)))

    def _indexes(self) -> list[str]:
        name = self._connection.address.name
        client = self._connection.client
        found = self._connection.call(lambda: client.indices.get_settings(index=f"{name}-*", allow_no_indices=True))
        return [index for index in dict(found) if re.fullmatch(re.escape(name) + r"-\d+", index)]

    def _drop(self, index: str) -> None:
        self._connection.call(lambda: self._connection.client.indices.delete(index=index, ignore_unavailable=True))
