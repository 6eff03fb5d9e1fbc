"""The requests an archive makes of its cluster: repeated where that may help, their errors translated.

Nothing of the server's own text reaches a user; it goes into the log.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import orjson
from elasticsearch import (
    ApiError,
    ConflictError,
    Elasticsearch,
    SerializationError,
    SSLError,
    TransportError,
    UnsupportedProductError,
)
from elasticsearch.serializer import OrjsonSerializer

from archive.engines.cluster import ClusterSettings
from archive.engines.elastic.address import Address, nodes
from archive.errors import ArchiveDamaged, ArchiveError, ArchiveForeign, ArchiveFull, ArchiveMissing

__all__ = ["Conflict", "Connection", "Gone", "TooLarge", "passing", "pauses"]

T = TypeVar("T")
Json = dict[str, Any]

log = logging.getLogger(__name__)

PATIENCE = 6
"""How often a request is repeated that the cluster had no room for (429), or no node for (503, or no answer)."""
PAUSE = 0.1
"""Seconds before the first repetition; doubled before each further one: 6 seconds in all."""
OVERLOADED = (429, 502, 503, 504)


class Conflict(Exception):
    """Another writer changed the document first, or the index that is to be made exists."""


class Gone(Exception):
    """An index that is searched or written was dropped, or its alias moved."""


class TooLarge(Exception):
    """The server doesn't take requests of that size."""


class Connection:
    """A cluster, as one archive uses it. Safe to share between threads."""

    def __init__(self, address: Address, settings: ClusterSettings) -> None:
        """Raises ArchiveError where the settings name what is no node, or a certificate that can't be read."""
        self.address = address
        self.settings = settings
        self._nodes = nodes(address, settings)
        self._authority = _authority(settings.ca) if any(n.startswith("https:") for n in self._nodes) else None
        self._client: Elasticsearch | None = None
        self._answered = False
        self._lock = threading.Lock()

    @property
    def client(self) -> Elasticsearch:
        """Opened at the first use, and again after `close`."""
        with self._lock:
            if self._client is None:
                self._client = Elasticsearch(
                    self._nodes,
                    api_key=self.settings.api_key or None,
                    ssl_context=self._authority,
                    serializer=OrjsonSerializer(),
                    request_timeout=self.settings.timeout,
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
        """What the request answers; raises Conflict, Gone, TooLarge or one of the archive's errors."""
        why: Exception
        for pause in pauses():
            try:
                answer = request()
                self._answered = True
                return answer
            except ConflictError:
                raise Conflict from None
            except UnsupportedProductError:
                raise self.foreign() from None
            except ApiError as error:
                status, kind = error.status_code, _kind(error.body)
                if kind == "resource_already_exists_exception":
                    raise Conflict from None
                if status == 413:
                    raise TooLarge from None
                again = passing(status, kind)
                if status == 404 and not again:
                    raise Gone from None
                problem, why = self.refused(status), error
            except SSLError as error:
                by_certificate = "CERTIFICATE_VERIFY_FAILED" in str(error)
                problem, why, again = self.untrusted() if by_certificate else self.without_tls(), error, False
            except (TransportError, SerializationError) as error:
                # The client has asked every node already. One that never answered has a wrong address, most likely.
                problem, why, again = self.unreachable(), error, self._answered
            if not again:
                break
            time.sleep(pause)
        log.warning("no good answer from the server: %s", why)
        raise problem from None

    def search(self, searches: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[Json]:
        """The answers to several searches, (index and options, body) each, in one round trip.

        A partial answer is a wrong count: every shard of every search has answered, or this raises.
        """
        lines: Any = [orjson.dumps(part) for pair in searches for part in pair]
        for pause in pauses():
            found = self.call(lambda: self.client.msearch(searches=lines))["responses"]
            statuses = {_status(answer) for answer in found}
            if statuses == {200}:
                return list(found)
            if 404 in statuses:
                raise Gone
            if not any(map(passing, statuses)):
                break
            time.sleep(pause)
        log.warning("the server answered in part: %s", [a for a in found if _status(a) != 200][:1])
        raise self.refused(max(statuses))

    def refresh(self, index: str) -> None:
        """What was written shows in searches from now on, on every copy."""
        for pause in pauses():
            answer = self.call(lambda: self.client.indices.refresh(index=index))
            if not answer["_shards"]["failed"]:
                return
            time.sleep(pause)  # a node was lost meanwhile
        log.warning("the server refreshed in part: %s", answer)
        raise self.refused(503)

    # ---------------------------------------------------------------- errors
    def unreachable(self) -> ArchiveError:
        return ArchiveError(
            f"The server of {self.address.location} can't be reached: check that it runs and that the address is right."
        )

    def without_tls(self) -> ArchiveError:
        return ArchiveError(
            f"The server of {self.address.location} doesn't speak TLS as this machine does: write http:// where it "
            "has none."
        )

    def untrusted(self) -> ArchiveError:
        return ArchiveError(
            f"The certificate of the server of {self.address.location} isn't trusted: name the PEM file of the "
            "authority that signed it in DATELINE_ELASTIC_CA."
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


def pauses() -> Iterator[float]:
    """Seconds to wait after each attempt; the last one ends with none."""
    return iter([*(PAUSE * 2**i for i in range(PATIENCE)), 0.0])


def passing(status: int, kind: str = "") -> bool:
    """Whether another try may help, after an error of that kind."""
    if status == 404:  # a copy of a shard says so too while it isn't ready
        return kind not in ("", "index_not_found_exception", "aliases_not_found_exception")
    return status in OVERLOADED or kind == "node_closed_exception"


def _authority(file: Path | None) -> ssl.SSLContext | None:
    if file is None:
        return None
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:
        why = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise ArchiveError(f"The certificate file {file} can't be used ({why}): name the authority's own.") from None


def _status(answer: Json) -> int:
    """The HTTP status of one search of several; 503 where some shards didn't answer, but may."""
    status = int(answer["status"])
    if status == 200:
        return 503 if answer["timed_out"] or answer["_shards"]["failed"] else 200
    return 503 if passing(status, _kind(answer)) else status


def _kind(answer: Any) -> str:
    """Of an error, as the server names it; empty where it is none, or not the server's."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("type", "")) if isinstance(error, dict) else ""
