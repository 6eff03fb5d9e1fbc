"""The sources of an archive by the names that people use: `the verge`, `BBC News` for `BBC News - Technology`."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from archive.analysis import STOP_WORDS, Analyser, Token
from archive.engine import Engine, Search

__all__ = ["NamedSource", "Sources"]

SHORTEST = 5
"""Letters of a name, at least: shorter ones (`Time`, `CNN`) too often mean something else."""
LONGEST = 8
"""Words of a name, at most."""
EVERY_SOURCE = 10_000_000
"""A facet limit that no archive reaches."""

_SECTION = re.compile(r"\s+[-\u2013\u2014|]\s+|:\s+")
"""What parts a paper's name from its section or its motto: `FOX News - Health`, `Globes English | Israel Business`."""
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class NamedSource(NamedTuple):
    """Where in a text a source is named, and which sources of the archive go by that name."""

    start: int
    end: int
    sources: tuple[str, ...]


class _Held(NamedTuple):
    state: str
    names: Mapping[str, tuple[str, ...]]
    """Folded words of a name, joined without a gap (`theguardian`) -> the sources of that name."""


class Sources:
    """The sources' names are read once a commit. Safe to share between threads."""

    def __init__(self, engine: Engine, analyser: Analyser) -> None:
        self._engine = engine
        self._analyser = analyser
        self._held = _Held("", {})
        self._lock = threading.Lock()

    def named(self, text: str, common: Set[str]) -> Iterator[NamedSource]:
        """The sources whose names stand in a text, each as whole phrases, the longest first, from left to right.

        `common`: forms of words that say little. A name of such words alone (`The Week`, `Fortune`) must stand in
        capitals, unless there are two or more and the text has no capital at all.
        """
        names = self._names()
        if not names:
            return
        lower = text == text.lower()
        for start, line in _lines(text):
            tokens = self._analyser.tokens(line)
            forms = [self._analyser.form(t.text) for t in tokens]
            first = 0
            while first < len(tokens):
                for last in range(min(len(tokens), first + LONGEST), first, -1):
                    found = names.get("".join(forms[first:last]))
                    if found and _meant(tokens[first:last], forms[first:last], common, lower=lower):
                        yield NamedSource(start + tokens[first].start, start + tokens[last - 1].end, found)
                        first = last
                        break
                else:
                    first += 1

    def _names(self) -> Mapping[str, tuple[str, ...]]:
        state = self._engine.state
        with self._lock:
            if self._held.state != state:
                search = Search(facets=("source",), facet_limit=EVERY_SOURCE, sort="newest", limit=0)
                found: dict[str, list[str]] = {}
                for source, _ in self._engine.search(search).facets["source"].values:
                    for name in _names_of(source, self._analyser):
                        found.setdefault(name, []).append(source)
                self._held = _Held(state, {name: tuple(sorted(sources)) for name, sources in found.items()})
            return self._held.names


def _names_of(source: str, analyser: Analyser) -> set[str]:
    """The folded names that a source goes by: in full, without its section, without `the`, without `.com`."""
    names = set()
    for name in (source, _SECTION.split(source)[0]):
        spellings = [name]
        if _DOMAIN.fullmatch(name):
            labels = name.split(".")
            while len(labels) > 1 and len(labels[-1]) <= 3:
                labels.pop()
            spellings.append(" ".join(labels[1:] if labels[0] == "www" else labels))
        for spelling in spellings:
            forms = analyser.forms(spelling)
            names.add("".join(forms))
            if len(forms) > 2 and forms[0] == "the":
                names.add("".join(forms[1:]))
    return {name for name in names if sum(map(str.isalpha, name)) >= SHORTEST}


def _meant(tokens: list[Token], forms: list[str], common: Set[str], *, lower: bool) -> bool:
    if not all(form in common or form in STOP_WORDS for form in forms):
        return True
    telling = [t for t, form in zip(tokens, forms, strict=True) if form != "the"]
    return all(t.text[0].isupper() for t in telling) or (lower and len(telling) > 1)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line and where it begins."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
