"""The embedded engine and Elasticsearch on the same articles and the same queries, in one run.

    python -m benchmarks.engines --server http://localhost:9200 --archive ARCHIVE
    python -m benchmarks.engines --server http://localhost:9200 --articles articles.jsonl.gz --count 5000

The archive (or a new one with the first articles of a file) is migrated to the server, every answer of both is
compared, whole and page after page; a third copy has a graph of vectors (HNSW), whose related articles are compared.
All are timed in turns, and what was migrated is migrated back and compared code by code. Writes tables in Markdown; the
exit code is 1 where an answer differs.
"""

from __future__ import annotations

import argparse
import gzip
import io
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archive.copying import compare, copy
from archive.embedding import DEFAULT_MODEL, Embedder
from archive.engine import Engine
from archive.engines import create_archive, create_copy, open_archive
from archive.engines.cluster import ClusterSettings
from archive.gazetteer import Gazetteer
from benchmarks.equality import MODES, agreement, differences, headlines, requests
from dateline.commands.options import embedder
from dateline.opening import open_preparer, open_service
from indexer.pipeline import index
from indexer.readers import read_stream
from search_api.parameters import SearchRequest
from search_api.service import SearchService

WARM = 20
GRAPH_QUERIES = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--archive", help="an embedded archive")
    parser.add_argument("--articles", type=Path, help="JSONL, gzipped, to make one of")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--queries", type=int, default=500)
    asked = parser.parse_args()
    encoder = embedder(DEFAULT_MODEL)
    with TemporaryDirectory() as folder:
        location = asked.archive or str(Path(folder) / "archive")
        if not asked.archive:
            _fill(location, asked.articles, asked.count, encoder)
        embedded = open_archive(location)
        there = f"{asked.server}/benchmark-{secrets.token_hex(4)}"
        started = time.monotonic()
        elastic = create_copy(there, embedded.identity)
        copy(embedded, elastic)
        print(f"migrated in {time.monotonic() - started:.0f} s", file=sys.stderr)
        graph = create_copy(f"{there}-graph", embedded.identity, ClusterSettings(vectors="hnsw"))
        copy(embedded, graph)
        back = create_copy(str(Path(folder) / "back"), elastic.identity)
        copy(elastic, back)
        same = all(a == b for a, b in compare(embedded, back).values())
        wrong = _compare([embedded, elastic, graph], asked.queries, encoder)
    print(f"\nMigrated there and back: {'the same, byte for byte' if same else 'DIFFERENT'}.")
    sys.exit(not same or bool(wrong))


def _fill(location: str, articles: Path, count: int, encoder: Embedder) -> None:
    """A new archive of the first articles of a file."""
    with gzip.open(articles) as file:
        lines = b"".join(islice(file, count))
    prepare = open_preparer(encoder, Gazetteer.load())
    with ThreadPoolExecutor(1) as committing:
        records = read_stream(io.BytesIO(lines), str(articles), "jsonl")
        index(records, create_archive(location, encoder), prepare, print, committing)


def _compare(engines: Sequence[Engine], queries: int, encoder: Embedder) -> int:
    """Prints the tables; the number of answers in which the first two engines differ."""
    embedded = engines[0]
    services = [open_service(engine, ".", DEFAULT_MODEL, lambda: encoder) for engine in engines]
    articles = [stored.article for stored in embedded.since(0, limit=1_000_000)]
    asked = list(requests(articles, queries))
    found = list(differences(services[0], services[1], iter(asked)))
    for difference in found:
        print(difference)
    stats = embedded.stats()
    print(
        f"{stats.articles:,} articles, {stats.passages:,} passages; {len(asked):,} searches ({queries} queries in three"
    )
    print(f"modes), every facet counted: {len(found)} answers differ.\n")
    shares = agreement(services[0], services[2], headlines(articles, GRAPH_QUERIES))
    print(
        f"With a graph of vectors {np.mean(shares):.1%} of the related articles of a search are the same, on average of"
    )
    print(f"{len(shares)} searches; {np.min(shares):.1%} at least.\n")
    print("| mode | embedded, median | p95 | Elasticsearch, median | p95 | with a graph, median | p95 |")
    print("|---|---|---|---|---|---|---|")
    for mode in MODES:
        of_mode = [r for r in asked if r.mode == mode]
        cells = [cell for times in _times(services, of_mode) for cell in np.percentile(times, [50, 95])]
        print(f"| {mode} | " + " | ".join(f"{cell:.1f} ms" for cell in cells) + " |")
    return len(found)


def _times(services: Sequence[SearchService], asked: Sequence[SearchRequest]) -> list[list[float]]:
    """Milliseconds of each, asked in turns, so that a busy moment is everyone's."""
    times: list[list[float]] = [[] for _ in services]
    for request in asked[:WARM] + asked:
        for service, of_service in zip(services, times, strict=True):
            started = time.perf_counter()
            service.search(request)
            of_service.append((time.perf_counter() - started) * 1000)
    return [of_service[WARM:] for of_service in times]


if __name__ == "__main__":
    main()
