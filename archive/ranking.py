"""What decides: exact BM25 over words and pairs, integer closeness, and their fusion.

Engines propose candidates by their own scores, which differ (rounded lengths, deleted articles in df, shards);
the functions here decide among the proposals, the same for every engine. `docs/search-contract.md` is the definition.
BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; pairs: after Metzler and Croft's
sequential dependence model, 2005, without its window. Weights as measured, on a broad plateau.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from archive.article import Article
from archive.calendar import Interval, interval
from archive.engine import POOL_SIZE, Boost, FacetName, Mode
from archive.facets import VALUE_FACETS, date_values, facet_values
from archive.plan import Plan, ScoredName
from archive.vectors import FLOOR, UNIT, cosine

__all__ = [
    "K1",
    "KEPT_FREQUENCIES",
    "MEANING_WEIGHT",
    "PAIR_WEIGHT",
    "B",
    "Collection",
    "Fused",
    "best_by_words",
    "boosts_of",
    "carrier_weights",
    "carriers",
    "fuse",
    "hold_names",
    "nearest",
    "proposals_suffice",
    "total_score",
    "word_parts",
]

K1 = 1.2
B = 0.75
PAIR_WEIGHT = 0.7
MEANING_WEIGHT = 1.5
KEPT_FREQUENCIES = 100_000
"""Document frequencies that an engine remembers of a commit, some 200 bytes each; with more it begins anew."""

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Collection:
    """Figures over the live articles of the whole archive."""

    articles: int
    mean_length: float
    """Terms an article (title and body)."""
    mean_pairs: float


@dataclass(frozen=True, slots=True)
class Fused:
    """The pool in its order."""

    order: NDArray[np.intp]
    """Indices into the arrays that were fused, best first."""
    scores: Scores
    """Fused score of each, in the arrays' own order."""
    best: float
    """The best word score, or 1.0 where no article has any."""


def word_parts(
    counts: NDArray[np.int64],
    document_frequencies: Sequence[int],
    words: int,
    lengths: NDArray[np.int64],
    pair_counts: NDArray[np.int64],
    collection: Collection,
) -> tuple[Scores, Scores]:
    """The word score of each candidate, and how much of it the pairs bring.

    `counts`: (candidates, words + pairs), how often each scored word and then each pair stands in the article;
    `lengths`, `pair_counts`: (candidates,), all terms and all pairs of the article.
    Summed column by column in query order, so that every engine gets the same float64 to the last bit.
    """
    scores = np.zeros(len(counts))
    of_pairs = np.zeros(len(counts))
    for column, df in enumerate(document_frequencies):
        is_word = column < words
        mean = collection.mean_length if is_word else collection.mean_pairs
        if not df or not mean:
            continue
        weight = (1.0 if is_word else PAIR_WEIGHT) * _idf(collection.articles, df)
        norm = K1 * (1 - B + B * (lengths if is_word else pair_counts) / mean)
        tf = counts[:, column]
        part = weight * tf / (tf + norm)
        scores += part
        if not is_word:
            of_pairs += part
    return scores, of_pairs


def hold_names(
    counts: NDArray[np.int64],
    names: Sequence[ScoredName],
    occurrences: Callable[[tuple[str, ...]], NDArray[np.int64]],
) -> None:
    """Raise the counts of a recognised name's words and pairs to how often any of its names stands in the article.

    `counts`: as for `word_parts`; `occurrences` tells how often a phrase stands in each candidate.
    """
    for name in names:
        occurs = sum((occurrences(phrase) for phrase in name.phrases), np.zeros(len(counts), np.int64))
        for column in name.columns:
            counts[:, column] = np.maximum(counts[:, column], occurs)


def carriers(plan: Plan) -> dict[str, list[tuple[ScoredName, tuple[str, ...]]]]:
    """The words by which engines find the articles that hold a recognised name by another name: the longest of each.

    Word -> the names and phrases that it stands for.
    """
    found: dict[str, list[tuple[ScoredName, tuple[str, ...]]]] = {}
    for name in plan.names:
        for phrase in name.phrases:
            found.setdefault(max(phrase, key=len), []).append((name, phrase))
    return found


def carrier_weights(
    plan: Plan, document_frequencies: Sequence[int], articles: int, carried: Mapping[str, int]
) -> dict[str, float]:
    """For each carrier how much more it weighs than the engine's own idf gives it; `carried`: the carriers' df.

    With these weights an engine's score is never below the word score: an occurrence of a phrase adds at most the
    weight of those columns that don't stand in it themselves, it is no more frequent than its carrier, and
    tf / (tf + norm) grows ever more slowly.
    """
    weights: dict[str, float] = {}
    for carrier, stands_for in carriers(plan).items():
        missing = 0.0
        for name, phrase in stands_for:
            implied = {*phrase, *pairwise(phrase)}
            for column in name.columns:
                is_word = column < len(plan.terms)
                term = plan.terms[column] if is_word else plan.pairs[column - len(plan.terms)]
                if term not in implied:
                    missing += (1.0 if is_word else PAIR_WEIGHT) * _idf(articles, document_frequencies[column])
        if missing and carried[carrier]:
            weights[carrier] = missing / _idf(articles, carried[carrier])
    return weights


def best_by_words(scores: Scores, keys: Keys) -> NDArray[np.intp]:
    """Indices of W: the best by a positive word score, ties newest first."""
    order = np.lexsort((~keys, -scores))
    return order[scores[order] > 0][:POOL_SIZE]


def nearest(dots: Numbers, keys: Keys) -> NDArray[np.intp]:
    """Indices of V: the closest at or above the floor, ties newest first."""
    close = np.flatnonzero(dots >= FLOOR)
    if len(close) > POOL_SIZE:  # of a large archive, ordering all would take most of a search
        found = dots[close]
        close = close[found >= np.partition(found, -POOL_SIZE)[-POOL_SIZE]]
    order = np.lexsort((~keys[close], -dots[close]))
    return close[order][:POOL_SIZE]


def fuse(
    scores: Scores, dots: Numbers, keys: Keys, boosts: Sequence[Boost] = (), held: Sequence[NDArray[np.bool_]] = ()
) -> Fused:
    """The pool's order: word score relative to the best, plus 1.5 cosine, plus boosts; ties newest first.

    `held`: for each boost, which of the pool get it. Boosts are added one by one, in their order.
    """
    best = float(scores.max(initial=0.0)) or 1.0
    fused = scores / best + MEANING_WEIGHT * (dots / UNIT)
    for boost, gets in zip(boosts, held, strict=True):
        fused += boost.weight * gets
    return Fused(np.lexsort((~keys, -fused)), fused, best)


def total_score(
    mode: Mode, words: float, dot: int, best: float, boosts: Sequence[Boost] = (), held: Sequence[bool] = ()
) -> float:
    """What an article of the pool is shown with. `best`: the pool's highest word score; `held`: the boosts it gets."""
    if mode == "semantic":
        return cosine(dot)
    score = words / best
    if mode == "hybrid":
        score += MEANING_WEIGHT * cosine(dot)
        for boost, gets in zip(boosts, held, strict=True):
            score += boost.weight * gets
    return score


def boosts_of(article: Article, boosts: Sequence[Boost]) -> tuple[bool, ...]:
    """Which of the boosts an article gets."""
    return tuple(any(_has(article, boost.field, value) for value in boost.values) for boost in boosts)


def _has(article: Article, field: FacetName, value: str | Interval) -> bool:
    if isinstance(value, str):
        if field == "source":  # spares reading all mentions
            return article.source == value
        return field in VALUE_FACETS and value in facet_values(article)[field]
    dates = date_values(article) if field == "mentioned" else (article.published,) if field == "published" else ()
    return any(date is not None and interval(date) in value for date in dates)


def proposals_suffice(exact: Scores, proposed: Scores, asked: int) -> bool:
    """Whether the best 100 by exact score are surely among an engine's `asked` proposals.

    An engine that rounds lengths down scores at least as high as the truth, but for df that counts deleted
    articles; the largest ratio seen among the proposals bounds that drift. Nothing behind the last proposal can
    then score above its own score times that ratio.
    """
    if len(proposed) < asked:
        return True
    if len(exact) < POOL_SIZE:
        return False
    drift = max(1.0, float(np.max(exact / proposed))) * 1.0001  # engines score in float32
    hundredth = np.partition(exact, len(exact) - POOL_SIZE)[len(exact) - POOL_SIZE]
    return bool(hundredth > proposed.min() * drift)


def _idf(articles: int, df: int) -> float:
    return math.log(1 + (articles - df + 0.5) / (df + 0.5))
