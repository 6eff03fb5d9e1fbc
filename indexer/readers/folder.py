"""Which files a path stands for: itself, or what lies in the folder, in an order that is the same every time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from indexer.rejects import Reject

__all__ = ["Found", "files_of"]

_NOT_CONTENT: Final = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_BACKUP_ENDINGS: Final = ("~", ".bak", ".orig", ".swp", ".tmp", ".rejects.jsonl")  # the last: what index wrote itself


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read."""

    path: str
    size: int
    """Bytes on disk; 0 for a pipe."""


def files_of(path: str) -> Iterator[Found | Reject]:
    """The file, or those of the folder and its folders, by name.

    Hidden files, editor's backups and what isn't a file (pipes, devices) are passed over in folders; a path that is
    named is always taken.
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        yield _unreadable(path, error)
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(path, frozenset({(status.st_dev, status.st_ino)}))
    else:
        yield Found(path, status.st_size)


def _walk(folder: str, above: frozenset[tuple[int, int]]) -> Iterator[Found | Reject]:
    """`above` holds the folders on the way here: links that lead back to one of them are not followed."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        yield _unreadable(folder, error)
        return
    for name in names:
        if _is_passed_over(name):
            continue
        path = os.path.join(folder, name)
        try:
            status = os.stat(path)
        except OSError as error:
            yield _unreadable(path, error)
            continue
        key = (status.st_dev, status.st_ino)
        if stat.S_ISDIR(status.st_mode):
            if key not in above:
                yield from _walk(path, above | {key})
        elif stat.S_ISREG(status.st_mode):
            yield Found(path, status.st_size)


def _is_passed_over(name: str) -> bool:
    hidden = name.startswith((".", "#"))
    return hidden or name in _NOT_CONTENT or name.lower().endswith(_BACKUP_ENDINGS)


def _unreadable(path: str, error: Exception) -> Reject:
    match error:
        case FileNotFoundError():
            reason = "There is no such file or folder: check the path."
        case PermissionError():
            reason = "It may not be read: give yourself permission to read it."
        case OSError():
            reason = f"It can't be opened ({error.strerror or error})."
        case _:
            reason = "The path holds a zero byte: check it."
    return Reject(path, None, None, reason)
