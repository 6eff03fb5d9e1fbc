"""Facets, missing, timelines and refinements of a set of articles, as aggregations under its filters.

A refinement narrows; the counts of a field are taken under the refinements of all other fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archive.buckets import bucket_label
from archive.calendar import Interval
from archive.engine import Bucket, FacetCounts, FacetName, Search, Timeline, TimelineCounts
from archive.engines.elastic.compiler import within
from archive.engines.elastic.mapping import DATE_FACETS
from archive.engines.elastic.view import Reader, all_of, any_of, none_of

__all__ = ["Counting", "has_any"]

Json = dict[str, Any]
BUCKETS = 10_000
"""Values of a field that one answer lists; where there are more, they are read page by page."""
ALL_BUCKETS = 60_000
"""Of one search: the server refuses to give more than 65,536."""


class Counting:
    """What a page shows of one base set: `bodies` go into the page's round trip, `read` takes their answers."""

    def __init__(self, search: Search, base: Sequence[Json]) -> None:
        """`base`: filters for the set before any refinement."""
        self._search = search
        self._base = list(base)
        self._own = [f for f in search.facets if any(r.field == f for r in search.refinements)]
        self.refined = [*self._base, *self._refinements(None)]

    def bodies(self) -> list[Json]:
        """One search for the total and all that is counted under every refinement, one for each refined facet."""
        shared: dict[str, Json] = {}
        plain = [f for f in self._search.facets if f not in self._own]
        size = min(BUCKETS, ALL_BUCKETS // (len(plain) + 1))
        for name in plain:
            shared |= _facet(name, size)
        if timeline := self._search.timeline:
            shared |= {"line": _terms(_line(timeline), size), **_line_rest(timeline)}
        main = {"size": 0, "track_total_hits": True, "query": all_of(self.refined)}
        if shared:
            main["aggs"] = shared
        own = [
            {
                "size": 0,
                "track_total_hits": True,
                "query": all_of([*self._base, *self._refinements(name)]),
                "aggs": _facet(name, BUCKETS),
            }
            for name in self._own
        ]
        return [main, *own]

    def read(
        self, answers: Sequence[Json], reader: Reader
    ) -> tuple[int, dict[str, FacetCounts], TimelineCounts | None]:
        """Total, facets and timeline from the answers to `bodies`."""
        main, *own = answers
        total: int = main["hits"]["total"]["value"]
        apart = dict(zip(self._own, own, strict=True))
        facets: dict[str, FacetCounts] = {
            name: self._facet(name, apart.get(name, main), reader) for name in self._search.facets
        }
        timeline = self._search.timeline
        return total, facets, self._timeline(timeline, main, reader) if timeline else None

    def _facet(self, name: FacetName, answer: Json, reader: Reader) -> FacetCounts:
        filters = [*self._base, *self._refinements(name if name in self._own else None)]
        found = _complete(answer["aggregations"][name], _field(name), filters, reader)
        counts = [(bucket_label(k, "year") if name in DATE_FACETS else k, n) for k, n in found.items()]
        ranked = sorted(counts, key=lambda item: (-item[1], item[0]))
        limit = self._search.facet_limit
        missing = answer["hits"]["total"]["value"] - answer["aggregations"][f"{name} has"]["doc_count"]
        return FacetCounts(tuple(ranked[:limit]), missing, max(0, len(ranked) - limit))

    def _timeline(self, timeline: Timeline, answer: Json, reader: Reader) -> TimelineCounts:
        found = _complete(answer["aggregations"]["line"], _line(timeline), self.refined, reader)
        buckets = tuple(Bucket(bucket_label(code, timeline.interval), n) for code, n in sorted(found.items()))
        dated = answer["aggregations"]["line has"]["doc_count"]
        placed = answer["aggregations"]["line placed"]["doc_count"]
        return TimelineCounts(timeline.interval, buckets, answer["hits"]["total"]["value"] - dated, dated - placed)

    def _refinements(self, skip: FacetName | None) -> list[Json]:
        filters = []
        for refinement in self._search.refinements:
            if refinement.field == skip:
                continue
            if refinement.include:
                filters.append(has_any(refinement.field, refinement.include))
            if refinement.exclude:
                filters.append(none_of(has_any(refinement.field, refinement.exclude)))
        return filters


def has_any(name: FacetName, values: Sequence[str | Interval | None]) -> Json:
    """The articles that have one of the values in a field."""
    ways: list[Json] = [none_of({"term": {"has": name}})] if None in values else []
    for value in values:
        if not isinstance(value, Interval):
            continue
        first, last = value.first.toordinal(), value.last.toordinal()
        if name == "published":
            ways.append(all_of([{"range": {"first_day": {"gte": first}}}, {"range": {"last_day": {"lte": last}}}]))
        elif name == "mentioned":
            ways.append(within(first, last))
    texts = [value for value in values if isinstance(value, str)]
    if texts and name not in DATE_FACETS:
        ways.append({"terms": {_field(name): texts}})
    return any_of(ways)


def _facet(name: FacetName, size: int) -> dict[str, Json]:
    return {name: _terms(_field(name), size), f"{name} has": {"filter": {"term": {"has": name}}}}


def _line_rest(timeline: Timeline) -> dict[str, Json]:
    return {
        "line has": {"filter": {"term": {"has": timeline.field}}},
        "line placed": {"filter": {"exists": {"field": _line(timeline)}}},
    }


def _field(name: FacetName) -> str:
    return f"bucket.{name}_year" if name in DATE_FACETS else f"value.{name}"


def _line(timeline: Timeline) -> str:
    return f"bucket.{timeline.field}_{timeline.interval}"


def _terms(field: str, size: int) -> Json:
    # As many from each shard: counts of several shards are exact only where every value is listed.
    return {"terms": {"field": field, "size": size, "shard_size": size}}


def _complete(found: Json, field: str, filters: Sequence[Json], reader: Reader) -> dict[Any, int]:
    """Value -> articles, all values: from the answer, or read page by page where it doesn't list them all."""
    if not found["sum_other_doc_count"]:
        return {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}
    counts: dict[Any, int] = {}
    pages: Json = {"size": BUCKETS, "sources": [{"value": {"terms": {"field": field}}}]}
    while True:
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": all_of(filters),
            "aggs": {"pages": {"composite": pages}},
        }
        [answer] = reader.ask([body])
        page = answer["aggregations"]["pages"]
        counts |= {bucket["key"]["value"]: bucket["doc_count"] for bucket in page["buckets"]}
        if "after_key" not in page:
            return counts
        pages["after"] = page["after_key"]
