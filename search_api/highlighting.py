"""Which characters of an article match a query: every matching term of every positive leaf.

The same analysis as the index, with offsets. Proximity and phrases are marked where they hold, not word by word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from archive.analysis import Analyser, Token
from archive.article import Article, Field
from archive.engine import Expansion
from archive.positions import edits_allowed, within_edits
from archive.query import NAME_FIELDS, Fuzzy, Phrase, Prefix, Query, Window, Word, leaves

__all__ = ["Highlight", "Highlighter"]


@dataclass(frozen=True, slots=True, order=True)
class Highlight:
    """Code points from `start` to `end` of a field."""

    field: Field
    start: int
    end: int


class Highlighter:
    """Marks one query in any number of articles."""

    def __init__(self, query: Query, expansions: Sequence[Expansion], analyser: Analyser) -> None:
        self._analyser = analyser
        self._words: dict[str, set[str]] = {"title": set(), "body": set()}
        self._forms: dict[str, list[Callable[[str], bool]]] = {"title": [], "body": []}
        self._phrases: dict[str, list[tuple[str, ...]]] = {"title": [], "body": []}
        self._prefixes: dict[str, set[str]] = {"title": set(), "body": set()}
        self._fuzzy = False
        self._names: list[tuple[str, Callable[[list[str]], bool]]] = []
        content = False
        for clause in query.clauses:
            for leaf, positive in leaves(clause):
                if positive and isinstance(leaf, (Word, Phrase, Window, Prefix, Fuzzy)):
                    content |= self._add(leaf)
        for expansion in expansions:
            for alias in expansion.aliases:
                self._phrase(tuple(analyser.stems(alias)), ("title", "body"))
        if content:
            # Stop words of the query are marked only where there is nothing else.
            for words in self._words.values():
                words.difference_update(analyser.stop_stems)

    def __call__(self, article: Article) -> list[Highlight]:
        """Sorted by field and place, title first; none overlap."""
        marks: list[Highlight] = []
        fields: tuple[tuple[Field, str], ...] = (("title", article.title), ("body", article.body))
        for field, text in fields:
            marks += _merged([Highlight(field, start, end) for start, end in self._spans(field, text)])
        if self._names:
            mentioned = [
                Highlight(m.field, m.start, m.end)
                for m in article.mentions
                if any(kind == m.kind and holds(self._analyser.forms(m.name)) for kind, holds in self._names)
            ]
            marks = _merged(marks + mentioned)
        return sorted(marks, key=lambda m: (m.field != "title", m.start))

    def _add(self, leaf: Word | Phrase | Window | Prefix | Fuzzy) -> bool:
        """Takes in one leaf; whether it is more than a stop word."""
        analyser = self._analyser
        if leaf.field in NAME_FIELDS:
            self._names.append((leaf.field, self._name_test(leaf)))
            return True
        fields = (leaf.field,) if leaf.field else ("title", "body")
        if isinstance(leaf, (Prefix, Fuzzy)):
            for field in fields:
                self._forms[field].append(_form_test(leaf, analyser))
                self._prefixes[field].add(analyser.form(leaf.text))
            self._fuzzy |= isinstance(leaf, Fuzzy)
            return True
        stems = tuple(analyser.stems(leaf.text))
        if isinstance(leaf, Phrase):
            self._phrase(stems, fields)
        else:
            for field in fields:
                self._words[field].update(stems)
        return not all(s in analyser.stop_stems for s in stems)

    def _phrase(self, stems: tuple[str, ...], fields: Sequence[str]) -> None:
        for field in fields:
            if len(stems) == 1:
                self._words[field].add(stems[0])
            elif stems:
                self._phrases[field].append(stems)

    def _name_test(self, leaf: Word | Phrase | Window | Prefix | Fuzzy) -> Callable[[list[str]], bool]:
        if isinstance(leaf, (Prefix, Fuzzy)):
            test = _form_test(leaf, self._analyser)
            return lambda forms: any(map(test, forms))
        wanted = self._analyser.forms(leaf.text)
        return lambda forms: set(wanted) <= set(forms)

    def _spans(self, field: Field, text: str) -> Iterator[tuple[int, int]]:
        words, tests, phrases = self._words[field], self._forms[field], self._phrases[field]
        if not (words or tests or phrases):
            return
        analyser = self._analyser
        begins = {_beginning(stem) for stem in (*words, *(phrase[0] for phrase in phrases))} | self._prefixes[field]
        everything = self._fuzzy or analyser.language != "english"
        for token in analyser.tokens(text) if everything else _candidates(text, begins, analyser):
            stem = analyser.stem(token.text)
            if stem in words or any(test(analyser.form(token.text)) for test in tests):
                yield token.start, token.end
            for phrase in phrases:
                if stem == phrase[0] and (end := _phrase_end(text, token.start, phrase, analyser)):
                    yield token.start, end


def _phrase_end(text: str, start: int, phrase: tuple[str, ...], analyser: Analyser) -> int | None:
    """Where a phrase that begins with the word at `start` ends; None where it doesn't stand there."""
    tokens = analyser.tokens_from(text, start, len(phrase))
    return tokens[-1].end if tuple(analyser.stem(t.text) for t in tokens) == phrase else None


def _candidates(text: str, begins: Set[str], analyser: Analyser) -> Iterable[Token]:
    """The words that may match: those that begin so, and all that hold anything but ASCII.

    Most words of a text match nothing, and looking for a beginning is many times faster than taking every word.
    """
    lower = text.replace("\u0130", "i").lower()  # the one letter whose lower case is longer
    starts = set()
    for begin in begins:
        at = lower.find(begin)
        while at >= 0:
            before = text[at - 1] if at else " "
            if not before.isascii() and unicodedata.category(before).startswith("M"):
                return analyser.tokens(text)
            if not before.isalnum():
                starts.add(at)
            at = lower.find(begin, at + 1)
    for match in () if text.isascii() else _BEYOND_ASCII.finditer(text):
        at = match.start()
        if not text[at].isalnum():
            continue
        while at and (text[at - 1].isalnum() or unicodedata.category(text[at - 1]).startswith("M")):
            at -= 1
        while at <= match.start() and not text[at].isalnum():  # marks that follow no letter
            at += 1
        starts.add(at)
    return [token for at in sorted(starts) if (token := analyser.token_at(text, at))]


def _beginning(stem: str) -> str:
    """What every English word of this stem begins with.

    Snowball drops endings and changes at most the last letter of what is left (`parti`, `hope`), but for its own
    list of `dying`, `lying`, `tying` and `vying`.
    """
    return stem[:1] if stem in ("die", "lie", "tie", "vie") else stem[: max(1, len(stem) - 1)]


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\u2010-\u203a]")


def _form_test(leaf: Prefix | Fuzzy, analyser: Analyser) -> Callable[[str], bool]:
    wanted = analyser.form(leaf.text)
    if isinstance(leaf, Prefix):
        return lambda form: form.startswith(wanted)
    edits = edits_allowed(wanted)
    return lambda form: within_edits(form, wanted, edits)


def _merged(marks: Sequence[Highlight]) -> list[Highlight]:
    """Overlapping marks of a field become one."""
    ordered = sorted(marks)
    if all(a.field != b.field or a.end <= b.start for a, b in pairwise(ordered)):
        return ordered
    merged: list[Highlight] = []
    for mark in ordered:
        if merged and merged[-1].field == mark.field and mark.start < merged[-1].end:
            merged[-1] = Highlight(mark.field, merged[-1].start, max(merged[-1].end, mark.end))
        else:
            merged.append(mark)
    return merged
