"""`dateline evaluate`: effectiveness on judged queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption, embedder
from dateline.commands.streams import opened_to_write

if TYPE_CHECKING:
    from archive.engine import Mode
    from search_api.evaluation import Leg, Ranking, Scores


class _Mode(StrEnum):  # enums, because options that repeat take no literals
    keyword = "keyword"
    semantic = "semantic"
    hybrid = "hybrid"


class _Leg(StrEnum):
    bm25 = "bm25"
    dense = "dense"


class _OnOff(StrEnum):
    on = "on"
    off = "off"


@dataclass(frozen=True, slots=True)
class _System:
    """One way to rank."""

    mode: Mode
    leg: Leg | None = None
    expand: bool = True

    @property
    def name(self) -> str:
        return self.leg or (self.mode if self.expand else f"{self.mode} expand=off")


def evaluate(
    queries: Annotated[Path, typer.Option(help='JSONL of {"id", "text"}, also gzipped.')],
    qrels: Annotated[Path, typer.Option(help="Judgements in TREC form: query 0 article relevance.")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    mode: Annotated[
        list[_Mode] | None, typer.Option(help="How to search (default: hybrid); repeat to compare.")
    ] = None,
    leg: Annotated[
        list[_Leg] | None,
        typer.Option(help="One signal alone instead of a mode: OR-BM25 or cosine; repeat, or add modes, to compare."),
    ] = None,
    expand: Annotated[
        list[_OnOff] | None,
        typer.Option(help="on (default) or off: read names, sources and dates in the queries; both, to compare."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(help="The system that the others are compared with; the first one by default.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="A table, also of a single system.")] = False,
    run: Annotated[Path | None, typer.Option(help="Write the rankings of a single system as a TREC run.")] = None,
    per_query: Annotated[Path | None, typer.Option(help="Write the measures of each query as JSONL.")] = None,
    judge: Annotated[
        str | None, typer.Option(help="Show the results of this query beside their judgements.", metavar="QUERY-ID")
    ] = None,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Measure nDCG@10, MRR@10, recall and time over judged queries, their text taken as plain words.

    Several modes, legs or both values of expand are compared: nDCG@10 with the 95 % interval of a paired bootstrap.
    """
    import orjson

    from archive.analysis import Analyser
    from archive.engines import check_model
    from dateline.opening import dates_in_query, gazetteer, open_archive
    from search_api.comparison import RESAMPLES, compare
    from search_api.comparison import markdown as table
    from search_api.evaluation import measure, rank, read_judgements, read_queries, scores_of, write_run
    from search_api.understanding import Understanding

    systems = _systems(mode or [], leg or [], expand or [])
    if run and len(systems) > 1:
        raise typer.BadParameter("--run writes one system's rankings: give a single mode or leg.")
    names = [system.name for system in systems]
    if baseline is not None and baseline not in names:
        raise typer.BadParameter(f"--baseline {baseline} is none of the systems: {', '.join(names)}.")
    asked = read_queries(queries)
    judgements = read_judgements(qrels)
    if judge is not None:
        asked = [query for query in asked if query[0] == judge]
        if not asked:
            raise typer.BadParameter(f"--judge: {queries} has no query {judge}.")
    engine = open_archive(archive)
    encoder = embedder(model)
    check_model(engine, encoder)
    understanding = Understanding(engine, Analyser(), lambda: gazetteer(archive), dates_in_query)

    def ranked(system: _System) -> list[Ranking]:
        read = understanding if system.expand else None
        found = rank(
            engine,
            encoder,
            asked,
            mode=system.mode,
            leg=system.leg,
            understanding=read,
            keep_hits=judge is not None,
        )
        return list(found)

    rankings = {system.name: ranked(system) for system in systems}
    if judge is not None:
        from dateline.commands.judging import show

        for name in names:
            show(name, asked[0][1], rankings[name][0], judgements.get(judge, {}), engine)
        return
    if run:
        with TextIOWrapper(opened_to_write(run), "utf-8", "replace") as out:
            write_run(rankings[names[0]], out)
    scores = {name: scores_of(found, judgements) for name, found in rankings.items()}
    if per_query:
        _write_per_query(per_query, asked, rankings, scores)
    measured = {name: measure(found, judgements) for name, found in rankings.items()}
    if len(systems) == 1 and not markdown:
        [only] = measured.values()
        if json:
            typer.echo(orjson.dumps(only.to_json()))
            return
        for name, value in only.to_json().items():
            typer.echo(f"{name:>10}  {value:.4f}" if isinstance(value, float) else f"{name:>10}  {value}")
        return
    compared = compare({name: (measured[name], scores[name]) for name in names}, baseline or names[0])
    if json:
        answer = {"baseline": baseline or names[0], "resamples": RESAMPLES, "systems": [c.to_json() for c in compared]}
        typer.echo(orjson.dumps(answer))
    else:
        typer.echo(table(compared))


def _systems(modes: Sequence[_Mode], legs: Sequence[_Leg], expand: Sequence[_OnOff]) -> list[_System]:
    """Each mode with each value of expand, then the legs; without any, hybrid."""
    if not modes and not legs:
        modes = (_Mode.hybrid,)
    systems = [_System(mode.value, expand=value is _OnOff.on) for mode in modes for value in expand or (_OnOff.on,)]
    systems += [_System("hybrid", leg.value) for leg in legs]
    return list(dict.fromkeys(systems))


def _write_per_query(
    path: Path,
    asked: Sequence[tuple[str, str]],
    rankings: dict[str, list[Ranking]],
    scores: dict[str, Scores],
) -> None:
    """A line for each query and system: id, text, system, measures, milliseconds."""
    import orjson

    from search_api.evaluation import MEASURES

    with opened_to_write(path) as out:
        for place, (id, text) in enumerate(asked):
            for name, found in rankings.items():
                if id not in scores[name]:
                    continue
                values = dict(zip(MEASURES, scores[name][id], strict=True))
                line = {"id": id, "text": text, "system": name, **values, "ms": found[place].milliseconds}
                out.write(orjson.dumps(line) + b"\n")
