"""`dateline saved`: saved searches in the terminal."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption

if TYPE_CHECKING:
    from search_api.saved.records import SavedSearch
    from search_api.saved.saving import SavedSearches

app = typer.Typer(help="Saved searches: save, list, show, rename, delete, undo.", no_args_is_help=True)

_Id = Annotated[int, typer.Argument(help="The number that `dateline saved list` shows.", min=1)]
_User = Annotated[str, typer.Option("--user", help="Whose saved searches, where there are accounts.", metavar="NAME")]
_Json = Annotated[bool, typer.Option("--json", help="Print what the API answers.")]


@app.command()
def create(
    query: Annotated[str, typer.Argument(help='Query text: `Storm Shadow "command post" -Biden`.')] = "",
    name: Annotated[str, typer.Option(help="Else the query's text.")] = "",
    note: Annotated[str, typer.Option(help="For yourself.")] = "",
    mode: Annotated[str | None, typer.Option(help="keyword, semantic or hybrid (default).")] = None,
    floor: Annotated[
        float | None, typer.Option(help="The least cosine that fires, .25 to 1; in hybrid and semantic mode.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Published on or after this date.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Published on or before this date.")] = None,
    sort: Annotated[str | None, typer.Option(help="relevance (default), newest or oldest.")] = None,
    expand: Annotated[str | None, typer.Option(help="on (default) or off: recognised names by their aliases.")] = None,
    refine: Annotated[
        list[str] | None,
        typer.Option(help="Refine: --refine weapon=Kinzhal; repeatable.", metavar="FIELD=VALUE"),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Exclude a value: --exclude person=Macron; repeatable.", metavar="FIELD=VALUE"),
    ] = None,
    user: _User = "",
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    model: ModelOption = "all-MiniLM-L6-v2",
    json: _Json = False,
) -> None:
    """Save a search: what is indexed from now on is matched against it."""
    single = {"q": query, "mode": mode, "from": from_, "to": to, "sort": sort, "expand": expand}
    pairs = [(name, value) for name, value in single.items() if value]
    for prefix, given in (("", refine), ("exclude.", exclude)):
        for pair in given or ():
            field, _, value = pair.partition("=")
            pairs.append((prefix + field, value))
    saved, owner = _open(archive, user, model)
    _print(saved, saved.create(owner, pairs, name, note, floor), json=json)


@app.command("list")
def list_(
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that `undo` brings back.")] = False,
    user: _User = "",
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    json: _Json = False,
) -> None:
    """List saved searches, with the number of new articles since they were last looked at."""
    import orjson

    from search_api.saved.answers import saved_json

    saved, owner = _open(archive, user)
    found = saved.store.all(owner, deleted=deleted)
    if json:
        typer.echo(orjson.dumps([saved_json(s, saved.base) for s in found]))
        return
    for search in found:
        failing = f" · failing: {search.failing}" if search.failing else ""
        typer.echo(f"{search.id:>5}  {search.name}  ({search.new:,} new of {search.total:,}){failing}")
    if not found:
        typer.echo("Nothing is saved." if not deleted else "Nothing to bring back.")


@app.command()
def show(
    id: _Id,
    limit: Annotated[int, typer.Option(help="Matches, at most.", min=0, max=1000)] = 20,
    seen: Annotated[bool, typer.Option("--seen", help="Its matches count as looked at.")] = False,
    user: _User = "",
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    json: _Json = False,
) -> None:
    """Show a saved search and what it found last."""
    import orjson

    from search_api.saved.answers import saved_json
    from search_api.saved.messages import match_json

    saved, owner = _open(archive, user)
    found = saved.store.get(owner, id)
    matches = saved.store.matches(id, limit=limit) if limit else []
    if seen:
        saved.store.mark_seen(owner, id)
    if json:
        told = [match_json(m, saved.base) for m in matches]
        typer.echo(orjson.dumps(saved_json(found, saved.base) | {"matches": told}))
        return
    _print(saved, found)
    for match in matches:
        mark = "*" if match.id > found.seen else " "
        about = " · ".join(part for part in (match.published, match.source, match.matched_by) if part)
        typer.echo(f"{mark} {match.title}\n    {about} · {match.article}")


@app.command()
def rename(
    id: _Id,
    name: Annotated[str, typer.Argument(help="The new name.")],
    user: _User = "",
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Give a saved search another name."""
    saved, owner = _open(archive, user)
    _print(saved, saved.change(owner, id, name=name))


@app.command()
def delete(id: _Id, user: _User = "", archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Delete a saved search; for 30 days `undo` brings it back."""
    saved, owner = _open(archive, user)
    found = saved.store.delete(owner, id)
    whose = f" --user {shlex.quote(user)}" if user else ""
    typer.echo(f"Deleted {found.name!r}. Bring it back: dateline saved undo {id}{whose}")


@app.command()
def undo(id: _Id, user: _User = "", archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Bring a deleted search back: it goes on where it stood, and misses nothing."""
    saved, owner = _open(archive, user)
    _print(saved, saved.store.restore(owner, id))


def _open(archive: str, user: str, model: str = "all-MiniLM-L6-v2") -> tuple[SavedSearches, str]:
    """The saved searches, and who of their owners asks. Raises ParameterError, NotFound."""
    from archive.errors import ParameterError
    from dateline.alerting import open_saved
    from dateline.opening import open_archive, open_service
    from dateline.settings import load_settings
    from search_api.accounts.store import Accounts
    from search_api.saved.saving import SINGLE_OWNER

    settings = load_settings(archive=archive, model=model)
    saved = open_saved(settings, open_service(open_archive(archive), archive, model))
    accounts = Accounts(saved.store.database)
    if user:
        return saved, accounts.named(user).owner
    if accounts.any():
        message = "Everybody has saved searches of their own: say whose with --user; `dateline user list` shows who."
        raise ParameterError("user", message)
    return saved, SINGLE_OWNER


def _print(saved: SavedSearches, found: SavedSearch, *, json: bool = False) -> None:
    if json:
        import orjson

        from search_api.saved.answers import saved_json

        typer.echo(orjson.dumps(saved_json(found, saved.base)))
        return
    terms = " ".join(f"{name}={value}" for name, value in found.parameters if name != "q")
    query = dict(found.parameters).get("q", "")
    typer.echo(f"{found.id:>5}  {found.name}")
    typer.echo(f"       {query}{' · ' if query and terms else ''}{terms}")
    if found.failing:
        typer.echo(f"       failing: {found.failing}")
