"""Databases, receivers and archives for what is tested about alerts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from search_api.saved.database import Database, sqlite_url
from search_api.saved.models import metadata

from .receivers import Hook, MailServer

DATABASES = ("sqlite", "postgres")


@pytest.fixture(scope="session", params=DATABASES)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database of either kind with its tables, for the session."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("database") / "dateline.db")
    else:
        url = request.getfixturevalue("postgres_url")
    database = Database(url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def database(migrated: Database) -> Database:
    """The same, empty."""
    empty(migrated)
    return migrated


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    made = MailServer()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def empty(database: Database) -> None:
    """No rows in any table."""
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(text(f"DELETE FROM {table.name}"))
