"""Writing: append the files, sync them, commit the text index. All of a batch appears at that commit."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson
from tantivy import Index, Schema

from archive.analysis import Analyser
from archive.article import Prepared
from archive.calendar import interval
from archive.engine import FACETS
from archive.engines.embedded.files import RECORD, Appender, Marker, stream_bytes, term_arrays
from archive.engines.embedded.names import Names
from archive.engines.embedded.schema import MARKER, document, marker_document, streams
from archive.errors import ArchiveBusy
from archive.facets import date_values, facet_values
from archive.keys import sort_key

__all__ = ["Batch", "write_lock"]

HEAP = 64_000_000
"""Bytes of the text index's write buffer: a batch of a few hundred articles fits."""
LOCK_WAIT = 10.0
"""Seconds to wait for another writer."""


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Held by one writer at a time; the operating system frees it when a process dies. Raises ArchiveBusy."""
    with (folder / "write.lock").open("a") as handle:
        deadline = time.monotonic() + LOCK_WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ArchiveBusy(
                        f"Another process is writing to {folder}: wait until it has finished, then try again."
                    ) from None
                time.sleep(0.05)
        yield


class Batch:
    """What one commit will make searchable. A context manager; nothing is visible before `commit`."""

    def __init__(
        self,
        folder: Path,
        index: Index,
        schema: Schema,
        names: Names,
        marker: Marker,
        dimensions: int,
        analyser: Analyser,
    ) -> None:
        """`names` as read up to `marker`."""
        self._schema = schema
        self._analyser = analyser
        self._marker = marker
        self._ids: dict[tuple[str, str], int] = {}
        self._known: Mapping[tuple[str, str], int] = names.ids
        self._next_id = len(names.entries)
        self._sizes = {"names": marker.names, "streams": marker.streams}
        self._counts = {
            "records": marker.records,
            "values": marker.values,
            "passages": marker.passages,
            "terms": marker.terms,
        }
        self._keys: dict[str, int] = {}
        self._files = Appender(folder, marker, dimensions)
        try:
            self._writer = index.writer(HEAP, 1)
            # A writer's first operation carries the number of the last commit. A merge that a killed process left to
            # do, and that runs beside our commit, takes a deletion of that number for done: so the first one is empty.
            self._writer.delete_documents_by_term("type", "none")
            # A killed commit leaves its lists of deleted documents, whose names the next commit would want again.
            self._writer.garbage_collect_files()
        except ValueError as error:
            self._files.close()
            raise ArchiveBusy(f"The text index in {folder} is locked by another process ({error}).") from None

    def add(self, prepared: Prepared, *, number: int, sequence: int, first_sequence: int, digest: str) -> None:
        """A new article, or the new version of one."""
        article = prepared.article
        terms = streams(prepared, self._analyser)
        values = facet_values(article)
        mentioned = [self._intern("mentioned", v) for v in date_values(article)]
        entries = [self._intern(name, v) for name, found in values.items() for v in found] + mentioned
        days = None
        if article.published:
            covered = interval(article.published)
            days = covered.first.toordinal(), covered.last.toordinal()
        has = [f for f in FACETS if values.get(f) or (f == "published" and days) or (f == "mentioned" and mentioned)]
        stems = stream_bytes(terms.title_stems, terms.body_stems)
        forms = stream_bytes(terms.title_forms, terms.body_forms)
        record = np.zeros(1, RECORD)
        record["key"] = sort_key(article.published, number)
        record["sequence"], record["first_sequence"], record["number"] = sequence, first_sequence, number
        record["stream"], record["stems_size"], record["forms_size"] = self._sizes["streams"], len(stems), len(forms)
        record["passage"], record["passages"] = self._counts["passages"], len(prepared.vectors)
        record["value"], record["values"] = self._counts["values"], len(entries)
        keys, counts = term_arrays([*terms.title_stems, *terms.body_stems, *terms.pairs], self._keys)
        record["term"], record["terms"] = self._counts["terms"], len(keys)
        record["length"] = len(terms.title_stems) + len(terms.body_stems)
        record["pairs"] = len(terms.pairs)
        record["first_day"], record["last_day"] = days or (0, 0)
        record["has"] = sum(1 << FACETS.index(f) for f in has)
        record["live"] = 1
        self._append_bytes("streams", stems + forms)
        self._files.append("term_keys", keys.tobytes())
        self._files.append("term_counts", counts.tobytes())
        self._counts["terms"] += len(keys)
        self._append("passages", np.ascontiguousarray(prepared.vectors))
        self._append("values", np.array(entries, "<u4"))
        self._append("records", record)
        self._writer.delete_documents_by_term("id", article.id)
        self._writer.add_document(
            document(
                self._schema,
                prepared,
                terms,
                number=number,
                first_sequence=first_sequence,
                sequence=sequence,
                digest=digest,
                has=has,
                days=days,
                mentioned=mentioned,
                analyser=self._analyser,
            )
        )

    def delete(self, id: str, *, number: int, sequence: int) -> None:
        record = np.zeros(1, RECORD)
        record["number"], record["sequence"] = number, sequence
        self._append("records", record)
        self._writer.delete_documents_by_term("id", id)

    def commit(self, *, sequence: int, next_number: int) -> Marker:
        """Sync the files, then commit the text index with the marker of their lengths."""
        self._files.sync()
        marker = Marker(sequence, next_number, **self._counts, **self._sizes, checksums=self._files.checksums)
        self._writer.delete_documents_by_term("type", MARKER)
        self._writer.add_document(marker_document(self._schema, marker.to_bytes()))
        self._writer.commit()
        self._writer.wait_merging_threads()
        return marker

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *_: object) -> None:
        # An uncommitted batch leaves bytes behind the marker's lengths, which the next writer cuts off.
        self._files.close()

    def _intern(self, facet: str, value: str) -> int:
        entry = (facet, value)
        known = self._known.get(entry)
        if known is None or known >= self._next_id:
            known = self._ids.get(entry)
        if known is None:
            known = self._next_id + len(self._ids)
            self._ids[entry] = known
            self._append_bytes("names", orjson.dumps(entry) + b"\n")
        return known

    def _append(self, name: str, rows: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
        self._files.append(name, rows.tobytes())
        self._counts[name] += len(rows)

    def _append_bytes(self, name: str, data: bytes) -> None:
        self._files.append(name, data)
        self._sizes[name] += len(data)
