"""The ASGI application: the API and the pages over one archive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fastapi import FastAPI

from archive.gazetteer import Gazetteer
from dateline import __version__
from dateline.metrics import Metrics
from dateline.opening import open_preparer
from dateline.operation import Readiness, operation_router
from dateline.received import MEGABYTE
from dateline.settings import Settings
from dateline.writing import Writer
from dateline.writing_routes import access_of, writing_router
from search_api.coverage import Coverage
from search_api.entity_routes import entity_router
from search_api.overview_routes import overview_router
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers
from search_api.routes import router as api_router
from search_api.service import SearchService
from web.routes import mount_pages

__all__ = ["create_app"]

DEFAULTS = Settings.model_construct()
"""Whatever the environment says."""


@cache
def _built_in() -> Gazetteer:
    return Gazetteer.load()


def create_app(
    service: SearchService,
    gazetteer: Callable[[], Gazetteer] = _built_in,
    *,
    settings: Settings = DEFAULTS,
    metrics: Metrics | None = None,
    readiness: Readiness | None = None,
) -> FastAPI:
    """`gazetteer` should remember what it loaded: the routes of names ask for it at every call.

    `metrics` are those that the service itself tells its stages to.
    """
    app = FastAPI(
        title="Dateline",
        version=__version__,
        description="Search a news archive by word and by meaning, with counts that are right.",
        docs_url=None,  # its page loads scripts from elsewhere; /openapi.json is all a tool needs
        redoc_url=None,
    )
    metrics = metrics or Metrics()
    pool = SearchPool(settings.search_threads, settings.search_queue, metrics.stage, metrics.searches)
    metrics.watch(service.engine)
    writer = Writer(service.engine, lambda: open_preparer(service.embedder(), gazetteer()))
    access = access_of(settings.writes, settings.host)
    # Before the others: an article's id may hold slashes, and would take `/similar` with it.
    app.include_router(entity_router(service, pool, gazetteer))
    coverage = Coverage(service.engine)
    app.include_router(overview_router(service, pool, gazetteer, coverage))
    app.include_router(api_router(service, pool, __version__))
    app.include_router(writing_router(writer, metrics, access, settings.write_limit * MEGABYTE))
    app.include_router(operation_router(service, metrics, readiness or Readiness()))
    install_error_handlers(app)
    mount_pages(app, service, pool, gazetteer, coverage)
    return app
