"""How long a search takes on the embedded engine, answer included.

    python -m benchmarks.searching --archive ARCHIVE

Each query is another one, so each is embedded; with five facets and twenty results, after fifty to warm up.
Prints the median and 95th percentile of each mode in ms, and the encoder's own share.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from archive.engine import FacetName, Mode
from archive.engines import open_archive
from benchmarks.questions import questions
from dateline.commands.options import embedder
from dateline.opening import open_service
from search_api.parameters import SearchRequest
from search_api.service import SearchService

FACETS: tuple[FacetName, ...] = ("person", "place", "organisation", "weapon", "source")
MODES: tuple[Mode, ...] = ("keyword", "semantic", "hybrid")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    asked = parser.parse_args()
    engine = open_archive(asked.archive)
    articles = [s.article for s in engine.since(0, "", 100_000)]
    texts = [q for q in questions(articles, asked.queries * 8) if q.replace(" ", "").isalpha() and "OR" not in q]
    texts = list(dict.fromkeys(texts))
    warm, texts = texts[:50], texts[50 : asked.queries + 50]
    encoder = embedder(asked.model)

    def timed(work: Callable[[str], object]) -> str:
        for text in warm:
            work(text)
        times = []
        for text in texts:
            started = time.perf_counter()
            work(text)
            times.append((time.perf_counter() - started) * 1000)
        middle, slow = np.percentile(times, [50, 95])
        return f"{middle:6.1f} ms median {slow:6.1f} ms p95"

    print(f"{len(articles)} articles, {len(texts)} queries of one to three words, {len(FACETS)} facets, 20 results")
    for mode in MODES:
        request = SearchRequest(mode=mode, facets=FACETS)

        service = open_service(engine, asked.archive, asked.model, lambda: encoder)

        def search(text: str, request: SearchRequest = request, service: SearchService = service) -> object:
            return service.search(replace(request, q=text))

        print(f"{mode:>9} {timed(search)}")
    print(f"{'encoder':>9} {timed(lambda text: encoder.encode([text]))}")


if __name__ == "__main__":
    main()
