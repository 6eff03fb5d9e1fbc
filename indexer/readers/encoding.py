"""Bytes to text, where nothing says for certain which encoding they are in."""

from __future__ import annotations

import codecs
import re
from typing import Final

__all__ = ["decode"]

_FALLBACK: Final = "cp1252"  # Windows-1252: reads any bytes
_LEGACY: Final = re.compile(
    r"iso8859-([2-9]|1[0-6])|cp125\d|cp866|cp874|cp932|cp949|koi8-[ru]|mac-(roman|cyrillic)"
    r"|gb2312|gbk|gb18030|big5|big5hkscs|euc_jp|euc_kr|shift_jis|iso2022_jp"
)
"""Python's names of the encodings that pages are written in. Its other codecs are none for pages: `idna`, `zlib`,
`unicode_escape` ... ISO 8859-1 is not among them, since pages that say so are in its superset Windows-1252."""


def decode(data: bytes, declared: str | None = None) -> str:
    """UTF-8; if it isn't that, the declared encoding, and else Windows-1252. Never fails."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_legacy(declared) or _FALLBACK, "replace")


def _legacy(name: str | None) -> str | None:
    try:
        found = codecs.lookup(name or "").name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return found if _LEGACY.fullmatch(found) else None
