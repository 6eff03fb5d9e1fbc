"""The database of saved searches: SQLite in one file, or PostgreSQL; transactions, and migrations at the start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from archive.errors import DatabaseError

__all__ = ["Database", "sqlite_url"]

PATIENCE = 20
"""Seconds that one writer of SQLite waits for another."""
MIGRATING = 0x44_61_74_65
"""The number of PostgreSQL's lock under which one process at a time migrates."""
WRITES = "dateline_writes"


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file.absolute()}"


class Database:
    """Safe to share between threads and processes."""

    def __init__(self, url: str, password: str | None = None) -> None:
        """`sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`; `password` goes before the URL's.

        Raises DatabaseError where it is neither.
        """
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise DatabaseError("DATELINE_DATABASE_URL is no URL: write postgresql://USER@HOST/NAME.") from None
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg", password=password or parsed.password)
        elif not self.is_sqlite:
            raise DatabaseError(
                f"A database of the kind {parsed.drivername[:40]!r} isn't known: write postgresql://USER@HOST/NAME."
            )
        try:
            self._engine = create_engine(parsed, pool_pre_ping=not self.is_sqlite)
        except (SQLAlchemyError, NoSuchModuleError, ImportError):
            raise DatabaseError(f"The database {parsed.render_as_string()} can't be opened.") from None
        self._writing = self._engine.execution_options(**{WRITES: True})
        if self.is_sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, never written to. Foreign errors become DatabaseError."""
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end of the block, rolled back by whatever breaks out of it."""
        with _translated(), self._writing.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Brings the tables up to date; of several processes that come at once, one does and the others wait."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "search_api.saved:migrations")
        config.set_main_option("path_separator", "os")
        with self.write() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise DatabaseError(
            f"The database of saved searches can't be used ({said[0] if said else type(error).__name__}): see that it "
            "runs, and that its disk has room and may be written to."
        ) from error


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Transactions are begun by `_begin_sqlite`, not by the driver, which would leave changes of tables out of them.
    connection.isolation_level = None
    for setting in (f"busy_timeout = {PATIENCE * 1000}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that begins to write may find that somebody else has, and can only fail: writers say so at once.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
