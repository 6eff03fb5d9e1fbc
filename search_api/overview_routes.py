"""The HTTP routes of comparisons, of a search's places and of the archive's state."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from archive.errors import ParameterError
from archive.gazetteer import Gazetteer
from search_api.comparing import UNFIT, compare, parse_comparison
from search_api.coverage import Coverage
from search_api.http import PROBLEMS, json_response, parameters_of
from search_api.overview import overview
from search_api.overview_schemas import ArchiveAnswer, CompareAnswer, PlacesAnswer
from search_api.parameters import ParameterErrors, parse_parameters, refuse_parameters
from search_api.places import places
from search_api.pool import SearchPool
from search_api.routes import documented
from search_api.service import SearchService

__all__ = ["overview_router"]

UNFIT_FOR_PLACES = (*UNFIT, "timeline", "timeline_field")


def overview_router(
    service: SearchService, pool: SearchPool, gazetteer: Callable[[], Gazetteer], coverage: Coverage
) -> APIRouter:
    """`gazetteer` should remember what it loaded."""
    api = APIRouter()
    texts = {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "Query text; give two to five.",
        "schema": {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "minItems": 2, "maxItems": 5},
        "example": ["ATACMS", "Storm Shadow"],
    }

    @api.get(
        "/api/v1/compare",
        response_model=CompareAnswer,
        responses=PROBLEMS,
        summary="Two to five searches over time",
        openapi_extra={"parameters": [texts, *(p for p in documented() if p["name"] not in (*UNFIT, "q"))]},
    )
    async def compared(request: Request) -> Response:
        items = parameters_of(request)
        return json_response(await pool.run(lambda: compare(service, coverage, parse_comparison(items))))

    @api.get(
        "/api/v1/places",
        response_model=PlacesAnswer,
        responses=PROBLEMS,
        summary="The places of a search, with coordinates",
        openapi_extra={"parameters": [p for p in documented() if p["name"] not in UNFIT_FOR_PLACES]},
    )
    async def located(request: Request) -> Response:
        items = parameters_of(request)
        wrong = dict.fromkeys(name for name, value in items if name in UNFIT_FOR_PLACES and value.strip())
        if wrong:
            message = "has no place here, where places are counted: leave it out."
            raise ParameterErrors([ParameterError(name, f"{name} {message}") for name in wrong])
        return json_response(await pool.run(lambda: places(service, gazetteer(), parse_parameters(items))))

    @api.get(
        "/api/v1/archive",
        response_model=ArchiveAnswer,
        responses=PROBLEMS,
        summary="What the archive holds",
    )
    async def archive(request: Request) -> Response:
        refuse_parameters(parameters_of(request))
        return json_response(await pool.run(lambda: overview(service)))

    return api
