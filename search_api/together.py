"""Who and what is mentioned together, among the names that stand beside one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from archive.article import Article
from archive.engine import Refinement
from archive.gazetteer import EntityKind
from search_api.parameters import SearchRequest
from search_api.service import SearchService

__all__ = ["NEWEST", "named", "together"]

NEWEST = 150
"""Articles looked at: enough to see who belongs together, few enough to be read at once."""

Name = tuple[EntityKind, str]


def together(service: SearchService, kind: EntityKind, name: str, names: Sequence[Name]) -> Counter[tuple[int, int]]:
    """(i, j), i < j -> in how many of the newest articles that mention the entity both names[i] and names[j] are."""
    request = SearchRequest(refinements=(Refinement(kind, (name,)),), sort="newest")
    counts: Counter[tuple[int, int]] = Counter()
    for hit in next(service.walk(request, NEWEST), ()):
        held = named(hit.stored.article)
        counts.update(combinations([i for i, name in enumerate(names) if name in held], 2))
    return counts


def named(article: Article) -> set[tuple[str, str]]:
    """(kind, name) of what an article mentions."""
    return {(m["kind"], m["name"]) for m in article.mention_objects()}
