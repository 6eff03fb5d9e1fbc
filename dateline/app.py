"""The ASGI application: the API and the pages over one archive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fastapi import FastAPI, Request

from archive.gazetteer import Gazetteer
from dateline import __version__
from dateline.alerting import saved_for_now
from dateline.metrics import Metrics
from dateline.opening import open_preparer
from dateline.operation import Readiness, operation_router
from dateline.received import MEGABYTE
from dateline.settings import Settings
from dateline.writing import Writer
from dateline.writing_routes import access_of, writing_router
from search_api.entity_routes import entity_router
from search_api.origin import is_loopback, refuse_foreign
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers
from search_api.routes import router as api_router
from search_api.saved.alert_routes import alert_router
from search_api.saved.routes import saved_router
from search_api.saved.saving import SINGLE_OWNER, SavedSearches
from search_api.service import SearchService
from web.routes import mount_pages
from web.saved_routes import saved_pages_router

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
    saved: SavedSearches | None = None,
) -> FastAPI:
    """`gazetteer` should remember what it loaded: the routes of names ask for it at every call.

    Without `saved`, saved searches last as long as the application.

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
    app.include_router(api_router(service, pool, __version__))
    app.include_router(writing_router(writer, metrics, access, settings.write_limit * MEGABYTE))
    app.include_router(operation_router(service, metrics, readiness or Readiness()))
    saved = saved or saved_for_now(service, settings)
    local = is_loopback(settings.host)

    def owner_of(request: Request) -> str:
        return SINGLE_OWNER

    def may_change(request: Request) -> str:
        refuse_foreign(request, local=local)
        return owner_of(request)

    app.include_router(saved_router(saved, pool, owner_of, may_change))
    app.include_router(alert_router(saved, pool, owner_of, may_change))
    app.include_router(saved_pages_router(saved, pool, owner_of, may_change))
    install_error_handlers(app)
    mount_pages(app, service, pool)
    return app
