"""The command line: `dateline COMMAND`. Each command stands in a module of `dateline.commands`.

Modules that take long to load are imported where they are used: `dateline search` answers within a second.
"""

from __future__ import annotations

import gc
import logging
import sys

import typer

from archive.errors import DatelineError, QueryError
from dateline.commands import (
    alerts,
    annotate,
    batch,
    doctor,
    evaluate,
    export,
    gazetteer,
    index,
    manage,
    mcp,
    migrate,
    saved,
    search,
    serve,
    user,
)

__all__ = ["app", "main"]

GARBAGE = 10_000
"""Objects made, less those gone, after which Python looks for cycles among the youngest."""

app = typer.Typer(
    name="dateline",
    help="Search news archives by word and by meaning.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (
    index.index,
    search.search,
    serve.serve,
    manage.show,
    manage.delete,
    export.export,
    batch.batch,
    mcp.mcp,
    manage.stats,
    manage.rebuild,
    migrate.migrate,
    doctor.doctor,
    evaluate.evaluate,
    annotate.annotate,
):
    app.command()(command)
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(saved.app, name="saved")
app.add_typer(alerts.app, name="alerts")
app.add_typer(user.app, name="user")


def main() -> None:
    """Run, and turn what users can cause into a sentence on standard error and exit code 1."""
    # What a command makes while it starts is there to stay: to look through it for cycles at every 700 objects takes a
    # fifth of the time of a short one.
    gc.set_threshold(GARBAGE)
    # Errors say all there is to say; without a handler Python would print every warning of a library beside them.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app()
    except QueryError as error:
        typer.echo(f"error: {error.message} (at character {error.position + 1})", err=True)
        typer.echo(f"cure: {error.cure}", err=True)
        sys.exit(1)
    except DatelineError as error:
        typer.echo(f"error: {error.message}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing more to say, not even at exit.
        sys.stdout = open("/dev/null", "w")  # noqa: SIM115
        sys.exit(1)
