"""One entity of the archive: what the gazetteers know of it, when it was written about, and together with whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from archive.engine import IntervalName, Refinement, Timeline
from archive.gazetteer import Entity, EntityKind, Gazetteer
from archive.gazetteer.entity import ENTITY_KINDS
from search_api.parameters import SearchRequest
from search_api.service import Answer, SearchService
from search_api.suggesting import EVERY_VALUE
from search_api.together import named

__all__ = ["ENTITY_KINDS", "MAX_BESIDE", "coverage", "entity"]

NEWEST = 10
"""Articles shown."""
SHOWN = ("id", "title", "published", "source")
"""Of each article."""
MAX_BESIDE = 200
"""Names of a kind mentioned beside it, at most."""
FEW = 50
"""Articles that are read sooner than counted."""
FACTS = ("class", "country", "geonameid")


def entity(
    service: SearchService,
    gazetteer: Gazetteer,
    kind: EntityKind,
    name: str,
    interval: IntervalName = "month",
    limit: int = 10,
) -> Answer | None:
    """The entity with this canonical name, or else with this alias, as `EntityAnswer` shows it.

    `limit`: names of each kind mentioned beside it, and sources. None where the archive doesn't mention it.
    """
    found = _articles(service, kind, name, interval, limit)
    if not found["total"]:
        canonical = _canonical(service, gazetteer, kind, name)
        if canonical is None:
            return None
        name, found = canonical, _articles(service, kind, canonical, interval, limit)
    asked = SearchRequest(refinements=_mentioning(kind, name), sort="oldest", limit=1, fields=("id", "published"))
    oldest = service.search(asked)
    results, facets = found["results"], found["facets"]
    beside = {k: facets[k]["values"] for k in ENTITY_KINDS if k != kind}
    beside[kind] = _beside_its_kind(service, gazetteer, kind, name, limit)
    known = gazetteer.entity(kind, name)
    return {
        "kind": kind,
        "name": name,
        **_facts(known, [m for r in results for m in r["mentions"] if (m["kind"], m["name"]) == (kind, name)]),
        "aliases": list(known.aliases) if known else [],
        "total": found["total"],
        "first": next((r["published"] for r in oldest["results"]), None),
        "last": next((r["published"] for r in results), None),
        "timeline": found["timeline"],
        "mentioned_with": {k: beside[k] for k in ENTITY_KINDS},
        "sources": facets["source"]["values"],
        "articles": [{field: r[field] for field in SHOWN} for r in results],
    }


def coverage(service: SearchService, kind: EntityKind, name: str, interval: IntervalName) -> Answer:
    """When the entity with this canonical name was written about, as `entity` shows it."""
    request = SearchRequest(
        refinements=_mentioning(kind, name), timeline=Timeline(interval), sort="newest", limit=0, fields=("id",)
    )
    timeline: Answer = service.search(request)["timeline"]
    return timeline


def _articles(service: SearchService, kind: EntityKind, name: str, interval: IntervalName, limit: int) -> Answer:
    others = tuple(k for k in ENTITY_KINDS if k != kind)
    return service.search(
        SearchRequest(
            refinements=_mentioning(kind, name),
            facets=(*others, "source"),
            facet_limit=limit,
            timeline=Timeline(interval),
            sort="newest",
            limit=NEWEST,
            fields=(*SHOWN, "mentions"),
        )
    )


def _mentioning(kind: EntityKind, name: str) -> tuple[Refinement, ...]:
    return (Refinement(kind, (name,)),)


def _beside_its_kind(
    service: SearchService, gazetteer: Gazetteer, kind: EntityKind, name: str, limit: int
) -> list[Answer]:
    """The names of its own kind mentioned beside it.

    A facet's own refinement doesn't narrow its counts. So they are taken over all articles that hold the words of the
    name in such a name: at least as many as mention it, because some mean another (`Kursk Oblast, Russia` for
    `Russia`). Few of those are taken away one by one; of many, the highest counts are made exact until no other can
    be among them: what mentions both is what mentions either less than both sums.
    """
    words = " ".join(gazetteer.analyser.words(name))
    wider = SearchRequest(q=f'{kind}:"{words}"' if words else f"has:{kind}", sort="newest", limit=0)
    others = replace(wider, refinements=(Refinement(kind, exclude=(name,)),))
    # Beside its refinement, the search for the others counts its own kind without it.
    found = service.search(replace(others, facets=(kind,), facet_limit=EVERY_VALUE))
    counts = Counter({value["value"]: value["count"] for value in found["facets"][kind]["values"]})
    del counts[name]
    ranked = sorted((-count, value) for value, count in counts.items())
    if found["total"] <= FEW:
        for hits in service.walk(others, FEW):
            counts.subtract(n for hit in hits for k, n in named(hit.stored.article) if k == kind)
        exact = [(-count, value) for value, count in counts.items() if count > 0 and value != name]
    else:
        exact = []
        own = _total(service, kind, name)
        for most, value in ranked:
            if limit <= len(exact) and (not limit or sorted(exact)[limit - 1] < (most, value)):
                break
            either = _total(service, kind, name, value)
            if both := own + _total(service, kind, value) - either:
                exact.append((-both, value))
    return [{"value": value, "count": -count} for count, value in sorted(exact)[:limit]]


def _canonical(service: SearchService, gazetteer: Gazetteer, kind: EntityKind, name: str) -> str | None:
    """The name of the entity with this alias; of several the one mentioned in most articles."""
    words = gazetteer.analyser.words(name)
    if not words:
        return None
    indexes = {
        "person": gazetteer.people,
        "place": gazetteer.places,
        "organisation": gazetteer.organisations,
        "weapon": gazetteer.weapons,
    }
    forms = [gazetteer.analyser.form(word) for word in words]
    count, candidates = indexes[kind].longest(forms, words, 0, cased=False)
    if count < len(words):
        return None
    totals = {c.entity.name: _total(service, kind, c.entity.name) for c in candidates}
    written = {c.entity.name for c in candidates if c.alias == name}
    best = min(totals, key=lambda n: (not totals[n], n not in written, -totals[n], n))
    return best if totals[best] else None


def _total(service: SearchService, kind: EntityKind, *names: str) -> int:
    """In how many articles one of these is mentioned."""
    request = SearchRequest(refinements=(Refinement(kind, names),), sort="newest", limit=0)
    total: int = service.search(request)["total"]
    return total


def _facts(known: Entity | None, mentions: Iterable[Answer]) -> Answer:
    """What it is and where: from the gazetteers, or else from the first mention that tells."""
    sources: list[Answer] = []
    if known:
        sources.append(
            {
                "class": known.class_name,
                "country": known.country,
                "lat": known.lat,
                "lon": known.lon,
                "geonameid": known.geonameid,
            }
        )
    sources += mentions
    told = {fact: next((s[fact] for s in sources if s.get(fact) is not None), None) for fact in FACTS}
    # Both coordinates of one source, never one of each.
    placed = next((s for s in sources if s.get("lat") is not None and s.get("lon") is not None), {})
    return told | {"lat": placed.get("lat"), "lon": placed.get("lon")}
