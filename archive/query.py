"""The query tree: what a search means, knowing nothing of engines.

`Query.clauses` stand side by side at the top level, all of them required. A bare `Word` among them
is a *free word* (it ranks, and the exact set holds it); every other clause *binds*.
`str(query)` is query text that parses back to the same tree. The parser is `search_api.syntax`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from archive.calendar import Interval

__all__ = [
    "DATE_FIELDS",
    "NAME_FIELDS",
    "TEXT_FIELDS",
    "And",
    "Dates",
    "Fuzzy",
    "Has",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "Window",
    "Word",
    "leaves",
]

TEXT_FIELDS = ("", "title", "body")
"""Fields of running text, stemmed; "" is title and body."""
NAME_FIELDS = (
    "person",
    "place",
    "country",
    "organisation",
    "weapon",
    "class",
    "source",
    "author",
    "section",
    "lang",
)
"""Fields of names, not stemmed; the first five and `class` come from mentions and match aliases too."""
DATE_FIELDS = ("published", "mentioned")


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `text` analyses to exactly one term."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{self.text}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, next to each other (`"command post"`, `F-16`). Analyses to at least one term."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return f'{_prefix(self.field)}"{self.text}"'


@dataclass(frozen=True, slots=True)
class Window:
    """`"a b"~5`: each word once, in any order, the outermost at most `distance` positions apart."""

    text: str
    distance: int
    field: str = ""

    def __str__(self) -> str:
        return f'{_prefix(self.field)}"{self.text}"~{self.distance}'


@dataclass(frozen=True, slots=True)
class Prefix:
    """`missil*`: any word whose unstemmed form begins so. `text` is one run of at least two letters or digits."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{self.text}*"


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """`zelensky~`: unstemmed forms within one edit (up to 5 letters) or two (above).

    An edit inserts, drops or replaces a letter or swaps two neighbours.
    """

    text: str
    field: str = ""

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{self.text}~"


@dataclass(frozen=True, slots=True)
class Near:
    """`left NEAR/5 right`, or `left BEFORE/5 right` when `ordered`; in one field, title or body.

    Two occurrences that don't overlap, the later one beginning at most `distance` positions after
    the earlier one's last word. Operands: Word, Phrase, Prefix, Fuzzy, or an Or of these, all of one field.
    """

    left: Node
    right: Node
    distance: int
    ordered: bool = False

    def __str__(self) -> str:
        name = "BEFORE" if self.ordered else "NEAR"
        return f"{_bracket(self.left)} {name}/{self.distance} {_bracket(self.right)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of them; at least two."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(str(p) if isinstance(p, (Near, Not)) else _bracket(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them; at least two."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_bracket(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    part: Node

    def __str__(self) -> str:
        return f"NOT {_bracket(self.part)}"


@dataclass(frozen=True, slots=True)
class Dates:
    """`published:` lies wholly within the interval; `mentioned:` some mentioned date does."""

    field: Literal["published", "mentioned"]
    within: Interval

    def __str__(self) -> str:
        text = str(self.within)
        return f"{self.field}:{text.replace('/', '..')}"


@dataclass(frozen=True, slots=True)
class Has:
    """`has:weapon`: the article has a value in this facet."""

    facet: str

    def __str__(self) -> str:
        return f"has:{self.facet}"


Leaf = Word | Phrase | Window | Prefix | Fuzzy | Dates | Has
Node = Leaf | Near | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: its clauses side by side; no clauses means all articles."""

    clauses: tuple[Node, ...] = ()
    text: str = field(default="", compare=False)
    """The text as typed, for embedding and display."""

    def __str__(self) -> str:
        alone = len(self.clauses) == 1
        return " ".join(str(c) if alone or not isinstance(c, Or) else _bracket(c) for c in self.clauses)


def leaves(node: Node, *, positive: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Every leaf in the order of the text, with False where it stands under an odd number of NOTs."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part, positive=positive)
        case Near(left, right):
            yield from leaves(left, positive=positive)
            yield from leaves(right, positive=positive)
        case Not(part):
            yield from leaves(part, positive=not positive)
        case _:
            yield node, positive


def _prefix(name: str) -> str:
    return f"{name}:" if name else ""


def _bracket(node: Node) -> str:
    return f"({node})" if isinstance(node, (And, Or, Near, Not)) else str(node)
