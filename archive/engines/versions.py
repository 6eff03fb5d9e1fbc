"""Whether this Dateline can read an archive, by the versions that it carries; the same for every engine."""

from __future__ import annotations

from archive.analysis import ANALYSIS_VERSION
from archive.errors import ArchiveOutdated, ArchiveUnfinished

__all__ = ["check_finished", "check_versions"]


def check_versions(shown: str, format: int, expected: int, analysis: int, *, outdated: bool) -> None:
    """`shown`: the archive's location; `outdated`: another analysis version will do. Raises ArchiveOutdated."""
    if format != expected:
        raise ArchiveOutdated(
            f"{shown} has format {format}, this Dateline reads format {expected}: export it with the Dateline that "
            "made it, then index that export here."
        )
    if analysis != ANALYSIS_VERSION and not outdated:
        raise ArchiveOutdated(
            f"{shown} was made by another version of the text analysis: run `dateline rebuild --archive {shown}`."
        )


def check_finished(shown: str, *, unfinished: bool) -> None:
    """Raises ArchiveUnfinished for a copy that isn't complete yet."""
    if unfinished:
        raise ArchiveUnfinished(
            f"{shown} is the unfinished copy of another archive: run the same `dateline migrate` again."
        )
