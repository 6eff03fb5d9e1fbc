"""One reader of names for all tests of a process: the model and the gazetteers are loaded once."""

from __future__ import annotations

from functools import cache

from archive.article import Article, Mention
from archive.gazetteer import Gazetteer
from indexer.entities import EntityReader

__all__ = ["entity_reader", "read_article", "shipped"]


@cache
def shipped() -> Gazetteer:
    return Gazetteer.load()


@cache
def entity_reader() -> EntityReader:
    return EntityReader(shipped())


def read_article(body: str, title: str = "", language: str | None = None) -> tuple[Mention, ...]:
    """The mentions of an article of these texts, without dates."""
    return entity_reader().read([Article(id="a", title=title, body=body, language=language)])[0]
