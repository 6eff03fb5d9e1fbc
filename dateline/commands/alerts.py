"""`dateline alerts`: the worker that matches saved searches and delivers what it found."""

from __future__ import annotations

from typing import Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption

app = typer.Typer(help="Alerts: match saved searches, deliver what they find.", no_args_is_help=True)


@app.callback()
def alerts() -> None:
    """Alerts: match saved searches, deliver what they find."""


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="One round: all that there is to do now, for cron.")] = False,
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Match what is indexed against saved searches and deliver it, until Ctrl-C; `serve` does the same beside itself.

    Several may run: one works, another takes over within a minute where it dies.
    """
    import signal
    import threading

    from archive.engines import shown
    from dateline.alerting import open_store, open_worker
    from dateline.opening import open_archive
    from dateline.settings import load_settings

    settings = load_settings(archive=archive)
    engine = open_archive(archive)
    store = open_store(settings, engine)
    worker = open_worker(settings, engine, store, _report)
    if once:
        worker.round()
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(f"Dateline follows {shown(archive)}  (Ctrl-C stops it)")
    worker.run(stop)


def _report(problem: str | None) -> None:
    typer.echo(f"alerts stand still: {problem}" if problem else "alerts go on", err=True)
