"""Options that several commands share, and what they open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from archive.embedding import Embedder

__all__ = ["ArchiveOption", "ModelOption", "cache_folder", "embedder"]

ArchiveOption = Annotated[
    str,
    typer.Option(
        "--archive",
        envvar="DATELINE_ARCHIVE",
        help="The archive's folder, or its URL on a cluster.",
        show_default="./dateline-archive",
    ),
]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        envvar="DATELINE_MODEL",
        help="The embedding model; other than the default, a Sentence Transformers model on this machine.",
    ),
]

DEFAULT_ARCHIVE = "./dateline-archive"


def cache_folder() -> Path:
    """Where the converted model is kept: `DATELINE_CACHE`, else `dateline` in the user's cache folder."""
    if own := os.environ.get("DATELINE_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "dateline"


def embedder(model: str, threads: int = 0) -> Embedder:
    """The embedder of that name, which takes so many cores (0: all); raises ModelError."""
    from archive.embedding import open_embedder

    return open_embedder(model, cache=cache_folder(), threads=threads)
