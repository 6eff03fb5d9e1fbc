"""Options by which commands other than `search` say which articles they mean: the API's parameters, in fewer words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from archive.errors import ParameterError

__all__ = ["ExcludeOption", "FromOption", "ModeOption", "RefineOption", "ToOption", "parameters"]

ModeOption = Annotated[str | None, typer.Option("--mode", help="keyword, semantic or hybrid (default).")]
FromOption = Annotated[str | None, typer.Option("--from", help="Published on or after this date.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Published on or before this date.")]
RefineOption = Annotated[
    list[str] | None,
    typer.Option("--refine", help="Only with this value: --refine weapon=ATACMS; repeatable.", metavar="FIELD=VALUE"),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Only without it: --exclude source=Wire; repeatable.", metavar="FIELD=VALUE"),
]


def parameters(
    mode: str | None, from_: str | None, to: str | None, refine: Iterable[str] | None, exclude: Iterable[str] | None
) -> list[tuple[str, str]]:
    """The pairs of a query string; raises ParameterError for what is no FIELD=VALUE."""
    given = [("mode", mode), ("from", from_), ("to", to)]
    items = [(name, value) for name, value in given if value is not None]
    items += [_pair("--refine", pair) for pair in refine or ()]
    return items + [(f"exclude.{name}", value) for name, value in (_pair("--exclude", p) for p in exclude or ())]


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ParameterError(option, f"{option} {text!r}: write FIELD=VALUE, like {option} weapon=ATACMS.")
    return name, value
