"""Conditional requests: as long as the archive hasn't changed, an answer needn't be made again (RFC 9110, 13.1.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

__all__ = ["ANY", "etag", "not_modified"]

ANY = "*"
"""Held by who wants nothing that exists, whatever it is."""

_TAGS = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def etag(*parts: str) -> str:
    """Weak: answers with the same tag say the same, but how long they took differs."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part.encode("utf-8", "backslashreplace") + b"\0")
    return f'W/"{digest.hexdigest()}"'


def not_modified(if_none_match: Iterable[str], tag: str) -> bool:
    """Whether one of the tags that a caller holds is this one, by the weak comparison."""
    known = tag.removeprefix("W/").strip('"')
    return any(known in _TAGS.findall(held) for held in if_none_match)
