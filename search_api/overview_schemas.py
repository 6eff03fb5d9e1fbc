"""The JSON of comparisons, places and the archive's own state, for OpenAPI; tests hold the answers to it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from search_api.schemas import FacetAnswer, TimelineAnswer, ValueAnswer

__all__ = ["ArchiveAnswer", "CompareAnswer", "PlacesAnswer"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SharedBucketAnswer(_Model):
    date: str
    count: int
    all: int = Field(description="Articles of the whole archive in this bucket: the share is count / all.")


class ComparedAnswer(_Model):
    q: str
    total: int
    buckets: list[SharedBucketAnswer] = Field(description="Those with a count, oldest first.")
    undated: int
    coarser: int = Field(description="Articles with no date as fine as a bucket.")


class CompareAnswer(_Model):
    interval: Literal["day", "week", "month", "year"]
    field: Literal["published", "mentioned"]
    searches: list[ComparedAnswer]


class PlaceAnswer(_Model):
    name: str
    count: int = Field(description="Articles that mention it.")
    lat: float
    lon: float
    country: str | None


class PlacesAnswer(_Model):
    total: int = Field(description="Articles of the search.")
    places: list[PlaceAnswer] = Field(description="The 300 most mentioned, so far as their coordinates are known.")
    unplaced: list[ValueAnswer] = Field(description="Those of the 300 whose coordinates are not known.")
    other: int = Field(description="How many further places there are.")
    missing: int = Field(description="Articles that mention no place.")


class ArchiveAnswer(_Model):
    articles: int
    passages: int
    first: str | None = Field(description="Publication date of the earliest article.")
    last: str | None
    undated: int
    sequence: int = Field(description="Rises with every commit.")
    bytes: int
    engine: str
    model: str = Field(description="Of the vectors.")
    names: dict[str, int] = Field(description="How many different values each facet has.")
    facets: dict[str, FacetAnswer]
    timeline: TimelineAnswer
