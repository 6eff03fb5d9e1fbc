"""What the commands and the service open: archives, wherever they lie, and a search service over one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive import engines
from archive.engine import Engine, Identity
from archive.engines import check_model
from archive.engines.cluster import NO_SETTINGS, ClusterSettings

if TYPE_CHECKING:
    from archive.article import Mention
    from archive.embedding import Embedder
    from archive.gazetteer import Gazetteer
    from indexer.prepare import Preparer
    from search_api.service import SearchService
    from search_api.stages import Observe

__all__ = [
    "cluster_of",
    "create_archive",
    "create_copy",
    "dates_in_query",
    "gazetteer",
    "open_archive",
    "open_preparer",
    "open_service",
    "own_gazetteer",
]


def open_archive(location: str, *, outdated: bool = False) -> Engine:
    """`archive.engines.open_archive`, with the settings of this environment. Raises SettingsError too."""
    return engines.open_archive(location, cluster_of(location), outdated=outdated)


def create_archive(location: str, embedder: Embedder) -> Engine:
    """`archive.engines.create_archive`, with the settings of this environment. Raises SettingsError too."""
    return engines.create_archive(location, embedder, cluster_of(location))


def create_copy(location: str, identity: Identity) -> Engine:
    """`archive.engines.create_copy`, with the settings of this environment. Raises SettingsError too."""
    return engines.create_copy(location, identity, cluster_of(location))


def cluster_of(location: str) -> ClusterSettings:
    """What the environment says of the cluster that a URL names. Raises SettingsError."""
    if not engines.is_url(location):
        return NO_SETTINGS
    from dateline.settings import load_settings  # takes a tenth of a second

    return load_settings().cluster


def open_service(
    engine: Engine,
    location: str,
    model: str,
    load: Callable[[], Embedder] | None = None,
    observe: Observe | None = None,
) -> SearchService:
    """The model and the gazetteer are loaded when a search first needs them; `load`, if given, brings the model."""
    from archive.analysis import Analyser
    from search_api.service import SearchService
    from search_api.stages import ignore

    @cache
    def load_embedder() -> Embedder:
        from dateline.commands.options import embedder

        loaded = load() if load else embedder(model)
        check_model(engine, loaded)
        return loaded

    recogniser = partial(gazetteer, location)
    return SearchService(engine, Analyser(), load_embedder, recogniser, observe or ignore, dates_in_query)


def dates_in_query(text: str) -> Sequence[Mention]:
    """The dates that a text names, with nothing to reckon from: `last week` is none, so that a search means the same
    tomorrow."""
    from indexer.dates import read_dates  # takes a tenth of a second

    return read_dates(text, None, "title")


def open_preparer(embedder: Embedder, gazetteer: Gazetteer) -> Preparer:
    """What makes articles ready to be written, as `dateline index` does; loads the NER model."""
    from concurrent.futures import ThreadPoolExecutor

    from indexer.entities import EntityReader
    from indexer.prepare import Preparer

    return Preparer(embedder, EntityReader(gazetteer), ThreadPoolExecutor(1, "mentions"))


@cache
def gazetteer(location: str) -> Gazetteer:
    """The gazetteers with the archive's own files."""
    from archive.gazetteer import Gazetteer

    return Gazetteer.load(own_gazetteer(location))


def own_gazetteer(location: str) -> Path | None:
    """The folder of an archive's own gazetteer files, where there is one."""
    folder = Path(location) / "gazetteer"
    return folder if folder.is_dir() else None
