"""`dateline serve`: the API and the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption


def serve(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    host: Annotated[str, typer.Option(envvar="DATELINE_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DATELINE_PORT", help="Port; 0 for any free one.")] = 8000,
    processes: Annotated[
        int, typer.Option(envvar="DATELINE_PROCESSES", help="Server processes; 0: one a core, 4 at most.")
    ] = 0,
    create: Annotated[
        bool, typer.Option("--create", envvar="DATELINE_CREATE", help="Make an empty archive where there is none.")
    ] = False,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Serve the pages and the API; what `dateline index` commits meanwhile is seen at once.

    Further settings come from the environment: docs/settings.md lists them.
    """
    from archive.engines import shown
    from dateline.serving import listen, run
    from dateline.settings import load_settings

    settings = load_settings(archive=archive, host=host, port=port, processes=processes, create=create, model=model)
    listening = listen(host, port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
    if not settings.public_url:
        settings = settings.model_copy(update={"public_url": url})
    run(settings, listening, lambda: typer.echo(f"Dateline serves {shown(archive)} on {url}  (Ctrl-C stops it)"))
