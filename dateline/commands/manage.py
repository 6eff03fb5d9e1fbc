"""Commands on an archive and its articles: show, delete, stats, rebuild."""

from __future__ import annotations

from typing import Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption, embedder


def show(
    id: Annotated[str, typer.Argument(help="The article's id.")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    json: Annotated[bool, typer.Option("--json", help="Print the article with its mentions as JSON.")] = False,
) -> None:
    """Show one article."""
    import orjson

    from archive.engines import shown
    from archive.errors import ArticleError
    from dateline.opening import open_archive

    found = open_archive(archive).get([id]).get(id)
    if found is None:
        raise ArticleError(f"There is no article with the id {id!r} in {shown(archive)}.")
    article = found.article
    if json:
        typer.echo(orjson.dumps(article.to_json() | {"sequence": found.sequence}))
        return
    typer.echo(article.title or "(no title)")
    about = (article.published or "undated", article.source, ", ".join(article.authors), article.section, article.url)
    typer.echo(" · ".join(part for part in about if part))
    typer.echo(f"\n{article.body}\n")
    for kind in ("person", "place", "organisation", "weapon", "date"):
        names = dict.fromkeys(m.name for m in article.mentions if m.kind == kind)
        if names:
            typer.echo(f"{kind}: {'; '.join(names)}")


def delete(
    ids: Annotated[list[str], typer.Argument(help="Ids of articles.", metavar="ID...")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
) -> None:
    """Delete articles; the exit code is 1 where an id was not there."""
    from dateline.opening import open_archive

    deleted = open_archive(archive).write([], ids).deleted
    absent = len(set(ids)) - deleted
    typer.echo(f"{deleted} deleted" + (f", {absent} not found" if absent else ""))
    if absent:
        raise typer.Exit(1)


def stats(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What an archive holds: articles, passages, dates, size."""
    from dataclasses import asdict

    import orjson

    from dateline.opening import open_archive

    found = asdict(open_archive(archive).stats())
    if json:
        typer.echo(orjson.dumps(found))
        return
    details = found.pop("details")
    for name, value in (found | details).items():
        shown = f"{value:,}" if isinstance(value, int) else value or "none"
        typer.echo(f"{name.replace('_', ' ')}: {shown}")


def rebuild(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    mentions: Annotated[
        bool, typer.Option("--mentions", help="Read mentions anew too, with the present gazetteers.")
    ] = False,
    vectors: Annotated[bool, typer.Option("--vectors", help="Make mentions, passages and vectors anew.")] = False,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Fill a new index from the stored articles and switch to it; searches go on meanwhile."""
    from dateline.opening import gazetteer, open_archive, open_preparer
    from indexer.entities import EntityReader
    from indexer.prepare import MentionsAnew

    engine = open_archive(archive, outdated=True)
    if vectors:
        encoder = embedder(model)
        prepare = open_preparer(encoder, gazetteer(archive))
        engine.rebuild(lambda old: prepare([p.article for p in old]), (encoder.name, encoder.dimensions))
    elif mentions:
        engine.rebuild(MentionsAnew(EntityReader(gazetteer(archive))))
    else:
        engine.rebuild()
    count = engine.stats().articles
    typer.echo(f"{count} article{'' if count == 1 else 's'} rebuilt.")
