"""Where the cities of GeoNames lie (CC BY 4.0): by canonical name, and all of them for a drawing of the world.

Lighter than `cities.Cities`, which reads texts: no spellings, only the columns that a map needs.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from archive.errors import GazetteerError
from archive.gazetteer.cities import FILE

__all__ = ["Atlas"]


class Atlas:
    """Read once (about 0.2 s, 20 MB) and pass around; it never changes."""

    def __init__(self, countries: Mapping[str, str], regions: Mapping[tuple[str, str], str], path: Path = FILE) -> None:
        """`countries`: ISO code -> name; `regions`: (country name, admin1) -> name of the region."""
        try:
            columns: dict[str, Any] = orjson.loads(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, orjson.JSONDecodeError) as error:
            sentence = "places.json.gz is missing or damaged; make it anew: python -m archive.gazetteer.distil"
            raise GazetteerError(sentence) from error
        self._countries = countries
        self._regions = regions
        self._country: list[str] = columns["country"]
        self._admin1: list[str] = columns["admin1"]
        self.coordinates: NDArray[np.float64] = np.array([columns["lat"], columns["lon"]], np.float64).T / 100
        """(cities, 2) degrees of latitude and longitude, the largest city first."""
        self._rows: dict[str, list[int]] = {}
        for row, name in enumerate(columns["name"]):
            self._rows.setdefault(name, []).append(row)

    def find(self, name: str) -> tuple[float, float, str] | None:
        """Latitude, longitude and country of a city by its canonical name: `Kursk, Russia`, `Alma, Georgia, United
        States`. Of cities with one name in one country the largest has it alone, the others add their region."""
        parts = name.split(", ")
        for cut in range(1, len(parts) + 1):
            wider = ", ".join(parts[cut:])
            for row in self._rows.get(", ".join(parts[:cut]), ()):
                country = self._countries.get(self._country[row], self._country[row])
                if wider == country or (not wider and name == country) or self._lies_in(row, country, wider):
                    lat, lon = self.coordinates[row].tolist()
                    return lat, lon, country
        return None

    def _lies_in(self, row: int, country: str, region: str) -> bool:
        return bool(region) and self._regions.get((country, self._admin1[row])) == region
