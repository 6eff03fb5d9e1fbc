"""Cursors as callers see them: opaque, signed, under 1,000 characters, bound to one search.

Layout: bits of a number (1 byte), size of the pool (1), the pool, shown (1), key (8, with a flag byte), sequence (8),
best word score (8), hash of the search (8), signature (12); base64 for URLs. The pool is one integer: for each article
its number and a bit for `related`, in as many bits as the largest needs, so that 200 of an archive's largest numbers
(25 bits) take 650 bytes.
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
_LAYOUT = b"cursor 2"  # signed too: change it with the layout, and cursors of another one are refused
_SIGNATURE = 12  # bytes: 2^96 guesses to forge one


def encode(cursor: Cursor, search: Search, secret: bytes) -> str:
    """A cursor of at most 200 numbers as text."""
    bits = max(cursor.pool, default=0).bit_length()
    packed = 0
    for i, (number, related) in enumerate(zip(cursor.pool, cursor.related, strict=True)):
        packed |= (number << 1 | related) << i * (bits + 1)
    pool = packed.to_bytes(_size(bits, len(cursor.pool)), "little")
    tail = _TAIL.pack(
        cursor.shown, cursor.key is not None, cursor.key or 0, cursor.sequence, cursor.best, _fingerprint(search)
    )
    body = bytes([bits, len(cursor.pool)]) + pool + tail
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
    bits, size = body[0], body[1]
    packed = int.from_bytes(body[2 : 2 + _size(bits, size)], "little")
    entries = [packed >> i * (bits + 1) & (2 << bits) - 1 for i in range(size)]
    shown, has_key, key, sequence, best, fingerprint = _TAIL.unpack(body[-_TAIL.size :])
    if fingerprint != _fingerprint(search):
        raise CursorError(
            "This cursor belongs to another search: go on with the same query, mode, sort and refinements, "
            "or leave it out to begin again."
        )
    pool, related = tuple(e >> 1 for e in entries), tuple(bool(e & 1) for e in entries)
    return Cursor(pool, related, shown, key if has_key else None, sequence, best)


def _size(bits: int, count: int) -> int:
    """Bytes of a pool of so many articles."""
    return (count * (bits + 1) + 7) // 8


def _fingerprint(search: Search) -> bytes:
    """What must be the same on every page; facets, timeline and the size of a page may differ.

    So may boosts: they have ordered the pool, and another commit may bring another source whose name is in the query.
    """
    same = replace(search, cursor=None, boosts=(), facets=(), facet_limit=0, timeline=None, limit=0, vector=None)
    return hashlib.blake2b(f"{same.query} {same!r}".encode(), digest_size=8).digest()


def _sign(body: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, _LAYOUT + body, "sha256")[:_SIGNATURE]
