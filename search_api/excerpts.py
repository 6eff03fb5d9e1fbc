"""What stands for an article in a list: a headline where it has none, and how it begins."""

from __future__ import annotations

__all__ = ["beginning", "first_sentence"]

LONGEST_HEADLINE = 120
SUMMARY = 300


def first_sentence(body: str) -> str:
    """What stands for a headline where there is none; empty for an empty body."""
    line = next((line.strip() for line in body.splitlines() if line.strip()), "")
    ends = [at + 1 for stop in (". ", "? ", "! ") if (at := line.find(stop)) >= 0]
    return _cut(line[: min(ends)] if ends else line, LONGEST_HEADLINE)


def beginning(body: str) -> str:
    """The first 300 code points on one line, up to the end of a word."""
    return _cut(" ".join(body[: 2 * SUMMARY].split()), SUMMARY)


def _cut(line: str, longest: int) -> str:
    return line if len(line) <= longest else line[: longest - 3].rsplit(" ", 1)[0] + "…"
