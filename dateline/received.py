"""The body of a request that sends articles: on disk where it is large, unpacked, and never larger than allowed."""

from __future__ import annotations

import gzip
import zlib
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi import Request
from starlette.exceptions import HTTPException

__all__ = ["MEGABYTE", "TYPES", "check_type", "receive", "unpacked"]

MEGABYTE = 1_000_000
IN_MEMORY = 4 * MEGABYTE
PIECE = 256 * 1024
TYPES = (
    "application/json",
    "application/jsonl",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonlines",
    "application/x-jsonlines",
)
GZIP = b"\x1f\x8b"


def check_type(request: Request) -> None:
    """Raises HTTPException 415 for what by its headers is no JSON."""
    type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if type not in TYPES:
        given = f"as {type[:80]!r}" if type else "without a type"
        raise HTTPException(415, f"Articles come as JSON or JSON Lines, not {given}: send Content-Type: {TYPES[0]}.")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise HTTPException(415, f"Content-Encoding {encoding[:40]!r} isn't read: send gzip, or leave it out.")


async def receive(request: Request, limit: int) -> BinaryIO:
    """The body as it was sent; raises HTTPException 413 above `limit` bytes."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    body: BinaryIO = _file()
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        body.write(piece)
    body.seek(0)
    return body


def unpacked(body: BinaryIO, limit: int) -> BinaryIO:
    """What a gzipped body holds, whatever its headers said; raises HTTPException 413 above `limit` bytes, 422 where
    the data is damaged. All of it is unpacked before any of it is indexed, so neither leaves half of it behind."""
    packed = body.read(len(GZIP)) == GZIP
    body.seek(0)
    if not packed:
        return body
    content: BinaryIO = _file()
    size = 0
    try:
        with gzip.GzipFile(fileobj=body, mode="rb") as file:
            while piece := file.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise _too_large(limit)
                content.write(piece)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise HTTPException(422, "The gzip data is damaged or breaks off: send it again.") from None
    content.seek(0)
    return content


def _file() -> BinaryIO:
    """Gone when nobody holds it any more."""
    return cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"More than {limit // MEGABYTE} MB of articles in one request: send them in several.")
