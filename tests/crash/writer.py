"""A program to be killed: writes numbered articles into an archive, batch by batch, skipping what is there.

python writer.py FOLDER BATCHES
python writer.py URL BATCHES SECONDS [SIZE]    on Elasticsearch, with a lease of so many seconds and larger batches
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from archive.article import Article, Mention, Passage, Prepared
from archive.engine import Engine
from archive.engines.embedded import EmbeddedEngine
from archive.errors import ArchiveMissing

DIMENSIONS = 8
BATCH = 7


def article(number: int, version: int) -> Prepared:
    """Everything in it follows from its number and version, so that a reader can tell a mixture."""
    passages = 1 + number % 3
    body = f"number{number} version{version} " + "and more words " * (number % 5)
    mention = Mention("place", f"Place {number % 4} {version}", "body", 0, 6, body[:6], "alias")
    vectors = np.full((passages, DIMENSIONS), (number * 3 + version) % 100, np.int8)
    return Prepared(
        Article(
            id=f"article-{number}",
            title=f"Title {number}",
            body=body,
            published=f"20{10 + number % 10}-0{1 + number % 9}-11",
            mentions=(mention,),
            passages=tuple(Passage(0, len(body)) for _ in range(passages)),
        ),
        vectors,
    )


def batch(place: int, size: int = BATCH) -> list[Prepared]:
    """New articles and, from the third batch on, new versions of old ones."""
    new = [article(place * size + i, 0) for i in range(size)]
    old = [article((place - 2) * size + i, 1) for i in range(0, size, 2)] if place >= 2 else []
    return new + old


def main() -> None:
    location, batches = sys.argv[1], int(sys.argv[2])
    size = int(sys.argv[4]) if len(sys.argv) > 4 else BATCH
    engine = opened(location, float(sys.argv[3]) if len(sys.argv) > 3 else 0)
    print("open", flush=True)
    for place in range(engine.stats().articles // size, batches):
        print(engine.write(batch(place, size)).sequence, flush=True)


def opened(location: str, lease_seconds: float) -> Engine:
    if lease_seconds:
        # Here, because its client takes long to load, and the other engine's writer is started forty times.
        from archive.engines.elastic import ElasticEngine

        try:
            return ElasticEngine.open(location, lease_seconds=lease_seconds)
        except ArchiveMissing:
            return ElasticEngine.create(location, "test", DIMENSIONS, lease_seconds=lease_seconds)
    try:
        return EmbeddedEngine.open(Path(location))
    except ArchiveMissing:
        return EmbeddedEngine.create(Path(location), "test", DIMENSIONS)


if __name__ == "__main__":
    main()
