"""Candidates that the server proposes by words and by meaning, with all that is needed to decide among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.engines.elastic.compiler import stems_phrase
from archive.engines.elastic.document import SIGN, phrase_counts, stream_of, term_counts
from archive.engines.elastic.view import BARE, View, all_of, any_of
from archive.plan import Plan
from archive.ranking import PAIR_WEIGHT, Collection, carrier_weights, carriers, hold_names, word_parts

__all__ = ["DECIDING", "KEYS", "Candidates", "Figures", "by_meaning", "by_words", "dots_of", "proposed_scores"]

Json = dict[str, Any]
NUMERATOR = 2.2
"""k1 + 1: the server multiplies every BM25 score by it."""
PROBES = 2_000
"""Passages that a graph (HNSW) looks at, at least: more find more of the nearest."""

KEYS: Json = {**BARE, "docvalue_fields": ["number", "key"]}
"""What to bring of candidates that are decided by their vectors alone."""
DECIDING: Json = {**BARE, "docvalue_fields": ["number", "key", "length", "pair_count", "stems"]}
"""What to bring of candidates that are decided by their words too."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles in the order proposed; all arrays have one entry for each."""

    numbers: NDArray[np.int64]
    keys: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    pair_counts: NDArray[np.int64]
    streams: tuple[str, ...]
    """Stems of title and body as stored; for `document.term_counts`."""
    server_scores: NDArray[np.float64]

    @classmethod
    def of(cls, hits: Sequence[Json]) -> Candidates:
        """From hits that bring DECIDING or, without terms and lengths, KEYS."""

        def column(name: str) -> NDArray[np.int64]:
            return np.array([hit["fields"].get(name, (0,))[0] for hit in hits], np.int64)

        return cls(
            numbers=column("number"),
            keys=(column("key").astype(np.uint64) + np.uint64(SIGN)),
            lengths=column("length"),
            pair_counts=column("pair_count"),
            streams=tuple(stream_of(hit, "stems") if "stems" in hit["fields"] else "" for hit in hits),
            server_scores=np.array([hit.get("_score") or 0.0 for hit in hits]),
        )

    def among(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Candidates:
        """Those at the indices, or under the mask."""
        places = np.arange(len(self.numbers))[chosen]
        return Candidates(
            self.numbers[places],
            self.keys[places],
            self.lengths[places],
            self.pair_counts[places],
            tuple(self.streams[i] for i in places.tolist()),
            self.server_scores[places],
        )

    def __add__(self, other: Candidates) -> Candidates:
        return Candidates(
            np.concatenate([self.numbers, other.numbers]),
            np.concatenate([self.keys, other.keys]),
            np.concatenate([self.lengths, other.lengths]),
            np.concatenate([self.pair_counts, other.pair_counts]),
            self.streams + other.streams,
            np.concatenate([self.server_scores, other.server_scores]),
        )


class Figures:
    """N, mean lengths and document frequencies of a search's words, over live articles; remembered by the view."""

    def __init__(self, view: View, plan: Plan) -> None:
        self._view = view
        self._plan = plan
        self._frequencies = view.frequencies()
        counted = self._counted()
        self._columns = list(counted)[: len(plan.terms) + len(plan.pairs)]
        self._unknown = {key: query for key, query in counted.items() if key not in self._frequencies}

    def _counted(self) -> dict[tuple[str, str], Json]:
        """What is counted, by name: each column, with the names that it is part of, then the carriers of names."""
        plan = self._plan
        terms = [("words", t) for t in plan.terms] + [("pairs", f"{a}_{b}") for a, b in plan.pairs]
        found: dict[tuple[str, str], Json] = {}
        for column, (field, term) in enumerate(terms):
            phrases = [p for name in plan.names if column in name.columns for p in name.phrases]
            one = {"term": {field: term}}
            found[f"{field} {phrases!r}" if phrases else field, term] = any_of([one, *map(stems_phrase, phrases)])
        return found | {("words", carrier): {"term": {"words": carrier}} for carrier in carriers(plan)}

    def bodies(self) -> list[Json]:
        """The searches that bring what isn't known yet; `learn` takes their answers."""
        visible = self._view.visible()
        found: list[Json] = [
            {"size": 0, "track_total_hits": True, "query": all_of([*visible, query])}
            for query in self._unknown.values()
        ]
        if self._view.collection is None:
            sums = {name: {"sum": {"field": name}} for name in ("length", "pair_count")}
            found.append({"size": 0, "track_total_hits": True, "query": all_of(visible), "aggs": sums})
        return found

    def learn(self, answers: Sequence[Json]) -> None:
        for term, answer in zip(self._unknown, answers, strict=False):
            self._frequencies[term] = answer["hits"]["total"]["value"]
        if len(answers) > len(self._unknown):
            count = answers[-1]["hits"]["total"]["value"]
            length, pairs = (answers[-1]["aggregations"][name]["value"] for name in ("length", "pair_count"))
            self._view.collection = Collection(count, length / count if count else 0.0, pairs / count if count else 0.0)
        self._unknown = {}

    @property
    def needed_first(self) -> bool:
        """Whether proposals can't be asked for before the figures are known."""
        return bool(self._plan.names) and bool(self._unknown or self._view.collection is None)

    def carried(self) -> dict[str, float]:
        """The words that find recognised names by another name, and their weights."""
        if not self._plan.names:
            return {}
        assert self._view.collection is not None
        held = {carrier: self._frequencies["words", carrier] for carrier in carriers(self._plan)}
        known = [self._frequencies[column] for column in self._columns]
        return carrier_weights(self._plan, known, self._view.collection.articles, held)

    def scores(self, candidates: Candidates) -> NDArray[np.float64]:
        """The word score of each."""
        return self.parts(candidates)[0]

    def parts(self, candidates: Candidates) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The word score of each, and the share of the pairs in it."""
        assert self._view.collection is not None
        counts = term_counts(candidates.streams, self._plan.terms, self._plan.pairs)
        hold_names(counts, self._plan.names, lambda phrase: phrase_counts(candidates.streams, phrase))
        return word_parts(
            counts,
            [self._frequencies[column] for column in self._columns],
            len(self._plan.terms),
            candidates.lengths,
            candidates.pair_counts,
            self._view.collection,
        )


def by_words(plan: Plan, carried: Mapping[str, float], filters: Sequence[Json], size: int) -> Json:
    """The best by the server's own BM25 of words and pairs, within the filters.

    `carried`: as `Figures.carried` gives it.
    """
    words = [{"term": {"words": {"value": term}}} for term in plan.terms]
    pairs = [{"term": {"pairs": {"value": f"{a}_{b}", "boost": PAIR_WEIGHT}}} for a, b in plan.pairs]
    names = [{"term": {"words": {"value": carrier, "boost": weight}}} for carrier, weight in carried.items()]
    query = {"bool": {"should": [*words, *pairs, *names], "minimum_should_match": 1, "filter": list(filters)}}
    return {"query": query, "size": size, "track_total_hits": False, **DECIDING}


def proposed_scores(candidates: Candidates) -> NDArray[np.float64]:
    """The server's BM25 in the scale of `Figures.scores`."""
    scores: NDArray[np.float64] = candidates.server_scores / NUMERATOR
    return scores


def by_meaning(vector: NDArray[np.int8], filters: Sequence[Json], size: int, bring: Json) -> Json:
    """The nearest within the filters, by their nearest passage."""
    knn = {
        "field": "passages.codes",
        "query_vector": vector.tolist(),
        "k": size,
        "num_candidates": max(size, PROBES),
        "filter": list(filters),
    }
    return {"knn": knn, "size": size, "track_total_hits": False, **bring}


def dots_of(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The integer dot products behind the server's `max_inner_product` scores: dot + 1, or 1 / (1 - dot) below zero.

    The scores are float32, in which both are told apart up to dots of 2^23 (twenty times the largest of unit vectors);
    JSON carries the shortest digits, so that only the float32 is the score.
    """
    exact = scores.astype(np.float32).astype(np.float64)
    positive = exact >= 1
    return np.rint(np.where(positive, exact - 1, 1 - 1 / np.where(positive, 1.0, exact))).astype(np.int64)
