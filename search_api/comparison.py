"""Systems compared on the same queries: paired bootstrap intervals, and the table that tells them.

The paired bootstrap: Efron and Tibshirani, An Introduction to the Bootstrap, 1993; for retrieval: Sakai,
Evaluating Evaluation Metrics based on the Bootstrap, 2006.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from search_api.evaluation import MEASURES, Measured, Scores

__all__ = ["RESAMPLES", "Compared", "Difference", "compare", "difference", "markdown"]

RESAMPLES = 10_000
SEED = 20_241_121
"""Of the resampling: the same figures give the same interval."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher the mean of a system is than the baseline's, with the 95 % interval of the paired bootstrap."""

    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"mean": self.mean, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Compared:
    """One system's figures, and its nDCG@10 against the baseline's; None for the baseline itself."""

    name: str
    measured: Measured
    difference: Difference | None

    def to_json(self) -> dict[str, Any]:
        difference = self.difference.to_json() if self.difference else None
        return {"name": self.name, **self.measured.to_json(), "difference": difference}


def difference(scores: Sequence[float], baseline: Sequence[float]) -> Difference:
    """Of two systems' values of the same queries, in the same order."""
    gains = np.array(scores) - np.array(baseline)
    random = np.random.default_rng(SEED)
    means = np.array([gains[random.integers(0, len(gains), len(gains))].mean() for _ in range(RESAMPLES)])
    low, high = np.percentile(means, [2.5, 97.5])
    return Difference(float(gains.mean()), float(low), float(high))


def compare(systems: Mapping[str, tuple[Measured, Scores]], baseline: str) -> list[Compared]:
    """Each system in its order, by nDCG@10 against the one named `baseline`."""
    column = MEASURES.index("ndcg@10")
    known = systems[baseline][1]
    found = []
    for name, (measured, scores) in systems.items():
        pairs = [(scores[query][column], values[column]) for query, values in known.items()]
        gain = None if name == baseline else difference([a for a, _ in pairs], [b for _, b in pairs])
        found.append(Compared(name, measured, gain))
    return found


def markdown(compared: Sequence[Compared]) -> str:
    """The table: a line for each system."""
    baseline = next(c.name for c in compared if c.difference is None)
    head = ["system", "nDCG@10", f"against {baseline} (95 %)", "MRR@10", "recall@10", "recall@100", "ms p50", "ms p95"]
    lines = [head, ["---"] * len(head)]
    for each in compared:
        m, gain = each.measured, each.difference
        told = f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})" if gain else ""
        figures = (m.mrr_10, m.recall_10, m.recall_100)
        times = [f"{m.ms_p50:.1f}", f"{m.ms_p95:.1f}"]
        lines.append([each.name, f"{m.ndcg_10:.3f}", told, *(f"{f:.3f}" for f in figures), *times])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
