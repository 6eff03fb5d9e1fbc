"""Where an engine is known to answer otherwise than the definition says: each is a test that must fail.

`docs/elasticsearch.md` prints this table. A difference that is mended turns its test red, so that it leaves the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

__all__ = ["KNOWN", "Difference", "as_markdown", "marks"]


@dataclass(frozen=True, slots=True)
class Difference:
    engine: str
    """One of the suite's `ENGINES`."""
    test: str
    """Name of the test that fails on it, without parameters."""
    reason: str


KNOWN: tuple[Difference, ...] = ()


def marks(engine: str, test: str, known: Sequence[Difference] = KNOWN) -> Iterator[pytest.MarkDecorator]:
    """What a test of the suite bears on an engine."""
    for difference in known:
        if (difference.engine, difference.test) == (engine, test):
            yield pytest.mark.xfail(reason=difference.reason, raises=AssertionError, strict=True)


def as_markdown(known: Sequence[Difference] = KNOWN) -> str:
    rows = [f"| {d.engine} | `{d.test}` | {d.reason} |\n" for d in known] or ["| none | | |\n"]
    return "| engine | test | why it differs |\n|---|---|---|\n" + "".join(rows)
