"""Ids: the given one, or one that the same article gets again in every later run; and no id twice in one run.

Without a given id it is 16 hex digits of a hash of the canonical URL; without a URL, of source, date and title
(of the body too where the title is empty). These rules must never change: archives are kept under their ids.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import replace
from typing import Final
from urllib.parse import SplitResult, unquote_plus, urlsplit

from archive.article import Article
from indexer.records import Record
from indexer.rejects import Reject

__all__ = ["IdGuard", "canonical_url", "identify"]

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_TRACKING: Final = frozenset({"fbclid", "gclid"})  # and everything that begins with utm_
_PLACE: Final = struct.Struct("<16sIQ")  # digest of the article, number of its file, line (0: none)


def identify(article: Article) -> Article:
    """The article with its id; one that has an id comes back as it is."""
    if article.id:
        return article
    if article.url:
        parts = ["url", canonical_url(article.url)]
    else:
        parts = ["text", article.source or "", article.published or "", article.title]
        if not article.title.strip():
            parts.append(article.body)
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=8)
    return replace(article, id=digest.hexdigest())


def canonical_url(url: str) -> str:
    """One spelling for the addresses of one page.

    Scheme and host in lower case; no fragment, default port, closing slash or tracking parameters (`utm_*`, `fbclid`,
    `gclid`); the other parameters sorted. What is no URL comes back without outer blanks.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = _host(parts)
    except ValueError:  # a port that is none, half an IPv6 address
        return url
    if not parts.netloc:
        return url
    # Each parameter as it is written: decoding and encoding it again would merge different ones.
    kept = sorted(p for p in parts.query.split("&") if p and not _is_tracking(p))
    query = "?" + "&".join(kept) if kept else ""
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}{query}"


class IdGuard:
    """Sees every record of one run and finds a second article under the same id.

    It keeps two digests and a place for each id (about 250 bytes), not the articles.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, bytes] = {}
        self._files: list[str] = []
        self._numbers: dict[str, int] = {}

    def check(self, record: Record) -> Article | Reject | None:
        """The article with its id, if that is new; None, if the very same came before; a Reject, if another one did."""
        article = identify(record.article)
        key = hashlib.blake2b(article.id.encode(errors="surrogatepass"), digest_size=16).digest()
        digest = bytes.fromhex(article.digest())
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = _PLACE.pack(digest, self._number(record.file), record.line or 0)
            return article
        first_digest, number, line = _PLACE.unpack(seen)
        if first_digest == digest:
            return None
        first = _place(self._files[number], line)
        return Reject(
            record.file,
            record.line,
            article.id,
            f"The id {article.id!r} at {_place(record.file, record.line or 0)} is doubled: {first} holds a different"
            " article with it. The first one is kept; give each article an id of its own.",
        )

    def _number(self, file: str) -> int:
        if file not in self._numbers:
            self._numbers[file] = len(self._files)
            self._files.append(file)
        return self._numbers[file]


def _host(parts: SplitResult) -> str:
    """Host in lower case, with user and with a port that isn't the default one."""
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    user, at, _ = parts.netloc.rpartition("@")
    port = parts.port
    default = port is None or port == _DEFAULT_PORTS.get(parts.scheme)
    return f"{user}{at}{host}" + ("" if default else f":{port}")


def _is_tracking(parameter: str) -> bool:
    name = unquote_plus(parameter.partition("=")[0]).lower()
    return name.startswith("utm_") or name in _TRACKING


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if line else file
