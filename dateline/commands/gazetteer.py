"""`dateline gazetteer ...`: files of names of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.errors import GazetteerError
from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption

__all__ = ["app"]

app = typer.Typer(help="Names of your own: people, places, organisations, weapons systems.", no_args_is_help=True)


@app.callback()
def gazetteer() -> None:
    """Names of your own: people, places, organisations, weapons systems."""


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder with your files.", show_default="ARCHIVE/gazetteer")
    ] = None,
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Say what is wrong with gazetteer files, a line each with file, entry and cure; the exit code is then 1.

    Found are files that aren't YAML, unknown keys, a missing class, names that two entries share (yours or a shipped
    one), names that are common words, and files that nobody reads.
    """
    from archive.gazetteer import Gazetteer
    from archive.gazetteer import check as problems
    from archive.gazetteer.entity import ENTITY_KINDS
    from archive.gazetteer.entries import read_folder
    from dateline.opening import own_gazetteer

    found = folder or own_gazetteer(archive)
    if found is None:
        raise GazetteerError(
            f"The archive {archive} has no folder gazetteer: make one, or name a folder with gazetteer files."
        )
    if not found.is_dir():
        raise GazetteerError(f"There is no folder {found}; name one that holds gazetteer files.")
    shipped = Gazetteer.load()
    wrong = problems(found, {kind: shipped.all(kind) for kind in ENTITY_KINDS})
    for problem in wrong:
        typer.echo(problem)
    if wrong:
        raise typer.Exit(1)
    entries = {kind: len(some) for kind, some in read_folder(found).items() if some}
    counts = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in entries.items())
    typer.echo(f"Sound: {counts or 'no entries'}. Names are read anew by `dateline rebuild --mentions`.")
