"""Which of several places of one name an article means: size, what the article names besides, and nearness.

A town of the article's own region, or near the other places that it names, may win over a larger namesake elsewhere.
Nearness is the idea of spatial minimality (Leidner 2007): the readings that lie closest together are likely.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from archive.gazetteer import REGION_WEIGHT, Entity

__all__ = ["choose", "inside", "is_region"]

COUNTRY_BONUS = 1.2
"""Beside log10(inhabitants): for a place in the only country that the article names, less where it names several."""
REGION_BONUS = 2.2
"""The same for a region (a state, a province)."""
NEAR_BONUS = 1.0
"""For each other name of the article that may mean a place right beside this one, up to MOST_NEAR of them."""
MOST_NEAR = 2.5
FAME = 0.8
"""For cities of a million: news from anywhere names them."""
FAMOUS = 1_000_000
NAMESAKE = 400_000
"""Inhabitants of a city from which a region of its name needs more proof (`Washington`)."""
REACH = 80.0
"""Kilometres at which nearness has fallen to a third."""
PAIR_BONUS = 8.0
"""For the container named right behind (`Athens, Ohio`)."""
CANDIDATES = 12
"""Places of one name that are compared, the largest first and those of the article's regions."""
NAMES = 60
"""Names of one article that are compared for nearness; the first ones are enough."""
EARTH = 6371.0

Floats = NDArray[np.float64]


def choose(
    names: Mapping[str, Sequence[Entity]], counts: Mapping[str, int], behind: Mapping[str, Sequence[Entity]]
) -> dict[str, Entity]:
    """For each name of an article (with its candidates, and how often it stands there) the place that is meant.

    `behind`: places that stand right behind a name, as what contains it (`Athens, Ohio`).
    """
    countries, regions = _mentioned(names, counts)
    chosen: dict[str, Entity] = {}
    shortlists: dict[str, list[Entity]] = {}
    scores: dict[str, list[float]] = {}
    for name, candidates in names.items():
        ranked = sorted(candidates, key=lambda e: -e.population - (REGION_WEIGHT if _region(e) in regions else 0))
        some = [e for e in candidates if any(inside(e, c) for c in behind.get(name, ()))]
        shortlists[name] = list(dict.fromkeys([*some[:4], *ranked]))[:CANDIDATES]
        city = any(e.population >= NAMESAKE and not is_region(e) and not e.code for e in shortlists[name])
        scores[name] = [
            _weight(e, countries, regions, behind.get(name, ())) - (city and is_region(e)) for e in shortlists[name]
        ]
        abroad = [e for e in shortlists[name] if e.code]
        states = [e.country for e in shortlists[name] if e.country and is_region(e)] if abroad else []
        if any(_is_at_home(country, name, names, counts) for country in states):
            scores[name] = [0.0 if e.code else w for e, w in zip(shortlists[name], scores[name], strict=True)]
    near = _nearness(shortlists, scores)
    for name, shortlist in shortlists.items():
        if shortlist:
            best = max(range(len(shortlist)), key=lambda i: scores[name][i] + near[name][i])
            chosen[name] = shortlist[best]
    return chosen


def _is_at_home(country: str, name: str, names: Mapping[str, Sequence[Entity]], counts: Mapping[str, int]) -> bool:
    """Whether the article's other names are of places in the country rather than of other countries and their places.

    Then a name that a state of it shares with a country (`Georgia`) is the state's.
    """
    within = abroad = 0
    for other, candidates in names.items():
        if other != name and candidates:
            entity = max(candidates, key=lambda e: e.population)
            if entity.country == country:
                within += 0 if entity.code else counts[other]
            elif entity.country:
                abroad += counts[other]
    return within > abroad


def _mentioned(
    names: Mapping[str, Sequence[Entity]], counts: Mapping[str, int]
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often the article names each country, and each region, where the larger reading of a name is one."""
    countries: Counter[str] = Counter()
    regions: Counter[tuple[str, str]] = Counter()
    for name, candidates in names.items():
        if not candidates:
            continue
        entity = max(candidates, key=lambda e: e.population)
        place = _region(entity)
        if place and is_region(entity):
            regions[place] += counts[name]
        if entity.country and (entity.code or is_region(entity) or len({e.country for e in candidates}) == 1):
            countries[entity.country] += counts[name]
    return countries, regions


def _weight(
    entity: Entity, countries: Counter[str], regions: Counter[tuple[str, str]], behind: Sequence[Entity]
) -> float:
    weight = math.log10(entity.population + 10)
    if entity.population >= FAMOUS and not entity.code and not is_region(entity):
        weight += FAME
    if entity.country and not entity.code:
        weight += COUNTRY_BONUS * countries[entity.country] / (countries.total() or 1)
        place = _region(entity)
        if place and not is_region(entity):
            weight += REGION_BONUS * regions[place] / (regions.total() + 0.5)
    if any(inside(entity, container) for container in behind):
        weight += PAIR_BONUS
    return weight


def _nearness(
    shortlists: Mapping[str, Sequence[Entity]], scores: Mapping[str, Sequence[float]]
) -> dict[str, list[float]]:
    """For each candidate of each name how near the other names' places are, by the bonuses above."""
    none = {name: [0.0] * len(shortlist) for name, shortlist in shortlists.items()}
    compared = [
        (name, [(i, e) for i, e in enumerate(shortlist) if e.lat is not None and e.lon is not None and not e.code])
        for name, shortlist in list(shortlists.items())[:NAMES]
    ]
    compared = [(name, some) for name, some in compared if some]
    if len(compared) < 2 or not any(len(some) > 1 or len(shortlists[name]) > 1 for name, some in compared):
        return none
    flat = [e for _, some in compared for _, e in some]
    owner = np.repeat(np.arange(len(compared)), [len(some) for _, some in compared])
    # A candidate counts for its neighbours as far as it is itself the likely reading of its name.
    likely = np.array([w for name, some in compared for w in _shares([scores[name][i] for i, _ in some])])
    kin = np.exp(-_distances(flat) / REACH) * likely
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    by_name: Floats = np.maximum.reduceat(kin, starts, axis=1)
    by_name[np.arange(len(flat)), owner] = 0.0
    bonus = NEAR_BONUS * np.minimum(by_name.sum(axis=1), MOST_NEAR)
    row = 0
    for name, some in compared:
        for i, _ in some:
            none[name][i] = float(bonus[row])
            row += 1
    return none


def _shares(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    powers = [10 ** ((s - top) / 2) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


def _distances(places: Sequence[Entity]) -> Floats:
    """Great-circle kilometres between all of them, (n, n)."""
    lat = np.radians([e.lat or 0.0 for e in places])
    lon = np.radians([e.lon or 0.0 for e in places])
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    kilometres: Floats = EARTH * np.arccos(np.clip(points @ points.T, -1.0, 1.0))
    return kilometres


def _region(entity: Entity) -> tuple[str, str] | None:
    return (entity.country, entity.admin1) if entity.country and entity.admin1 else None


def is_region(entity: Entity) -> bool:
    """Whether it is a state, a province or the like."""
    return entity.admin1 is not None and entity.population == REGION_WEIGHT


def inside(entity: Entity, container: Entity) -> bool:
    """Whether the container (a country or region) holds the place."""
    if entity is container or entity.country != container.country:
        return False
    if container.code:
        return not entity.code
    return container.admin1 is not None and entity.admin1 == container.admin1 and not is_region(entity)
