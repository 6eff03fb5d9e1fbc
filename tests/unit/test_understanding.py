"""What a query is understood to name: sources by the names people use, dates at their precision."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.analysis import Analyser
from archive.article import Article
from archive.calendar import interval
from archive.engine import Boost
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.opening import dates_in_query
from search_api.syntax import parse, plain
from search_api.understanding import Understanding
from tests.conformance.corpus import prepared, vectors_at

SOURCES = (
    "The Verge",
    "The Week",
    "Fortune",
    "Time",
    "TechCrunch",
    "FOX News - Health",
    "FOX News - Lifestyle",
    "Globes English | Israel Business Arena",
    "CBSSports.com",
    "www.theguardian.com",
    "The New York Times",
    "Sporting News",
    "Néon Noir",
)


@pytest.fixture(scope="module")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    engine = EmbeddedEngine.create(tmp_path_factory.mktemp("sources") / "archive", dimensions=384)
    articles = [Article(f"a{i}", "Title", "Body.", source=source) for i, source in enumerate(SOURCES)]
    engine.write([prepared(article, vectors_at([0], 1, 0)) for article in articles])
    gazetteer = Gazetteer.load()
    return Understanding(engine, Analyser(), lambda: gazetteer, dates_in_query)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("what The Verge reported", ["The Verge"]),
        ("what the Verge's editor said", ["The Verge"]),
        ("on the verge of collapse", []),
        ("news of the week", []),
        ("a profile in Fortune", ["Fortune"]),
        ("a fortune in gold", []),
        ("a long Time", []),
        ("techcrunch on startups", ["TechCrunch"]),
        ("FOX News on vaccines", ["FOX News - Health"]),
        ("FOX News - Lifestyle on travel", ["FOX News - Lifestyle"]),
        ("reported by Globes English", ["Globes English | Israel Business Arena"]),
        ("CBSSports.com on week 4", ["CBSSports.com"]),
        ("cbssports on week 4", ["CBSSports.com"]),
        ("The Guardian and TechCrunch", ["www.theguardian.com", "TechCrunch"]),
        ("New York Times bitcoin", ["The New York Times"]),
        ("new york times bitcoin", ["The New York Times"]),
        ("sporting news odds", ["Sporting News"]),
        ("Vikings odds in sporting news", []),
        ("neon noir revisited", ["Néon Noir"]),
        ("TechCrunchy", []),
    ],
)
def test_sources_are_named_as_people_name_them(understanding: Understanding, text: str, sources: list[str]) -> None:
    for query in (plain(text), parse(text)):
        assert [w.value for w in understanding(query).wishes if w.kind == "source"] == sources, query


def test_a_paper_with_several_sections_is_all_of_them(understanding: Understanding) -> None:
    [wish] = understanding(plain("FOX News on vaccines")).wishes
    assert wish.boost == Boost("source", ("FOX News - Health", "FOX News - Lifestyle"), 0.5)
    assert wish.words == "FOX News"


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("published on September 25, 2023, and on 31 October 2023", [("2023-09-25", 0.6), ("2023-10-31", 0.6)]),
        ("November 2023 offensive", [("2023-11", 0.3)]),
        ("summer 2023", [("2023-06-01/2023-08-31", 0.3)]),
        ("elections of 2024", [("2024", 0.3)]),
        ("attack 2023-09-25", [("2023-09-25", 0.6)]),
        ("February 30, 2024", []),
        ("last week", []),
        ("on Thursday", []),
        ("2000 troops", []),
    ],
)
def test_dates_are_read_at_their_precision(
    understanding: Understanding, text: str, dates: list[tuple[str, float]]
) -> None:
    wishes = [w for w in understanding(plain(text)).wishes if w.kind == "date"]
    assert [(w.value, w.boost.weight) for w in wishes] == dates
    assert all(w.boost.values == (interval(w.value),) and w.boost.field == "published" for w in wishes)


@pytest.mark.parametrize(
    "text", ['"The Verge" report', "-TechCrunch report", "source:TechCrunch x", "x AND TechCrunch"]
)
def test_what_binds_is_no_wish(understanding: Understanding, text: str) -> None:
    assert understanding(parse(text)).wishes == ()


def test_nothing_is_read_across_what_binds(understanding: Understanding) -> None:
    assert understanding(parse('New York "x y" Times')).wishes == ()
    assert [w.value for w in understanding(parse('Kursk "x y" TechCrunch')).wishes] == ["TechCrunch"]


def test_a_new_source_is_known_with_its_commit(tmp_path: Path) -> None:
    engine = EmbeddedEngine.create(tmp_path / "archive", dimensions=384)
    understanding = Understanding(engine, Analyser())
    assert understanding(plain("Meridian Wire")).wishes == ()
    engine.write([prepared(Article("a", "", "x", source="Meridian Wire"), vectors_at([0], 1, 0))])
    assert [w.value for w in understanding(plain("Meridian Wire")).wishes] == ["Meridian Wire"]
