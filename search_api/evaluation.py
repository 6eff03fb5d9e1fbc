"""Effectiveness: run judged queries through an archive and measure the rankings.

Measures as defined by trec_eval, through `ir_measures`: nDCG with linear gain, reciprocal rank, recall.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal
from urllib.parse import quote

import numpy as np

from archive.analysis import Analyser
from archive.embedding import Embedder
from archive.engine import Boost, Engine, Hit, Mode, Search
from archive.errors import ReadError
from archive.plan import embedding_text
from archive.query import Or, Query
from archive.vectors import quantise
from search_api.lexer import MAX_LEAVES
from search_api.syntax import plain
from search_api.understanding import Understanding, Understood

__all__ = [
    "DEPTH",
    "MEASURES",
    "Judgements",
    "Leg",
    "Measured",
    "Ranking",
    "Scores",
    "measure",
    "rank",
    "read_judgements",
    "read_queries",
    "scores_of",
    "write_run",
]

DEPTH = 100
"""Articles ranked for each query."""

Leg = Literal["bm25", "dense"]
Judgements = Mapping[str, Mapping[str, int]]
"""Query id -> article id -> relevance."""
_BLANK = re.compile(r"\s")
MEASURES = ("ndcg@10", "mrr@10", "recall@10", "recall@100")
Scores = Mapping[str, Sequence[float]]
"""Query id -> its value of each of MEASURES."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One query's answer."""

    query: str
    articles: tuple[str, ...]
    """Ids, best first."""
    milliseconds: float
    """From text to answer: parsing, reading, embedding, searching."""
    hits: tuple[Hit, ...] = field(default=(), repr=False)
    """Where they were asked for: the same articles, with the parts of their scores."""
    boosts: tuple[Boost, ...] = ()
    """Those of the search, in the order of `Hit.boosts`."""


@dataclass(frozen=True, slots=True)
class Measured:
    queries: int
    ndcg_10: float
    mrr_10: float
    recall_10: float
    recall_100: float
    ms_p50: float
    ms_p95: float

    def to_json(self) -> dict[str, float]:
        return {
            "queries": self.queries,
            "ndcg@10": self.ndcg_10,
            "mrr@10": self.mrr_10,
            "recall@10": self.recall_10,
            "recall@100": self.recall_100,
            "ms_p50": self.ms_p50,
            "ms_p95": self.ms_p95,
        }


def read_queries(path: Path) -> list[tuple[str, str]]:
    """(id, text) of each line of a JSONL file, also gzipped; raises ReadError with file and line."""
    found = []
    for number, line in _lines(path):
        try:
            query = json.loads(line)
            found.append((str(query["id"]), str(query["text"])))
        except (ValueError, KeyError, TypeError):
            raise ReadError(f'{path}:{number}: not a query; a line is {{"id": "q1", "text": "words"}}.') from None
    return found


def read_judgements(path: Path) -> Judgements:
    """TREC qrels (`query 0 article relevance`); raises ReadError with file and line."""
    found: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        try:
            query, _, article, relevance = line.split()
            found.setdefault(query, {})[article] = int(relevance)
        except ValueError:
            raise ReadError(f"{path}:{number}: not a judgement; a line is `query 0 article relevance`.") from None
    return found


def rank(
    engine: Engine,
    embedder: Embedder,
    queries: Iterable[tuple[str, str]],
    *,
    mode: Mode = "hybrid",
    leg: Leg | None = None,
    understanding: Understanding | None = None,
    keep_hits: bool = False,
) -> Iterator[Ranking]:
    """Answer each query, its text taken as plain words.

    `leg`: one signal alone instead of a mode. `understanding` reads names, sources and dates, as the service does
    (a leg goes without); None: nothing is read.
    """
    for id, text in queries:
        started = time.perf_counter()
        query = _plain(text, engine)
        if query is None:
            yield Ranking(id, (), (time.perf_counter() - started) * 1000)
            continue
        understood = understanding(query) if understanding and leg is None else Understood()
        vector = None
        if leg == "bm25":
            # All words joined by OR: nothing but BM25 of single words is left to rank by.
            words = query.clauses
            query = Query((Or(words),) if len(words) > 1 else words, text)
            mode = "keyword"
        elif leg == "dense":
            mode = "semantic"
        if mode != "keyword" and (spoken := embedding_text(query)):
            vector = quantise(embedder.encode([spoken])).tobytes()
        search = Search(
            query=query,
            mode=mode,
            vector=vector,
            expansions=understood.expansions,
            boosts=understood.boosts,
            limit=DEPTH,
        )
        page = engine.search(search)
        elapsed = (time.perf_counter() - started) * 1000
        hits = page.hits if keep_hits else ()
        yield Ranking(id, tuple(hit.stored.article.id for hit in page.hits), elapsed, hits, search.boosts)


def _plain(text: str, engine: Engine) -> Query | None:
    """The text as plain words, as many as a search takes; None where it has none, which finds nothing."""
    words = Analyser(engine.identity.language).words(text.encode("utf-8", "replace").decode())
    return plain(" ".join(words[:MAX_LEAVES])) if words else None


def scores_of(rankings: Sequence[Ranking], judgements: Judgements) -> Scores:
    """The measures of each query that has a relevant article; raises ReadError where there is none."""
    import ir_measures
    from ir_measures import RR, R, nDCG

    judged = {q: rels for q, rels in judgements.items() if any(r > 0 for r in rels.values())}
    counted = [r for r in rankings if r.query in judged]
    if not counted:
        raise ReadError("None of the queries has a relevant article among the judgements: do the ids agree?")
    measures = [nDCG @ 10, RR @ 10, R @ 10, R @ 100]
    qrels = {r.query: judged[r.query] for r in counted}
    run = {r.query: dict(_scored(r)) for r in counted}
    found = {r.query: [0.0] * len(measures) for r in counted}
    for value in ir_measures.iter_calc(measures, qrels, run):
        found[value.query_id][measures.index(value.measure)] = value.value
    return found


def measure(rankings: Sequence[Ranking], judgements: Judgements) -> Measured:
    """Means over the queries that have a relevant article."""
    found = scores_of(rankings, judgements)
    means = [sum(values) / len(found) for values in zip(*found.values(), strict=True)]
    times = np.percentile([r.milliseconds for r in rankings], [50, 95])
    return Measured(len(found), *means, *(float(t) for t in times))


def write_run(rankings: Iterable[Ranking], out: IO[str], name: str = "dateline") -> None:
    """A TREC run: `query Q0 article rank score name`, the scores strictly falling with the rank.

    Blanks part the columns: those of an id are percent-encoded.
    """
    for ranking in rankings:
        for place, (article, score) in enumerate(_scored(ranking), 1):
            out.write(f"{_column(ranking.query)} Q0 {_column(article)} {place} {score:g} {name}\n")


def _column(id: str) -> str:
    return _BLANK.sub(lambda found: quote(found[0]), id)


def _scored(ranking: Ranking) -> Iterator[tuple[str, float]]:
    # Fused scores may tie and end with the pool; the rank is what is measured.
    return ((article, float(DEPTH - place)) for place, article in enumerate(ranking.articles))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as handle
        ):
            for number, line in enumerate(handle, 1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ReadError(f"{path} can't be read: {error}.") from None
