"""The engines, and how a location picks one."""

from __future__ import annotations

from pathlib import Path

from archive.embedding import Embedder
from archive.engine import Engine, Identity
from archive.engines.cluster import NO_SETTINGS, ClusterSettings, Diagnosis
from archive.errors import ArchiveForeign, ArchiveMissing, ArchiveOutdated

__all__ = ["check_model", "create_archive", "create_copy", "diagnose", "is_url", "open_archive", "shown"]


def open_archive(location: str, cluster: ClusterSettings = NO_SETTINGS, *, outdated: bool = False) -> Engine:
    """The archive at a location: a folder, or a URL whose last part is its name on an Elasticsearch cluster.

    `outdated`: of another analysis version too, to rebuild it.
    Raises ArchiveMissing, ArchiveForeign, ArchiveDamaged, ArchiveOutdated, or ArchiveError where no server answers.
    """
    if is_url(location):
        from archive.engines.elastic import ElasticEngine

        return ElasticEngine.open(location, cluster, outdated=outdated)
    from archive.engines.embedded import EmbeddedEngine

    return EmbeddedEngine.open(Path(location), outdated=outdated)


def create_archive(location: str, embedder: Embedder, cluster: ClusterSettings = NO_SETTINGS) -> Engine:
    """The archive at a location, made where there is none; raises as `open_archive` where there is something else."""
    try:
        engine = open_archive(location, cluster)
    except ArchiveMissing:
        try:
            return _create(location, embedder.name, embedder.dimensions, cluster)
        except ArchiveForeign:  # another process was quicker
            engine = open_archive(location, cluster)
    check_model(engine, embedder)
    return engine


def create_copy(location: str, identity: Identity, cluster: ClusterSettings = NO_SETTINGS) -> Engine:
    """An archive to copy another one into (`archive.copying`), or the unfinished one of an earlier run.

    Raises ArchiveForeign where there is anything else.
    """
    if is_url(location):
        from archive.engines.elastic import ElasticEngine

        return ElasticEngine.create_copy(location, identity, cluster)
    from archive.engines.embedded import EmbeddedEngine

    return EmbeddedEngine.create_copy(Path(location), identity)


def check_model(engine: Engine, embedder: Embedder) -> None:
    """Raises ArchiveOutdated where the archive's vectors come from another model."""
    if engine.model != embedder.name:
        raise ArchiveOutdated(
            f"The archive was made with the model {engine.model}, but {embedder.name} is in use: name the archive's "
            "own model with --model, or make its vectors anew with `dateline rebuild --model`."
        )


def diagnose(location: str, cluster: ClusterSettings = NO_SETTINGS) -> Diagnosis:
    """What is to be said of the cluster under an archive, also where that can't be opened; of a folder: nothing."""
    if not is_url(location):
        return Diagnosis("", ())
    from archive.engines.elastic.diagnosis import diagnose as look

    return look(location, cluster)


def is_url(location: str) -> bool:
    return "://" in location


def shown(location: str) -> str:
    """The location as messages may show it: without user and password."""
    if not is_url(location):
        return location
    from archive.engines.elastic.address import Address

    return Address(location).location


def _create(location: str, model: str, dimensions: int, cluster: ClusterSettings) -> Engine:
    if is_url(location):
        from archive.engines.elastic import ElasticEngine

        return ElasticEngine.create(location, model, dimensions, cluster=cluster)
    from archive.engines.embedded import EmbeddedEngine

    return EmbeddedEngine.create(Path(location), model, dimensions)
