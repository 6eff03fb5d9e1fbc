"""Saved searches for the API, the pages and the command line: resolved when they are saved, as searches are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from search_api.parameters import SearchRequest
from search_api.saved.alerting import Alerts
from search_api.saved.drafts import (
    ALERT_FIELDS,
    alert_values,
    floor_of,
    name_of,
    note_of,
    saved_pairs,
    search_request,
)
from search_api.saved.floors import Example, nearby
from search_api.saved.messages import Message
from search_api.saved.outbox import Sender
from search_api.saved.records import Alert, SavedSearch
from search_api.saved.rule import DEFAULT_FLOOR, dot_of
from search_api.saved.store import Store
from search_api.saved.tree import search_to_json
from search_api.saved.webhook import Undelivered
from search_api.saved.worker import Lease
from search_api.service import SearchService

__all__ = ["SINGLE_OWNER", "SavedSearches"]

SINGLE_OWNER = "local"
"""Who owns everything until there are accounts."""


class SavedSearches:
    """What can be done with saved searches; safe to share between threads."""

    def __init__(self, service: SearchService, store: Store, sender: Sender, base: str) -> None:
        """`base`: where the service is, with a slash, as its messages say it."""
        self.service = service
        self.store = store
        self.alerts = Alerts(store)
        self.lease = Lease(store)
        self.base = base
        self._sender = sender

    def create(
        self, owner: str, pairs: Sequence[tuple[str, str]], name: str = "", note: str = "", floor: float | None = None
    ) -> SavedSearch:
        """`pairs`: the parameters of the search. Raises ParameterErrors, QueryError, and what the engine raises."""
        request = search_request(pairs)
        values = {
            "name": name_of(name, request),
            "note": note_of(note),
            "floor": dot_of(DEFAULT_FLOOR) if floor is None else floor_of(floor),
            **self._resolved(request),
        }
        return self.store.create(owner, values, self.service.engine.stats().sequence)

    def change(
        self,
        owner: str,
        id: int,
        *,
        pairs: Sequence[tuple[str, str]] | None = None,
        name: str | None = None,
        note: str | None = None,
        floor: float | None = None,
    ) -> SavedSearch:
        """What is None stays. A search that is saved again is resolved again. Raises NotFound, and as `create`."""
        old = self.store.get(owner, id)
        request = old.request if pairs is None else search_request(pairs)
        values: dict[str, Any] = {}
        if pairs is not None:
            values |= self._resolved(request)
        if name is not None:
            values["name"] = name_of(name, request)
        if note is not None:
            values["note"] = note_of(note)
        if floor is not None:
            values["floor"] = floor_of(floor)
        return self.store.change(owner, id, values) if values else old

    def examples(self, owner: str, id: int, floor: float | None = None) -> list[Example]:
        """Articles just above and just below a floor (its own by default). Raises NotFound and SavedSearchError."""
        found = self.store.get(owner, id)
        chosen = found.floor if floor is None else floor_of(floor)
        return nearby(self.service.engine, self.service.analyser, found.search, chosen)

    def add_alert(self, owner: str, search: int, given: Mapping[str, Any]) -> Alert:
        """Raises NotFound and ParameterErrors."""
        return self.alerts.create(self.store.get(owner, search), alert_values(given))

    def change_alert(self, owner: str, search: int, alert: int, given: Mapping[str, Any]) -> Alert:
        """Raises NotFound and ParameterErrors."""
        found = self.store.get(owner, search)
        old = self.alerts.get(found, alert)
        known = {name: getattr(old, name) for name in ALERT_FIELDS}
        return self.alerts.change(found, alert, alert_values(given, known))

    def test_alert(self, owner: str, search: int, alert: int) -> str | None:
        """Sends a message without articles now: what went wrong, or None where it arrived. Raises NotFound."""
        found = self.store.get(owner, search)
        told = self.alerts.get(found, alert)
        link = f"{self.base}saved/{search}"
        latest = tuple(self.store.matches(search, limit=3))
        message = Message(str(uuid4()), search, found.name, len(latest), latest, link, self.base, test=True)
        try:
            self._sender.send(told, message)
        except Undelivered as error:
            return str(error)
        return None

    def _resolved(self, request: SearchRequest) -> dict[str, Any]:
        search = self.service.resolve(request)
        return {
            "parameters": saved_pairs(request),
            "resolved": search_to_json(search),
            "vector": search.vector,
            "model": self.service.engine.model if search.vector is not None else None,
        }
