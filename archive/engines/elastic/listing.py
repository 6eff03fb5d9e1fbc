"""Reading an archive in the order of its history, and what is to be said of it as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from archive.analysis import Analyser
from archive.article import Stored
from archive.engine import Copy, Stats
from archive.engines.elastic.document import document_id, prepared_of, stored_of, stream_of, stream_text
from archive.engines.elastic.view import Reader
from archive.streams import Streams

__all__ = ["check", "copies", "copy", "since", "stats"]

Json = dict[str, Any]
_REBUILD = "run `dateline rebuild`"


def since(reader: Reader, sequence: int, after: str, limit: int) -> list[Stored]:
    """`archive.engine.Engine.since`."""
    committed = reader.view.state.committed
    found = [_clipped(stored_of(source), committed) for source in _behind(reader, sequence, after, limit, ["content"])]
    return sorted(found, key=_position)[:limit]


def copies(reader: Reader, sequence: int, after: str, limit: int) -> list[Copy]:
    """`archive.engine.Engine.copies`."""
    committed, dimensions = reader.view.state.committed, reader.view.manifest.dimensions
    found = []
    for source in _behind(reader, sequence, after, limit, ["content", "codes"]):
        prepared, stored = prepared_of(source, dimensions)
        found.append(Copy(_clipped(stored, committed), prepared.vectors, prepared.names))
    return sorted(found, key=lambda c: _position(c.stored))[:limit]


def copy(reader: Reader, id: str) -> Copy | None:
    """`archive.engine.Engine.copy`."""
    query = {"bool": {"filter": [*reader.view.visible(), {"ids": {"values": [document_id(id)]}}]}}
    [answer] = reader.ask([{"query": query, "size": 1, "_source": ["content", "codes"]}])
    for hit in answer["hits"]["hits"]:
        prepared, stored = prepared_of(hit["_source"], reader.view.manifest.dimensions)
        return Copy(stored, prepared.vectors, prepared.names)
    return None


def _behind(reader: Reader, sequence: int, after: str, limit: int, bring: Sequence[str]) -> list[Json]:
    """Sources of the next articles behind a position, a few more than asked for.

    An article whose new version belongs to a commit that is still being made counts as one of the last commit, and
    comes again with its own: so no walk misses it, and none goes past articles that are yet to come.
    """
    committed = reader.view.state.committed
    visible = reader.view.visible()
    behind: list[Json] = [{"range": {"sequence": {"gt": sequence}}}]
    if after:
        same = [{"term": {"sequence": sequence}}, {"range": {"id": {"gt": after}}}]
        behind.append({"bool": {"filter": same}})
    position = {"bool": {"should": behind, "minimum_should_match": 1}}
    early: list[Json] = [{"range": {"sequence": {"gt": committed}}}]
    if sequence == committed and after:
        early.append({"range": {"id": {"gt": after}}})
    within = [*visible, position, {"range": {"sequence": {"lte": committed}}}]
    found = [_listed(within, ["sequence", "id"], limit, bring)]
    if sequence < committed or (sequence == committed and after):
        found.append(_listed([*visible, *early], ["id"], limit, bring))
    return [hit["_source"] for answer in reader.ask(found) for hit in answer["hits"]["hits"]]


def _clipped(stored: Stored, committed: int) -> Stored:
    return replace(stored, sequence=min(stored.sequence, committed))


def _position(stored: Stored) -> tuple[int, str]:
    return stored.sequence, stored.article.id


def stats(reader: Reader) -> Stats:
    view = reader.view
    visible = view.visible()
    dated = [*visible, {"term": {"has": "published"}}]
    whole = {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {"filter": visible}},
        "aggs": {"passages": {"sum": {"field": "passage_count"}}},
    }
    ends = [{**_listed(dated, [], 1), "sort": [{"key": order}]} for order in ("asc", "desc")]
    answer, *edges = reader.ask([whole, *ends])
    dates = [stored_of(hit["_source"]).article.published for edge in edges for hit in edge["hits"]["hits"]]
    client, index = view.connection.client, view.state.index
    sizes = view.connection.call(lambda: client.indices.stats(index=index, metric=["store", "segments"]))
    health = view.connection.call(lambda: client.cluster.health(index=index))
    return Stats(
        engine="elasticsearch",
        articles=answer["hits"]["total"]["value"],
        passages=int(answer["aggregations"]["passages"]["value"]),
        sequence=view.state.committed,
        next_number=view.state.next_number,
        first_published=dates[0] if dates else None,
        last_published=dates[-1] if dates else None,
        bytes=sizes["_all"]["total"]["store"]["size_in_bytes"],
        details={
            "location": view.connection.address.location,
            "model": view.manifest.model,
            "index": index,
            "vectors": view.manifest.vectors,
            "shards": health["active_primary_shards"],
            "nodes": health["number_of_data_nodes"],
            "health": health["status"],
            "segments": sizes["_all"]["total"]["segments"]["count"],
        },
    )


def check(reader: Reader, analyser: Analyser) -> list[str]:
    """`archive.engine.Engine.check`."""
    view = reader.view
    problems = []
    numbers: dict[int, str] = {}
    wanted = {
        "_source": ["content", "codes"],
        "docvalue_fields": ["stems", "id", "number", "sequence", "first_sequence", "passage_count"],
        "size": 500,
    }
    for hit in reader.scan(view.visible(), wanted, sort=("number", "id")):
        fields = {name: values[0] for name, values in hit["fields"].items()}
        prepared, stored = prepared_of(hit["_source"], view.manifest.dimensions)
        terms = Streams(stored.article.title, stored.article.body, analyser)
        agrees = (
            fields["id"] == stored.article.id
            and stream_of(hit, "stems") == stream_text(terms.title_stems, terms.body_stems)
            and fields["passage_count"] == len(prepared.vectors) == len(stored.article.passages)
            and [fields[n] for n in ("number", "sequence", "first_sequence")]
            == [stored.number, stored.sequence, stored.first_sequence]
        )
        if not agrees:
            problems.append(f"article {stored.article.id!r} differs between its fields: {_REBUILD}")
        if stored.number in numbers:
            other = numbers[stored.number]
            problems.append(
                f"articles {other!r} and {stored.article.id!r} have the same number: delete one, and index it again"
            )
        numbers[stored.number] = stored.article.id
    return problems


def _listed(filters: Sequence[Json], sort: Sequence[str], size: int, bring: Sequence[str] = ("content",)) -> Json:
    return {
        "query": {"bool": {"filter": list(filters)}},
        "size": size,
        "sort": [{name: "asc"} for name in sort],
        "track_total_hits": False,
        "_source": list(bring),
    }
