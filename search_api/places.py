"""Where a search's articles lie: the places they mention, with coordinates and counts."""

from __future__ import annotations

from dataclasses import replace

from archive.gazetteer import Gazetteer
from search_api.parameters import SearchRequest
from search_api.service import Answer, SearchService

__all__ = ["PLACES", "located", "places"]

PLACES = 300
"""Places of one answer: more are neither seen nor hit on a map."""


def places(service: SearchService, gazetteer: Gazetteer, request: SearchRequest) -> Answer:
    """As `PlacesAnswer` describes it, the most mentioned first. Raises what `SearchService.search` raises."""
    counted = replace(request, facets=("place",), facet_limit=PLACES, timeline=None, limit=0, cursor=None)
    answer = service.search(counted)
    facet = answer["facets"]["place"]
    found, unplaced = [], []
    for value in facet["values"]:
        where = located(gazetteer, value["value"])
        if where is None:
            unplaced.append(value)
        else:
            lat, lon, country = where
            found.append({"name": value["value"], "count": value["count"], "lat": lat, "lon": lon, "country": country})
    return {
        "total": answer["total"],
        "places": found,
        "unplaced": unplaced,
        "other": facet["other"],
        "missing": facet["missing"],
    }


def located(gazetteer: Gazetteer, name: str) -> tuple[float, float, str | None] | None:
    """Latitude, longitude and country of the place with this canonical name; None where they are not known."""
    place = gazetteer.entity("place", name)
    if place is not None and place.lat is not None and place.lon is not None:
        return place.lat, place.lon, place.country
    return gazetteer.atlas.find(name)
