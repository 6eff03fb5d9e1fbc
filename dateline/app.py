"""The ASGI application: the API and the pages over one archive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import cast

from fastapi import FastAPI, Request, Response

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
from search_api.accounts.gate import Gate, caller_of
from search_api.accounts.routes import account_router
from search_api.accounts.sessions import Sessions
from search_api.accounts.store import Accounts
from search_api.batch_routes import batch_router
from search_api.coverage import Coverage
from search_api.entity_routes import entity_router
from search_api.origin import is_loopback
from search_api.overview_routes import overview_router
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers
from search_api.routes import router as api_router
from search_api.saved.alert_routes import alert_router
from search_api.saved.routes import saved_router
from search_api.saved.saving import SavedSearches
from search_api.saved.suggesting import SearchSuggester
from search_api.service import SearchService
from web.account_routes import account_pages_router
from web.routes import mount_pages
from web.saved_routes import saved_pages_router
from web.taking_routes import taking_router

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
    accounts: Accounts | None = None,
) -> FastAPI:
    """`gazetteer` should remember what it loaded: the routes of names ask for it at every call.

    Without `saved`, saved searches last as long as the application; `accounts` are else those in their database.

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
    saved = saved or saved_for_now(service, settings)
    accounts = accounts or Accounts(saved.store.database)
    sessions = Sessions(service.engine.secret)
    # Hashing a password takes as long as several searches, and must not stand in their way.
    aside = SearchPool(threads=2, queue=16)
    # Before the others: an article's id may hold slashes, and would take `/similar` with it.
    own = SearchSuggester(saved.store, service.analyser)
    app.include_router(
        entity_router(service, pool, gazetteer, lambda request, *asked: own.suggest(_owner(request), *asked))
    )
    coverage = Coverage(service.engine)
    app.include_router(overview_router(service, pool, gazetteer, coverage))
    app.include_router(api_router(service, pool, __version__))
    app.include_router(batch_router(service, pool, gazetteer))
    app.include_router(
        writing_router(writer, metrics, access, settings.write_limit * MEGABYTE, editors=settings.writes != "off")
    )
    app.include_router(operation_router(service, metrics, readiness or Readiness()))
    app.include_router(saved_router(saved, pool, _owner))
    app.include_router(alert_router(saved, pool, _owner))
    app.include_router(account_router(accounts, sessions, aside))
    install_error_handlers(app)
    mount_pages(
        app,
        service,
        pool,
        gazetteer,
        coverage,
        lambda html: [
            taking_router(service, pool, html, gazetteer),
            saved_pages_router(saved, pool, html, _owner),
            account_pages_router(accounts, sessions, aside, html),
        ],
    )
    app.add_middleware(
        Gate,
        accounts=accounts,
        sessions=sessions,
        answer=lambda request, error: _told(app, request, error),
        local=is_loopback(settings.host) and settings.writes != "on",
    )
    return app


async def _told(app: FastAPI, request: Request, error: Exception) -> Response:
    """An error as the application's own handlers tell it."""
    kind = next(kind for kind in type(error).__mro__ if kind in app.exception_handlers)
    handler = cast(Callable[[Request, Exception], Awaitable[Response]], app.exception_handlers[kind])
    return await handler(request, error)


def _owner(request: Request) -> str:
    """Whose saved searches a request is about."""
    return caller_of(request).owner
