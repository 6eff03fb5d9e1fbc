"""How long many saved searches take against new articles, and whether that gives what one at a time gives.

    python -m benchmarks.alerts --archive ARCHIVE [--searches 10000] [--articles 1000] [--alone 1000]

Searches of every construct, half of them hybrid, are saved in a new database; the last articles of an archive are
taken for new. The worker's own code matches and records them (`bulk`, with everything: reading the articles, matching,
writing matches and positions). Then the rule is evaluated one search and one article at a time (`alone`, on the first
`--alone` of these articles), and both must say the same of each pair. Exit code 1 where they don't.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, select

from archive.analysis import Analyser
from archive.engine import Copy, Engine, Search
from archive.engines import open_archive
from archive.plan import embedding_text
from archive.vectors import quantise
from benchmarks.questions import questions
from dateline.commands.options import embedder
from search_api.saved.batch import Batch
from search_api.saved.database import Database, sqlite_url
from search_api.saved.matcher import Matcher
from search_api.saved.matching import fires
from search_api.saved.models import matches, saved_searches
from search_api.saved.rule import DEFAULT_FLOOR, dot_of, rule_of
from search_api.saved.store import Store, archive_id
from search_api.saved.tree import search_to_json
from search_api.syntax import parse

Position = tuple[int, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--alone", type=int, default=1_000)
    parser.add_argument("--database", help="Another than a new SQLite file: postgresql://...; its tables are emptied.")
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    asked = parser.parse_args()
    engine, analyser = open_archive(asked.archive), Analyser()
    start, copies = _new(engine, asked.articles)
    searches = _searches(engine, analyser, asked.searches, asked.model)
    floor = dot_of(DEFAULT_FLOOR)
    hybrid = sum(s.vector is not None for s in searches)
    print(f"{len(searches):,} searches, {hybrid:,} of them by words and meaning; {len(copies):,} new articles")
    with TemporaryDirectory() as folder:
        database = Database(asked.database or sqlite_url(Path(folder) / "dateline.db"))
        database.migrate()
        store = Store(database, archive_id(engine.secret))
        _save(store, searches, floor, start, engine.model)
        matcher = Matcher(engine, store, analyser)
        started, busy = time.perf_counter(), time.process_time()
        for _ in matcher.steps():
            pass
        bulk, busy = time.perf_counter() - started, time.process_time() - busy
        with database.read() as connection:
            c = matches.c
            rows = connection.execute(select(c.search, c.article, c.matched_by, c.closeness)).all()
        database.close()
    print(f" bulk {bulk:8.1f} s ({busy:.1f} s of one core), {len(rows):,} matches recorded")
    found = {(row.search - 1, row.article): (row.matched_by, row.closeness) for row in rows}
    rules = [rule_of(search, floor, analyser) for search in searches]
    some = copies[: asked.alone]
    expected: dict[tuple[int, str], Any] = {}
    started = time.perf_counter()
    for copy in some:
        batch = Batch([copy], analyser)
        for i, rule in enumerate(rules):
            for fired in fires(batch, rule):
                expected[i, copy.stored.article.id] = (fired.matched_by, fired.closeness)
    alone = time.perf_counter() - started
    print(f"alone {alone:8.1f} s for {len(some):,} of the articles")
    ids = {copy.stored.article.id for copy in some}
    in_bulk = {key: what for key, what in found.items() if key[1] in ids}
    differences = in_bulk.items() ^ expected.items()
    print(f"{len(rules) * len(some):,} pairs compared, {len(expected):,} fire, {len(differences)} differ")
    sys.exit(1 if differences else 0)


def _new(engine: Engine, count: int) -> tuple[Position, list[Copy]]:
    """The last articles, and the position before them."""
    stored = engine.since(0, "", 10_000_000)
    before = stored[-count - 1] if len(stored) > count else None
    start = (before.sequence, before.article.id) if before else (0, "")
    return start, engine.copies(*start, count)


def _searches(engine: Engine, analyser: Analyser, count: int, model: str) -> list[Search]:
    """Half of them hybrid, of those that have anything to embed; the others by words."""
    articles = [s.article for s in engine.since(0, "", 10_000)]
    queries = [parse(text, analyser) for text in questions(articles, count)]
    texts = [embedding_text(query) for query in queries]
    hybrid = set([i for i, text in enumerate(texts) if text][: count // 2])
    wanted = list(dict.fromkeys(texts[i] for i in sorted(hybrid)))
    codes = dict(zip(wanted, quantise(embedder(model).encode(wanted)), strict=True))
    return [
        Search(query, mode="hybrid", vector=codes[texts[i]].tobytes()) if i in hybrid else Search(query, mode="keyword")
        for i, query in enumerate(queries)
    ]


def _save(store: Store, searches: list[Search], floor: int, start: Position, model: str) -> None:
    now = store.now()
    with store.database.write() as connection:
        connection.execute(saved_searches.delete())
        connection.execute(
            insert(saved_searches),
            [
                {
                    "id": i,
                    "archive": store.archive,
                    "owner": "benchmark",
                    "name": str(i),
                    "note": "",
                    "parameters": [],
                    "resolved": search_to_json(search),
                    "vector": search.vector,
                    "model": model,
                    "floor": floor,
                    "revision": 1,
                    "created": now,
                    "changed": now,
                    "began": 0,
                    "sequence": start[0],
                    "article": start[1],
                    "seen": 0,
                }
                for i, search in enumerate(searches, 1)
            ],
        )


if __name__ == "__main__":
    main()
