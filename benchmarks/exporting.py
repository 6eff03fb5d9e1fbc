"""Exporting a whole archive from a real `dateline serve`: seconds, bytes, and how much the server's memory grows.

    python -m benchmarks.exporting --articles articles.jsonl.gz --count 20000

The archive is made of the first articles of a file, with invented vectors and no mentions, because neither says
anything about an export. Each format is asked for twice: everything, and what a common word finds.
"""

from __future__ import annotations

import argparse
import gzip
import io
import re
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archive.article import Prepared
from archive.embedding import DEFAULT_MODEL
from archive.engines import create_archive
from benchmarks.serving import memory_of
from dateline.commands.options import embedder
from indexer.passages import passages
from indexer.readers import Record, read_stream
from search_api.exporting import EXPORT_FORMATS

BATCH = 500
QUERIES = ("", "q=people&mode=keyword")
OWN = "Pss_Anon"
"""What the server's processes hold themselves: pages of the archive's files that were read are the system's to keep."""
EVERY = 0.1
"""Seconds between two looks at the server's memory."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True, help="JSONL, gzipped")
    parser.add_argument("--count", type=int, default=20_000)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        archive = str(Path(folder) / "archive")
        _fill(archive, asked.articles, asked.count)
        serve = [Path(sys.executable).with_name("dateline"), "serve", "--archive", archive, "--port", "0"]
        process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert process.stdout is not None
            url = re.search(r"http://\S+/", process.stdout.readline())
            assert url, "the server didn't start"
            for _ in range(8):  # every process loads its model
                _get(f"{url[0]}api/v1/search?q=people")
            rest = memory_of(process.pid, OWN)
            print(f"{asked.count:,} articles; the server's memory at rest: {rest:.0f} MB\n")
            print("| format | query | MB | seconds | memory above the rest, at most |\n|---|---|---|---|---|")
            for query in QUERIES:
                for format in EXPORT_FORMATS:
                    started = time.monotonic()
                    size, most = _watched(process.pid, f"{url[0]}api/v1/export?{query}&format={format}")
                    seconds = time.monotonic() - started
                    print(f"| {format} | `{query}` | {size / 1e6:.1f} | {seconds:.1f} | {most - rest:.0f} MB |")
        finally:
            process.terminate()
            process.wait(30)


def _fill(location: str, articles: Path, count: int) -> None:
    engine = create_archive(location, embedder(DEFAULT_MODEL))
    dimensions = engine.identity.dimensions
    chance = np.random.default_rng(7)
    with gzip.open(articles) as file:
        lines = b"".join(islice(file, count))
    records = (r.article for r in read_stream(io.BytesIO(lines), str(articles), "jsonl") if isinstance(r, Record))
    while batch := {article.id: article for article in islice(records, BATCH)}:
        prepared = []
        for article in batch.values():
            parts = passages(article)
            vectors = chance.integers(-40, 40, (len(parts), dimensions), np.int8)
            prepared.append(Prepared(replace(article, passages=parts), vectors))
        engine.write(prepared)
    engine.close()


def _watched(pid: int, url: str) -> tuple[int, float]:
    """Bytes of the answer, and the most memory of the server in MB meanwhile."""
    sizes: list[int] = []
    reading = threading.Thread(target=lambda: sizes.append(_get(url)))
    reading.start()
    most = 0.0
    while reading.is_alive():
        most = max(most, memory_of(pid, OWN))
        reading.join(EVERY)
    return sizes[0], most


def _get(url: str) -> int:
    size = 0
    with urllib.request.urlopen(url) as answer:
        while piece := answer.read(1 << 16):
            size += len(piece)
    return size


if __name__ == "__main__":
    main()
