"""Cities of the world, distilled from GeoNames (CC BY 4.0), and counties of the United States: looked up by name.

They are read from disk at first use.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from archive.analysis import Analyser
from archive.errors import GazetteerError
from archive.gazetteer.entity import Entity

__all__ = ["Cities", "city_entity"]

FILE = Path(__file__).parent / "data" / "places.json.gz"


class Cities:
    """Name -> cities. Columns are kept as they were stored; entities are made when asked for."""

    def __init__(self, countries: Mapping[str, str], regions: Mapping[tuple[str, str], str], path: Path = FILE) -> None:
        """`countries`: ISO code -> name; `regions`: (country name, admin1) -> name of the region."""
        try:
            columns: dict[str, Any] = orjson.loads(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, orjson.JSONDecodeError) as error:
            sentence = "places.json.gz is missing or damaged; make it anew: python -m archive.gazetteer.distil"
            raise GazetteerError(sentence) from error
        self._columns = columns
        self._countries = countries
        self._regions = regions
        self._analyser = Analyser()
        self._rows: dict[str, list[int]] = {}
        form = self._analyser.form
        words = self._analyser.words
        taken: dict[tuple[str, str], int] = {}
        self._plain: set[int] = set()
        for row, name in enumerate(columns["name"]):
            # Rows are sorted by inhabitants, so the largest of a name in its country keeps the plain name.
            county = name.endswith((" County", " Parish"))
            if not county and taken.setdefault((name, columns["country"][row]), row) == row:
                self._plain.add(row)
            for spelling in (name, *columns["aliases"].get(str(row), ())):
                key = form(spelling) if spelling.isalpha() else " ".join(map(form, words(spelling)))
                rows = self._rows.setdefault(key, [])
                if not rows or rows[-1] != row:
                    rows.append(row)

    def named(self, forms: Iterable[str]) -> list[Entity]:
        """The cities with this name (folded words), largest first."""
        return [self._entity(row) for row in self._rows.get(" ".join(forms), ())]

    def _entity(self, row: int) -> Entity:
        columns = self._columns
        country = self._countries.get(columns["country"][row], columns["country"][row])
        region = None if row in self._plain else self._regions.get((country, columns["admin1"][row]))
        return city_entity(
            columns["name"][row],
            country,
            self._analyser,
            region=region,
            aliases=columns["aliases"].get(str(row), ()),
            admin1=columns["admin1"][row],
            lat=columns["lat"][row] / 100,
            lon=columns["lon"][row] / 100,
            geonameid=columns["geonameid"][row] or None,
            population=columns["population"][row],
        )


def city_entity(
    name: str,
    country: str,
    analyser: Analyser,
    *,
    region: str | None,
    aliases: Iterable[str],
    admin1: str,
    lat: float,
    lon: float,
    geonameid: int | None,
    population: int,
) -> Entity:
    """A city; `region` stands in its name where a larger city of the country has the same one."""
    if region:
        full = f"{name}, {region}"
    else:
        full = name if name == country else f"{name}, {country}"
    others = tuple(dict.fromkeys(a for a in (name, *aliases) if a != full))
    return Entity(
        kind="place",
        name=full,
        aliases=others,
        keys=tuple(" ".join(analyser.forms(n)) for n in (full, *others)),
        country=country,
        admin1=admin1,
        lat=lat,
        lon=lon,
        geonameid=geonameid,
        population=population,
    )
