"""Names of one kind beside a name of it: the same counts whether the articles that don't mention it are few or many."""

from __future__ import annotations

from collections import Counter

import pytest

from archive.gazetteer import EntityKind, Gazetteer
from search_api import entities
from search_api.entities import entity
from search_api.service import SearchService
from search_api.together import named


@pytest.mark.parametrize("few", [0, 50])
@pytest.mark.parametrize("kind", ["place", "person"])
def test_those_beside_it_are_counted_over_its_own_articles(
    service: SearchService, monkeypatch: pytest.MonkeyPatch, kind: EntityKind, few: int
) -> None:
    monkeypatch.setattr(entities, "FEW", few)
    gazetteer = Gazetteer.load()
    articles = [{n for k, n in named(s.article) if k == kind} for s in service.engine.since(0, "", 1000)]
    for name, _ in Counter(n for names in articles for n in names).most_common(8):
        counts = Counter(n for names in articles if name in names for n in names - {name})
        expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        for limit in (0, 1, 4, 200):
            found = entity(service, gazetteer, kind, name, limit=limit)
            assert found is not None
            assert [(v["value"], v["count"]) for v in found["mentioned_with"][kind]] == expected[:limit], (name, limit)
