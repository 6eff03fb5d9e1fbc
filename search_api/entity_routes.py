"""The HTTP routes of suggestions, entities and similar articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, TypeVar, get_args

from fastapi import APIRouter, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from archive.engine import IntervalName
from archive.errors import ParameterError
from archive.gazetteer import Gazetteer
from search_api.entities import ENTITY_KINDS, MAX_BESIDE, entity
from search_api.entity_schemas import EntityAnswer, SimilarAnswer, SuggestAnswer
from search_api.http import PROBLEMS, json_response, parameters_of, raw_path_tail
from search_api.parameters import ParameterErrors
from search_api.pool import SearchPool
from search_api.saved.suggesting import SuggestedSearch
from search_api.schemas import ErrorAnswer
from search_api.service import Answer, SearchService
from search_api.similar import SIMILAR_FIELDS, similar
from search_api.suggesting import DEFAULT_FIELDS, SUGGESTED_FIELDS, Suggester

__all__ = ["entity_router"]

ARTICLES = "/api/v1/articles/"
ENTITIES = "/api/v1/entities/"
SIMILAR = "/similar"
LONGEST_PREFIX = 100
"""Code points: longer than any name that people type."""
MAX_SUGGESTIONS = 100
MAX_SIMILAR = 100
"""As many as a search relates."""
SHOWN = 80
"""Code points of a caller's own text in a message."""


SuggestSearches = Callable[[Request, str, int], Sequence[SuggestedSearch]]
"""The saved searches of whoever asks, by their beginning, at most so many."""
SAVED = "saved"
"""Among the fields of suggestions: the caller's own saved searches."""


def entity_router(
    service: SearchService,
    pool: SearchPool,
    recogniser: Callable[[], Gazetteer],
    saved: SuggestSearches = lambda request, prefix, limit: (),
) -> APIRouter:
    """To be included before `routes.router`, whose articles' ids may hold slashes and would take `/similar` too."""
    api = APIRouter()
    suggester = Suggester(service.engine, service.analyser, recogniser)

    @api.get(
        "/api/v1/suggest",
        response_model=SuggestAnswer,
        responses=PROBLEMS,
        summary="Names in the archive, and your saved searches, by their beginning",
        openapi_extra={"parameters": _of_suggest()},
    )
    async def suggest(request: Request) -> Response:
        given = _Given(parameters_of(request), ("prefix", "field", "limit"))
        prefix = given.one("prefix", _prefix)
        asked = given.several("field", (*SUGGESTED_FIELDS, SAVED)) or (*DEFAULT_FIELDS, SAVED)
        fields = [field for field in SUGGESTED_FIELDS if field in asked]
        limit = given.one("limit", lambda text: _count(text, 1, MAX_SUGGESTIONS))
        if prefix is None:
            given.wrong("prefix", "prefix is missing or blank: give the first letters of a name.")
        given.finish()

        def look() -> Answer:
            most = 10 if limit is None else limit
            found = suggester.suggest(prefix or "", fields, most)
            own = saved(request, prefix or "", most) if SAVED in asked else ()
            return {"prefix": prefix, "suggestions": [asdict(s) for s in found], "searches": [asdict(s) for s in own]}

        return json_response(await pool.run(look))

    @api.get(
        ENTITIES + "{kind}/{name:path}",
        response_model=EntityAnswer,
        responses={404: {"model": ErrorAnswer, "description": "The archive doesn't mention it."}, **PROBLEMS},
        summary="One person, place, organisation or weapons system",
        openapi_extra={"parameters": _of_entity()},
    )
    async def one_entity(
        request: Request,
        kind: Annotated[str, Path(description=f"One of {', '.join(ENTITY_KINDS)}.", examples=["weapon"])],
        name: Annotated[
            str, Path(description="A name or an alias, percent-encoded, slashes too.", examples=["Storm Shadow"])
        ],
    ) -> Response:
        asked, _, name = raw_path_tail(request, ENTITIES).partition("/")
        known = next((k for k in ENTITY_KINDS if k == asked), None)
        if known is None:
            sentence = f"There is no kind {asked[:SHOWN]!r}: the kinds are {', '.join(ENTITY_KINDS)}."
            raise HTTPException(404, sentence)
        given = _Given(parameters_of(request), ("interval", "limit"))
        interval: IntervalName | None = given.one("interval", lambda text: _one_of(text, get_args(IntervalName)))
        limit = given.one("limit", lambda text: _count(text, 0, MAX_BESIDE))
        given.finish()
        found = await pool.run(
            lambda: entity(service, recogniser(), known, name, interval or "month", 10 if limit is None else limit)
        )
        if found is None:
            raise HTTPException(404, f"No article of the archive mentions the {known} {name[:SHOWN]!r}.")
        return json_response(found)

    async def similar_articles(
        request: Request,
        id: Annotated[str, Path(description="Percent-encoded, slashes too.", examples=["sample-001"])],
    ) -> Response:
        given = _Given(parameters_of(request), ("limit", "fields"))
        limit = given.one("limit", lambda text: _count(text, 1, MAX_SIMILAR))
        fields = given.one("fields", _fields) or SIMILAR_FIELDS
        given.finish()
        id = raw_path_tail(request, ARTICLES).removesuffix(SIMILAR)
        found = await pool.run(lambda: similar(service, id, 10 if limit is None else limit))
        if found is None:
            raise HTTPException(404, "There is no article with this id.")
        return json_response({"results": [{field: result[field] for field in fields} for result in found]})

    api.add_api_route(
        ARTICLES + "{id:path}" + SIMILAR,
        similar_articles,
        response_model=SimilarAnswer,
        responses={404: {"model": ErrorAnswer, "description": "There is no such article."}, **PROBLEMS},
        summary="The articles most like this one",
        openapi_extra={"parameters": _of_similar()},
        route_class_override=_WrittenSimilar,
    )
    return api


class _WrittenSimilar(APIRoute):
    """Matches where `/similar` stands in the path as written: `%2Fsimilar` is the end of an article's id."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        raw: bytes = scope.get("raw_path") or scope.get("path", "").encode()
        if match != Match.NONE and not raw.split(b"?", 1)[0].endswith(SIMILAR.encode()):
            return Match.NONE, {}
        return match, child


# -------------------------------------------------------------------- parameters
_T = TypeVar("_T")
_C = TypeVar("_C", bound=str)


class _Given:
    """The parameters of one request: reads them one by one and collects what is wrong."""

    def __init__(self, items: Iterable[tuple[str, str]], known: Sequence[str]) -> None:
        """An empty value counts as absent, because forms send those."""
        self._values: dict[str, list[str]] = {}
        self._errors: list[ParameterError] = []
        for name, value in items:
            values = self._values.setdefault(name, [])
            if value.strip():
                values.append(value)
        for name in self._values:
            if name not in known:
                self.wrong(name, f"There is no parameter {name[:SHOWN]!r} here: there are {', '.join(known)}.")

    def one(self, name: str, read: Callable[[str], _T]) -> _T | None:
        values = self._values.get(name, [])
        if len(values) > 1:
            self.wrong(name, f"{name} is given {len(values)} times: give it once.")
        return self._read(name, values[0], read) if len(values) == 1 else None

    def several(self, name: str, allowed: Sequence[_C]) -> list[_C]:
        read = (self._read(name, v, lambda text: _one_of(text, allowed)) for v in self._values.get(name, []))
        return list(dict.fromkeys(value for value in read if value is not None))

    def wrong(self, name: str, message: str) -> None:
        """Only the first of a name is told: what follows from it says nothing new."""
        if all(error.name != name for error in self._errors):
            self._errors.append(ParameterError(name, message))

    def finish(self) -> None:
        if self._errors:
            raise ParameterErrors(self._errors)

    def _read(self, name: str, text: str, read: Callable[[str], _T]) -> _T | None:
        try:
            return read(text)
        except ValueError as error:
            self.wrong(name, f"{name}: {error}")
            return None


def _prefix(text: str) -> str:
    if len(text) > LONGEST_PREFIX:
        raise ValueError(f"{len(text):,} characters are more than a name begins with ({LONGEST_PREFIX}): shorten it.")
    return text


def _count(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most):
        raise ValueError(f"{text[:SHOWN]!r} is not a whole number from {least} to {most}.")
    return int(text)


def _one_of(text: str, allowed: Sequence[_C]) -> _C:
    for value in allowed:
        if value == text:
            return value
    raise ValueError(f"{text[:SHOWN]!r} is not one of {', '.join(allowed)}.")


def _fields(text: str) -> tuple[str, ...]:
    names = [_one_of(name.strip(), SIMILAR_FIELDS) for name in text.split(",") if name.strip()]
    return tuple(name for name in SIMILAR_FIELDS if name == "id" or name in names)


# -------------------------------------------------------------------- for OpenAPI
def _parameter(name: str, description: str, schema: Mapping[str, Any], example: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": dict(schema), "example": example}


def _of_suggest() -> list[dict[str, Any]]:
    prefix = {"type": "string", "minLength": 1, "maxLength": LONGEST_PREFIX, "pattern": r"\S"}
    fields = {"type": "array", "items": {"type": "string", "enum": [*SUGGESTED_FIELDS, SAVED]}}
    beginning = "The beginning of any word of a name or of an alias; of several words all but the last are whole."
    return [
        {**_parameter("prefix", beginning, prefix, "kur"), "required": True},
        _parameter("field", f"Which names; {', '.join((*DEFAULT_FIELDS, SAVED))} by default.", fields, ["place"]),
        _parameter("limit", "Of names and of saved searches at most; 10 by default.", _whole(1, MAX_SUGGESTIONS), 10),
    ]


def _of_entity() -> list[dict[str, Any]]:
    intervals = {"type": "string", "enum": list(get_args(IntervalName))}
    beside = "Names of each kind mentioned beside it, and sources, at most; 10 by default."
    return [
        _parameter("interval", "Buckets of the timeline; `month` by default.", intervals, "month"),
        _parameter("limit", beside, _whole(0, MAX_BESIDE), 10),
    ]


def _of_similar() -> list[dict[str, Any]]:
    fields = f"Of each result, separated by commas: {', '.join(SIMILAR_FIELDS)}."
    return [
        _parameter("limit", "Articles at most; 10 by default.", _whole(1, MAX_SIMILAR), 10),
        _parameter("fields", fields, {"type": "string"}, "id,title"),
    ]


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}
