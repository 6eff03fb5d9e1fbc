"""Generated sections of a page: what stands between two markers is written anew, the rest is left alone."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_between"]

NEW_PAGE = "# Quality\n\nGenerated: every figure comes from the command that stands above it.\n"


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Write `text` between the lines `begin` and `end`; a page without them gets them at its end."""
    known = page.read_text() if page.exists() else NEW_PAGE
    before, found, rest = known.partition(begin)
    if not found:
        before = known.rstrip() + "\n\n"
    after = rest.partition(end)[2] or "\n"
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")
