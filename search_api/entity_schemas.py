"""The JSON of suggestions, entities and similar articles, for OpenAPI; tests hold the answers to it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from search_api.schemas import PassageAnswer, TimelineAnswer, ValueAnswer

__all__ = ["EntityAnswer", "SimilarAnswer", "SuggestAnswer"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SuggestionAnswer(_Model):
    kind: Literal["person", "place", "organisation", "weapon", "source", "country", "author", "section", "class"]
    name: str = Field(description="As the facet of this kind has it.")
    count: int = Field(description="Articles of the archive.")
    alias: str | None = Field(description="Which of its aliases begins so; null where the name itself does.")


class SuggestedSearchAnswer(_Model):
    id: int
    name: str
    query: str = Field(description="Empty where it is refinements alone.")
    link: str = Field(description="The path of its results, from the service's root.")


class SuggestAnswer(_Model):
    prefix: str
    suggestions: list[SuggestionAnswer] = Field(description="By count, then name.")
    searches: list[SuggestedSearchAnswer] = Field(
        description="Of the caller's saved searches those whose name or query has a word that begins so, by name."
    )


class BesideAnswer(_Model):
    person: list[ValueAnswer]
    place: list[ValueAnswer]
    organisation: list[ValueAnswer]
    weapon: list[ValueAnswer]


class EntityArticleAnswer(_Model):
    id: str
    title: str
    published: str | None
    source: str | None


class EntityAnswer(_Model):
    kind: Literal["person", "place", "organisation", "weapon"]
    name: str = Field(description="Canonical, also where it was asked for by an alias.")
    entity_class: str | None = Field(alias="class", description="Of a weapon or an organisation: what it is.")
    country: str | None
    aliases: list[str]
    lat: float | None
    lon: float | None
    geonameid: int | None
    total: int = Field(description="Articles that mention it.")
    first: str | None = Field(description="When the earliest of them was published.")
    last: str | None = Field(description="When the latest of them was published.")
    timeline: TimelineAnswer
    mentioned_with: BesideAnswer = Field(description="In how many of these articles others are mentioned.")
    sources: list[ValueAnswer]
    articles: list[EntityArticleAnswer] = Field(description="The newest ten.")


class SimilarResultAnswer(_Model):
    """One article; which of these it holds is chosen with `fields`."""

    id: str
    title: str = ""
    url: str | None = None
    published: str | None = None
    source: str | None = None
    score: float = Field(0.0, description="The article itself would score about 2.5.")
    matched_by: Literal["words", "related"] = "related"
    passage: PassageAnswer | None = Field(None, description="The nearest in meaning.")


class SimilarAnswer(_Model):
    results: list[SimilarResultAnswer] = Field(description="The most similar first; empty where nothing is.")
