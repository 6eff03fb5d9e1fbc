"""Cursors as callers see them: opaque, signed, under 1,000 characters, bound to one search.

Layout: width of a number (1 byte), size of the pool (1), numbers, a bit each for `related`, shown (1), key (8, with a
flag byte), sequence (8), best word score (8), hash of the search (8), signature (12); base64 for URLs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import replace

from archive.engine import Cursor, Search
from archive.errors import CursorError

__all__ = ["decode", "encode"]

_TAIL = struct.Struct("<B?QQd8s")  # shown, whether there is a key, key, sequence, best, the search
_SIGNATURE = 12  # bytes: 2^96 guesses to forge one


def encode(cursor: Cursor, search: Search, secret: bytes) -> str:
    """A cursor of at most 200 numbers as text."""
    width = max(1, (max(cursor.pool, default=0).bit_length() + 7) // 8)
    numbers = b"".join(n.to_bytes(width, "little") for n in cursor.pool)
    bits = sum(1 << i for i, related in enumerate(cursor.related) if related)
    flags = bits.to_bytes((len(cursor.pool) + 7) // 8, "little")
    tail = _TAIL.pack(
        cursor.shown, cursor.key is not None, cursor.key or 0, cursor.sequence, cursor.best, _fingerprint(search)
    )
    body = bytes([width, len(cursor.pool)]) + numbers + flags + tail
    return base64.urlsafe_b64encode(body + _sign(body, secret)).rstrip(b"=").decode()


def decode(text: str, search: Search, secret: bytes) -> Cursor:
    """Raises CursorError for anything but a cursor of this search and archive."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CursorError("This cursor is damaged: take `next` as it came, or leave it out to begin again.") from None
    body, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
    if not body or not hmac.compare_digest(signature, _sign(body, secret)):
        raise CursorError("This cursor is damaged or of another archive: leave it out to begin again.")
    width, size = body[0], body[1]
    split = 2 + width * size
    pool = tuple(int.from_bytes(body[i : i + width], "little") for i in range(2, split, width))
    bits = int.from_bytes(body[split : split + (size + 7) // 8], "little")
    shown, has_key, key, sequence, best, fingerprint = _TAIL.unpack(body[-_TAIL.size :])
    if fingerprint != _fingerprint(search):
        raise CursorError(
            "This cursor belongs to another search: go on with the same query, mode, sort and refinements, "
            "or leave it out to begin again."
        )
    related = tuple(bool(bits >> i & 1) for i in range(size))
    return Cursor(pool, related, shown, key if has_key else None, sequence, best)


def _fingerprint(search: Search) -> bytes:
    """What must be the same on every page; facets, timeline and the size of a page may differ."""
    same = replace(search, cursor=None, facets=(), facet_limit=0, timeline=None, limit=0, vector=None)
    return hashlib.blake2b(f"{same.query} {same!r}".encode(), digest_size=8).digest()


def _sign(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"cursor" + body, "sha256")[:_SIGNATURE]
