"""Every error that a caller of Dateline may see.

    DatelineError
    +-- QueryError              the query text can't be read: where, and the cure
    +-- ParameterError          a search parameter is malformed or unknown: which, and the cure
    +-- CursorError             a cursor is damaged or belongs to another search
    +-- ArticleError            an article can't be indexed: why
    +-- ReadError               a file can't be read: which, where, why
    +-- ArchiveError            the archive itself
    |   +-- ArchiveMissing      nothing is stored at that location
    |   +-- ArchiveForeign      a folder that holds something else than an archive
    |   +-- ArchiveDamaged      files are missing, torn or of the wrong size
    |   +-- ArchiveOutdated     written by another format, analysis or model version
    |   +-- ArchiveUnfinished   a copy that isn't complete yet
    |   +-- ArchiveBusy         another writer holds the lock
    |   +-- ArchiveFull         no room: the disk, or the largest article number
    +-- ModelError              the embedding model is missing or not the expected one
    +-- GazetteerError          a gazetteer file is wrong: file, line, why
    +-- DatabaseError           the database of saved searches can't be used
    +-- NotFound                there is no such saved search, alert or delivery
    +-- SavedSearchError        a saved search can't be matched any more: why, and the cure

Foreign errors (tantivy, onnxruntime, the operating system) are translated where they enter.
Messages are sentences that say what is wrong and what to do; they reach users as they are.
"""

from __future__ import annotations

__all__ = [
    "ArchiveBusy",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveForeign",
    "ArchiveFull",
    "ArchiveMissing",
    "ArchiveOutdated",
    "ArchiveUnfinished",
    "ArticleError",
    "CursorError",
    "DatabaseError",
    "DatelineError",
    "GazetteerError",
    "ModelError",
    "NotFound",
    "ParameterError",
    "QueryError",
    "ReadError",
    "SavedSearchError",
]


class DatelineError(Exception):
    """The root: catch this to catch everything that Dateline raises on purpose."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class QueryError(DatelineError):
    """The query text can't be read.

    `position` and `end` are code point offsets in the query text (the span to mark),
    `cure` is a sentence that says what to write instead.
    """

    code = "query_syntax"

    def __init__(self, message: str, *, position: int, end: int | None = None, cure: str) -> None:
        super().__init__(message)
        self.position = position
        self.end = position + 1 if end is None else end
        self.cure = cure


class ParameterError(DatelineError):
    """A search parameter is malformed or unknown; `name` is its name as the caller wrote it."""

    code = "parameter"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class CursorError(DatelineError):
    """A cursor is damaged, forged, or belongs to another search or archive."""

    code = "cursor"


class ArticleError(DatelineError):
    """An article can't be indexed (no text at all, a date that is none, an id that is taken)."""

    code = "article"


class ReadError(DatelineError):
    """A file, or a place in it, can't be read."""

    code = "read"


class ArchiveError(DatelineError):
    """The archive can't do what was asked."""

    code = "archive"


class ArchiveMissing(ArchiveError):
    """Nothing is stored at that location."""

    code = "archive_missing"


class ArchiveForeign(ArchiveError):
    """The folder exists and holds something else than an archive."""

    code = "archive_foreign"


class ArchiveDamaged(ArchiveError):
    """Files of the archive are missing, torn or of the wrong size."""

    code = "archive_damaged"


class ArchiveOutdated(ArchiveError):
    """The archive was written by another format, analysis or model version."""

    code = "archive_outdated"


class ArchiveUnfinished(ArchiveError):
    """The archive is the copy of another one, and not complete yet."""

    code = "archive_unfinished"


class ArchiveBusy(ArchiveError):
    """Another process is writing to the archive."""

    code = "archive_busy"


class ArchiveFull(ArchiveError):
    """There is no room: the disk is full, or the largest article number is reached."""

    code = "archive_full"


class ModelError(DatelineError):
    """The embedding model is missing, damaged, or not the one the archive was made with."""

    code = "model"


class GazetteerError(DatelineError):
    """A gazetteer file is wrong; the message names file, entry and cure."""

    code = "gazetteer"


class DatabaseError(DatelineError):
    """The database of saved searches can't be used."""

    code = "database"


class NotFound(DatelineError):
    """There is no such saved search, alert or delivery, or it is somebody else's."""

    code = "not_found"


class SavedSearchError(DatelineError):
    """A saved search can't be matched any more; its place is kept."""

    code = "saved_search"
