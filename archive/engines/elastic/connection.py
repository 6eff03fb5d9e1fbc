"""The requests an archive makes of its cluster: repeated where that may help, their errors translated.

Nothing of the server's own text reaches a user; it goes into the log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import orjson
from elasticsearch import (
    ApiError,
    ConflictError,
    Elasticsearch,
    NotFoundError,
    SerializationError,
    TransportError,
    UnsupportedProductError,
)
from elasticsearch.serializer import OrjsonSerializer

from archive.errors import ArchiveDamaged, ArchiveError, ArchiveForeign, ArchiveFull, ArchiveMissing

__all__ = ["Address", "Conflict", "Connection", "Gone"]

T = TypeVar("T")
Json = dict[str, Any]

log = logging.getLogger(__name__)

PATIENCE = 6
"""How often a request is repeated that the cluster had no room for (429) or no node for (503)."""
PAUSE = 0.1
"""Seconds before the first repetition; doubled before each further one: 6 seconds in all."""
OVERLOADED = (429, 502, 503, 504)
_FORBIDDEN_IN_NAMES = set('\\/*?"<>| ,#:')


class Conflict(Exception):
    """Another writer changed the document first."""


class Gone(Exception):
    """An index that is searched or written was dropped, or its alias moved."""


class Address:
    """`http://host:9200/news`: the server and the archive's name on it."""

    __slots__ = ("location", "name", "server")

    def __init__(self, location: str) -> None:
        """Raises ArchiveError for anything but a URL whose last part can name an index."""
        parts = urlsplit(location)
        path, _, name = unquote(parts.path).strip("/").rpartition("/")
        good = name == name.lower() and name[:1].isalnum() and not _FORBIDDEN_IN_NAMES & set(name)
        if parts.scheme not in ("http", "https") or not parts.hostname or not good or len(name.encode()) > 200:
            raise ArchiveError(
                f"{location} doesn't name an archive on a server: write http://HOST:9200/NAME, the name in small "
                "letters, digits and hyphens."
            )
        self.name = name
        credentials, at, host = parts.netloc.rpartition("@")
        self.location = f"{parts.scheme}://{host}{parts.path}"
        """As messages show it: without user and password."""
        if parts.port is None:
            host = f"{host}:{443 if parts.scheme == 'https' else 9200}"
        self.server = f"{parts.scheme}://{credentials}{at}{host}{'/' + path if path else ''}"


class Connection:
    """A cluster, as one archive uses it. Safe to share between threads."""

    def __init__(self, address: Address, *, timeout: float = 60.0) -> None:
        """`timeout`: seconds for one request."""
        self.address = address
        self._timeout = timeout
        self._client: Elasticsearch | None = None
        self._lock = threading.Lock()

    @property
    def client(self) -> Elasticsearch:
        """Opened at the first use, and again after `close`."""
        with self._lock:
            if self._client is None:
                self._client = Elasticsearch(
                    self.address.server,
                    serializer=OrjsonSerializer(),
                    request_timeout=self._timeout,
                    retry_on_timeout=True,
                    max_retries=3,
                    retry_on_status=(),  # by `call`, with pauses
                )
            return self._client

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def call(self, request: Callable[[], T]) -> T:
        """What the request answers; raises Conflict, Gone or one of the archive's errors."""
        pause = PAUSE
        for left in range(PATIENCE, -1, -1):
            try:
                return request()
            except ConflictError:
                raise Conflict from None
            except NotFoundError:
                raise Gone from None
            except UnsupportedProductError:
                raise self.foreign() from None
            except ApiError as error:
                if error.status_code not in OVERLOADED or not left:
                    log.warning("the server refused a request: %s", error)
                    raise self.refused(error.status_code) from None
            except (TransportError, SerializationError) as error:
                log.warning("no answer from the server: %s", error)
                raise self.unreachable() from None
            time.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt answers or raises")

    def search(self, searches: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[Json]:
        """The answers to several searches, (index and options, body) each, in one round trip.

        A partial answer is a wrong count: every shard of every search has answered, or this raises.
        """
        lines: Any = [orjson.dumps(part) for pair in searches for part in pair]
        pause = PAUSE
        for left in range(PATIENCE, -1, -1):
            found = self.call(lambda: self.client.msearch(searches=lines))["responses"]
            statuses = {_status(answer) for answer in found}
            if statuses == {200}:
                return list(found)
            if 404 in statuses:
                raise Gone
            if not statuses & set(OVERLOADED) or not left:
                log.warning("the server answered in part: %s", [a for a in found if _status(a) != 200][:1])
                raise self.refused(max(statuses))
            time.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt answers or raises")

    # ---------------------------------------------------------------- errors
    def unreachable(self) -> ArchiveError:
        return ArchiveError(
            f"The server of {self.address.location} can't be reached: check that it runs and that the address is right."
        )

    def foreign(self) -> ArchiveForeign:
        return ArchiveForeign(
            f"What answers at {self.address.location} is no Elasticsearch server: check host and port."
        )

    def missing(self) -> ArchiveMissing:
        location = self.address.location
        return ArchiveMissing(
            f"There is no archive at {location}: make one with `dateline index PATH --archive {location}`."
        )

    def damaged(self, what: str) -> ArchiveDamaged:
        return ArchiveDamaged(
            f"The archive at {self.address.location} is damaged: {what}. Restore it from a snapshot, or index the "
            "articles again under another name."
        )

    def full(self) -> ArchiveFull:
        return ArchiveFull(
            f"The server of {self.address.location} takes no more articles: its disks are nearly full, or the archive "
            "was made read-only. Make room, then run it again."
        )

    def refused(self, status: int) -> ArchiveError:
        location = self.address.location
        if status in (401, 403):
            return ArchiveError(f"The server of {location} refuses access: check user, password or API key.")
        if status in OVERLOADED:
            return ArchiveError(
                f"The server of {location} is overloaded or has lost a part of the archive ({status}): try again in a "
                "moment; `dateline doctor` tells what is wrong."
            )
        return ArchiveError(
            f"The server of {location} can't do what was asked ({status}): `dateline doctor` tells what is wrong."
        )


def _status(answer: Json) -> int:
    """The HTTP status of one search of several; 503 where only some shards answered."""
    status = int(answer["status"])
    if status == 200 and (answer["timed_out"] or answer["_shards"]["failed"]):
        return 503
    return status
