"""`dateline serve`: the API and the pages."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption

if TYPE_CHECKING:
    import socket

    import uvicorn

    from archive.errors import DatelineError
    from dateline.operation import Readiness
    from search_api.service import SearchService


def serve(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    host: Annotated[str, typer.Option(envvar="DATELINE_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DATELINE_PORT", help="Port; 0 for any free one.")] = 8000,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Serve the pages and the API; what `dateline index` commits meanwhile is seen at once.

    Further settings come from the environment: docs/settings.md lists them.
    """
    from functools import partial

    import uvicorn

    from archive.engines import open_archive
    from dateline.app import create_app
    from dateline.logs import configure_logs
    from dateline.metrics import Metrics
    from dateline.observing import Observed
    from dateline.opening import gazetteer, open_service
    from dateline.operation import Readiness
    from dateline.settings import load_settings

    settings = load_settings(archive=archive, host=host, port=port, model=model)
    metrics, readiness = Metrics(), Readiness(ready=False)
    service = open_service(open_archive(archive), archive, model, observe=metrics.stage)
    app = create_app(service, partial(gazetteer, archive), settings=settings, metrics=metrics, readiness=readiness)
    listening = _listen(host, port)
    configure_logs(settings.log_format, settings.log_level)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Dateline serves {archive} on http://{shown}:{listening.getsockname()[1]}/  (Ctrl-C stops it)")
    config = uvicorn.Config(
        Observed(app, metrics),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown,
    )
    server = uvicorn.Server(config)
    failed = _load_meanwhile(service, readiness, server)
    # uvicorn stops at these, and then sends them once more to whoever asked before: that it stopped is all there is.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: None)
    server.run(sockets=[listening])
    if failed:
        raise failed[0]


def _listen(host: str, port: int) -> socket.socket:
    import socket

    from archive.errors import ArchiveError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        raise ArchiveError(f"{host}:{port} can't be listened on ({error.strerror}): choose another --port.") from None
    return listening


def _load_meanwhile(service: SearchService, readiness: Readiness, server: uvicorn.Server) -> Sequence[DatelineError]:
    """Loads what the first search needs, while `/health` is answered already and `/ready` says: not yet.

    What is wrong with the model or the gazetteer stops the server, and is what this sequence then holds.
    """
    import threading

    from archive.errors import DatelineError

    failed: list[DatelineError] = []

    def load() -> None:
        try:
            service.warm_up()
            readiness.ready = True
        except DatelineError as error:
            failed.append(error)
            server.should_exit = True

    threading.Thread(target=load, name="warm-up", daemon=True).start()
    return failed
