"""`archive.json`: what an archive in a folder is, and which of its indexes is in use."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import orjson

from archive.analysis import ANALYSIS_VERSION
from archive.engines.versions import check_versions
from archive.errors import ArchiveDamaged, ArchiveForeign, ArchiveMissing

__all__ = ["FORMAT_VERSION", "Manifest", "is_begun"]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """`archive.json`."""

    format: int
    analysis: int
    language: str
    model: str
    dimensions: int
    secret: str
    index: str
    unfinished: bool = False
    """It is being made a copy of another archive."""

    def write(self, folder: Path) -> None:
        """Replaces the file at one instant."""
        temporary = folder / "archive.json.new"
        with temporary.open("wb") as handle:
            handle.write(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(folder / "archive.json")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        path = folder / "archive.json"
        try:
            data = orjson.loads(path.read_bytes())
            # A later format may have other fields, and is no damage.
            if isinstance(data, dict) and isinstance(format := data.get("format"), int):
                check_versions(str(folder), format, FORMAT_VERSION, ANALYSIS_VERSION, outdated=True)
            return cls(**data)._checked()
        except FileNotFoundError:
            if folder.is_dir() and not is_begun(folder):
                if path.exists():  # its creation came to its end between the two looks
                    return cls.read(folder)
                raise ArchiveForeign(
                    f"{folder} is not a Dateline archive (it has no archive.json): name another folder."
                ) from None
            raise ArchiveMissing(
                f"There is no archive in {folder}: make one with `dateline index PATH --archive {folder}`."
            ) from None
        except NotADirectoryError:
            raise ArchiveForeign(f"{folder} is a file, not a folder with an archive: name a folder.") from None
        except OSError as error:
            raise ArchiveDamaged(f"{path} can't be read: {error.strerror}.") from None
        except (ValueError, TypeError):
            raise ArchiveDamaged(
                f"{path} is damaged: restore it from a backup, or index the articles again into a new folder."
            ) from None

    def _checked(self) -> Manifest:
        """Itself; raises ValueError where a field can't be what `write` wrote."""
        bytes.fromhex(self.secret)
        for field in fields(self):
            if type(getattr(self, field.name)).__name__ != field.type:
                raise ValueError(f"{field.name} is no {field.type}")
        if self.dimensions < 1 or not re.fullmatch(r"index-\d+", self.index):
            raise ValueError("no index of vectors")
        return self


SAVED = {"dateline.db", "dateline.db-wal", "dateline.db-shm"}
"""Saved searches and accounts, which outlive an archive that is made anew."""


def is_begun(folder: Path) -> bool:
    """Whether the folder is empty but for what outlives archives, or holds one whose creation isn't at its end yet."""
    names = {path.name for path in folder.iterdir()}
    index = {path.name for path in (folder / "index-1").glob("*")}  # a commit leaves more in it
    return names - SAVED <= {"index-1", "write.lock", "archive.json.new"} and index <= {"text"}
