"""What a command reads from and writes to, besides archives."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from archive.errors import DatelineError

__all__ = ["opened_to_write", "standard_input"]


def standard_input() -> BinaryIO | None:
    """None where the process has none (`<&-`, some schedulers)."""
    return sys.stdin.buffer if sys.stdin else None


def opened_to_write(path: Path) -> BinaryIO:
    """The file, emptied; raises DatelineError where it can't be written."""
    try:
        return path.open("wb")
    except OSError as error:
        raise DatelineError(f"{path} can't be written ({error.strerror}): name another file.") from None
