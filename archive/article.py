"""Article, Mention, Passage: what an archive holds.

Offsets are code points in the named field (`title` or `body`), the end not included.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "Article", "Field", "KeptMentions", "Kind", "Mention", "Passage", "Prepared", "Stored", "Why"]

Kind = Literal["person", "place", "organisation", "weapon", "date"]
Field = Literal["title", "body"]
Why = Literal["alias", "context", "model"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Mention:
    """One name or date in the text of an article."""

    kind: Kind
    name: str
    """Canonical, unique in its kind; of a date, its value."""
    field: Field
    start: int
    end: int
    text: str
    """The characters from `start` to `end`, as they stand."""
    why: Why
    """alias: a gazetteer's name; context: proved by the words around it; model: read by the NER model or a grammar."""
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    country: str | None = None
    """Of a place: the name of its country, as used for the `country` facet."""
    weapon_class: str | None = None
    value: str | None = None
    """Of a date: ISO 8601 at its precision (`2024-11-21`, `2024-11`, `2024-W47`, `2024`) or `from/to`."""

    @property
    def resolution(self) -> str:
        """What it stands for, in a line: name, class of a weapon, place on the map."""
        if self.weapon_class:
            return f"{self.name}, {self.weapon_class}"
        if self.lat is not None and self.lon is not None:
            number = "" if self.geonameid is None else f", GeoNames {self.geonameid}"
            return f"{self.name} ({self.lat:.2f}, {self.lon:.2f}{number})"
        return self.name

    def to_json(self) -> dict[str, Any]:
        """As the API and `annotate` show it: what doesn't apply is left out, the weapon's class is `class`."""
        out: dict[str, Any] = {
            "kind": self.kind,
            "name": self.name,
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "why": self.why,
        }
        # Spelled out: a page of results holds a thousand mentions.
        if self.kind == "place":
            for name, value in (("lat", self.lat), ("lon", self.lon), ("geonameid", self.geonameid)):
                if value is not None:
                    out[name] = value
            if self.country is not None:
                out["country"] = self.country
        elif self.kind == "weapon" and self.weapon_class is not None:
            out["class"] = self.weapon_class
        elif self.kind == "date" and self.value is not None:
            out["value"] = self.value
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Mention:
        data = dict(data)
        if "class" in data:
            data["weapon_class"] = data.pop("class")
        return cls(**data)


class KeptMentions(Sequence[Mention]):
    """Mentions as an archive keeps them, read when the first of them is asked for.

    A page of results holds a thousand, and shows what their JSON objects already say.
    """

    __slots__ = ("_read", "objects")

    def __init__(self, objects: Sequence[Mapping[str, Any]]) -> None:
        """`objects`: as `Mention.to_json` makes them."""
        self.objects = objects
        self._read: tuple[Mention, ...] | None = None

    def _mentions(self) -> tuple[Mention, ...]:
        if self._read is None:
            self._read = tuple(Mention.from_json(m) for m in self.objects)
        return self._read

    @overload
    def __getitem__(self, index: int) -> Mention: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Mention, ...]: ...
    def __getitem__(self, index: int | slice) -> Mention | tuple[Mention, ...]:
        return self._mentions()[index]

    def __len__(self) -> int:
        return len(self.objects)

    def __eq__(self, other: object) -> bool:
        return tuple(other) == self._mentions() if isinstance(other, (tuple, KeptMentions)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._mentions())

    def __repr__(self) -> str:
        return repr(self._mentions())


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the body (of the title, where the body is empty: then start = end = 0)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its source gave it, and what the indexer added (`mentions`, `passages`)."""

    id: str
    title: str
    body: str
    url: str | None = None
    published: str | None = None
    """Normalised by `calendar.normalise_date`, at its precision; None: undated."""
    modified: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None
    """A BCP 47 tag, lower case: `en`, `pt-br`."""
    rights: str | None = None
    mentions: Sequence[Mention] = ()
    passages: tuple[Passage, ...] = ()

    def digest(self) -> str:
        """32 hex digits that tell whether what the source gave has changed."""
        given = {n: getattr(self, n) for n in GIVEN}
        return hashlib.blake2b(json.dumps(given, sort_keys=True).encode(), digest_size=16).hexdigest()

    def mention_objects(self) -> Sequence[Mapping[str, Any]]:
        """`Mention.to_json` of each mention; may be shared, so never to be changed."""
        kept = self.mentions
        return kept.objects if isinstance(kept, KeptMentions) else [m.to_json() for m in kept]

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {n: getattr(self, n) for n in GIVEN}
        out["mentions"] = self.mention_objects()
        out["passages"] = [[p.start, p.end] for p in self.passages]
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Article:
        data = dict(data)
        data["authors"] = tuple(data["authors"])
        data["mentions"] = KeptMentions(data["mentions"])
        data["passages"] = tuple(Passage(a, b) for a, b in data["passages"])
        return cls(**data)


GIVEN = tuple(f.name for f in fields(Article) if f.name not in ("mentions", "passages"))
"""The fields that come from the source."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be written: with its vectors and the names that its mentions answer to."""

    article: Article
    vectors: NDArray[np.int8]
    """(number of passages, dimensions): codes of the passages, in their order."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """kind -> every name and alias that `person:`, `place:`, `organisation:` and `weapon:` match in this article."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as an engine gives it back."""

    article: Article
    number: int
    """Given at its first commit; kept by updates, `rebuild` and `migrate`."""
    sequence: int
    """The commit that made this version searchable."""
    first_sequence: int
    """The commit that made its first version searchable."""
    digest: str
