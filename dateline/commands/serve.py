"""`dateline serve`: the API and the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption


def serve(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    host: Annotated[str, typer.Option(envvar="DATELINE_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DATELINE_PORT", help="Port; 0 for any free one.")] = 8000,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Serve the pages and the API; what `dateline index` commits meanwhile is seen at once."""
    import socket
    from functools import partial

    import uvicorn

    from archive.engines import open_archive
    from archive.errors import ArchiveError
    from dateline.app import create_app
    from dateline.opening import gazetteer, open_service

    service = open_service(open_archive(archive), archive, model)
    app = create_app(service, partial(gazetteer, archive))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # whoever comes while the model is loaded waits, and isn't refused
    except OSError as error:
        raise ArchiveError(f"{host}:{port} can't be listened on ({error.strerror}): choose another --port.") from None
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Dateline serves {archive} on http://{shown}:{listening.getsockname()[1]}/  (Ctrl-C stops it)")
    service.warm_up()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=10)
    uvicorn.Server(config).run(sockets=[listening])
