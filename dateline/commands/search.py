"""`dateline search QUERY`: the API's search in the terminal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption, embedder

if TYPE_CHECKING:
    from rich.text import Text

_Values = Annotated[list[str] | None, typer.Option(help="Refine; repeat for any of several.", metavar="VALUE")]


def search(
    query: Annotated[str, typer.Argument(help='Query text: `Storm Shadow "command post" -Biden`.')] = "",
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    mode: Annotated[str | None, typer.Option(help="keyword, semantic or hybrid (default).")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Published on or after this date.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Published on or before this date.")] = None,
    sort: Annotated[str | None, typer.Option(help="relevance (default), newest or oldest.")] = None,
    limit: Annotated[int, typer.Option(help="Results a page, 0 to 1000.")] = 10,
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before.")] = None,
    facet: Annotated[list[str] | None, typer.Option(help="Count the values of a facet; repeatable.")] = None,
    facet_limit: Annotated[int | None, typer.Option(help="Values a facet.")] = None,
    timeline: Annotated[str | None, typer.Option(help="Count by day, week, month or year.")] = None,
    timeline_field: Annotated[str | None, typer.Option(help="published (default) or mentioned.")] = None,
    person: _Values = None,
    place: _Values = None,
    country: _Values = None,
    organisation: _Values = None,
    weapon: _Values = None,
    class_: Annotated[list[str] | None, typer.Option("--class", help="Refine; repeatable.", metavar="VALUE")] = None,
    source: _Values = None,
    author: _Values = None,
    section: _Values = None,
    language: _Values = None,
    published: _Values = None,
    mentioned: _Values = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Exclude a value: --exclude person=Macron; repeatable.", metavar="FIELD=VALUE"),
    ] = None,
    fields: Annotated[str | None, typer.Option(help="Fields of each result, separated by commas.")] = None,
    expand: Annotated[
        str | None, typer.Option(help="on (default) or off: find recognised names by their aliases.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the API's answer.")] = False,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Search an archive by word and by meaning."""
    # The model takes longest to load, and most of it can go on beside the rest.
    ahead = ThreadPoolExecutor(1).submit(embedder, model) if query and mode != "keyword" else None
    from dateline.opening import open_archive, open_service
    from search_api.parameters import parse_parameters

    single = {
        "q": query,
        "mode": mode,
        "from": from_,
        "to": to,
        "sort": sort,
        "limit": str(limit),
        "cursor": cursor,
        "facet_limit": None if facet_limit is None else str(facet_limit),
        "timeline": timeline,
        "timeline_field": timeline_field,
        "fields": fields,
        "expand": expand,
    }
    repeated = {
        "facet": facet,
        "person": person,
        "place": place,
        "country": country,
        "organisation": organisation,
        "weapon": weapon,
        "class": class_,
        "source": source,
        "author": author,
        "section": section,
        "language": language,
        "published": published,
        "mentioned": mentioned,
    }
    items = [(name, value) for name, value in single.items() if value is not None]
    items += [(name, value) for name, values in repeated.items() for value in values or ()]
    for pair in exclude or ():
        name, _, value = pair.partition("=")
        items.append((f"exclude.{name}", value))
    request = parse_parameters(items)
    answer = open_service(open_archive(archive), archive, model, ahead.result if ahead else None).search(request)
    if json:
        import orjson

        typer.echo(orjson.dumps(answer))
    else:
        _print(answer)


def _print(answer: Any) -> None:
    """The page for people: number, headline, where from, the words in their place."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    total = answer["total"]
    console.print(Text(f"{total:,} article{'' if total == 1 else 's'}, {answer['took_ms']:.0f} ms", style="dim"))
    if emptied := answer["query"].get("emptied_by"):
        console.print(f"No article holds all the words: {emptied!r} leaves none.")
    for place, result in enumerate(answer["results"], 1):
        parts = (result["published"] or "undated", result["source"], result["matched_by"])
        title = result["title"] or "(no title)"
        console.print(Text.assemble((f"{place:>3} ", "dim"), _marked(title, "title", result["highlights"], "bold")))
        console.print(Text("    " + " · ".join(str(p) for p in parts if p) + f" · {result['id']}", style="dim"))
        if passage := result.get("passage"):
            text = " ".join(passage["text"].split())
            console.print(Text("    " + (text[:197] + "..." if len(text) > 200 else text)))
    for name, facet in (answer["facets"] or {}).items():
        values = ", ".join(f"{v['value']} ({v['count']})" for v in facet["values"])
        console.print(Text.assemble((f"{name}: ", "bold"), values, f"; missing {facet['missing']}"))
    if line := answer.get("timeline"):
        for bucket in line["buckets"]:
            console.print(f"{bucket['date']:>10} {bucket['count']}")
    if answer["next"]:
        console.print(Text(f"more: --cursor {answer['next']}", style="dim"), soft_wrap=True)


def _marked(text: str, field: str, highlights: list[dict[str, Any]], style: str) -> Text:
    from rich.text import Text

    shown = Text(text, style=style)
    for mark in highlights:
        if mark["field"] == field:
            shown.stylize("reverse", mark["start"], mark["end"])
    return shown
