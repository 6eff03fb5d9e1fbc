"""The routes for whoever runs the service: `/health`, `/ready`, `/metrics`."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from dateline.metrics import CONTENT_TYPE, Metrics
from search_api.http import PROBLEMS, json_response
from search_api.pool import SearchPool
from search_api.schemas import ErrorAnswer, Health
from search_api.service import SearchService

__all__ = ["Readiness", "operation_router"]


class Readiness:
    """Whether what the first search needs has been loaded."""

    def __init__(self, ready: bool = True) -> None:
        self.ready = ready


class Ready(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: str


def operation_router(service: SearchService, metrics: Metrics, readiness: Readiness) -> APIRouter:
    """These don't wait behind searches: an overloaded service is still alive."""
    api = APIRouter()
    aside = SearchPool(threads=1, queue=16)

    @api.get("/health", response_model=Health, responses={503: PROBLEMS[503]}, summary="Is the archive answering?")
    async def health() -> Response:
        stats = await aside.run(service.engine.stats)
        return json_response({"status": "ok", "articles": stats.articles, "sequence": stats.sequence})

    @api.get(
        "/ready",
        response_model=Ready,
        responses={503: {"model": ErrorAnswer, "description": "Not yet, or not now."}},
        summary="May searches be sent here?",
    )
    async def ready() -> Response:
        if not readiness.ready:
            message = "The model is still being loaded: try again in a second."
            body = {"error": {"code": "not_ready", "message": message, "fields": []}}
            return json_response(body, 503, {"Retry-After": "1"})
        await aside.run(service.engine.stats)
        return json_response({"status": "ready"})

    @api.get(
        "/metrics",
        response_class=Response,
        responses={
            200: {"content": {CONTENT_TYPE: {"schema": {"type": "string"}}}, "description": "For Prometheus."},
            503: PROBLEMS[503],
        },
        summary="Figures for Prometheus",
    )
    async def figures() -> Response:
        return Response(await aside.run(metrics.text), media_type=CONTENT_TYPE)

    return api
