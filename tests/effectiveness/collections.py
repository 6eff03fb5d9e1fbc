"""The judged collections of the regression test: our own, and fixed samples of two that lie beside the project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from archive.article import Article, Mention
from archive.embedding import Embedder
from archive.engine import Engine
from indexer.prepare import Preparer
from indexer.readers import Record, read
from search_api.evaluation import Judgements, read_judgements, read_queries

__all__ = ["Collection", "fill", "own", "sampled"]

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Collection:
    articles: tuple[Article, ...]
    queries: tuple[tuple[str, str], ...]
    judgements: Judgements


class _NoMentions:
    """Ranking reads no mentions, and finding them would take longer than encoding."""

    def read(self, articles: Sequence[Article]) -> list[tuple[Mention, ...]]:
        return [() for _ in articles]

    def names(self, mentions: Sequence[Mention]) -> Mapping[str, tuple[str, ...]]:
        return {}


def own(articles: Path) -> Collection:
    """The queries of `sample.yaml` over the bundled sample articles."""
    judged = yaml.safe_load((HERE / "sample.yaml").read_text())
    queries = tuple((f"s{i:02}", entry["query"]) for i, entry in enumerate(judged, 1))
    judgements = {
        id: {f"sample-{end}": relevance for end, relevance in entry["judged"].items()}
        for (id, _), entry in zip(queries, judged, strict=True)
    }
    return Collection(tuple(_read(articles)), queries, judgements)


def sampled(folder: Path, size: int) -> Collection:
    """Of a judged collection so many articles, and the queries all of whose relevant articles are among them.

    The articles are those that the first queries need: with few articles, most queries would lose theirs.
    """
    queries = read_queries(folder / "queries.jsonl.gz")
    judgements = read_judgements(folder / "qrels.tsv")
    relevant = {q: {a for a, r in judgements[q].items() if r > 0} for q, _ in queries if q in judgements}
    chosen: set[str] = set()
    for query, _ in queries:
        if len(chosen | relevant.get(query, set())) <= size:
            chosen |= relevant.get(query, set())
    kept = tuple((q, text) for q, text in queries if relevant.get(q) and relevant[q] <= chosen)
    articles = tuple(a for a in _read(folder / "articles.jsonl.gz") if a.id in chosen)
    return Collection(articles, kept, judgements)


def fill(engine: Engine, articles: Sequence[Article], embedder: Embedder) -> None:
    with ThreadPoolExecutor(1) as executor:
        engine.write(Preparer(embedder, _NoMentions(), executor)(articles))


def _read(path: Path) -> Iterator[Article]:
    for record in read([str(path)]):
        assert isinstance(record, Record)
        yield record.article
