"""What ranking costs: the hybrid search with all that it reads, against plain BM25 and nearest neighbours.

    python -m benchmarks.ranking --archive ARCHIVE [--queries queries.jsonl.gz] [--count 200]

Plain is what a bare hybrid costs on the same engine: one search by BM25 of single words (OR) and one for the nearest,
each with twenty results. Both are timed in turns in one run, vectors given, so that no encoder counts.
Without --queries, headlines of the archive are asked for.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from archive.analysis import Analyser
from archive.embedding import DEFAULT_MODEL
from archive.engine import Engine, Search
from archive.plan import embedding_text
from archive.query import Or, Query
from archive.vectors import quantise
from benchmarks.equality import headlines
from dateline.commands.options import embedder
from dateline.opening import dates_in_query, gazetteer, open_archive
from search_api.evaluation import read_queries
from search_api.syntax import plain
from search_api.understanding import Understanding

ROUNDS = 3
WARM = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--count", type=int, default=200)
    asked = parser.parse_args()
    engine, encoder = open_archive(asked.archive), embedder(DEFAULT_MODEL)
    texts = (
        [text for _, text in read_queries(asked.queries)]
        if asked.queries
        else headlines([s.article for s in engine.since(0)], asked.count)
    )
    queries = [plain(text) for text in texts[: asked.count]]
    vectors = [quantise(encoder.encode([embedding_text(query)])).tobytes() for query in queries]
    understanding = Understanding(engine, Analyser(), lambda: gazetteer(asked.archive), dates_in_query)

    def ranked(query: Query, vector: bytes) -> None:
        understood = understanding(query)
        engine.search(
            Search(query=query, vector=vector, expansions=understood.expansions, boosts=understood.boosts, limit=20)
        )

    times = _times(
        [lambda q, v: _plain(engine, q, v), ranked, lambda q, v: engine.search(Search(query=q, vector=v, limit=20))],
        queries,
        vectors,
    )
    bare, whole, unread = (np.percentile(t, [50, 95]) for t in times)
    print("| | median | p95 | against plain |\n|---|---|---|---|")
    print(f"| plain BM25 + nearest | {bare[0]:.1f} ms | {bare[1]:.1f} ms | |")
    for name, found in (("hybrid, the query read", whole), ("hybrid, expand=off", unread)):
        print(f"| {name} | {found[0]:.1f} ms | {found[1]:.1f} ms | {found[0] / bare[0] - 1:+.0%} |")


def _plain(engine: Engine, query: Query, vector: bytes) -> None:
    words = Query((Or(query.clauses),) if len(query.clauses) > 1 else query.clauses, query.text)
    search = Search(query=words, mode="keyword", limit=20)
    engine.search(search)
    engine.search(replace(search, query=query, mode="semantic", vector=vector))


def _times(
    ways: Sequence[Callable[[Query, bytes], object]], queries: Sequence[Query], vectors: Sequence[bytes]
) -> list[list[float]]:
    """Milliseconds of each query by each way, the best of ROUNDS; the ways take turns, and each may go first."""
    best = [[float("inf")] * len(queries) for _ in ways]
    for query, vector in list(zip(queries, vectors, strict=True))[:WARM]:
        for way in ways:
            way(query, vector)
    for turn in range(ROUNDS):
        for i, (query, vector) in enumerate(zip(queries, vectors, strict=True)):
            for k in range(len(ways)):
                which = (k + turn) % len(ways)
                started = time.perf_counter()
                ways[which](query, vector)
                best[which][i] = min(best[which][i], (time.perf_counter() - started) * 1000)
    return best


if __name__ == "__main__":
    main()
