"""A client of the API for other programs: typed answers, iterators that page for you, errors as the service tells them.

    from dateline.client import Client

    with Client("http://127.0.0.1:8000") as dateline:
        for result in dateline.results("Storm Shadow Kursk", weapon="Storm Shadow", from_="2024-11"):
            print(result.published, result.title)

Keyword arguments are the parameters of the API: `from_` and `class_` for those that are words of Python, `exclude` for
`exclude.FIELD`, lists for parameters that are repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import orjson
from pydantic import BaseModel

from search_api.accounts.routes import AccountAnswer, NewTokenAnswer, TokenAnswer, TokensAnswer
from search_api.batch_routes import BatchAnswer, BatchRow
from search_api.entity_schemas import EntityAnswer, SimilarAnswer, SuggestAnswer
from search_api.saved.answers import SEARCHES
from search_api.saved.schemas import (
    AlertAnswer,
    AlertsAnswer,
    MatchAnswer,
    MatchesAnswer,
    SavedAnswer,
    SavedListAnswer,
)
from search_api.schemas import ArticleAnswer, ErrorAnswer, FieldError, ResultAnswer, SearchAnswer

__all__ = ["ApiError", "Client", "Position"]

TIMEOUT = 60.0
"""Seconds for one answer, or between two pieces of one."""
PAGE = 100
"""Results a request, where results are iterated over."""
Position = tuple[int, str]
"""(sequence, id) of an article: where an export goes on."""
_M = TypeVar("_M", bound=BaseModel)
Value = str | int | float | bool | Iterable[str] | None


class ApiError(Exception):
    """The service answered with an error: `status`, its `code` and message, and `fields` where it named any."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields


class Client:
    """One service. Raises ApiError for what the service refuses, httpx.HTTPError where it can't be reached."""

    def __init__(
        self, base: str, token: str | None = None, *, timeout: float = TIMEOUT, http: httpx.Client | None = None
    ) -> None:
        """`token`: an API token, where the service has accounts.

        `http`: a client with its own base URL, for proxies and certificates; else one is made.
        """
        self._http = http or httpx.Client(base_url=base.rstrip("/"), timeout=timeout)
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # ---------------------------------------------------------------- searching
    def search(self, q: str = "", **parameters: Value | Mapping[str, Value]) -> SearchAnswer:
        """One page."""
        return self._model(SearchAnswer, self._get("/api/v1/search", _pairs({"q": q, **parameters})))

    def pages(self, q: str = "", **parameters: Value | Mapping[str, Value]) -> Iterator[SearchAnswer]:
        """Every page, from the first to the last."""
        cursor: str | None = None
        while True:
            page = self.search(q, **{"limit": PAGE, **parameters, "cursor": cursor})
            yield page
            cursor = page.next
            if cursor is None:
                return

    def results(self, q: str = "", **parameters: Value | Mapping[str, Value]) -> Iterator[ResultAnswer]:
        """Every result of every page: exactly `total`, each once."""
        for page in self.pages(q, **parameters):
            yield from page.results

    def article(self, id: str) -> ArticleAnswer:
        return self._model(ArticleAnswer, self._get(_article(id)))

    def similar(self, id: str, **parameters: Value) -> SimilarAnswer:
        return self._model(SimilarAnswer, self._get(f"{_article(id)}/similar", _pairs(parameters)))

    def suggest(self, prefix: str, **parameters: Value) -> SuggestAnswer:
        return self._model(SuggestAnswer, self._get("/api/v1/suggest", _pairs({"prefix": prefix, **parameters})))

    def entity(self, kind: str, name: str, **parameters: Value) -> EntityAnswer:
        path = f"/api/v1/entities/{kind}/{quote(name, safe='')}"
        return self._model(EntityAnswer, self._get(path, _pairs(parameters)))

    def batch(self, queries: Iterable[str], **parameters: Value | Mapping[str, Value]) -> list[BatchRow]:
        """A row for each query: how many articles, the first and the last, the best."""
        answer = self._send("POST", "/api/v1/batch", _pairs(parameters), json=list(queries))
        return self._model(BatchAnswer, answer).rows

    # ---------------------------------------------------------------- taking out
    def export(
        self, q: str = "", *, after: Position | None = None, **parameters: Value | Mapping[str, Value]
    ) -> Iterator[dict[str, Any]]:
        """Every article of a search, whole, by (sequence, id) from behind `after` on; read as it comes."""
        buffer = b""
        for piece in self.export_bytes(q, format="jsonl", after=after, **parameters):
            *lines, buffer = (buffer + piece).split(b"\n")
            yield from map(orjson.loads, lines)

    def export_bytes(
        self, q: str = "", *, format: str, after: Position | None = None, **parameters: Value | Mapping[str, Value]
    ) -> Iterator[bytes]:
        """The same as a file: `jsonl`, `csv`, `bibtex`, `ris` or `zip`, piece by piece."""
        place = f"{after[0]}:{after[1]}" if after else None
        pairs = _pairs({"q": q, "format": format, "after": place, **parameters})
        with self._http.stream("GET", "/api/v1/export", params=tuple(pairs)) as answer:
            if answer.is_error:
                answer.read()
                raise _error(answer)
            yield from answer.iter_bytes()

    # ---------------------------------------------------------------- saved searches and alerts
    def save(self, q: str = "", **given: Value | Mapping[str, Value]) -> SavedAnswer:
        """Save a search: its parameters, and `name`, `note`, `floor`."""
        return self._model(SavedAnswer, self._send("POST", SEARCHES, json=_object({"q": q, **given})))

    def saved(self, *, deleted: bool = False) -> list[SavedAnswer]:
        """One's own, by name; or those that can be brought back."""
        pairs = [("deleted", "true")] if deleted else None
        return self._model(SavedListAnswer, self._get(SEARCHES, pairs)).searches

    def change_saved(self, id: int, **given: Value | Mapping[str, Value]) -> SavedAnswer:
        return self._model(SavedAnswer, self._send("PATCH", f"{SEARCHES}/{id}", json=_object(given)))

    def delete_saved(self, id: int) -> SavedAnswer:
        """`restore_saved` undoes it for 30 days."""
        return self._model(SavedAnswer, self._send("DELETE", f"{SEARCHES}/{id}"))

    def restore_saved(self, id: int) -> SavedAnswer:
        return self._model(SavedAnswer, self._send("POST", f"{SEARCHES}/{id}/restore"))

    def matches(self, id: int) -> Iterator[MatchAnswer]:
        """What a saved search has found, the latest first, to the end."""
        before: int | None = None
        while True:
            pairs = [("before", str(before))] if before is not None else None
            page = self._model(MatchesAnswer, self._get(f"{SEARCHES}/{id}/matches", pairs))
            yield from page.matches
            before = page.next
            if before is None:
                return

    def add_alert(self, id: int, kind: str, target: str, **given: Value) -> AlertAnswer:
        """Tell somebody: `webhook` to a URL or `email` to an address, at once or by `schedule`."""
        draft = {"kind": kind, "target": target, **given}
        return self._model(AlertAnswer, self._send("POST", f"{SEARCHES}/{id}/alerts", json=_object(draft)))

    def alerts(self, id: int) -> list[AlertAnswer]:
        return self._model(AlertsAnswer, self._get(f"{SEARCHES}/{id}/alerts")).alerts

    def delete_alert(self, id: int, alert: int) -> None:
        self._send("DELETE", f"{SEARCHES}/{id}/alerts/{alert}")

    # ---------------------------------------------------------------- accounts
    def log_in(self, name: str, password: str) -> AccountAnswer:
        """Begin a session, as a browser does; programs that run by themselves are better served by a token."""
        answer = self._send("POST", "/api/v1/login", json={"name": name, "password": password})
        account = self._model(AccountAnswer, answer)
        self._http.headers["X-CSRF-Token"] = account.csrf or ""
        return account

    def log_out(self) -> None:
        self._send("POST", "/api/v1/logout")
        self._http.headers.pop("X-CSRF-Token", None)

    def account(self) -> AccountAnswer:
        return self._model(AccountAnswer, self._get("/api/v1/account"))

    def make_token(self, name: str, scope: str = "read") -> NewTokenAnswer:
        """Its text is told this once."""
        return self._model(NewTokenAnswer, self._send("POST", "/api/v1/tokens", json={"name": name, "scope": scope}))

    def tokens(self) -> list[TokenAnswer]:
        return self._model(TokensAnswer, self._get("/api/v1/tokens")).tokens

    def revoke_token(self, id: int) -> None:
        self._send("DELETE", f"/api/v1/tokens/{id}")

    # ---------------------------------------------------------------- putting in
    def add(self, *articles: Mapping[str, Any]) -> dict[str, Any]:
        """Add or update articles; the answer lists `accepted` and `rejected`, with reasons."""
        added: dict[str, Any] = self._send("POST", "/api/v1/articles", json=[dict(a) for a in articles]).json()
        return added

    def delete(self, id: str) -> None:
        self._send("DELETE", _article(id))

    # ---------------------------------------------------------------- requests
    def _get(self, path: str, pairs: list[tuple[str, str]] | None = None) -> httpx.Response:
        return self._send("GET", path, pairs)

    def _send(
        self, method: str, path: str, pairs: list[tuple[str, str]] | None = None, json: Any = None
    ) -> httpx.Response:
        answer = self._http.request(method, path, params=tuple(pairs or ()) or None, json=json)
        if answer.is_error:
            raise _error(answer)
        return answer

    @staticmethod
    def _model(kind: type[_M], answer: httpx.Response) -> _M:
        return kind.model_validate_json(answer.content)


def _article(id: str) -> str:
    return f"/api/v1/articles/{quote(id, safe='')}"


def _pairs(parameters: Mapping[str, Value | Mapping[str, Value]]) -> list[tuple[str, str]]:
    """As the query string has them; what is None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if name == "exclude" and isinstance(value, Mapping):
            pairs += [(f"exclude.{field}", text) for field, given in value.items() for text in _texts(given)]
        elif not isinstance(value, Mapping):
            pairs += [(name.rstrip("_"), text) for text in _texts(value)]
    return pairs


def _object(parameters: Mapping[str, Value | Mapping[str, Value]]) -> dict[str, Any]:
    """As the JSON of a saved search has them."""
    made: dict[str, Any] = {}
    for name, value in parameters.items():
        if name == "exclude" and isinstance(value, Mapping):
            made |= {f"exclude.{field}": _texts(given) for field, given in value.items()}
        else:
            made[name.rstrip("_")] = value if value is None or isinstance(value, (str, int, float)) else list(value)
    return made


def _texts(value: Value) -> list[str]:
    match value:
        case None:
            return []
        case bool():
            return ["true" if value else "false"]
        case str() | int() | float():
            return [str(value)]
        case _:
            return [str(one) for one in value]


def _error(answer: httpx.Response) -> ApiError:
    try:
        told = ErrorAnswer.model_validate_json(answer.content).error
    except ValueError:  # not this service's own shape: something between us and it
        return ApiError(answer.status_code, "http", answer.reason_phrase)
    return ApiError(answer.status_code, told.code, told.message, tuple(told.fields))
