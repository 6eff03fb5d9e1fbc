"""Hypothesis strategies: queries, refinements and whole searches over the words and names of the corpus."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from archive.analysis import Analyser
from archive.calendar import parse_range
from archive.engine import FACETS, Boost, Expansion, IntervalName, Mode, Refinement, Search, Sort, Timeline
from archive.plan import free_words
from archive.query import NAME_FIELDS, And, Dates, Fuzzy, Has, Near, Node, Not, Or, Phrase, Prefix, Query, Window, Word

from .corpus import AUTHORS, CENTRES, INTERVALS, LANGUAGES, NAMES, PHRASES, SECTIONS, SOURCES, WORDS, vectors_at

__all__ = [
    "ANALYSER",
    "NAME_TEXTS",
    "NAME_WORDS",
    "near",
    "nodes",
    "queries",
    "refinements",
    "searches",
    "windows",
]

ANALYSER = Analyser()

_WORDS = [w for w in dict.fromkeys(WORDS) if len(ANALYSER.words(w)) == 1]
NAME_TEXTS = [t for n in NAMES for t in (n.name, *n.aliases, n.country, n.weapon_class) if t]
NAME_TEXTS += [t for t in (*SOURCES, *AUTHORS, *SECTIONS, *LANGUAGES) if t and ANALYSER.words(t)]
NAME_WORDS = list(dict.fromkeys(w for t in NAME_TEXTS for w in ANALYSER.words(t)))

words = st.one_of(st.sampled_from(_WORDS[:12]), st.sampled_from(_WORDS))
phrases = st.one_of(st.sampled_from(PHRASES), st.lists(words, min_size=1, max_size=3).map(" ".join))
text_fields = st.sampled_from(("", "", "title", "body"))
name_fields = st.sampled_from(NAME_FIELDS)
distances = st.integers(0, 12)


@st.composite
def prefixes(draw: st.DrawFn, of: st.SearchStrategy[str]) -> str:
    """The first letters of a word, at least two."""
    word = draw(of.filter(lambda w: len(w) > 1))
    start = word[: draw(st.integers(2, max(2, min(6, len(word)))))]
    return start if ANALYSER.words(start) == [start] and len(ANALYSER.form(start)) > 1 else "mi"


@st.composite
def misspelt(draw: st.DrawFn, of: st.SearchStrategy[str]) -> str:
    """A word after up to two edits."""
    word = draw(of)
    for _ in range(draw(st.integers(0, 2))):
        i = draw(st.integers(0, len(word) - 1))
        edit = draw(st.sampled_from(("swap", "drop", "insert", "replace")))
        if edit == "swap":
            word = word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]
        elif edit == "drop" and len(word) > 1:
            word = word[:i] + word[i + 1 :]
        else:
            word = word[:i] + "x" + word[i + (edit == "replace") :]
    return word if ANALYSER.words(word) == [word] else "missle"


def text_leaves(field: str) -> st.SearchStrategy[Node]:
    """What may stand beside NEAR: leaves of one field of running text."""
    return st.one_of(
        st.builds(Word, words, st.just(field)),
        st.builds(Phrase, phrases, st.just(field)),
        st.builds(Prefix, prefixes(words), st.just(field)),
        st.builds(Fuzzy, misspelt(words), st.just(field)),
    )


def _near(field: str) -> st.SearchStrategy[Node]:
    operand = st.one_of(
        text_leaves(field),
        text_leaves(field),
        st.lists(text_leaves(field), min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    )
    return st.builds(Near, operand, operand, st.integers(1, 12), st.booleans())


near = text_fields.flatmap(_near)
windows = st.builds(Window, phrases, distances, text_fields)
names = st.one_of(
    st.builds(Word, st.sampled_from(NAME_WORDS), name_fields),
    st.builds(Phrase, st.sampled_from(NAME_TEXTS), name_fields),
    st.builds(Window, st.sampled_from(NAME_TEXTS), distances, name_fields),
    st.builds(Prefix, prefixes(st.sampled_from(NAME_WORDS)), name_fields),
    st.builds(Fuzzy, misspelt(st.sampled_from(NAME_WORDS)), name_fields),
)
dates = st.builds(Dates, st.sampled_from(("published", "mentioned")), st.sampled_from(INTERVALS).map(parse_range))
leaves = st.one_of(
    text_fields.flatmap(text_leaves),
    text_fields.flatmap(text_leaves),
    windows,
    near,
    names,
    dates,
    st.builds(Has, st.sampled_from(FACETS)),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)
"""Any clause."""

free = st.builds(Word, words)
queries = st.one_of(
    st.lists(free, min_size=1, max_size=4),
    st.lists(st.one_of(free, free, leaves, nodes), min_size=1, max_size=4),
    st.lists(st.one_of(leaves, nodes), max_size=2),
).map(lambda clauses: Query(tuple(clauses)))


@st.composite
def refinements(draw: st.DrawFn) -> Refinement:
    """One field with values that exist, values that don't, and `missing`."""
    facet = draw(st.sampled_from(FACETS))
    if facet in ("published", "mentioned"):
        values = st.lists(st.one_of(st.none(), st.sampled_from(INTERVALS).map(parse_range)), max_size=2)
    else:
        known = {
            "source": SOURCES,
            "author": AUTHORS,
            "section": SECTIONS,
            "language": LANGUAGES,
            "country": [n.country for n in NAMES],
            "class": [n.weapon_class for n in NAMES],
        }
        own = known.get(facet) or [n.name for n in NAMES if n.kind == facet]
        values = st.lists(st.sampled_from([*(v for v in own if v), None, "No such value"]), max_size=3)
    include = draw(values)
    return Refinement(facet, tuple(include), tuple(draw(values)) if not include or draw(st.booleans()) else ())


@st.composite
def boosts(draw: st.DrawFn) -> Boost:
    """A soft wish for some of the values that a refinement may ask for, perhaps for none."""
    asked = draw(refinements())
    values = tuple(v for v in (*asked.include, *asked.exclude) if v is not None)
    return Boost(asked.field, values, draw(st.sampled_from((0.1, 0.3, 0.5, 0.6, 2.0))))


def query_vectors() -> list[bytes]:
    """Vectors near a topic, between two, near none, and none at all."""
    codes = [vectors_at([i], 1000 + i, noise)[0] for i in range(len(CENTRES)) for noise in (0.0, 0.06)]
    between = (vectors_at([0], 1, 0)[0] // 2 + vectors_at([1], 1, 0)[0] // 2).astype("int8")
    return [v.tobytes() for v in (*codes, between, vectors_at([0], 5, 50.0)[0], between * 0)]


vectors = st.sampled_from(query_vectors())


@st.composite
def expansions(draw: st.DrawFn, query: Query) -> tuple[Expansion, ...]:
    """Now and then, names recognised among the free words; they don't overlap."""
    found: list[Expansion] = []
    at, size = 0, len(free_words(query))
    while at < size and draw(st.booleans()):
        first = draw(st.integers(at, size - 1))
        count = draw(st.integers(1, size - first))
        aliases = draw(st.lists(phrases, min_size=1, max_size=2))
        found.append(Expansion(first, count, tuple(aliases)))
        at = first + count
    return tuple(found)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    """A whole search but for its cursor; the limit shows every article at once."""
    query = draw(queries)
    unit = draw(st.sampled_from((None, *get_args(IntervalName))))
    return Search(
        query=query,
        mode=draw(st.sampled_from(("hybrid", *get_args(Mode)))),
        vector=draw(vectors),
        expansions=draw(expansions(query)) if draw(st.booleans()) else (),
        boosts=tuple(draw(st.lists(boosts(), max_size=3))) if draw(st.booleans()) else (),
        refinements=tuple(draw(st.lists(refinements(), max_size=3))) if draw(st.booleans()) else (),
        facets=tuple(draw(st.lists(st.sampled_from(FACETS), max_size=4, unique=True))),
        facet_limit=draw(st.sampled_from((1, 3, 20, 1000))),
        timeline=Timeline(unit, draw(st.sampled_from(("published", "mentioned")))) if unit else None,
        sort=draw(st.sampled_from(("relevance", "relevance", *get_args(Sort)))),
        limit=1000,
    )
