"""The base of weapons systems: broad enough, no name for two systems, no everyday word that counts without proof."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from archive.gazetteer import Gazetteer
from archive.gazetteer.entity import Entity
from archive.gazetteer.entries import DATA, common_words, read_folder

LARGE = 100_000
"""Inhabitants from which a city's name is no weapon's without proof."""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="module")
def systems(gazetteer: Gazetteer) -> list[Entity]:
    return list(gazetteer.all("weapon"))


def unmarked(systems: list[Entity]) -> Iterator[tuple[Entity, str, str]]:
    """System, name and folded name of every name that counts wherever it stands."""
    for system in systems:
        for name, key in zip(system.names, system.keys, strict=True):
            if name not in system.ambiguous:
                yield system, name, key


def test_the_base_is_broad(systems: list[Entity]) -> None:
    classes = Counter(s.class_name for s in systems)
    assert len(systems) >= 1_000
    for expected, least in {
        "aircraft carrier": 30,
        "anti-tank missile": 40,
        "ballistic missile": 60,
        "destroyer": 80,
        "drone": 80,
        "fighter aircraft": 70,
        "main battle tank": 40,
        "pistol": 60,
        "submarine": 150,
    }.items():
        assert classes[expected] >= least, expected


def test_every_system_has_an_origin(systems: list[Entity]) -> None:
    assert [s.name for s in systems if not s.origin] == []


def test_one_name_stands_for_one_system(systems: list[Entity]) -> None:
    """As they are matched: without regard to case, hyphens and spaces."""
    holders: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for system in systems:
        for name, key in zip(system.names, system.keys, strict=True):
            holders[key.replace(" ", "")].add((system.name, name in system.ambiguous))
    shared = {key: held for key, held in holders.items() if len({name for name, _ in held}) > 1}
    assert {key: held for key, held in shared.items() if not all(ambiguous for _, ambiguous in held)} == {}


def test_ambiguous_names_have_words_that_prove_them(systems: list[Entity]) -> None:
    assert [s.name for s in systems if s.ambiguous and not s.context] == []


def test_no_common_word_counts_without_proof(systems: list[Entity]) -> None:
    common = common_words()
    assert [(s.name, name) for s, name, key in unmarked(systems) if " " not in key and key in common] == []


def test_no_common_word_is_hidden_in_a_name(systems: list[Entity]) -> None:
    """Names are matched with their words joined: `President-S` would be found in `Presidents`."""
    common = common_words()
    joined = [(s, name, key.replace(" ", "")) for s, name, key in unmarked(systems)]
    assert [(s.name, name) for s, name, key in joined if key in common or key.removesuffix("s") in common] == []


def test_the_plural_of_an_ambiguous_name_is_ambiguous(systems: list[Entity]) -> None:
    assert [(s.name, name) for s, name, _ in unmarked(systems) if name.removesuffix("s") in s.ambiguous] == []


def test_no_country_or_large_city_counts_without_proof(gazetteer: Gazetteer, systems: list[Entity]) -> None:
    countries = {key for e in gazetteer.all("place") if e.code for key in e.keys}
    found = [
        (s.name, name)
        for s, name, key in unmarked(systems)
        if key in countries or any(city.population >= LARGE for city in gazetteer.cities.named(key.split()))
    ]
    assert found == []


def test_no_surname_in_the_news_counts_without_proof(gazetteer: Gazetteer, systems: list[Entity]) -> None:
    surnames = {key.split()[-1] for e in gazetteer.all("person") for key in e.keys}
    whole = {key for e in gazetteer.all("person") for key in e.keys}
    found = [(s.name, name) for s, name, key in unmarked(systems) if key in whole or key in surnames]
    assert found == []


def test_files_stay_readable() -> None:
    for path in (DATA / "weapons").glob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 300, path.name
        assert lines[0].startswith("# "), path.name
    assert len(read_folder(DATA)["weapon"]) >= 1_000
