"""The terms of a batch of articles, inverted: for each term the set of articles that hold it.

A set of articles is an integer with a bit for each: a thousand of them are compared in one operation.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.positions import edits_allowed, within_edits

__all__ = ["Bits", "Stream", "members"]

Bits = int
"""A set of articles by their places in the batch."""


def members(bits: Bits) -> Iterator[int]:
    """The places in a set, in order."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


class Stream:
    """One kind of terms of every article: a list of runs each; nothing crosses from one run to the next."""

    def __init__(self, runs: Sequence[Sequence[Sequence[str]]]) -> None:
        """`runs`: of each article, such as [its title] or [one name, another name]."""
        self.runs = runs
        self._beginning: dict[str, frozenset[str]] = {}
        self._resembling: dict[str, frozenset[str]] = {}
        self._positions: dict[int, dict[str, list[int]]] = {}

    @cached_property
    def postings(self) -> dict[str, Bits]:
        """term -> the articles that hold it."""
        found: dict[str, Bits] = {}
        for place, runs in enumerate(self.runs):
            bit = 1 << place
            for term in {term for run in runs for term in run}:
                found[term] = found.get(term, 0) | bit
        return found

    def term(self, term: str) -> Bits:
        return self.postings.get(term, 0)

    def phrase(self, terms: Sequence[str]) -> Bits:
        """The articles in one run of which the terms stand side by side."""
        if len(terms) == 1:
            return self.term(terms[0])
        bits = -1
        for term in terms:
            bits &= self.term(term)
            if not bits:
                return 0
        wanted = f" {' '.join(terms)} "
        return sum(1 << place for place in members(bits) if any(wanted in text for text in self._texts[place]))

    def prefix(self, start: str) -> Bits:
        """The articles that hold a term that begins so."""
        return self._any(self.beginning(start))

    def fuzzy(self, form: str) -> Bits:
        """The articles that hold a term within the edits that this one allows."""
        return self._any(self.resembling(form))

    def beginning(self, start: str) -> frozenset[str]:
        """The terms that begin so."""
        if (known := self._beginning.get(start)) is None:
            found = []
            for i in range(bisect_left(self._sorted, start), len(self._sorted)):
                if not self._sorted[i].startswith(start):
                    break
                found.append(self._sorted[i])
            known = self._beginning[start] = frozenset(found)
        return known

    def resembling(self, form: str) -> frozenset[str]:
        """The terms within the edits that this one allows."""
        if (known := self._resembling.get(form)) is None:
            limit = edits_allowed(form)
            # An edit changes at most two letters of the set of letters: most terms are ruled out at one glance.
            apart = np.bitwise_count(self._letters ^ np.uint64(_letters(form)))
            near = np.flatnonzero((apart <= 2 * limit) & (np.abs(self._lengths - len(form)) <= limit))
            terms = (self._sorted[i] for i in near.tolist())
            known = self._resembling[form] = frozenset(t for t in terms if within_edits(t, form, limit))
        return known

    def positions(self, place: int) -> dict[str, list[int]]:
        """Where each term stands in the first run of one article."""
        if (known := self._positions.get(place)) is None:
            known = self._positions[place] = {}
            for i, term in enumerate(self.runs[place][0]):
                known.setdefault(term, []).append(i)
        return known

    def _any(self, terms: Iterable[str]) -> Bits:
        bits = 0
        for term in terms:
            bits |= self.postings[term]
        return bits

    @cached_property
    def _texts(self) -> list[list[str]]:
        return [[f" {' '.join(run)} " for run in runs] for runs in self.runs]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.postings)

    @cached_property
    def _letters(self) -> NDArray[np.uint64]:
        return np.fromiter(map(_letters, self._sorted), np.uint64, len(self._sorted))

    @cached_property
    def _lengths(self) -> NDArray[np.int64]:
        return np.fromiter(map(len, self._sorted), np.int64, len(self._sorted))


def _letters(term: str) -> int:
    """The letters of a term as a set of 64: several letters may share a place, which only lets more through."""
    found = 0
    for letter in term:
        found |= 1 << (ord(letter) & 63)
    return found
