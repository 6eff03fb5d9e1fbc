"""Generated sections of a page: what stands between two markers is written anew, the rest is left alone."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_between"]


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Write `text` between the lines `begin` and `end`; a page without them gets them at its end."""
    known = (
        page.read_text() if page.exists() else "# Quality\n\nGenerated: every figure comes from the command above it.\n"
    )
    before, found, rest = known.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    page.write_text(f"{before if found else before.rstrip() + '\n\n'}{begin}\n{text}\n{end}{after}")
