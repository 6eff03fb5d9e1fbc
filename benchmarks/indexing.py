"""What indexing costs beside the encoder.

    python -m benchmarks.indexing PATH... [--articles 200]

Indexes the first articles into a new archive as `dateline index` does, then encodes the same passages with the bare
encoder, in one run. Prints articles a second of both and their ratio.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.commands.options import embedder
from indexer.entities import EntityReader
from indexer.passages import passages, text_to_embed
from indexer.pipeline import index
from indexer.prepare import Preparer
from indexer.readers import Reading, Record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--articles", type=int, default=200)
    asked = parser.parse_args()
    encoder = embedder("all-MiniLM-L6-v2")
    encoder.encode(["warm up"])
    found = (r for r in Reading(asked.paths) if isinstance(r, Record))
    records = list(islice(found, asked.articles))
    reader = EntityReader(Gazetteer.load())
    reader.read([records[0].article])  # loads its model
    texts = [text_to_embed(r.article, p) for r in records for p in passages(r.article)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as mentions, ThreadPoolExecutor(1) as commits:
        engine = EmbeddedEngine.create(Path(folder) / "archive", encoder.name, encoder.dimensions)
        started = time.perf_counter()
        index(records, engine, Preparer(encoder, reader, mentions), lambda _: None, commits)
        whole = time.perf_counter() - started
    texts.sort(key=len, reverse=True)
    started = time.perf_counter()
    encoder.encode(texts)
    bare = time.perf_counter() - started
    count = len(records)
    print(f"{count} articles, {len(texts)} passages")
    print(f"indexing      {count / whole:6.2f} articles/s {len(texts) / whole:6.1f} passages/s")
    print(f"bare encoder  {count / bare:6.2f} articles/s {len(texts) / bare:6.1f} passages/s")
    print(f"ratio         {bare / whole:6.1%}")


if __name__ == "__main__":
    main()
