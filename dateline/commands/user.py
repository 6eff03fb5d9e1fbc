"""`dateline user`: the accounts of a service."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archive.errors import ParameterError
from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption

if TYPE_CHECKING:
    from search_api.accounts.store import Accounts

app = typer.Typer(name="user", help="Accounts: who may use the service, and as what.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The account's name.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, and don't ask for it.")
]


@app.command()
def add(
    name: NameArgument,
    role: Annotated[
        Literal["reader", "editor", "admin"],
        typer.Option(help="reader: search and save searches; editor: also add and delete articles; admin: everything."),
    ] = "reader",
    password_stdin: PasswordOption = False,
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Add an account. With the first one the service asks everybody to log in."""
    made = _accounts(archive).add(name, _password(password_stdin), role)
    typer.echo(f"{made.name} may log in, as {made.role}.")


@app.command("list")
def list_(archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """List the accounts."""
    found = _accounts(archive).all()
    if not found:
        typer.echo("There are no accounts: `dateline user add` makes the first.", err=True)
    for user in found:
        state = f"disabled since {user.disabled:%Y-%m-%d}" if user.disabled else f"since {user.created:%Y-%m-%d}"
        typer.echo(f"{user.name}\t{user.role}\t{state}")


@app.command()
def passwd(
    name: NameArgument, password_stdin: PasswordOption = False, archive: ArchiveOption = DEFAULT_ARCHIVE
) -> None:
    """Give an account another password; its sessions end."""
    accounts = _accounts(archive)
    user = accounts.named(name)
    accounts.set_password(user, _password(password_stdin))
    typer.echo(f"{user.name} has another password.")


@app.command()
def disable(
    name: NameArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Let it in again.")] = False,
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Let an account in no more: neither by password nor by token. Its saved searches stay."""
    accounts = _accounts(archive)
    user = accounts.disable(accounts.named(name), disabled=not undo)
    typer.echo(f"{user.name} may {'not ' if user.disabled else ''}log in.")


def _accounts(archive: str) -> Accounts:
    from dateline.alerting import open_store
    from dateline.opening import open_archive
    from dateline.settings import load_settings
    from search_api.accounts.store import Accounts

    return Accounts(open_store(load_settings(archive=archive), open_archive(archive)).database)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        try:
            return sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise ParameterError("password", "password: standard input isn't UTF-8.") from None
    if not sys.stdin.isatty():
        message = "password: there is no terminal to ask for it; send it to standard input and say --password-stdin."
        raise ParameterError("password", message)
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
