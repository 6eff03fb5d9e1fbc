"""Which characters of an article match a query: every matching term of every positive leaf.

The same analysis as the index, with offsets. A phrase is marked as a whole, where it stands; the words of a window
and of NEAR one by one, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.analysis import Analyser
from archive.article import Article, Field, Mention
from archive.engine import Expansion
from archive.positions import edits_allowed, holds_window, within_edits
from archive.query import NAME_FIELDS, Fuzzy, Phrase, Prefix, Query, Window, Word, leaves
from search_api.candidates import beginning, candidates

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
        self._fuzzy: dict[str, list[Callable[[str], bool]]] = {"title": [], "body": []}
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
                if any(
                    holds(self._analyser.forms(name)) for field, holds in self._names for name in _names_of(m, field)
                )
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
            test = _form_test(leaf, analyser)
            for field in fields:
                self._forms[field].append(test)
                if isinstance(leaf, Fuzzy):
                    self._fuzzy[field].append(test)
                else:
                    self._prefixes[field].add(analyser.form(leaf.text))
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
        if isinstance(leaf, Window):
            distance = leaf.distance
            return lambda forms: holds_window(wanted, forms, distance)
        size = len(wanted)
        return lambda forms: any(forms[i : i + size] == wanted for i in range(len(forms) - size + 1))

    def _spans(self, field: Field, text: str) -> Iterator[tuple[int, int]]:
        words, tests, phrases = self._words[field], self._forms[field], self._phrases[field]
        if not (words or tests or phrases):
            return
        analyser = self._analyser
        begins = {beginning(stem) for stem in (*words, *(phrase[0] for phrase in phrases))} | self._prefixes[field]
        if fuzzy := self._fuzzy[field]:
            # Each distinct word is judged once; then the few that match are looked for like any others.
            near = (w for w in set(analyser.words(text)) if any(test(analyser.form(w)) for test in fuzzy))
            begins.update(analyser.form(w) for w in near)
        english = analyser.language == "english"
        for token in candidates(text, begins, analyser) if english else analyser.tokens(text):
            stem = analyser.stem(token.text)
            if stem in words or any(test(analyser.form(token.text)) for test in tests):
                yield token.start, token.end
            for phrase in phrases:
                if stem == phrase[0] and (end := _phrase_end(text, token.start, phrase, analyser)):
                    yield token.start, end


def _names_of(mention: Mention, field: str) -> tuple[str, ...]:
    """What a name field matches of a mention: its name, and the alias that stands in the text."""
    if field == "country":
        return (mention.country,) if mention.country else ()
    if field == "class":
        return (mention.weapon_class,) if mention.weapon_class else ()
    return (mention.name, mention.text) if field == mention.kind else ()


def _phrase_end(text: str, start: int, phrase: tuple[str, ...], analyser: Analyser) -> int | None:
    """Where a phrase that begins with the word at `start` ends; None where it doesn't stand there."""
    tokens = analyser.tokens_from(text, start, len(phrase))
    return tokens[-1].end if tuple(analyser.stem(t.text) for t in tokens) == phrase else None


def _form_test(leaf: Prefix | Fuzzy, analyser: Analyser) -> Callable[[str], bool]:
    wanted = analyser.form(leaf.text)
    if isinstance(leaf, Prefix):
        return lambda form: form.startswith(wanted)
    edits, letters = edits_allowed(wanted), frozenset(wanted)
    judged: dict[str, bool] = {}

    def near(form: str) -> bool:
        found = judged.get(form)
        if found is None:
            # An edit brings in one missing letter at most: counting those spares most words the comparison.
            found = len(letters.difference(form)) <= edits and within_edits(form, wanted, edits)
            judged[form] = found
        return found

    return near


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
