"""`dateline migrate`: an archive from one engine to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from archive.copying import Month


def migrate(
    source: Annotated[str, typer.Option("--from", help="A folder, or a URL.", metavar="LOCATION")],
    target: Annotated[str, typer.Option("--to", help="A new folder, or a new URL.", metavar="LOCATION")],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the last line.")] = False,
) -> None:
    """Copy an archive, vectors included, without encoding again; both ways between engines.

    Ids, numbers, sequences and cursors stay what they are. A run that was broken off is simply started again. At the
    end both archives are read and compared month by month; the exit code is 1 where they differ.
    """
    from rich.console import Console
    from rich.progress import Progress

    from archive.copying import compare, copy
    from archive.errors import ArchiveDamaged
    from dateline.opening import create_copy, open_archive

    old = open_archive(source)
    new = create_copy(target, old.identity)
    with Progress(console=Console(stderr=True), disable=quiet) as progress:
        copied, compared = progress.add_task("copying", total=None), progress.add_task("comparing", total=None)
        copy(old, new, lambda done, total: progress.update(copied, completed=done, total=total))
        months = compare(old, new, lambda done, total: progress.update(compared, completed=done, total=total))
    wrong = [month for month, (left, right) in months.items() if left != right]
    if not quiet:
        _print(months)
    if wrong:
        raise ArchiveDamaged(
            f"{target} differs from {source} in {len(wrong)} of {len(months)} months ({', '.join(wrong[:5])}): it was "
            "written to meanwhile, or is damaged. Delete it, and run the same again while nothing writes."
        )
    stats = new.stats()
    typer.echo(f"{stats.articles} articles with {stats.passages} passages are in {target} as they are in {source}.")


def _print(months: Mapping[str, tuple[Month, Month]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("month", "articles", "passages", "checksum", "")
    for month, (left, right) in months.items():
        same = "equal" if left == right else f"differs: {right.articles} articles, {right.checksum:016x}"
        table.add_row(month, str(left.articles), str(left.passages), f"{left.checksum:016x}", same)
    Console().print(table)
