"""A service with accounts over the sample archive, and everybody who may knock."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from search_api.accounts.models import Role
from search_api.accounts.store import Accounts
from search_api.saved.database import Database, sqlite_url
from search_api.saved.mail import Mailer
from search_api.saved.saving import SavedSearches
from search_api.saved.sending import Senders
from search_api.saved.store import Store, archive_id
from search_api.saved.webhook import Webhooks
from search_api.service import SearchService
from tests.api.conftest import sample_archive as sample_archive
from tests.bag_of_words import BagOfWords

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Hashes that take no time; what argon2 makes of the real parameters is its own business."""
NOBODY = Senders(Webhooks(allow_private=False), Mailer(None))
Make = Callable[..., TestClient]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(sqlite_url(tmp_path / "dateline.db"))
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database, hasher=QUICK)


@pytest.fixture(scope="module")
def service(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    folder = tmp_path_factory.mktemp("accounts") / "archive"
    shutil.copytree(sample_archive, folder)
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    return SearchService(EmbeddedEngine.open(folder), Analyser(), lambda: embedder, lambda: gazetteer)


@pytest.fixture
def app(service: SearchService, accounts: Accounts, database: Database) -> FastAPI:
    saved = SavedSearches(service, Store(database, archive_id(service.engine.secret)), NOBODY, "http://localhost/")
    return create_app(service, saved=saved, accounts=accounts)


@pytest.fixture
def knock(app: FastAPI, accounts: Accounts) -> Iterator[Make]:
    """Opens a client as nobody, or as a user of that role who has logged in, or with a token of a scope."""
    opened = []

    def make(role: Role | None = None, scope: str | None = None, name: str = "") -> TestClient:
        client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
        opened.append(client)
        if role is None:
            return client
        name = name or f"{role}-{len(opened)}"
        user = accounts.add(name, PASSWORD, role)
        if scope:
            client.headers["authorization"] = f"Bearer {accounts.make_token(user, 'test', scope).text}"
        else:
            answer = client.post("/api/v1/login", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["x-csrf-token"] = answer.json()["csrf"]
        return client

    yield make
    for client in opened:
        client.close()
