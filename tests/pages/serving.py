"""The application as it is served to browsers here: over one archive, once as it stands, once with accounts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.alerting import open_saved, open_worker
from dateline.app import create_app
from dateline.settings import Settings
from indexer.entities import EntityReader
from indexer.pipeline import index
from indexer.prepare import Preparer
from indexer.readers import Reading
from search_api.accounts.models import Role
from search_api.accounts.store import Accounts
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords
from tests.web_server import Quiet, listening

__all__ = ["PASSWORD", "Desk", "Ground", "slow_line"]

PASSWORD = "correct horse battery"
_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""What the real parameters cost is measured elsewhere."""


class Ground:
    """An archive, and what reads and writes it: loaded once for all that is served."""

    def __init__(self, folder: Path) -> None:
        """`folder` need not exist."""
        self.folder = folder
        self.embedder, self.gazetteer = BagOfWords(), Gazetteer.load()
        self._create = not folder.exists()

    @cached_property
    def engine(self) -> EmbeddedEngine:
        if self._create:
            EmbeddedEngine.create(self.folder, self.embedder.name, self.embedder.dimensions).close()
        return EmbeddedEngine.open(self.folder)

    @cached_property
    def service(self) -> SearchService:
        return SearchService(self.engine, Analyser(), lambda: self.embedder, lambda: self.gazetteer)

    @cached_property
    def _entities(self) -> EntityReader:
        return EntityReader(self.gazetteer)

    def index(self, *files: Path) -> None:
        rejected: list[object] = []
        with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as committing:
            prepare = Preparer(self.embedder, self._entities, reading)
            index(Reading([str(file) for file in files]), self.engine, prepare, rejected.append, committing)
        assert rejected == []

    def add(self, file: Path, *articles: dict[str, Any]) -> None:
        """By way of a file, as a newsroom would."""
        file.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
        self.index(file)


class Desk:
    """The service with accounts, saved searches and alerts to receivers on this machine."""

    def __init__(self, ground: Ground) -> None:
        settings = Settings.model_construct(archive=str(ground.folder), alerts_private=True)
        self.ground = ground
        self.saved = open_saved(settings, ground.service)
        self.accounts = Accounts(self.saved.store.database, hasher=_QUICK)
        self.app = create_app(
            ground.service, lambda: ground.gazetteer, settings=settings, saved=self.saved, accounts=self.accounts
        )
        self._worker = open_worker(settings, ground.engine, self.saved.store)
        self._number = count(1)
        self.accounts.add("keeper", PASSWORD, "admin")  # before anybody knocks: a service without accounts asks nobody
        self.url = ""

    def newcomer(self, role: Role = "reader") -> str:
        """The name of a new user, whose password is PASSWORD."""
        name = f"reader-{next(self._number)}"
        self.accounts.add(name, PASSWORD, role)
        return name

    def work(self) -> None:
        """A round of the alerts' worker: what is new is matched and told."""
        self._worker.round()


@contextmanager
def slow_line(url: str, pieces: int = 12, pause: float = 0.02) -> Iterator[str]:
    """Where a service's pages arrive in so many pieces, with so many seconds between them."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            answer = httpx.get(url + self.path)
            self.send_response(answer.status_code)
            for name in ("content-type", "content-security-policy"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            is_page = answer.headers["content-type"].startswith("text/html")
            size = len(answer.content) // pieces + 1 if is_page else len(answer.content)
            for start in range(0, len(answer.content), size):
                self.wfile.write(answer.content[start : start + size])
                time.sleep(pause if is_page else 0)

    with listening(Handler) as address:
        yield address
