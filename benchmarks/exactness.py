"""Are the counts right? Follows every search to its end and recounts by hand.

    python -m benchmarks.exactness --archive ARCHIVE --queries 1000

For random queries in every mode: `total` is the number of articles reached by following `next`, each once; every
facet count is a recount of those articles; the count beside a value is the total after the click. Prints the
differences; the exit code is 1 when there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from archive.article import Article
from archive.calendar import interval, parse_range
from archive.engine import FACETS, FacetName, Mode, Refinement, Timeline
from archive.engines import open_archive
from archive.errors import DatelineError
from archive.facets import date_values, facet_values
from benchmarks.questions import questions
from dateline.opening import open_service
from search_api.parameters import SearchRequest
from search_api.service import SearchService

__all__ = ["differences"]

MODES: tuple[Mode, ...] = ("keyword", "semantic", "hybrid")


def differences(service: SearchService, queries: int, seed: int = 7) -> Iterator[str]:
    """A sentence for each count that is wrong."""
    engine = service.engine
    articles = [s.article for s in engine.since(0, "", 100_000)]
    by_id = {a.id: a for a in articles}
    chance = random.Random(seed)
    for text in questions(articles, queries, seed):
        for mode in MODES:
            request = SearchRequest(q=text, mode=mode, facets=FACETS, facet_limit=1000, timeline=Timeline("month"))
            if chance.random() < 0.3:
                request = replace(request, refinements=(_refinement(chance, articles),))
            try:
                yield from _wrong(service, request, by_id, chance)
            except DatelineError as error:
                yield f"{text!r}: {error}"


def _wrong(
    service: SearchService, request: SearchRequest, by_id: dict[str, Article], chance: random.Random
) -> Iterator[str]:
    where = f"{request.q!r} {request.mode} {request.refinements}"
    first = service.search(replace(request, limit=37))
    seen = [r["id"] for r in first["results"]]
    cursor = first["next"]
    while cursor:
        page = service.search(replace(request, limit=37, cursor=cursor, facets=(), timeline=None))
        seen += [r["id"] for r in page["results"]]
        cursor = page["next"]
    if len(seen) != len(set(seen)) or len(seen) != first["total"]:
        yield f"{where}: {first['total']} in total, {len(seen)} reached, {len(set(seen))} of them different"
    found = [by_id[id] for id in seen]
    line = first["timeline"]
    if sum(b["count"] for b in line["buckets"]) + line["undated"] + line["coarser"] != len(found):
        yield f"{where}: the timeline doesn't add up"
    refined = {r.field for r in request.refinements}
    for name, facet in first["facets"].items():
        if name not in refined:
            counts: Counter[str] = Counter(v for a in found for v in _values(a, name))
            shown = [(v["value"], v["count"]) for v in facet["values"]]
            recount = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: request.facet_limit]
            if shown != recount or facet["missing"] != sum(not _has(a, name) for a in found):
                yield f"{where}: the counts of {name} differ from a recount"
        if facet["values"]:
            value = chance.choice(facet["values"])
            typed = parse_range(value["value"]) if name in ("published", "mentioned") else value["value"]
            others = tuple(r for r in request.refinements if r.field != name)
            click = replace(request, refinements=(*others, Refinement(name, (typed,))), facets=(), limit=0)
            total = service.search(click)["total"]
            if total != value["count"]:
                yield f"{where}: {name}={value['value']} shows {value['count']}, the click finds {total}"


def _values(article: Article, name: FacetName) -> tuple[str, ...]:
    if name == "published":
        return (article.published[:4],) if article.published else ()
    if name == "mentioned":
        spans = [interval(v) for v in date_values(article)]
        return tuple({f"{s.first.year:04}" for s in spans if s.first.year == s.last.year})
    return facet_values(article)[name]


def _has(article: Article, name: FacetName) -> bool:
    return bool(date_values(article)) if name == "mentioned" else bool(_values(article, name))


def _refinement(chance: random.Random, articles: list[Article]) -> Refinement:
    while True:
        name = chance.choice([f for f in FACETS if f not in ("published", "mentioned")])
        values = _values(chance.choice(articles), name)
        if values:
            return Refinement(name, (chance.choice(values),))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    asked = parser.parse_args()
    service = open_service(open_archive(asked.archive), asked.archive, asked.model)
    wrong = 0
    for difference in differences(service, asked.queries):
        wrong += 1
        print(difference)
    print(f"{asked.queries} queries in {len(MODES)} modes: {wrong} differences")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
