"""The ASGI application: the API and the pages over one archive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fastapi import FastAPI

from archive.gazetteer import Gazetteer
from dateline import __version__
from search_api.entity_routes import entity_router
from search_api.pool import SearchPool
from search_api.routes import install_error_handlers
from search_api.routes import router as api_router
from search_api.service import SearchService
from web.routes import mount_pages

__all__ = ["create_app"]


@cache
def _built_in() -> Gazetteer:
    return Gazetteer.load()


def create_app(service: SearchService, gazetteer: Callable[[], Gazetteer] = _built_in) -> FastAPI:
    """`gazetteer` should remember what it loaded: the routes of names ask for it at every call."""
    app = FastAPI(
        title="Dateline",
        version=__version__,
        description="Search a news archive by word and by meaning, with counts that are right.",
        docs_url=None,  # its page loads scripts from elsewhere; /openapi.json is all a tool needs
        redoc_url=None,
    )
    pool = SearchPool()
    # Before the others: an article's id may hold slashes, and would take `/similar` with it.
    app.include_router(entity_router(service, pool, gazetteer))
    app.include_router(api_router(service, pool))
    install_error_handlers(app)
    mount_pages(app, service, pool)
    return app
