"""Facet values by the beginning of any of their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archive.analysis import Analyser
from archive.engine import Suggestion
from archive.engines.elastic.view import Reader, all_of
from archive.facets import VALUE_FACETS

__all__ = ["suggest"]

LISTED = 50_000
"""Values that begin so, of all fields: of more, those with the highest counts are taken."""


def suggest(reader: Reader, analyser: Analyser, prefix: str, fields: Sequence[str], limit: int) -> list[Suggestion]:
    """By count, then value. The words of the prefix must begin neighbouring words: all but the last are whole."""
    wanted = " ".join(analyser.forms(prefix))
    asked = [field for field in dict.fromkeys(fields) if field in VALUE_FACETS]
    if not wanted or not asked:
        return []
    # Terms hold letters, digits and marks only, none of which is an operator here.
    chosen = f"{wanted}.*"
    size = LISTED // len(asked)
    aggregations: dict[str, Any] = {
        field: {"terms": {"field": f"suggest.{field}", "include": chosen, "size": size, "shard_size": size}}
        for field in asked
    }
    body = {
        "size": 0,
        "track_total_hits": False,
        "query": all_of(reader.view.visible()),
        "aggs": aggregations,
    }
    [answer] = reader.ask([body])
    found = {
        Suggestion(field, bucket["key"].partition("|")[2], bucket["doc_count"])
        for field in asked
        for bucket in answer["aggregations"][field]["buckets"]
    }
    return sorted(found, key=lambda s: (-s.count, s.value, s.field))[:limit]
