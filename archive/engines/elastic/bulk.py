"""Many documents in few requests, each of them accounted for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from archive.engines.elastic.connection import Conflict, Connection, Gone, TooLarge, passing, pauses
from archive.errors import ArticleError

__all__ = ["Operation", "send"]

log = logging.getLogger(__name__)

CHUNK_BYTES = 8_000_000
CHUNK_OPERATIONS = 500
NO_MASTER = 503
"""Of a block: it goes away when the nodes have elected one. A full disk has 429, a read-only index 403."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One document to write or to delete."""

    action: str
    """`index` or `delete`."""
    header: dict[str, Any]
    """Id and versions, as the server's bulk format has them."""
    article: str
    """Id of the article, for messages."""
    body: bytes = b""


def send(
    connection: Connection, index: str, operations: Iterable[Operation], keep: Callable[[], None], *, alias: bool
) -> None:
    """Do all of them, or raise. `alias`: the index must be one. `keep` is called before each request.

    Raises Gone where the index or alias isn't there, Conflict where a newer version of an article is, ArticleError
    where the server can't take an article, ArchiveError where it stays overloaded.
    """
    for chunk in _chunks(operations):
        left = chunk
        for pause in pauses():
            keep()
            left = _attempt(connection, index, left, alias=alias)
            if not left:
                break
            time.sleep(pause)
        else:
            raise connection.refused(429)


def _attempt(connection: Connection, index: str, chunk: list[Operation], *, alias: bool) -> list[Operation]:
    """One request; those that the server had no room for."""
    lines: Any = []
    for operation in chunk:
        lines.append(orjson.dumps({operation.action: operation.header}))
        if operation.action == "index":
            lines.append(operation.body)
    try:
        answer = connection.call(
            lambda: connection.client.bulk(index=index, operations=lines, require_alias=alias, filter_path=SHOWN)
        )
    except TooLarge:
        largest = max(chunk, key=lambda operation: len(operation.body))  # the only one, unless the limit is very low
        raise ArticleError(
            f"The article {largest.article!r} is too long for the server ({len(largest.body) // 1_000_000} MB with its "
            "terms): split it, leave it out, or raise `http.max_content_length` of all nodes."
        ) from None
    if not answer["errors"]:
        return []
    again = []
    for operation, item in zip(chunk, answer["items"], strict=True):
        [result] = item.values()
        status = result["status"]
        kind = result.get("error", {}).get("type", "")
        if kind == "cluster_block_exception" and status != NO_MASTER:
            raise connection.full()
        if passing(status, kind):
            again.append(operation)
        elif operation.action == "delete" and status in (404, 409):
            # Gone already, by a first attempt whose answer was lost; nobody else writes under our lease.
            if kind == "index_not_found_exception":
                raise Gone
        elif status == 409:
            raise Conflict
        elif status == 404:
            raise Gone
        elif status >= 400:
            log.warning("the server refused %r: %s", operation.article, result.get("error"))
            raise ArticleError(
                f"The server can't take the article {operation.article!r} ({status}): a name, source, author or "
                "section of over 8,000 letters is too long for it. Shorten it, or leave the article out."
            )
    return again


SHOWN = ["errors", "items.*.status", "items.*.error.type", "items.*.error.reason"]


def _chunks(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    chunk: list[Operation] = []
    size = 0
    for operation in operations:
        if chunk and (size + len(operation.body) > CHUNK_BYTES or len(chunk) == CHUNK_OPERATIONS):
            yield chunk
            chunk, size = [], 0
        chunk.append(operation)
        size += len(operation.body)
    if chunk:
        yield chunk
