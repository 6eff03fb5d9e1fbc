"""The files beside the text index: append-only, and valid only up to the lengths of the last commit.

    records       one fixed-width record for each version or deletion of an article
    streams       its terms where they stand: stems of title and body, then forms of both
    term_keys     its distinct stems and pairs as 64-bit keys, sorted
    term_counts   how often each of them stands in it
    values        ids of its facet values
    names         the facet values themselves, one JSON line each; the line's place is the id
    passages      int8 codes, one row of `dimensions` bytes a passage

A writer appends, syncs, and then commits the text index, in which a marker document carries the lengths
(`Marker`). What a crash leaves behind the committed lengths is cut off by the next writer; readers never look there.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.errors import ArchiveDamaged

__all__ = [
    "FILES",
    "RECORD",
    "Appender",
    "Marker",
    "damaged",
    "map_bytes",
    "read_array",
    "stream_bytes",
    "term_arrays",
    "term_key",
]

RECORD = np.dtype(
    [
        ("key", "<u8"),
        ("sequence", "<u8"),
        ("first_sequence", "<u8"),
        ("stream", "<u8"),  # offset in bytes
        ("passage", "<u8"),  # first row
        ("value", "<u8"),  # first entry
        ("term", "<u8"),  # first entry
        ("number", "<u4"),
        ("stems_size", "<u4"),  # bytes
        ("forms_size", "<u4"),
        ("length", "<u4"),  # terms of title and body
        ("pairs", "<u4"),
        ("passages", "<u4"),
        ("values", "<u4"),
        ("terms", "<u4"),  # distinct stems and pairs
        ("first_day", "<u4"),  # day numbers; 0: undated
        ("last_day", "<u4"),
        ("has", "<u2"),  # bit i: the article has a value of FACETS[i]
        ("live", "<u2"),  # 0: this version is a deletion
    ]
)

FILES = ("records", "streams", "term_keys", "term_counts", "values", "names", "passages")


@dataclass(frozen=True, slots=True)
class Marker:
    """What one commit made valid."""

    sequence: int = 0
    next_number: int = 0
    records: int = 0
    """Records."""
    streams: int = 0
    """Bytes."""
    values: int = 0
    """Entries of 4 bytes."""
    names: int = 0
    """Bytes."""
    passages: int = 0
    """Rows."""
    terms: int = 0
    """Entries of 8 bytes in `term_keys` and of 4 in `term_counts`."""
    checksums: dict[str, int] = field(default_factory=dict)
    """File -> CRC-32 of the bytes that are valid; absent where an older version of Dateline began the file."""

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Marker:
        return cls(**json.loads(data))

    def sizes(self, dimensions: int) -> dict[str, int]:
        """File -> bytes that are valid."""
        return {
            "records": self.records * RECORD.itemsize,
            "streams": self.streams,
            "term_keys": self.terms * 8,
            "term_counts": self.terms * 4,
            "values": self.values * 4,
            "names": self.names,
            "passages": self.passages * dimensions,
        }


class Appender:
    """The files opened for writing, cut to the committed lengths; a context manager."""

    def __init__(self, folder: Path, marker: Marker, dimensions: int) -> None:
        self._files = {}
        self.checksums: dict[str, int] = {}
        """As the marker keeps them, of all that has been appended."""
        for name, size in marker.sizes(dimensions).items():
            path = folder / name
            handle = path.open("r+b" if path.exists() else "w+b")
            self._files[name] = handle
            if handle.seek(0, os.SEEK_END) < size:
                self.close()
                raise _torn(path, size)
            handle.truncate(size)
            handle.seek(size)
            if size == 0 or name in marker.checksums:
                self.checksums[name] = marker.checksums[name] if size else 0

    def append(self, name: str, data: bytes | memoryview) -> None:
        self._files[name].write(data)
        if name in self.checksums:
            self.checksums[name] = zlib.crc32(data, self.checksums[name])

    def sync(self) -> None:
        """Everything appended is on disk when this returns."""
        for handle in self._files.values():
            handle.flush()
            os.fsync(handle.fileno())

    def close(self) -> None:
        for handle in self._files.values():
            handle.close()

    def __enter__(self) -> Appender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_array(path: Path, dtype: np.dtype[Any] | type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
    """The first entries of a file as a read-only memory map; raises ArchiveDamaged where it is too short."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if size == 0:
        return np.empty(shape, dtype)
    _check(path, size)
    return np.memmap(path, dtype, "r", shape=shape)


def map_bytes(path: Path, size: int) -> mmap.mmap | bytes:
    """The first bytes of a file, mapped."""
    if size == 0:
        return b""
    _check(path, size)
    with path.open("rb") as handle:
        return mmap.mmap(handle.fileno(), size, access=mmap.ACCESS_READ)


def stream_bytes(title: Sequence[str], body: Sequence[str]) -> bytes:
    """Two streams of terms as they stand in `streams`: a line a field, terms between blanks."""
    return "\n".join((" ".join(title), " ".join(body))).encode()


def term_key(term: str) -> int:
    """A term's 64-bit key. Two of an archive's terms share one with a chance of one in millions of millions."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


def term_arrays(terms: Iterable[str], keys: dict[str, int]) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """The distinct terms of an article as sorted keys, and their counts; `keys` remembers keys made before."""
    counts = Counter(terms)
    found = np.empty(len(counts), "<u8")
    for i, term in enumerate(counts):
        key = keys.get(term)
        if key is None:
            key = keys[term] = term_key(term)
        found[i] = key
    order = np.argsort(found)
    return found[order], np.fromiter(counts.values(), "<u4", len(counts))[order]


def _check(path: Path, size: int) -> None:
    try:
        actual = path.stat().st_size
    except OSError:
        actual = -1
    if actual < size:
        raise _torn(path, size)


def damaged(what: str) -> ArchiveDamaged:
    """The error that says so, with the cure."""
    return ArchiveDamaged(f"{what}. Restore the folder from a backup, or index the articles again into a new folder.")


def _torn(path: Path, size: int) -> ArchiveDamaged:
    return damaged(f"{path} is damaged: it should hold at least {size:,} bytes")
