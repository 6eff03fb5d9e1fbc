"""What a query names besides its words: known names by their aliases, sources, and days, months and years.

Names widen what counts as held; sources and dates become soft wishes that order the pool, so that
`What did The Verge report on 25 September 2023?` is answered by that paper of that day, if there is such an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from archive.analysis import Analyser
from archive.article import Mention
from archive.calendar import interval
from archive.engine import Boost, Engine, Expansion
from archive.plan import free_words
from archive.query import Phrase, Query, Word
from search_api.sources import Sources

__all__ = ["DateReader", "Designation", "RecognisedName", "Recogniser", "Understanding", "Understood", "Wish"]

SOURCE_WEIGHT = 0.5
DAY_WEIGHT = 0.6
"""As measured (docs/quality.md), on a broad plateau: a word score is at most 1, 1.5 cosine about 1."""
PERIOD_WEIGHT = 0.3
"""Of a month, a quarter, a year: the longer, the less it tells."""

DateReader = Callable[[str], Sequence[Mention]]
"""The dates that a text names in full or in part, without a day to reckon from (`indexer.dates.read_dates`)."""


class RecognisedName(Protocol):
    """`archive.gazetteer.Recognised`."""

    @property
    def first(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


class Recogniser(Protocol):
    """Finds known names among a query's words (`archive.gazetteer.Gazetteer`)."""

    @property
    def common(self) -> frozenset[str]:
        """Forms of common English words."""

    def recognise(self, words: Sequence[str]) -> Sequence[RecognisedName]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A source or a date that the query names."""

    kind: Literal["source", "date"]
    words: str
    """As they stand in the query."""
    value: str
    """The source's name, or the first of several; the date as ISO 8601 at its precision, or from/to."""
    boost: Boost


@dataclass(frozen=True, slots=True)
class Designation:
    """A name typed as one word that is several (`F-16`): searched as the phrase that it is, by no other name."""

    kind: str
    name: str
    words: str
    """As they stand in the query."""


@dataclass(frozen=True, slots=True)
class Understood:
    names: tuple[RecognisedName, ...] = ()
    wishes: tuple[Wish, ...] = ()
    designations: tuple[Designation, ...] = ()

    @property
    def expansions(self) -> tuple[Expansion, ...]:
        return tuple(Expansion(n.first, n.count, n.aliases) for n in self.names if n.aliases)

    @property
    def boosts(self) -> tuple[Boost, ...]:
        return tuple(dict.fromkeys(wish.boost for wish in self.wishes))


class Understanding:
    """Reads queries to one archive; safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        analyser: Analyser,
        recogniser: Callable[[], Recogniser] | None = None,
        dates: DateReader | None = None,
    ) -> None:
        """`recogniser` is called when a query needs it, and should remember what it loaded."""
        self._analyser = analyser
        self._recogniser = recogniser
        self._dates = dates
        self._sources = Sources(engine, analyser)

    def __call__(self, query: Query) -> Understood:
        """Only what stands at the top level without an operator, a field or quotation marks is read."""
        words = free_words(query)
        designations = tuple(self._designations(query))
        if not words:
            return Understood(designations=designations)
        names: Sequence[RecognisedName] = ()
        common: frozenset[str] = frozenset()
        if self._recogniser:
            recogniser = self._recogniser()
            names, common = recogniser.recognise([w.text for w in words]), recogniser.common
        text = _plain_text(query)
        wishes = (*self._named_sources(text, common), *self._named_dates(text))
        return Understood(tuple(names), wishes, designations)

    def _designations(self, query: Query) -> Iterator[Designation]:
        for clause in query.clauses:
            if self._recogniser and isinstance(clause, Phrase) and _is_plain(clause):
                words = self._analyser.words(clause.text)
                for found in self._recogniser().recognise(words):
                    if found.count == len(words):
                        yield Designation(found.kind, found.name, clause.text)

    def _named_sources(self, text: str, common: frozenset[str]) -> Iterator[Wish]:
        for found in self._sources.named(text, common):
            boost = Boost("source", found.sources, SOURCE_WEIGHT)
            yield Wish("source", text[found.start : found.end], found.sources[0], boost)

    def _named_dates(self, text: str) -> Iterator[Wish]:
        if self._dates is None or not _DIGIT.search(text):
            return
        for date in self._dates(text):
            if date.value:
                days = interval(date.value)
                weight = DAY_WEIGHT if days.first == days.last else PERIOD_WEIGHT
                yield Wish("date", date.text, date.value, Boost("published", (days,), weight))


_DIGIT = re.compile(r"\d")


def _plain_text(query: Query) -> str:
    """The text as typed where it is plain words alone; else its plain words, a line for each run of them."""
    plain = [_is_plain(clause) for clause in query.clauses]
    if query.text and all(plain):
        return query.text
    runs = [""]
    for clause, is_plain in zip(query.clauses, plain, strict=True):
        if isinstance(clause, (Word, Phrase)) and is_plain:
            runs[-1] += f" {clause.text}"
        elif runs[-1]:
            runs.append("")
    return "\n".join(runs)


def _is_plain(clause: object) -> bool:
    """A word, or a phrase that was typed as one word (`CBSSports.com`, `2023-09-25`)."""
    if isinstance(clause, Phrase):
        return not clause.field and not any(c.isspace() for c in clause.text)
    return isinstance(clause, Word) and not clause.field
