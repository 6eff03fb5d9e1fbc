"""Facet values by the beginning of any of their words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archive.analysis import Analyser
from archive.engine import Suggestion
from archive.engines.embedded.snapshot import Snapshot

__all__ = ["suggest"]


def suggest(snapshot: Snapshot, analyser: Analyser, prefix: str, fields: Sequence[str], limit: int) -> list[Suggestion]:
    """By count, then value. The words of the prefix must begin neighbouring words: all but the last are whole."""
    wanted = analyser.forms(prefix)
    if not wanted:
        return []
    rows = snapshot.rows[snapshot.live]
    uses = np.zeros(len(snapshot.values) + 1, np.int64)
    # Live articles add one from their first value to their last: the running sum tells which entries count.
    np.add.at(uses, rows["value"], 1)
    np.add.at(uses, rows["value"] + rows["values"], -1)
    alive = np.cumsum(uses[:-1]) > 0
    counts = np.bincount(snapshot.values[alive], minlength=len(snapshot.names.entries))
    found = [
        Suggestion(field, value, int(counts[i]))
        for i, (field, value) in enumerate(snapshot.names.entries[: len(counts)])
        if counts[i] and field in fields and _begins(analyser.forms(value), wanted)
    ]
    return sorted(found, key=lambda s: (-s.count, s.value, s.field))[:limit]


def _begins(words: Sequence[str], wanted: Sequence[str]) -> bool:
    whole, last = list(wanted[:-1]), wanted[-1]
    return any(
        words[i : i + len(whole)] == whole and i + len(whole) < len(words) and words[i + len(whole)].startswith(last)
        for i in range(len(words))
    )
