"""`EmbeddedEngine`: opens, writes, answers and rebuilds an archive in a folder."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from tantivy import Index

from archive.analysis import ANALYSIS_VERSION, Analyser
from archive.article import Prepared, Stored
from archive.batches import check_prepared, numbered
from archive.engine import Commit, Copy, Identity, Page, Rebuilding, Search, Stats, Suggestion
from archive.engines.embedded.files import Marker, damaged
from archive.engines.embedded.manifest import FORMAT_VERSION, Manifest, is_begun
from archive.engines.embedded.names import Names
from archive.engines.embedded.schema import build_schema
from archive.engines.embedded.searching import run
from archive.engines.embedded.snapshot import Snapshot
from archive.engines.embedded.soundness import damages
from archive.engines.embedded.suggesting import suggest
from archive.engines.embedded.writing import Batch, write_lock
from archive.engines.versions import check_finished, check_versions
from archive.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveForeign,
    ArchiveMissing,
)

__all__ = ["EmbeddedEngine"]

REBUILD_BATCH = 500
_REBUILD = "run `dateline rebuild`"


@dataclass(frozen=True, slots=True)
class _Opened:
    """What is open of one index, and the times of the files that tell when to look again."""

    stamp: object
    name: str
    index: Index
    names: Names
    snapshot: Snapshot


class EmbeddedEngine:
    """An `archive.engine.Engine` over one folder."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Use `create` or `open`."""
        self.folder = folder
        self.manifest = manifest
        self.analyser = Analyser(manifest.language)
        self._schema = build_schema()
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    @classmethod
    def create(
        cls, folder: Path, model: str = "none", dimensions: int = 384, language: str = "english"
    ) -> EmbeddedEngine:
        """A new, empty archive; raises ArchiveForeign where the folder holds something already."""
        return cls._create(folder, Identity(secrets.token_bytes(32), model, dimensions, language), unfinished=False)

    @classmethod
    def create_copy(cls, folder: Path, identity: Identity) -> EmbeddedEngine:
        """An archive to `adopt` another one's articles into: a new one, or the one where this was broken off.

        Raises ArchiveForeign where the folder holds anything else.
        """
        try:
            engine = cls.open(folder, unfinished=True)
        except ArchiveMissing:
            return cls._create(folder, identity, unfinished=True)
        if not engine.manifest.unfinished or engine.identity != identity:
            raise ArchiveForeign(
                f"{folder} holds an archive already, and no unfinished copy of this one: name a new folder."
            )
        return engine

    @classmethod
    def _create(cls, folder: Path, identity: Identity, *, unfinished: bool) -> EmbeddedEngine:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not is_begun(folder):
                raise ArchiveForeign(f"{folder} is not empty and not a Dateline archive: name a new or empty folder.")
            with write_lock(folder):
                if (folder / "archive.json").exists():
                    raise ArchiveForeign(f"{folder} has just been made an archive by another process.")
                (folder / "index-1" / "text").mkdir(parents=True, exist_ok=True)
                manifest = Manifest(
                    FORMAT_VERSION,
                    ANALYSIS_VERSION,
                    identity.language,
                    identity.model,
                    identity.dimensions,
                    identity.secret.hex(),
                    "index-1",
                    unfinished,
                )
                Index(build_schema(), str(folder / "index-1" / "text"))
                manifest.write(folder)
        except (FileExistsError, NotADirectoryError):
            raise ArchiveForeign(f"{folder} is a file, not a folder: name a new or empty folder.") from None
        except OSError as error:
            raise ArchiveDamaged(f"An archive can't be made in {folder}: {error.strerror}.") from None
        return cls(folder, manifest)

    @classmethod
    def open(cls, folder: Path, *, outdated: bool = False, unfinished: bool = False) -> EmbeddedEngine:
        """An existing archive. `outdated`: open one of another analysis version too, to rebuild it; `unfinished`: a
        copy that isn't complete yet, to complete it."""
        manifest = Manifest.read(folder)
        check_finished(str(folder), unfinished=manifest.unfinished and not unfinished)
        check_versions(str(folder), manifest.format, FORMAT_VERSION, manifest.analysis, outdated=outdated)
        engine = cls(folder, manifest)
        engine._snapshot()
        return engine

    @property
    def secret(self) -> bytes:
        return bytes.fromhex(self.manifest.secret)

    @property
    def model(self) -> str:
        return self.manifest.model

    @property
    def identity(self) -> Identity:
        manifest = self.manifest
        return Identity(self.secret, manifest.model, manifest.dimensions, manifest.language)

    @property
    def state(self) -> str:
        opened = self._current()
        return f"{opened.name}.{opened.snapshot.marker.sequence}"

    def write(self, batch: Sequence[Prepared], delete: Sequence[str] = ()) -> Commit:
        for prepared in batch:
            check_prepared(prepared, self.manifest.dimensions)
        with write_lock(self.folder):
            opened = self._current()
            snapshot = opened.snapshot
            marker = snapshot.marker
            present = snapshot.by_id([p.article.id for p in batch] + list(delete))
            replaced = {p.article.id for p in batch}
            gone = sorted(id for id in set(delete) - replaced if id in present)
            if not batch and not gone:
                return Commit(marker.sequence, 0, 0, 0)
            sequence = marker.sequence + 1
            known = {id: (s.number, s.first_sequence) for id, s in present.items()}
            rows = numbered(batch, known, sequence, marker.next_number)
            with self._batch(opened) as writing:
                for prepared, number, first in rows:
                    digest = prepared.article.digest()
                    writing.add(prepared, number=number, sequence=sequence, first_sequence=first, digest=digest)
                for id in gone:
                    writing.delete(id, number=present[id].number, sequence=sequence)
                last = max((number for _, number, _ in rows), default=-1)
                writing.commit(sequence=sequence, next_number=max(marker.next_number, last + 1))
        updated = len(replaced & present.keys())
        return Commit(sequence, len(batch) - updated, updated, len(gone))

    def search(self, search: Search) -> Page:
        return run(self._snapshot(), search, self.analyser)

    def get(self, ids: Iterable[str]) -> dict[str, Stored]:
        return self._snapshot().by_id(ids)

    def since(self, sequence: int, after: str = "", limit: int = 1000) -> list[Stored]:
        return _since(self._snapshot(), sequence, after, limit)

    def copies(self, sequence: int, after: str = "", limit: int = 1000) -> list[Copy]:
        snapshot = self._snapshot()
        found = _since(snapshot, sequence, after, limit)
        return [Copy(s, snapshot.codes_of(s.number), snapshot.names_of(s.number)) for s in found]

    def copy(self, id: str) -> Copy | None:
        snapshot = self._snapshot()
        found = snapshot.by_id([id]).get(id)
        if found is None:
            return None
        return Copy(found, snapshot.codes_of(found.number), snapshot.names_of(found.number))

    def adopt(
        self,
        copies: Sequence[Copy],
        sequence: int,
        next_number: int,
        gone: Sequence[str] = (),
        *,
        complete: bool = False,
    ) -> None:
        with write_lock(self.folder):
            opened = self._current()
            if not self.manifest.unfinished:
                raise ArchiveError(f"{self.folder} is an archive of its own: articles are indexed into it, not copied.")
            present = opened.snapshot.by_id(gone)
            with self._batch(opened) as writing:
                for copy in copies:
                    stored = copy.stored
                    check_prepared(copy.prepared, self.manifest.dimensions)
                    writing.add(
                        copy.prepared,
                        number=stored.number,
                        sequence=stored.sequence,
                        first_sequence=stored.first_sequence,
                        digest=stored.digest,
                    )
                for id, known in present.items():
                    writing.delete(id, number=known.number, sequence=sequence)
                writing.commit(sequence=sequence, next_number=next_number)
            if complete:
                replace(self.manifest, unfinished=False).write(self.folder)

    def suggest(self, prefix: str, fields: Sequence[str], limit: int = 10) -> list[Suggestion]:
        return suggest(self._snapshot(), self.analyser, prefix, fields, limit)

    def stats(self) -> Stats:
        snapshot = self._snapshot()
        live = snapshot.rows[snapshot.live]
        dated = np.sort(snapshot.keys[snapshot.live & (snapshot.rows["first_day"] > 0)])
        ends = [int(dated[i]) for i in (0, -1)] if len(dated) else []
        by_key = {int(snapshot.keys[n]): int(n) for n in np.flatnonzero(np.isin(snapshot.keys, ends))}
        edge = snapshot.stored([by_key[k] for k in ends])
        dates = [edge[by_key[k]].article.published for k in ends] or [None, None]
        passages = int(live["passages"].sum(dtype=np.int64))
        folder = self.folder / self.manifest.index
        return Stats(
            engine="embedded",
            articles=len(live),
            passages=passages,
            sequence=snapshot.marker.sequence,
            next_number=snapshot.marker.next_number,
            first_published=dates[0],
            last_published=dates[-1],
            bytes=sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()),
            details={
                "folder": str(self.folder),
                "model": self.manifest.model,
                "segments": snapshot.searcher.num_segments,
                "replaced or deleted versions": snapshot.marker.records - len(live),
            },
        )

    def check(self) -> list[str]:
        opened = self._current()
        snapshot = opened.snapshot
        problems = damages(self.folder / opened.name, snapshot.marker, self.manifest.dimensions)
        if problems:
            return problems
        live = np.flatnonzero(snapshot.live)
        indexed = snapshot.indexed()
        if not np.array_equal(live, indexed):
            problems.append(f"the text index holds {len(indexed)} articles, the records {len(live)}: {_REBUILD}")
            live = np.intersect1d(live, indexed)
        for start in range(0, len(live), REBUILD_BATCH):
            numbers = live[start : start + REBUILD_BATCH].tolist()
            stored = snapshot.stored(numbers)
            wrong = [n for n in numbers if not snapshot.agrees(stored[n])]
            problems += [f"article number {n} differs between its files: {_REBUILD}" for n in wrong]
        return problems

    def rebuild(self, prepare: Rebuilding | None = None, model: tuple[str, int] | None = None) -> None:
        with write_lock(self.folder):
            snapshot = self._snapshot()
            old = self.folder / self.manifest.index
            name = f"index-{int(self.manifest.index.removeprefix('index-')) + 1}"
            target = self.folder / name
            for left in self.folder.glob("index-*"):  # by a rebuild that was interrupted
                if left != old:
                    shutil.rmtree(left, ignore_errors=True)
            (target / "text").mkdir(parents=True)
            new = replace(self.manifest, index=name, analysis=ANALYSIS_VERSION)
            if model:
                new = replace(new, model=model[0], dimensions=model[1])
            _fill(target, snapshot, new.dimensions, self.analyser, prepare)
            new.write(self.folder)
            # Readers that still hold the old files keep them until they look again.
            shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        with self._lock:
            self._opened = None

    # ---------------------------------------------------------------- the present snapshot
    def _snapshot(self) -> Snapshot:
        return self._current().snapshot

    def _current(self) -> _Opened:
        """The newest commit; looks at two files' times, and reads only when they have changed."""
        with self._lock:
            stamp = self._stamp()
            old = self._opened
            if old is not None and old.stamp == stamp:
                return old
            self.manifest = Manifest.read(self.folder)
            name = self.manifest.index
            if old is not None and old.name == name:
                index, names, previous = old.index, old.names, old.snapshot
            else:
                index, names, previous = self._open_index(self.folder / name), Names(), None
            try:
                index.reload()
            except ValueError as error:
                raise damaged(f"The text index in {self.folder / name} is damaged") from error
            snapshot = Snapshot(self.folder / name, index, self._schema, names, self.manifest.dimensions, previous)
            self._opened = _Opened(stamp, name, index, names, snapshot)
            return self._opened

    def _stamp(self) -> object:
        try:
            stats = [os.stat(self.folder / p) for p in ("archive.json", f"{self.manifest.index}/text/meta.json")]
        except OSError:
            return object()  # being switched: read again
        return tuple((s.st_mtime_ns, s.st_ino) for s in stats)

    def _open_index(self, folder: Path) -> Index:
        try:
            index = Index.open(str(folder / "text"))
            # Else a thread of Tantivy reads each commit as well, and writes a lock file into a folder that may be gone.
            index.config_reader("Manual")
            return index
        except ValueError as error:
            raise damaged(f"The text index in {folder} is damaged") from error

    def _batch(self, opened: _Opened) -> Batch:
        return Batch(
            self.folder / opened.name,
            opened.index,
            self._schema,
            opened.names,
            opened.snapshot.marker,
            self.manifest.dimensions,
            self.analyser,
        )


def _fill(
    target: Path,
    snapshot: Snapshot,
    dimensions: int,
    analyser: Analyser,
    prepare: Rebuilding | None,
) -> None:
    """A new index with all live articles, in (sequence, id) order, under their numbers and sequences."""
    schema = build_schema()
    index = Index(schema, str(target / "text"))
    names = Names()
    marker = Marker()
    numbers = snapshot.after(0).tolist()
    for start in range(0, max(1, len(numbers)), REBUILD_BATCH):
        some = numbers[start : start + REBUILD_BATCH]
        found = snapshot.stored(some)
        stored = [found[n] for n in some]
        prepared: Sequence[Prepared] = [
            Prepared(s.article, snapshot.codes_of(s.number), snapshot.names_of(s.number)) for s in stored
        ]
        if prepare:
            prepared = prepare(prepared)
        with Batch(target, index, schema, names, marker, dimensions, analyser) as writing:
            for old, new in zip(stored, prepared, strict=True):
                writing.add(
                    new,
                    number=old.number,
                    sequence=old.sequence,
                    first_sequence=old.first_sequence,
                    digest=old.digest,
                )
            marker = writing.commit(sequence=snapshot.marker.sequence, next_number=snapshot.marker.next_number)
        names.read(target / "names", marker.names)


def _since(snapshot: Snapshot, sequence: int, after: str, limit: int) -> list[Stored]:
    found: list[Stored] = []
    # Of the position's own sequence, those with a later id still follow.
    numbers = iter(snapshot.after(sequence - 1 if after else sequence).tolist())
    while len(found) < limit and (some := list(islice(numbers, limit))):
        stored = snapshot.stored(some, keep=False)
        ordered = (stored[n] for n in some)
        found += [s for s in ordered if (s.sequence, s.article.id) > (sequence, after)]
    return found[:limit]
