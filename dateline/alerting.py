"""What saved searches and alerts need, opened by the settings: the database, the senders, the worker."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from weakref import finalize

from archive.analysis import Analyser
from archive.engine import Engine
from archive.engines import is_url
from archive.errors import DatabaseError
from dateline.secret_files import read_secret
from dateline.settings import Settings
from search_api.saved.database import Database, sqlite_url
from search_api.saved.mail import Mailer, Smtp
from search_api.saved.matcher import Matcher
from search_api.saved.outbox import Outbox, Patience
from search_api.saved.saving import SavedSearches
from search_api.saved.sending import Senders
from search_api.saved.store import Store, archive_id
from search_api.saved.webhook import Webhooks
from search_api.saved.worker import Worker
from search_api.service import SearchService

__all__ = ["open_saved", "open_store", "open_worker", "saved_for_now", "start_worker"]


def open_store(settings: Settings, engine: Engine, *, migrated: bool = False) -> Store:
    """The saved searches over an archive, in their database, whose tables are brought up to date.

    `dateline.db` lies in the archive's folder; of an archive with a URL, in the user's data folder under the archive's
    id; DATELINE_DATABASE_URL goes before both. `migrated`: the tables are up to date already. Raises DatabaseError, or
    SettingsError for a password's file.
    """
    archive = archive_id(engine.secret)
    if url := settings.database_url.get_secret_value():
        database = Database(url, _database_password(settings))
        if not migrated:
            database.migrate()
        return Store(database, archive)
    own = not is_url(settings.archive)
    file = Path(settings.archive) / "dateline.db" if own else _data_folder() / f"{archive}.db"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"Saved searches can't be kept in {file.parent}: {error.strerror}.") from None
    database = Database(sqlite_url(file))
    if not migrated:
        database.migrate()
    store = Store(database, archive)
    if own and not migrated:
        store.adopt()
    return store


def open_saved(settings: Settings, service: SearchService, *, migrated: bool = False) -> SavedSearches:
    """`migrated`: as of `open_store`. Raises DatabaseError."""
    store = open_store(settings, service.engine, migrated=migrated)
    return SavedSearches(service, store, _senders(settings), base_url(settings))


def saved_for_now(service: SearchService, settings: Settings) -> SavedSearches:
    """Saved searches that last as long as the application: in a database of its own that goes with it."""
    folder = tempfile.TemporaryDirectory(prefix="dateline-")
    database = Database(sqlite_url(Path(folder.name) / "dateline.db"))
    database.migrate()
    saved = SavedSearches(
        service, Store(database, archive_id(service.engine.secret)), _senders(settings), base_url(settings)
    )
    finalize(saved, folder.cleanup)
    return saved


def open_worker(
    settings: Settings, engine: Engine, store: Store, report: Callable[[str | None], None] = lambda _: None
) -> Worker:
    """The worker over an archive; it needs no model, because vectors are kept with the searches."""
    patience = Patience(in_all=timedelta(hours=settings.alerts_give_up))
    matcher = Matcher(engine, store, Analyser(engine.identity.language))
    return Worker(store, matcher, Outbox(store, _senders(settings), base_url(settings), patience), report)


def start_worker(worker: Worker) -> threading.Event:
    """In a thread of its own, which ends with the process; set the event to end it before."""
    stop = threading.Event()
    threading.Thread(target=worker.run, args=(stop,), name="alerts", daemon=True).start()
    return stop


def base_url(settings: Settings) -> str:
    """Where the service is, with a slash, as links in messages say it."""
    if settings.public_url:
        return settings.public_url.rstrip("/") + "/"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


def _senders(settings: Settings) -> Senders:
    smtp = None
    if settings.smtp_host:
        smtp = Smtp(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
            settings.smtp_from,
        )
    return Senders(Webhooks(allow_private=settings.alerts_private), Mailer(smtp))


def _database_password(settings: Settings) -> str | None:
    """What lies in the file that the settings name; None: they name none."""
    if settings.database_password_file is None:
        return None
    return read_secret(settings.database_password_file, "database_password_file", "write the database's password there")


def _data_folder() -> Path:
    """`dateline` in the user's data folder."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "dateline"
