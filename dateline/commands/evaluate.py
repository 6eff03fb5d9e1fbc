"""`dateline evaluate`: effectiveness on judged queries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption, embedder


def evaluate(
    queries: Annotated[Path, typer.Option(help='JSONL of {"id", "text"}, also gzipped.')],
    qrels: Annotated[Path, typer.Option(help="Judgements in TREC form: query 0 article relevance.")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    mode: Annotated[Literal["keyword", "semantic", "hybrid"], typer.Option(help="How to search.")] = "hybrid",
    leg: Annotated[
        Literal["bm25", "dense"] | None, typer.Option(help="One signal alone instead of a mode: OR-BM25 or cosine.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    run: Annotated[Path | None, typer.Option(help="Write the rankings as a TREC run.")] = None,
    model: ModelOption = "all-MiniLM-L6-v2",
) -> None:
    """Measure nDCG@10, MRR@10, recall and time over judged queries, their text taken as plain words."""
    import orjson

    from archive.engines import check_model
    from dateline.opening import open_archive
    from search_api.evaluation import measure, rank, read_judgements, read_queries, write_run

    asked = read_queries(queries)
    judgements = read_judgements(qrels)
    engine = open_archive(archive)
    encoder = embedder(model)
    check_model(engine, encoder)
    rankings = list(rank(engine, encoder, asked, mode=mode, leg=leg))
    measured = measure(rankings, judgements).to_json()
    if run:
        with run.open("w") as out:
            write_run(rankings, out)
    if json:
        typer.echo(orjson.dumps(measured))
    else:
        for name, value in measured.items():
            typer.echo(f"{name:>10}  {value:.4f}" if isinstance(value, float) else f"{name:>10}  {value}")
