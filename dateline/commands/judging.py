"""One query's results beside their judgements, in the terminal: for reading why a ranking is as it is."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.engine import Engine
from search_api.evaluation import Ranking

__all__ = ["show"]

SHOWN = 20
"""Results in full; what is relevant and stands below comes with its place."""


def show(name: str, text: str, ranking: Ranking, judgements: Mapping[str, int], engine: Engine) -> None:
    """Print the best, then what was judged relevant and is not among them."""
    console = Console(highlight=False)
    console.print(Text.assemble((f"{ranking.query} ", "dim"), (text, "bold"), (f"  {name}", "dim")))
    table = Table(box=None, pad_edge=False)
    for column in ("", "judged", "score", "words", "pairs", "cosine", "boosts"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("id", overflow="fold")
    table.add_column("article")
    for rank, hit in enumerate(ranking.hits[:SHOWN], 1):
        article = hit.stored.article
        table.add_row(
            str(rank),
            _judged(judgements.get(article.id)),
            _figure(hit.score),
            _figure(hit.words - hit.pairs),
            _figure(hit.pairs),
            _figure(hit.cosine),
            str(sum(hit.boosts)) if hit.boosts else "",
            article.id,
            _told(article.title, article.source, article.published),
        )
    places = {id: place for place, id in enumerate(ranking.articles, 1)}
    wanted = [id for id, relevance in judgements.items() if relevance > 0 and places.get(id, SHOWN + 1) > SHOWN]
    known = engine.get(wanted)
    for id in sorted(wanted, key=lambda id: (places.get(id, len(places) + 1), id)):
        missed = known[id].article if id in known else None
        told = _told(missed.title, missed.source, missed.published) if missed else Text("not in this archive")
        table.add_row(str(places.get(id, "-")), _judged(judgements[id]), "", "", "", "", "", id, told)
    console.print(table)


def _judged(relevance: int | None) -> Text:
    if relevance is None:
        return Text("")
    return Text(str(relevance), style="green" if relevance > 0 else "red")


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _told(title: str, source: str | None, published: str | None) -> Text:
    rest = " · ".join(part for part in (source, published) if part)
    return Text.assemble(title or "(no title)", (f"  {rest}", "dim"))
