"""The engines, and how a location picks one."""

from __future__ import annotations

from pathlib import Path

from archive.embedding import Embedder
from archive.engine import Engine
from archive.errors import ArchiveError, ArchiveMissing, ArchiveOutdated

__all__ = ["check_model", "create_archive", "open_archive"]


def open_archive(location: str, *, outdated: bool = False) -> Engine:
    """The archive at a location: a folder. `outdated`: of another analysis version too, to rebuild it.

    Raises ArchiveMissing, ArchiveForeign, ArchiveDamaged or ArchiveOutdated.
    """
    from archive.engines.embedded import EmbeddedEngine

    return EmbeddedEngine.open(_folder(location), outdated=outdated)


def create_archive(location: str, embedder: Embedder) -> Engine:
    """The archive at a location, made where there is none; raises as `open_archive` where there is something else."""
    from archive.engines.embedded import EmbeddedEngine

    try:
        engine = open_archive(location)
    except ArchiveMissing:
        return EmbeddedEngine.create(_folder(location), embedder.name, embedder.dimensions)
    check_model(engine, embedder)
    return engine


def check_model(engine: Engine, embedder: Embedder) -> None:
    """Raises ArchiveOutdated where the archive's vectors come from another model."""
    if engine.model != embedder.name:
        raise ArchiveOutdated(
            f"The archive was made with the model {engine.model}, but {embedder.name} is in use: name the archive's "
            "own model with --model, or make its vectors anew with `dateline rebuild --model`."
        )


def _folder(location: str) -> Path:
    if "://" in location:
        raise ArchiveError(f"{location}: archives on a server are not supported yet; name a folder.")
    return Path(location)
