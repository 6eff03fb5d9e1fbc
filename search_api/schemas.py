"""The JSON of the API, for OpenAPI. Answers are built as plain objects (`service.py`); a test holds them to this."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ArticleAnswer", "ErrorAnswer", "Health", "SearchAnswer"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HighlightAnswer(_Model):
    field: Literal["title", "body"]
    start: int = Field(description="Code points in the field.")
    end: int


class PassageAnswer(_Model):
    start: int = Field(description="Code points in the body.")
    end: int
    text: str


class MentionAnswer(_Model):
    kind: Literal["person", "place", "organisation", "weapon", "date"]
    name: str = Field(description="Canonical, unique in its kind.")
    field: Literal["title", "body"]
    start: int
    end: int
    text: str
    why: Literal["alias", "context", "model"]
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    country: str | None = None
    weapon_class: str | None = Field(None, alias="class")
    value: str | None = Field(None, description="Of a date: ISO 8601 at its precision, or from/to.")


class BoostAnswer(_Model):
    kind: Literal["source", "date"]
    words: str = Field(description="As they stand in the query.")
    value: str = Field(description="A source's name, the first of several; a date as ISO 8601, or from/to.")
    boost: float = Field(description="Added to the scores of its articles.")


class SpanAnswer(_Model):
    start: int
    end: int


class ExplainAnswer(_Model):
    """The parts of a score: (words + pairs) relative to the best of the pool, + 1.5 cosine, + boosts."""

    words: float = Field(description="BM25 of the words.")
    pairs: float = Field(description="BM25 of pairs of neighbouring words, weighted.")
    cosine: float | None = Field(description="Of the best passage.")
    passage: SpanAnswer | None = Field(description="The best passage: code points in the body.")
    boosts: list[BoostAnswer] = Field(description="Sources and dates named in the query that this article has.")


class ResultAnswer(_Model):
    """One article; which of these it holds is chosen with `fields`."""

    id: str
    title: str = ""
    url: str | None = None
    published: str | None = Field(None, description="ISO 8601 at its precision.")
    source: str | None = None
    authors: list[str] = []
    section: str | None = None
    language: str | None = None
    score: float | None = Field(None, description="Null by date, and behind the ranked pool.")
    matched_by: Literal["words", "related"] = "words"
    highlights: list[HighlightAnswer] = []
    passage: PassageAnswer | None = Field(None, description="The nearest in meaning.")
    mentions: list[MentionAnswer] = []
    duplicates: list[str] = []
    explain: ExplainAnswer | None = None


class ValueAnswer(_Model):
    value: str
    count: int


class FacetAnswer(_Model):
    values: list[ValueAnswer] = Field(description="By count, then name.")
    missing: int = Field(description="Articles without any value.")
    other: int = Field(description="How many further values there are.")


class BucketAnswer(_Model):
    date: str
    count: int


class TimelineAnswer(_Model):
    interval: Literal["day", "week", "month", "year"]
    field: Literal["published", "mentioned"]
    buckets: list[BucketAnswer]
    undated: int
    coarser: int = Field(description="Articles with dates none of which lies within one bucket.")


class NameAnswer(_Model):
    kind: str
    name: str
    words: str = Field(description="As they stand in the query.")
    aliases: list[str] = Field(description="Other names by which articles are found too.")


class QueryAnswer(_Model):
    text: str
    parsed: str = Field(description="The query as understood, in the same syntax.")
    mode: Literal["keyword", "semantic", "hybrid"]
    understood: list[NameAnswer]
    boosts: list[BoostAnswer] = Field(description="Sources and dates named in the query: their articles stand higher.")
    emptied_by: str | None = Field(description="The word after which no article is left.")


class SearchAnswer(_Model):
    total: int
    results: list[ResultAnswer]
    facets: dict[str, FacetAnswer]
    timeline: TimelineAnswer | None
    next: str | None = Field(description="The cursor of the next page; null at the end.")
    took_ms: float
    query: QueryAnswer


class ArticleAnswer(_Model):
    id: str
    title: str
    body: str
    url: str | None
    published: str | None
    modified: str | None
    source: str | None
    authors: list[str]
    section: str | None
    language: str | None
    rights: str | None
    mentions: list[MentionAnswer]
    passages: list[SpanAnswer]
    duplicates: list[str]
    sequence: int


class FieldError(_Model):
    name: str
    message: str
    position: int | None


class ErrorDetail(_Model):
    code: str
    message: str
    fields: list[FieldError]


class ErrorAnswer(_Model):
    error: ErrorDetail


class Health(_Model):
    status: Literal["ok"]
    articles: int
    sequence: int
