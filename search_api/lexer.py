"""From query text to lexemes: words, quoted text, brackets, operators and field names, each with its place.

Lexemes without a letter or a digit are dropped here, so that `a & b` and `a - b` are two words.
One pass, linear in the length of the text; brackets are balanced and every limit is kept behind it.
"""

from __future__ import annotations

import difflib
import re
from typing import Literal, NamedTuple

from archive.analysis import Analyser
from archive.errors import QueryError
from archive.query import DATE_FIELDS, NAME_FIELDS, TEXT_FIELDS

__all__ = [
    "FIELDS",
    "MAX_DEPTH",
    "MAX_DISTANCE",
    "MAX_LEAVES",
    "MAX_NEAR",
    "OPERATORS",
    "Kind",
    "Lexeme",
    "lex",
    "shown",
    "too_many_leaves",
]

Kind = Literal["word", "quoted", "field", "open", "close", "and", "or", "not", "near", "before"]

MAX_LEAVES = 256
"""Words, phrases and fields of a query: each is at least one posting list to read."""
MAX_NEAR = 16
"""NEAR, BEFORE and "words"~n of a query: each looks at the positions of every article that holds its words."""
MAX_DEPTH = 32
"""Brackets in brackets; bounds the recursion of the parser and of everything that walks a tree."""
MAX_DISTANCE = 100
"""Positions: the widest window, NEAR and BEFORE."""

OPERATORS: dict[str, Kind] = {"AND": "and", "OR": "or", "NOT": "not", "NEAR": "near", "BEFORE": "before"}

FIELDS = {
    **{name: name for name in (*TEXT_FIELDS, *NAME_FIELDS, *DATE_FIELDS, "before", "after", "has") if name},
    "organization": "organisation",
    "language": "lang",
}
"""Every spelling of a field name in lower case, with the name it stands for."""

# A straight quote closes only a straight one, so that `"he said “no” twice"` is one phrase;
# „ is closed by whatever German, Polish and plain keyboards put there.
_CLOSERS = {'"': '"', "“": "”“", "”": "”", "„": '“”"', "«": "»", "»": "«»"}
_CLOSING = {opener: re.compile(f"[{closers}]") for opener, closers in _CLOSERS.items()}
_RUN = re.compile(rf"[^\s(){''.join(_CLOSERS)}]+")
_PROXIMITY = re.compile(r"(NEAR|BEFORE)(?:/(.*))?", re.DOTALL)


class Lexeme(NamedTuple):
    """A piece of query text; `start` and `end` are code points of the text as given, quotes included."""

    kind: Kind
    start: int
    end: int
    text: str
    """What stands there; of `quoted` the text between the quotes, of `field` the field's own name."""
    distance: int = 0
    """Of `near` and `before`, and of a `quoted` window; 0 where there is none."""


def lex(text: str, analyser: Analyser) -> list[Lexeme]:
    """The lexemes of a query, in order. A `field` is always followed by `open`, `quoted` or `word`.

    Raises QueryError for quotes and brackets without their other half, unknown fields, distances,
    more than MAX_LEAVES words, more than MAX_NEAR proximities and brackets deeper than MAX_DEPTH.
    """
    return _Lexer(text, analyser).lexemes()


def shown(text: str) -> str:
    """A piece of the query as error messages quote it: never longer than 40 characters."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def too_many_leaves(position: int, end: int) -> QueryError:
    """What to say of the first leaf beyond MAX_LEAVES."""
    return QueryError(
        f"The query has more than {MAX_LEAVES} words, phrases and fields.",
        position=position,
        end=end,
        cure='Leave some out, write a sequence of words as one "phrase", or split the query into several searches.',
    )


class _Lexer:
    def __init__(self, text: str, analyser: Analyser) -> None:
        self.text = text
        self.analyser = analyser
        self.at = 0
        self.found: list[Lexeme] = []
        self.leaf_count = self.near_count = 0
        self.opened: list[int] = []
        """Positions of the brackets that are open here."""

    def lexemes(self) -> list[Lexeme]:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character.isspace():
                self.at += 1
            elif character in "()":
                self._bracket(character)
            elif character in _CLOSERS:
                self._quoted()
            else:
                self._run(self._run_at(self.at))
        if self.opened:
            raise QueryError(
                "This bracket is opened and never closed.",
                position=self.opened[-1],
                cure="Write ) where the group ends, or leave the bracket out.",
            )
        return self.found

    def _add(self, kind: Kind, text: str, distance: int = 0) -> None:
        """A lexeme that is `text` and stands here; go on behind it."""
        self.found.append(Lexeme(kind, self.at, self.at + len(text), text, distance))
        self.at += len(text)

    def _add_leaf(self, lexeme: Lexeme) -> None:
        self.leaf_count += 1
        if self.leaf_count > MAX_LEAVES:
            raise too_many_leaves(lexeme.start, len(self.text))
        self.found.append(lexeme)
        self.at = lexeme.end

    def _count_near(self, start: int, end: int) -> None:
        self.near_count += 1
        if self.near_count > MAX_NEAR:
            raise QueryError(
                f"The query has more than {MAX_NEAR} NEAR, BEFORE and ~ behind phrases.",
                position=start,
                end=end,
                cure="Leave some out, or split the query into several searches.",
            )

    def _bracket(self, character: str) -> None:
        if character == "(":
            self.opened.append(self.at)
            if len(self.opened) > MAX_DEPTH:
                raise QueryError(
                    f"The brackets are nested deeper than {MAX_DEPTH}.", position=self.at, cure="Leave some out."
                )
        elif not self.opened:
            raise QueryError(
                "This bracket is closed and was never opened.",
                position=self.at,
                cure="Leave it out, or write ( where the group begins.",
            )
        else:
            self.opened.pop()
        self._add("open" if character == "(" else "close", character)

    def _run_at(self, at: int) -> str:
        """What stands there up to the next space, bracket or quote."""
        match = _RUN.match(self.text, at)
        return match[0] if match else ""

    def _searchable(self, text: str) -> bool:
        return bool(self.analyser.words(text))

    def _quoted(self) -> None:
        start = self.at
        closing = _CLOSING[self.text[start]].search(self.text, start + 1)
        if not closing:
            raise QueryError(
                f"The quote {self.text[start]} is opened and never closed.",
                position=start,
                cure=f"Write {_CLOSERS[self.text[start]][0]} behind the phrase, or leave the quote out.",
            )
        content = self.text[start + 1 : closing.start()]
        self.at = closing.end()
        distance = self._window(self.at)
        if not distance and not self._searchable(content):
            self._drop(start)
            return
        if distance:
            self._count_near(start, self.at)
        self._add_leaf(Lexeme("quoted", start, self.at, content, distance))

    def _window(self, tilde: int) -> int:
        """The distance behind a closing quote, 0 if there is none; go on behind it."""
        run = self._run_at(tilde)
        if run[:1] == "*":
            raise self._misplaced(tilde)
        if run[:1] != "~":
            return 0
        digits = re.match(r"[0-9]*", run[1:])
        number = digits[0] if digits else ""
        distance = _distance(number)
        if not distance or self._searchable(run[1 + len(number) :]):
            raise QueryError(
                f"~ behind a phrase needs a number of positions from 1 to {MAX_DISTANCE}.",
                position=tilde,
                end=tilde + len(run),
                cure='Write "two words"~5 for words at most 5 positions apart.',
            )
        self.at = tilde + len(run)
        return distance

    def _drop(self, start: int) -> None:
        """Pass over quotes without a word between them, with the - in front; behind a field they are an error."""
        last = self.found[-1] if self.found else None
        if last and last.end == start and last.kind == "field":
            raise self._empty(last.start, self.at)
        if last and last.end == start and last.text == "-":
            self.found.pop()

    def _run(self, run: str) -> None:
        previous = self.text[self.at - 1] if self.at else " "
        following = self.text[self.at + len(run) : self.at + len(run) + 1]
        if previous == ")" and run[0] in "~*":
            raise self._misplaced(self.at)
        # Only at the beginning of a word: "post"-war excludes nothing. `--` and `->` are dashes and arrows.
        if run[0] == "-" and (previous.isspace() or previous == "("):
            opens = run == "-" and following and following in "(" + "".join(_CLOSERS)
            if opens or (run[1:2] not in ("", "-", ">") and self._searchable(run[1:])):
                self._add("not", "-")
                if not opens:
                    self._word(run[1:])
                return
        elif run in ("AND", "OR", "NOT"):
            self._add(OPERATORS[run], run)
            return
        elif proximity := _PROXIMITY.fullmatch(run):
            self._proximity(run, proximity[1], proximity[2] or "")
            return
        self._word(run)

    def _proximity(self, run: str, name: str, number: str) -> None:
        distance = _distance(number)
        if not distance:
            raise QueryError(
                f"{name} needs a number of positions from 1 to {MAX_DISTANCE}.",
                position=self.at,
                end=self.at + len(run),
                cure=f"Write {name}/5, or {name.lower()} in lower case to search for the word.",
            )
        self._count_near(self.at, self.at + len(run))
        self._add(OPERATORS[name], run, distance)

    def _word(self, run: str) -> None:
        """A word, or a field with the word behind its colon."""
        name, colon, value = run.partition(":")
        if colon and name.isalpha() and self._field(name, value):
            return
        if self._searchable(run):
            self._add_leaf(Lexeme("word", self.at, self.at + len(run), run))
        else:
            self.at += len(run)

    def _field(self, name: str, value: str) -> bool:
        """Take `name:value` as a field; False where it is plain text (`Ukraine: strikes`, `http://...`)."""
        start, end = self.at, self.at + len(name) + 1 + len(value)
        following = self.text[end : end + 1]
        opens = not value and following != "" and following in "(" + "".join(_CLOSERS)
        valued = opens or self._searchable(value)
        field = FIELDS.get(name.lower())
        if field is None:
            if valued and not value.startswith("//"):
                raise _unknown_field(name, value, start)
            return False
        if not valued:
            if value:
                raise self._empty(start, end)
            return False
        if value[:1] == "-":
            raise QueryError(
                f"- can't stand behind {name}:.",
                position=start + len(name) + 1,
                cure=f"Write -{name}:{shown(value[1:])}.",
            )
        self.found.append(Lexeme("field", start, start + len(name) + 1, field))
        self.at = start + len(name) + 1
        if value:
            self._add_leaf(Lexeme("word", self.at, end, value))
        return True

    def _empty(self, start: int, end: int) -> QueryError:
        return QueryError(
            f"{shown(self.text[start:end])} has nothing to search for.",
            position=start,
            end=end,
            cure="Write a word directly behind the colon; has:person finds every article that has a person.",
        )

    def _misplaced(self, position: int) -> QueryError:
        sign = self.text[position]
        what = "a word, as in missil*" if sign == "*" else 'a word or a phrase, as in zelensky~ or "two words"~5'
        return QueryError(
            f"{sign} can't stand here.", position=position, cure=f"Put {sign} directly behind {what}, or leave it out."
        )


def _distance(digits: str) -> int:
    """The number of positions, 0 unless it lies within 1 to MAX_DISTANCE."""
    significant = digits.lstrip("0")
    # Checked before it is converted: int() refuses thousands of digits with an error of its own.
    if not (0 < len(significant) <= len(str(MAX_DISTANCE)) and significant.isascii() and significant.isdigit()):
        return 0
    return int(significant) if int(significant) <= MAX_DISTANCE else 0


def _unknown_field(name: str, value: str, start: int) -> QueryError:
    close = difflib.get_close_matches(name[:40].lower(), FIELDS, n=1)
    meant = f"Did you mean {close[0]}:? " if close else ""
    literal = f'write "{shown(f"{name}:{value}")}" in quotes' if value else "put a space behind the colon"
    return QueryError(
        f"There is no field {shown(name)}:.",
        position=start,
        end=start + len(name) + 1,
        cure=f"{meant}To search for it as text, {literal}. The fields are {', '.join(sorted(FIELDS))}.",
    )
