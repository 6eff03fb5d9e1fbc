"""The relevance sections of docs/quality.md: effectiveness on judged collections, and what each part brings.

    python -m benchmarks.quality --archives FOLDER --data FOLDER [--check] [--write docs/quality.md]

For each collection NAME that lies in both folders (`multihoprag`, `muc34`), --archives holds the archive
(`dateline index DATA/NAME/articles.jsonl.gz --archive FOLDER/NAME`), --data its `queries.jsonl.gz` and `qrels.tsv`.
Prints the sections, or writes them between their markers; --check compares with tests/effectiveness/expected.yaml
and exits with 1 where a figure is off by more than the tolerance.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from archive.analysis import Analyser
from archive.embedding import DEFAULT_MODEL, Embedder
from archive.engine import Engine, Hit
from archive.ranking import MEANING_WEIGHT
from benchmarks.sections import write_between
from dateline.commands.options import embedder
from dateline.opening import dates_in_query, gazetteer, open_archive
from search_api.comparison import Compared, Difference, compare, difference, markdown
from search_api.evaluation import (
    MEASURES,
    Judgements,
    Ranking,
    Scores,
    measure,
    rank,
    read_judgements,
    read_queries,
    scores_of,
)
from search_api.understanding import Understanding

TITLES = {"multihoprag": "MultiHop-RAG", "muc34": "MUC-3/4"}
EXPECTED = Path(__file__).parents[1] / "tests" / "effectiveness" / "expected.yaml"
NDCG = MEASURES.index("ndcg@10")
HEAD = """## Relevance

nDCG@10 (linear gain) with its difference from bare BM25 and the 95 % interval of that (paired bootstrap over queries,
10,000 resamples, seeded). Query text is taken as plain words; names, sources and dates are read in it as the service
does, but for `expand=off` and the bare legs. Development halves; int8 vectors of all-MiniLM-L6-v2; the embedded engine.
{machine}; times are those of a shared machine.

```text
python -m benchmarks.quality --archives ARCHIVES --data DATA --write docs/quality.md
```"""
BEGIN, END = "<!-- relevance: begin -->", "<!-- relevance: end -->"


@dataclass(frozen=True, slots=True)
class _Collection:
    name: str
    engine: Engine
    archive: str
    queries: Sequence[tuple[str, str]]
    judgements: Judgements


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    encoder = embedder(DEFAULT_MODEL)
    sections, wrong = [], []
    for collection in _collections(asked.archives, asked.data):
        compared, parts = _measured(collection, encoder)
        sections.append(_section(collection, compared, parts))
        wrong += _off(collection.name, compared) if asked.check else []
    if not sections:
        sys.exit(f"{asked.archives} and {asked.data} hold none of {', '.join(TITLES)}.")
    text = "\n\n".join([_head(), *sections])
    if asked.write:
        write_between(asked.write, BEGIN, END, text)
    else:
        print(text)
    if wrong:
        sys.exit("\n".join(wrong))


def _collections(archives: Path, data: Path) -> Iterator[_Collection]:
    for name in TITLES:
        location, folder = archives / name, data / name
        if location.exists() and folder.exists():
            queries, judgements = read_queries(folder / "queries.jsonl.gz"), read_judgements(folder / "qrels.tsv")
            yield _Collection(name, open_archive(str(location)), str(location), queries, judgements)


def _measured(collection: _Collection, encoder: Embedder) -> tuple[list[Compared], dict[str, Difference]]:
    """The systems against bare BM25, and the whole against itself without each part."""

    def ranked(reads: Understanding | None, **options: object) -> list[Ranking]:
        found = rank(collection.engine, encoder, collection.queries, understanding=reads, **options)  # type: ignore[arg-type]
        return list(found)

    def names() -> object:
        return gazetteer(collection.archive)

    whole = Understanding(collection.engine, Analyser(), names, dates_in_query)  # type: ignore[arg-type]
    nameless = Understanding(collection.engine, Analyser(), None, dates_in_query)
    full = ranked(whole, keep_hits=True)
    runs = {
        "hybrid": full,
        "hybrid expand=off": ranked(None),
        "keyword": ranked(whole, mode="keyword"),
        "bm25": ranked(None, leg="bm25"),
        "dense": ranked(None, leg="dense"),
    }
    scores = {name: scores_of(found, collection.judgements) for name, found in runs.items()}
    systems = {name: (measure(found, collection.judgements), scores[name]) for name, found in runs.items()}
    less: dict[str, list[Ranking]] = {
        "pairs of words": [_reordered(r, lambda hit, best, _: -hit.pairs / best) for r in full],
        "meaning": [_reordered(r, lambda hit, best, _: -MEANING_WEIGHT * (hit.cosine or 0.0)) for r in full],
        "words and pairs": [_reordered(r, lambda hit, best, _: -hit.words / best) for r in full],
        "sources": [_reordered(r, _without("source")) for r in full],
        "dates": [_reordered(r, _without("published")) for r in full],
        "names by their aliases": ranked(nameless),
    }
    whole_scores, judged = scores["hybrid"], collection.judgements
    parts = {name: _difference(whole_scores, scores_of(found, judged)) for name, found in less.items()}
    return compare(systems, "bm25"), parts


def _without(field: str) -> Callable[[Hit, float, Ranking], float]:
    def change(hit: Hit, best: float, ranking: Ranking) -> float:
        held = zip(ranking.boosts, hit.boosts, strict=True)
        return -sum(boost.weight for boost, gets in held if gets and boost.field == field)

    return change


def _reordered(ranking: Ranking, change: Callable[[Hit, float, Ranking], float]) -> Ranking:
    """The same articles by their scores, changed. The pool stays: no part but words and meaning proposes."""
    ranked = [(hit, hit.score) for hit in ranking.hits if hit.score is not None]
    best = max((hit.words for hit, _ in ranked), default=0.0) or 1.0
    ordered = sorted(ranked, key=lambda pair: -(pair[1] + change(pair[0], best, ranking)))
    return replace(ranking, articles=tuple(hit.stored.article.id for hit, _ in ordered))


def _difference(whole: Scores, less: Scores) -> Difference:
    return difference([whole[q][NDCG] for q in whole], [less[q][NDCG] for q in whole])


def _off(name: str, compared: Sequence[Compared]) -> list[str]:
    expected = yaml.safe_load(EXPECTED.read_text())
    return [
        f"{name}, {each.name}: {each.measured.ndcg_10:.4f}, expected {wanted:.4f}"
        for each in compared
        if (wanted := expected["whole"][name].get(each.name)) is not None
        and abs(each.measured.ndcg_10 - wanted) > expected["tolerance"]
    ]


def _head() -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return HEAD.format(machine=machine)


def _section(collection: _Collection, compared: Sequence[Compared], parts: dict[str, Difference]) -> str:
    stats = collection.engine.stats()
    queries = compared[0].measured.queries
    lines = [f"| {name} | {d.mean:+.3f} | {d.low:+.3f} to {d.high:+.3f} |" for name, d in parts.items()]
    size = f"{stats.articles:,} articles, {stats.passages:,} passages, {queries} queries"
    return (
        f"### {TITLES[collection.name]}: {size}\n\n"
        f"{markdown(compared)}\n\nWhat each part brings to `hybrid`, by leaving it out:\n\n"
        "| part | nDCG@10 | 95 % |\n| --- | --- | --- |\n" + "\n".join(lines)
    )


if __name__ == "__main__":
    main()
