"""Effectiveness is reviewed data: nDCG@10 stays within the tolerance of `expected.yaml`, both ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from archive.analysis import Analyser
from archive.embedding import Embedder, open_embedder
from archive.engine import Mode
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.commands.options import cache_folder
from dateline.opening import dates_in_query
from dateline.sample import sample_path
from search_api.evaluation import Leg, measure, rank
from search_api.understanding import Understanding

from .collections import Collection, fill, own, sampled

EXPECTED = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text())
SIZES = {"multihoprag": 40, "muc34": 180}
"""Articles of the samples: 40 seconds of encoding in all; `python -m benchmarks.quality` measures the whole."""
SYSTEMS: dict[str, tuple[Mode, Leg | None, bool]] = {
    "hybrid": ("hybrid", None, True),
    "hybrid expand=off": ("hybrid", None, False),
    "keyword": ("keyword", None, True),
    "bm25": ("hybrid", "bm25", False),
    "dense": ("hybrid", "dense", False),
}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(cache=cache_folder())


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="module", params=["sample", *SIZES])
def measured(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder, gazetteer: Gazetteer
) -> tuple[str, Callable[[str], float]]:
    """The name of a collection, and what gives a system's nDCG@10 on it."""
    name: str = request.param
    collection = _collection(name, request)
    engine = EmbeddedEngine.create(tmp_path_factory.mktemp(name) / "archive", embedder.name, embedder.dimensions)
    fill(engine, collection.articles, embedder)
    understanding = Understanding(engine, Analyser(), lambda: gazetteer, dates_in_query)

    def ndcg(system: str) -> float:
        mode, leg, reads = SYSTEMS[system]
        read = understanding if reads else None
        found = list(rank(engine, embedder, collection.queries, mode=mode, leg=leg, understanding=read))
        return measure(found, collection.judgements).ndcg_10

    return name, ndcg


def _collection(name: str, request: pytest.FixtureRequest) -> Collection:
    if name == "sample":
        return own(sample_path())
    return sampled(request.getfixturevalue("shared_data") / name, SIZES[name])


@pytest.mark.parametrize("system", SYSTEMS)
def test_effectiveness_is_what_was_reviewed(measured: tuple[str, Callable[[str], float]], system: str) -> None:
    name, ndcg = measured
    found = ndcg(system)
    assert found == pytest.approx(EXPECTED[name][system], abs=EXPECTED["tolerance"]), f"{name}, {system}: {found:.4f}"


def test_our_own_queries_are_judged_on_articles_that_exist() -> None:
    collection = own(sample_path())
    ids = {article.id for article in collection.articles}
    assert len(collection.queries) >= 40
    assert len({text for _, text in collection.queries}) == len(collection.queries)
    assert all(judged and set(judged) <= ids for judged in collection.judgements.values())
