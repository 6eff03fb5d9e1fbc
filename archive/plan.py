"""From a search to what engines need of it: scope, requirements, scored words and pairs, text to embed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.analysis import Analyser
from archive.engine import Expansion, Mode, Search
from archive.query import And, Node, Phrase, Query, Window, Word, leaves

__all__ = ["Plan", "Requirement", "ScoredName", "embedding_text", "free_words", "plan"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the exact set must hold: every one of `words` somewhere, or one of `phrases`."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ScoredName:
    """A recognised name in the word score: its words and pairs count as often as any of its names stands there."""

    columns: tuple[int, ...]
    """Which of the plan's terms and pairs (counted on from the terms) are the name as it was typed."""
    phrases: tuple[tuple[str, ...], ...]
    """Its names as stems, as typed first; none of which holds another one, so that no occurrence counts twice."""


@dataclass(frozen=True, slots=True)
class Plan:
    scope: Node | None
    """All that binds, as one node; None: every article."""
    requirements: tuple[Requirement, ...]
    """The binding free words, with the names recognised among them."""
    terms: tuple[str, ...]
    """Scored stems, distinct, in the order of the query."""
    pairs: tuple[tuple[str, str], ...]
    """Scored pairs of stems, distinct, in the order of the query."""
    mode: Mode | None
    """The mode in effect; None: the scope, newest first."""
    names: tuple[ScoredName, ...] = ()


def free_words(query: Query) -> tuple[Word, ...]:
    """The bare words among the clauses."""
    return tuple(c for c in query.clauses if isinstance(c, Word) and not c.field)


def embedding_text(query: Query) -> str:
    """All positive words and phrases of running text, in order; the text as typed where it is nothing else."""
    if query.text and len(free_words(query)) == len(query.clauses):
        return query.text.strip()
    return " ".join(leaf.text for leaf in _spoken(query))


def plan(search: Search, analyser: Analyser) -> Plan:
    query = search.query
    free = free_words(query)
    binding = tuple(c for c in query.clauses if not (isinstance(c, Word) and not c.field))
    terms, pairs = _scored(query, analyser)
    mode: Mode | None = search.mode
    if not terms:
        mode = None
    elif mode == "hybrid" and not free:
        mode = "keyword"
    stems = [analyser.stem(w) for w in _words(free, analyser)]
    return Plan(
        scope=None if not binding else binding[0] if len(binding) == 1 else And(binding),
        requirements=_requirements(stems, search.expansions, analyser),
        terms=terms,
        pairs=pairs,
        mode=mode,
        names=_names(stems, search.expansions, terms, pairs, analyser),
    )


def _words(free: Sequence[Word], analyser: Analyser) -> list[str]:
    return [analyser.words(w.text)[0] for w in free]


def _spoken(query: Query) -> list[Word | Phrase | Window]:
    found = (pair for clause in query.clauses for pair in leaves(clause))
    return [
        leaf
        for leaf, positive in found
        if positive and isinstance(leaf, (Word, Phrase, Window)) and leaf.field in ("", "title", "body")
    ]


def _scored(query: Query, analyser: Analyser) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    stop = analyser.stop_stems
    every = [stem for leaf in _spoken(query) for stem in analyser.stems(leaf.text)]
    terms = tuple(dict.fromkeys(t for t in every if t not in stop)) or tuple(dict.fromkeys(every))
    runs: list[list[str]] = []
    previous_free = False
    for clause in query.clauses:
        is_free = isinstance(clause, Word) and not clause.field
        if isinstance(clause, Word) and is_free:
            stems = analyser.stems(clause.text)
            if previous_free:
                runs[-1].extend(stems)
            else:
                runs.append(stems)
        else:
            for leaf, positive in leaves(clause):
                if positive and isinstance(leaf, Phrase) and leaf.field in ("", "title", "body"):
                    runs.append(analyser.stems(leaf.text))
        previous_free = is_free
    pairs = dict.fromkeys((a, b) for run in runs for a, b in pairwise(run) if a not in stop and b not in stop)
    return terms, tuple(pairs)


def _requirements(stems: Sequence[str], expansions: Sequence[Expansion], analyser: Analyser) -> tuple[Requirement, ...]:
    """One for each recognised name, one for each other word; stop words only where there is nothing else."""
    requirements: list[Requirement] = []
    at = {e.first: e for e in expansions}
    i = 0
    while i < len(stems):
        name = at.get(i)
        words = tuple(stems[i : i + (name.count if name else 1)])
        phrases = tuple(p for a in name.aliases if (p := tuple(analyser.stems(a)))) if name else ()
        requirements.append(Requirement(words, phrases))
        i += len(words)
    stop = analyser.stop_stems
    binding = tuple(r for r in requirements if not all(w in stop for w in r.words))
    return tuple(dict.fromkeys(binding or requirements))


def _names(
    stems: Sequence[str],
    expansions: Sequence[Expansion],
    terms: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    analyser: Analyser,
) -> tuple[ScoredName, ...]:
    found = []
    for expansion in expansions:
        typed = tuple(stems[expansion.first : expansion.first + expansion.count])
        columns = [terms.index(t) for t in dict.fromkeys(typed) if t in terms]
        columns += [len(terms) + pairs.index(p) for p in dict.fromkeys(pairwise(typed)) if p in pairs]
        every = dict.fromkeys((typed, *(tuple(analyser.stems(alias)) for alias in expansion.aliases)))
        phrases = tuple(p for p in every if p and not any(_within(q, p) for q in every if q and q != p))
        if columns and phrases != (typed,):
            found.append(ScoredName(tuple(columns), phrases))
    return tuple(found)


def _within(phrase: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a phrase stands in another one."""
    size = len(phrase)
    return any(tuple(other[i : i + size]) == phrase for i in range(len(other) - size + 1))
