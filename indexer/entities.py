"""People, places, organisations and weapons of articles: one reader over all of them.

What is read first takes its stretch of the text: weapons, then whole names, then short ones. Mentions are a pure
function of the article and the gazetteers; nothing is remembered between articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archive.article import Article, Field, Mention
from archive.gazetteer import Gazetteer
from indexer.names import Known, known_names
from indexer.ner import NameModel, Span
from indexer.organisations import Organisations
from indexer.people import People
from indexer.places import Places
from indexer.reading import Reading
from indexer.weapons import weapons

__all__ = ["EntityReader"]

FIELDS: tuple[Field, ...] = ("title", "body")


class EntityReader:
    """Reads the names in articles. Not safe to share between threads (the model is not)."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._model = NameModel()

    def read(self, articles: Sequence[Article]) -> list[tuple[Mention, ...]]:
        """The mentions of each article, title first, by start. Other languages than English: the gazetteers only.

        Raises ModelError when the NER model is not installed.
        """
        texts = [text for article in articles if _english(article) for text in (article.title, article.body)]
        spans = iter(self._model.read(texts)) if texts else iter(())
        nothing: list[Span] = []
        return [
            self._read(article, [next(spans) if _english(article) else nothing for _ in FIELDS]) for article in articles
        ]

    def names(self, mentions: Iterable[Mention]) -> dict[str, tuple[str, ...]]:
        """Kind (and `country`) -> canonical names, aliases and spellings in the text: what a name field matches."""
        found: dict[str, dict[str, None]] = {}
        for mention in mentions:
            if mention.kind == "date":
                continue
            spellings = (mention.name, *self._gazetteer.aliases(mention.kind, mention.name), mention.text)
            found.setdefault(mention.kind, {}).update(dict.fromkeys(spellings))
            if mention.country:
                country = (mention.country, *self._gazetteer.aliases("place", mention.country))
                found.setdefault("country", {}).update(dict.fromkeys(country))
        return {kind: tuple(spellings) for kind, spellings in found.items()}

    def _read(self, article: Article, spans: Sequence[Sequence[Span]]) -> tuple[Mention, ...]:
        gazetteer = self._gazetteer
        readings = [
            Reading(field, getattr(article, field), found, gazetteer.analyser)
            for field, found in zip(FIELDS, spans, strict=True)
        ]
        people, places, organisations = People(gazetteer), Places(gazetteer), Organisations(gazetteer)
        mentions: list[Mention] = []
        mentions += weapons(readings, gazetteer)
        known = [list(known_names(reading, gazetteer)) for reading in readings]
        for reading, names in zip(readings, known, strict=True):
            mentions += (m for k in names if k.count > 1 and (m := _long(reading, k, people, places, organisations)))
            mentions += people.named(reading)
        for reading, names in zip(readings, known, strict=True):
            for k in names:
                if k.count == 1 and reading.free(k.start, k.end) and not people.is_short(reading.forms[k.first]):
                    found = _long(reading, k, people, places, organisations)
                    mentions += [found] if found else []
            mentions += organisations.read(reading, people)
            places.read(reading, people)
        for reading in readings:
            mentions += list(people.short(reading, mentions))
        mentions += places.resolved()
        order = {field: i for i, field in enumerate(FIELDS)}
        return tuple(sorted(mentions, key=lambda m: (order[m.field], m.start, m.end)))


def _long(
    reading: Reading, known: Known, people: People, places: Places, organisations: Organisations
) -> Mention | None:
    """The mention of a gazetteer's name, as the kind that the model or else its candidates suggest."""
    found = people.well_known(reading, known)
    if found is None and known.label == "ORG":
        found = organisations.well_known(reading, known)
    if found is None and not places.well_known(reading, known):
        found = organisations.well_known(reading, known)
    return found


def _english(article: Article) -> bool:
    return article.language is None or article.language.partition("-")[0] == "en"
