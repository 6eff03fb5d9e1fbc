"""A ZIP of articles as plain text files, made while it is sent."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator

from zipstream import ZipStream

from archive.article import Article

__all__ = ["text_file", "zip_chunks"]

LONGEST_NAME = 80
"""Code points of an id in a file's name: with the hash well under the 255 bytes that file systems take."""


def zip_chunks(articles: Iterable[Article]) -> Iterator[bytes]:
    """The bytes of a ZIP with a file an article; no more than one of them is held at once."""
    made = ZipStream(compress_type=zipfile.ZIP_DEFLATED)
    for article in articles:
        made.add(text_file(article), _name(article.id))
        yield from made.file()
    yield from made.finalize()


def text_file(article: Article) -> bytes:
    """First line `date 2024-11-25 Title`, an empty line, the body; lone surrogates become `?`.

    The indexer reads it back; of an undated article the first line is the title alone.
    """
    title = " ".join(article.title.split())
    head = f"date {article.published} {title}".rstrip() if article.published else title
    return f"{head}\n\n{article.body}\n".encode("utf-8", "replace")


def _name(id: str) -> str:
    """The id where every file system takes it, else what is left of it with a part of its hash."""
    plain = re.sub(r"[^\w.-]+", "_", id).strip("._")[:LONGEST_NAME]
    if plain == id == id.lower():
        return f"{plain}.txt"
    digest = hashlib.blake2b(id.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{plain}-{digest}.txt"
