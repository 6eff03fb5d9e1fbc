"""What a feed says of a search and of each article, whatever the feed's own format."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID, uuid5

from archive.article import Article, Stored
from archive.calendar import interval
from search_api.excerpts import beginning, first_sentence
from search_api.http import article_path
from search_api.parameters import SearchRequest, to_parameters

__all__ = ["NO_DATE", "Entry", "Feed", "Saved", "feed_of"]

NO_DATE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Where a format demands a date and the article has none: always the same, so that readers don't take it for new."""
_IN_URLS = "%/:?#[]@!$&'()*+,;=~"
"""What stays as it is in an address; everything else that isn't a letter or digit is percent-encoded."""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, escaped or not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article; texts are fit for XML."""

    id: str
    """A URN that is the same for ever, and different in every archive."""
    title: str
    url: str
    summary: str
    published: dt.datetime | None
    """In UTC; of a month or a year its first instant."""
    modified: dt.datetime | None
    authors: tuple[str, ...]
    source: str | None
    section: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    id: str
    title: str
    address: str
    """Of the feed itself."""
    page: str
    """Of the same search for people."""
    entries: tuple[Entry, ...]
    """What was added or changed last stands first."""

    @property
    def updated(self) -> dt.datetime:
        dates = [d for e in self.entries for d in (e.published, e.modified) if d]
        return max(dates, default=NO_DATE)


@dataclass(frozen=True, slots=True)
class Saved:
    """The saved search whose feed it is, which keeps its identity when its query is edited."""

    id: int
    name: str
    page: str


def feed_of(
    request: SearchRequest,
    stored: Sequence[Stored],
    base: str,
    address: str,
    secret: bytes,
    saved: Saved | None = None,
) -> Feed:
    """`base`: where the service is, with a slash; `address`: what was asked for; `secret`: the archive's own."""
    archive = UUID(bytes=hashlib.blake2b(secret, digest_size=16, person=b"feeds").digest())
    pairs = [(name, value) for name, value in to_parameters(request) if name not in ("format", "limit")]
    query = urlencode(pairs, errors="replace")
    title = saved.name if saved else request.q
    return Feed(
        id=uuid5(archive, f"saved search {saved.id}" if saved else f"search {query}").urn,
        title=_fit(f"Dateline: {title}" if title.strip() else "Dateline"),
        address=_fit(address),
        page=saved.page if saved else base + (f"?{query}" if query else ""),
        entries=tuple(_entry(s.article, archive, base) for s in stored),
    )


def _entry(article: Article, archive: UUID, base: str) -> Entry:
    url = article.url or ""
    if not url.lower().startswith(("http://", "https://")):
        url = base + article_path(article.id).lstrip("/")
    return Entry(
        id=uuid5(archive, "article " + article.id.encode("utf-8", "backslashreplace").decode()).urn,
        title=_fit(article.title).strip() or first_sentence(_fit(article.body)) or "(no title)",
        url=quote(_fit(url), safe=_IN_URLS),
        summary=_fit(beginning(article.body)),
        published=_moment(article.published),
        modified=_moment(article.modified),
        authors=tuple(_fit(a) for a in article.authors),
        source=_fit(article.source) if article.source else None,
        section=_fit(article.section) if article.section else None,
        language=article.language,
    )


def _moment(date: str | None) -> dt.datetime | None:
    """The first instant of a normalised date, in UTC; a time without an offset is read as UTC."""
    if date is None:
        return None
    if len(date) <= 10:
        return dt.datetime.combine(interval(date).first, dt.time(), dt.UTC)
    moment = dt.datetime.fromisoformat(date)
    try:
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except OverflowError:  # in UTC it lies before the year 1 or behind 9999
        return moment.replace(tzinfo=dt.UTC)


def _fit(text: str) -> str:
    return _FORBIDDEN.sub("", text)
