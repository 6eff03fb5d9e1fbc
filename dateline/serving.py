"""The application as `dateline serve` runs it: one process, or several that share a socket.

Python runs one thread at a time, so a second core takes a second process. Each opens the archive and the model for
itself; what any of them commits, all see at their next search.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from archive.engines import check_model
from archive.errors import ArchiveError, DatelineError
from dateline.alerting import open_saved, open_store, open_worker, start_worker
from dateline.balancing import Balance, Balanced
from dateline.commands.options import embedder
from dateline.first_account import first_account
from dateline.logs import configure_logs
from dateline.opening import create_archive, gazetteer, open_archive, open_service
from dateline.settings import Settings, load_settings
from search_api.accounts.store import Accounts

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["application", "listen", "run", "settle"]

MOST_PROCESSES = 4
"""Unless more are asked for: each takes about 300 MB."""
FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes keep their figures for each other; prometheus_client reads it when it is imported."""


def run(settings: Settings, listening: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGINT or SIGTERM. Raises whatever is wrong with the archive, the model or the gazetteer.

    `started` is called when all of that is known to be right.
    """
    encoder = embedder(settings.model)
    if settings.create:
        create_archive(settings.archive, encoder)
    else:
        check_model(open_archive(settings.archive), encoder)
    gazetteer(settings.archive)
    # Once, before there are several processes that would all want to.
    database = open_store(settings, open_archive(settings.archive)).database
    first = first_account(settings, Accounts(database))
    database.close()
    started()
    os.environ.update(settings.as_environment())
    processes = settings.processes or min(os.cpu_count() or 1, MOST_PROCESSES)
    config = uvicorn.Config(
        "dateline.serving:application",
        factory=True,
        workers=processes,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown,
        forwarded_allow_ips=settings.trusted_proxies,
    )
    configure_logs(settings.log_format, settings.log_level)
    if first:
        structlog.get_logger("dateline").info("first account made", name=first.name, role=first.role)
    if processes > 1:
        with TemporaryDirectory(prefix="dateline-") as folder:
            os.environ[FIGURES] = folder
            Multiprocess(config, sockets=[listening]).run()
        return
    # uvicorn stops at these, and then sends them once more to whoever asked before: that it stopped is all there is.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts from now on: whoever comes while the model is loaded waits, and isn't refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        raise ArchiveError(f"{host}:{port} can't be listened on ({error.strerror}): choose another --port.") from None
    return listening


def application() -> ASGIApp:
    """What uvicorn calls in each process; the settings come from the environment."""
    from dateline.app import create_app
    from dateline.metrics import Metrics
    from dateline.observing import Observed
    from dateline.operation import Readiness

    settings = load_settings()
    configure_logs(settings.log_format, settings.log_level)
    metrics, readiness = Metrics(os.environ.get(FIGURES)), Readiness(ready=False)
    service = open_service(open_archive(settings.archive), settings.archive, settings.model, observe=metrics.stage)
    saved = open_saved(settings, service, migrated=True)  # by the process that started this one
    app = create_app(
        service,
        partial(gazetteer, settings.archive),
        settings=settings,
        metrics=metrics,
        readiness=readiness,
        saved=saved,
    )
    if settings.alerts:
        # In each process: one of them works, and another one goes on where it dies.
        start_worker(open_worker(settings, service.engine, saved.store, _report))

    def load() -> None:
        try:
            service.warm_up()
            settle()
            readiness.ready = True
        except DatelineError as error:
            structlog.get_logger("dateline").error("not ready", reason=error.message)

    threading.Thread(target=load, name="warm-up", daemon=True).start()
    observed = Observed(app, metrics)
    if FIGURES not in os.environ:
        return observed
    balance = Balance(Path(os.environ[FIGURES]))
    parent = multiprocessing.parent_process()
    # Not os.getppid(): the parent may have died while this process was starting.
    followed = (parent.pid if parent and parent.pid else os.getppid(), balance)
    threading.Thread(target=_follow, args=followed, name="follow", daemon=True).start()
    return Balanced(observed, balance)


def settle() -> None:
    """What is loaded stays: looking through it for garbage would halt a search for 0.1 s now and then."""
    gc.collect()
    gc.freeze()


def _report(problem: str | None) -> None:
    """What the worker of alerts says of itself."""
    log = structlog.get_logger("dateline")
    if problem:
        log.error("alerts stand still", reason=problem)
    else:
        log.info("alerts go on")


def _follow(parent: int, balance: Balance) -> None:
    """Looks for the neighbours, and stops this process when its parent is gone: nobody else would."""
    while os.getppid() == parent:
        balance.meet()
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
