"""`dateline mcp`: the archive as tools for an assistant, over standard input and output or over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption


def mcp(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP at /mcp, for who has the token.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port, with --http; 0 for any free one.")] = 8001,
    pages: Annotated[
        str, typer.Option(help="Where the pages are served, for links that cite: http://127.0.0.1:8000/")
    ] = "",
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Offer search, articles, facets, timelines and entities to an assistant (Model Context Protocol)."""
    from dateline import __version__
    from dateline.mcp_http import guarded
    from dateline.opening import gazetteer, open_archive, open_service
    from dateline.settings import SettingsError, load_settings
    from search_api.assistant import assistant_server

    token = load_settings().mcp_token.get_secret_value()
    if http and not token:
        raise SettingsError("Over HTTP a token says who may ask: set DATELINE_MCP_TOKEN to a long random text.")
    service = open_service(open_archive(archive), archive, model)
    base = pages if not pages or pages.endswith("/") else pages + "/"
    server = assistant_server(service, partial(gazetteer, archive), base, __version__)
    if not http:
        server.run("stdio")
        return
    import uvicorn

    from dateline.serving import listen

    listening = listen(host, port)
    name = f"[{host}]" if ":" in host else host
    typer.echo(f"Dateline answers assistants on http://{name}:{listening.getsockname()[1]}/mcp  (Ctrl-C stops it)")
    application = guarded(server.streamable_http_app(stateless_http=True, json_response=True, host=host), token)
    uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listening])
