"""The engine contract: the only thing that callers of an archive see.

Every engine answers every search with the same sets, counts and order; `tests/conformance` proves it
against a naive engine in plain Python. What a search means is written down in `docs/search-contract.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from archive.article import Prepared, Stored
from archive.calendar import Interval
from archive.query import Query

__all__ = [
    "FACETS",
    "POOL_SIZE",
    "RELATED_LIMIT",
    "Boost",
    "Bucket",
    "Commit",
    "Copy",
    "Cursor",
    "Engine",
    "Expansion",
    "FacetCounts",
    "FacetName",
    "Hit",
    "Identity",
    "IntervalName",
    "Mode",
    "Page",
    "Rebuilding",
    "Refinement",
    "Search",
    "Sort",
    "Stats",
    "Suggestion",
    "Timeline",
    "TimelineCounts",
]

Mode = Literal["keyword", "semantic", "hybrid"]
Sort = Literal["relevance", "newest", "oldest", "added"]
"""`added`: by the commit of the present version, the latest first, then by number from high to low."""
IntervalName = Literal["day", "week", "month", "year"]
FacetName = Literal[
    "person",
    "place",
    "country",
    "organisation",
    "weapon",
    "class",
    "source",
    "author",
    "section",
    "language",
    "published",
    "mentioned",
]
FACETS: tuple[FacetName, ...] = get_args(FacetName)

POOL_SIZE = 100
"""How many of the best by words, and of the nearest by meaning, make the pool (50 to 500 rank the same)."""
RELATED_LIMIT = 100
"""K: how many articles that don't hold all the words may be added to the exact set."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A name recognised among the free words: it counts as held where any alias is held as a phrase."""

    first: int
    """Index of its first word among the query's free words."""
    count: int
    """How many free words it covers."""
    aliases: tuple[str, ...]
    """Other spellings and names, as text."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A facet filter: it narrows the set and never re-ranks it.

    A value is the facet's value as text; None stands for `missing`; for `published` and `mentioned` an Interval.
    An article passes if it has any of `include` (when there are any) and none of `exclude`.
    """

    field: FacetName
    include: tuple[str | Interval | None, ...] = ()
    exclude: tuple[str | Interval | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Boost:
    """A soft wish: articles that have any of the values stand higher in a hybrid search, and none is left out.

    Values are those of a Refinement; `published` with an Interval holds where all that is known of the date lies in it.
    """

    field: FacetName
    values: tuple[str | Interval, ...]
    weight: float
    """Added to the fused score."""


@dataclass(frozen=True, slots=True)
class Timeline:
    interval: IntervalName
    field: Literal["published", "mentioned"] = "published"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins. Stateless: nothing is kept on a server."""

    pool: tuple[int, ...]
    """Article numbers of the pool, best first."""
    related: tuple[bool, ...]
    """For each of the pool: it belongs to the set as `related` (False: by holding the words, or not at all)."""
    shown: int
    """How many of the pool were shown or passed over."""
    key: int | None
    """Sort key of the last article shown after the pool (by date: of all); None before the first."""
    sequence: int
    """The archive's sequence at the first page: articles first seen later stay out."""
    best: float
    """The best word score of the pool, to which scores are relative."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search, fully resolved: the same value gives the same answer on every engine."""

    query: Query = field(default_factory=Query)
    mode: Mode = "hybrid"
    vector: bytes | None = None
    """int8 codes of what is embedded; needed by `semantic`, and by `hybrid` with free words."""
    expansions: tuple[Expansion, ...] = ()
    boosts: tuple[Boost, ...] = ()
    """They order the pool of a hybrid search; every other mode passes over them."""
    refinements: tuple[Refinement, ...] = ()
    facets: tuple[FacetName, ...] = ()
    facet_limit: int = 20
    timeline: Timeline | None = None
    sort: Sort = "relevance"
    limit: int = 20
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    stored: Stored
    matched_by: Literal["words", "related"]
    score: float | None
    """Fused score (word score relative to the pool's best + 1.5 cosine + boosts); None by date and behind the pool."""
    passage: int | None = None
    """Index of the nearest passage; None without a vector or without passages."""
    words: float = 0.0
    """BM25 of words and pairs."""
    cosine: float | None = None
    pairs: float = 0.0
    """How much of `words` the pairs bring."""
    boosts: tuple[bool, ...] = ()
    """Of a hybrid search: which of its boosts the article gets."""


@dataclass(frozen=True, slots=True)
class FacetCounts:
    values: tuple[tuple[str, int], ...]
    """By count, then name."""
    missing: int
    other: int
    """How many further values there are."""


@dataclass(frozen=True, slots=True)
class Bucket:
    date: str
    """`2024-11-25`, `2024-W48`, `2024-11` or `2024`."""
    count: int


@dataclass(frozen=True, slots=True)
class TimelineCounts:
    interval: IntervalName
    buckets: tuple[Bucket, ...]
    """Those with a count, oldest first."""
    undated: int
    coarser: int
    """Articles with dates none of which lies within one bucket (`2024` on a timeline of months)."""


@dataclass(frozen=True, slots=True)
class Page:
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, FacetCounts]
    timeline: TimelineCounts | None
    next: Cursor | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Commit:
    sequence: int
    """The archive's sequence after this commit; unchanged when there was nothing to write."""
    added: int
    updated: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    field: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays with an archive wherever it is copied, besides its articles."""

    secret: bytes
    """32 bytes, as `Engine.secret`."""
    model: str
    dimensions: int
    language: str


@dataclass(frozen=True, slots=True)
class Copy:
    """An article with all that an archive holds of it; every engine's copy of it is the same."""

    stored: Stored
    vectors: NDArray[np.int8]
    """(passages, dimensions)."""
    names: Mapping[str, tuple[str, ...]]
    """As in `Prepared`."""

    @property
    def prepared(self) -> Prepared:
        return Prepared(self.stored.article, self.vectors, self.names)


@dataclass(frozen=True, slots=True)
class Stats:
    engine: str
    articles: int
    passages: int
    sequence: int
    next_number: int
    """Which the next new article gets; higher than any that was ever used."""
    first_published: str | None
    last_published: str | None
    bytes: int
    details: Mapping[str, str | int]
    """What only this engine can say (segments, shards, reclaimable bytes)."""


Rebuilding = Callable[[Sequence[Prepared]], Sequence[Prepared]]


class Engine(Protocol):
    """What an archive can do. Reading is safe from many threads; one writer at a time."""

    @property
    def secret(self) -> bytes:
        """32 random bytes made with the archive: they sign its cursors."""

    @property
    def model(self) -> str:
        """`Embedder.name` of what made its vectors."""

    @property
    def identity(self) -> Identity: ...

    @property
    def state(self) -> str:
        """A short text that changes with every commit and every rebuild: while it stays, so do all answers."""

    def write(self, batch: Sequence[Prepared], delete: Sequence[str] = ()) -> Commit:
        """Make a batch searchable at one instant: all of it or nothing.

        `delete` holds ids; unknown ones are ignored. An article whose id exists replaces that article
        and keeps its number. New articles get numbers in the order of the batch, ids in a batch are unique.
        Raises ArchiveBusy when another writer holds the lock for over 10 s.
        """

    def search(self, search: Search) -> Page: ...

    def get(self, ids: Iterable[str]) -> dict[str, Stored]:
        """The articles with these ids, without those that don't exist."""

    def since(self, sequence: int, after: str = "", limit: int = 1000) -> list[Stored]:
        """The next articles in (sequence, id) order behind the position (sequence, after).

        `since(0)` begins at the beginning; go on from the last one's (sequence, id).
        With after = "" all articles of that very sequence count as seen.
        """

    def suggest(self, prefix: str, fields: Sequence[str], limit: int = 10) -> list[Suggestion]:
        """Facet values any word of which begins with the prefix, by count, then name."""

    def stats(self) -> Stats: ...

    def check(self) -> list[str]:
        """What is wrong with the stored data, a sentence each with the cure; empty where all is sound. Reads it all."""

    def rebuild(self, prepare: Rebuilding | None = None, model: tuple[str, int] | None = None) -> None:
        """Fill a new index from the stored articles, switch to it, drop the old one; readers go on meanwhile.

        `prepare` may change mentions, names, passages and vectors of each batch; without it they are carried over.
        `model`: name and dimensions of the embedder, where `prepare` makes vectors with another one.
        Numbers and sequences are kept.
        """

    def copies(self, sequence: int, after: str = "", limit: int = 1000) -> list[Copy]:
        """`since`, with vectors and names."""

    def copy(self, id: str) -> Copy | None:
        """`get` of one, with vectors and names."""

    def adopt(
        self,
        copies: Sequence[Copy],
        sequence: int,
        next_number: int,
        gone: Sequence[str] = (),
        *,
        complete: bool = False,
    ) -> None:
        """Take over articles of the archive that this one is made a copy of, at one instant, as `write` does.

        They keep numbers, sequences and digests. `sequence` is then the archive's, `gone` are ids that it loses.
        Copies come in (sequence, id) order, as `copies` gives them. With `complete` the archive is one like any other
        from now on. Raises ArchiveError where it is so already, and what `write` raises.
        """

    def close(self) -> None: ...
