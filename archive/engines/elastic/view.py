"""What readers see of one commit, and what of it is worth remembering until the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cachetools import LRUCache

from archive.engines.elastic.connection import Connection
from archive.engines.elastic.mapping import Manifest
from archive.engines.elastic.state import State, StateStore
from archive.ranking import KEPT_FREQUENCIES, Collection

__all__ = ["BARE", "Changed", "Reader", "View", "all_of", "any_of", "none_of"]

Json = dict[str, Any]
PAGE = 5_000
"""Articles a request where a set of any size is read."""
CACHED_NUMBERS = 4_000_000

BARE: Json = {"stored_fields": "_none_"}
"""Bring nothing that is stored: even the server's own id would make it read the whole article."""


class Changed(Exception):
    """There was another commit since: begin again."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state


class View:
    """One commit; shared by threads."""

    def __init__(self, connection: Connection, store: StateStore, state: State, manifest: Manifest) -> None:
        self.connection = connection
        self.store = store
        self.state = state
        self.manifest = manifest
        self.collection: Collection | None = None
        self._frequencies: dict[tuple[str, str], int] = {}
        self._sets: LRUCache[str, list[int]] = LRUCache(CACHED_NUMBERS, getsizeof=lambda numbers: 1 + len(numbers))
        self._lock = threading.Lock()

    def visible(self, sequence: int | None = None) -> list[Json]:
        """Filters for the articles that exist, or for those that existed at an earlier sequence."""
        last = self.state.committed if sequence is None else min(sequence, self.state.committed)
        filters: list[Json] = [{"range": {"first_sequence": {"lte": last}}}]
        if self.state.aborted:
            filters.append(none_of({"terms": {"first_sequence": list(self.state.aborted)}}))
        return filters

    def frequencies(self) -> dict[tuple[str, str], int]:
        """What is counted once for all searches, for one search to read and add to; begun anew when it has grown."""
        if len(self._frequencies) > KEPT_FREQUENCIES:
            self._frequencies = {}  # whoever reads the old one keeps it
        return self._frequencies

    def cached(self, name: str, find: Callable[[], list[int]]) -> list[int]:
        """The set of numbers of that name, found at most once in a while."""
        with self._lock:
            known = self._sets.get(name)
        if known is None:
            known = find()
            if len(known) < CACHED_NUMBERS:
                with self._lock:
                    self._sets[name] = known
        return known


class Reader:
    """The requests of one reading operation on one view.

    The first of them looks at the state too, in the same round trip: if there was another commit, it raises Changed.
    """

    def __init__(self, view: View, *, checked: bool = False) -> None:
        """`checked`: take the view as it is."""
        self.view = view
        self._checked = checked

    def ask(self, bodies: Sequence[Json], *, ranked: Sequence[int] = ()) -> list[Json]:
        """The answers to several searches in one round trip. `ranked`: which of them score by words.

        Their scores need the frequencies of all shards together.
        """
        index = self.view.state.index
        searches = [
            ({"index": index, **({"search_type": "dfs_query_then_fetch"} if i in ranked else {})}, body)
            for i, body in enumerate(bodies)
        ]
        if self._checked:
            return self.view.connection.search(searches) if searches else []
        found = self.view.connection.search([*searches, self.view.store.search()])
        state = self.view.store.found(found.pop())
        if state.seen != self.view.state.seen:
            raise Changed(state)
        self._checked = True
        return found

    def scan(self, filters: Sequence[Json], fields: Json, sort: Sequence[str] = ("number",)) -> Iterator[Json]:
        """Every article that passes the filters, in the order of `sort`. `fields`: what to bring, as in a search."""
        body = {
            "query": all_of(filters),
            "size": PAGE,
            "sort": [{name: "asc"} for name in sort],
            "track_total_hits": False,
            **fields,
        }
        while True:
            [answer] = self.ask([body])
            hits = answer["hits"]["hits"]
            yield from hits
            if len(hits) < body["size"]:
                return
            body["search_after"] = hits[-1]["sort"]

    def numbers(self, filters: Sequence[Json]) -> list[int]:
        """The numbers of the existing articles that pass, in rising order."""
        return [hit["sort"][0] for hit in self.scan([*self.view.visible(), *filters], {**BARE, "size": 10 * PAGE})]


def all_of(filters: Sequence[Json]) -> Json:
    """Every one of them; without any, everything."""
    return {"bool": {"filter": list(filters)}} if filters else {"match_all": {}}


def any_of(filters: Sequence[Json]) -> Json:
    """At least one of them; without any, nothing."""
    if not filters:
        return {"match_none": {}}
    return filters[0] if len(filters) == 1 else {"bool": {"should": list(filters), "minimum_should_match": 1}}


def none_of(filters: Json) -> Json:
    """What doesn't pass."""
    return {"bool": {"must_not": [filters]}}
