"""The index of an archive: its fields, its settings, and the versions that its mapping carries."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from archive.engine import IntervalName
from archive.engines.cluster import VectorIndex
from archive.facets import VALUE_FACETS
from archive.query import NAME_FIELDS

__all__ = ["DATE_FACETS", "FORMAT_VERSION", "UNITS", "Manifest", "mappings", "settings"]

FORMAT_VERSION = 1
DATE_FACETS = ("published", "mentioned")
UNITS: tuple[IntervalName, ...] = ("day", "week", "month", "year")
WIDE = 10_000_000
"""Sets of articles are asked for by their numbers, and pages of any size: no limit of the server may cut them."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the mapping's `_meta` says of an archive."""

    format: int
    analysis: int
    language: str
    model: str
    dimensions: int
    secret: str
    archive: str
    """Its own name for ever, also after a restore under another one."""
    vectors: VectorIndex

    def to_meta(self) -> dict[str, Any]:
        return {"application": "dateline", **asdict(self)}

    @classmethod
    def from_meta(cls, meta: dict[str, Any]) -> Manifest | None:
        """None where it isn't that of an archive."""
        values = dict(meta)
        try:
            return cls(**values) if values.pop("application") == "dateline" else None
        except (KeyError, TypeError):
            return None


def mappings(manifest: Manifest) -> dict[str, Any]:
    """Fields named as in the embedded engine where they mean the same."""
    whole: dict[str, Any] = {"type": "long"}
    words: dict[str, Any] = {"type": "text", "analyzer": "whitespace"}
    by_position = {**words, "norms": False}
    by_presence = {**words, "norms": False, "index_options": "docs"}
    opaque: dict[str, Any] = {"type": "object", "enabled": False}
    fields: dict[str, Any] = {
        "id": {"type": "keyword"},
        "number": whole,
        # The sort key less 2^63, because only signed integers exist here; `oldest` puts the undated last.
        "key": whole,
        "oldest": whole,
        "sequence": whole,
        "first_sequence": whole,
        # Terms of title and body, of pairs and passages: their sums give the means of BM25.
        "length": {**whole, "index": False},
        "pair_count": {**whole, "index": False},
        "passage_count": {**whole, "index": False},
        # Counts of title and body together rank; the terms where they stand decide. These are read of hundreds of
        # articles a search: as doc values they come without the article itself, ten times as fast.
        "stems": {"type": "binary", "doc_values": True},
        "forms": {"type": "binary", "doc_values": True},
        "words": {**words, "index_options": "freqs"},
        "pairs": {**words, "index_options": "freqs"},
        "title": by_position,
        "body": by_position,
        "title_forms": by_presence,
        "body_forms": by_presence,
        "name": {"properties": dict.fromkeys(NAME_FIELDS, by_position)},
        "value": {"properties": {name: {"type": "keyword"} for name in VALUE_FACETS}},
        # A suggestion holds a value as often as it has words: one of book length is left out.
        "suggest": {"properties": {name: {"type": "keyword", "ignore_above": 8_000} for name in VALUE_FACETS}},
        "has": {"type": "keyword"},
        "first_day": whole,
        "last_day": whole,
        "mentioned": {"type": "integer_range", "doc_values": False},
        "bucket": {"properties": {f"{field}_{unit}": whole for field in DATE_FACETS for unit in UNITS}},
        "content": opaque,
        "codes": opaque,
        "passages": {
            "type": "nested",
            "properties": {
                "codes": {
                    "type": "dense_vector",
                    "dims": manifest.dimensions,
                    "element_type": "byte",
                    "similarity": "max_inner_product",
                    "index_options": {"type": manifest.vectors},
                }
            },
        },
    }
    return {
        "dynamic": "strict",
        "_meta": manifest.to_meta(),
        # Terms and vectors would double the index, and can be made again.
        "_source": {"includes": ["content", "codes"]},
        "properties": fields,
    }


def settings(shards: int) -> dict[str, Any]:
    return {
        "number_of_shards": shards,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "-1",  # a commit refreshes; nothing may show before
        "max_result_window": WIDE,
        "max_terms_count": WIDE,
        "max_regex_length": 10_000,
        "mapping.nested_objects.limit": WIDE,
    }
