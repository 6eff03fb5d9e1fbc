"""From one lexeme to one leaf of the query tree: words, phrases, wildcards, dates and facets."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from archive.analysis import Analyser, Token
from archive.calendar import Interval, parse_range
from archive.engine import FACETS
from archive.errors import QueryError
from archive.query import TEXT_FIELDS, Dates, Fuzzy, Has, Leaf, Phrase, Prefix, Window, Word
from search_api.lexer import OPERATORS, Lexeme, shown

__all__ = ["leaf", "word"]

_FACETS: dict[str, str] = {name: name for name in FACETS}
_HAS = {**_FACETS, "date": "mentioned", "lang": "language", "organization": "organisation"}
_DAY = dt.timedelta(days=1)


def leaf(lexeme: Lexeme, field: str, analyser: Analyser) -> Leaf:
    """The leaf that a `word` or `quoted` lexeme stands for in a field; raises QueryError with its place."""
    if field in ("published", "mentioned", "before", "after"):
        return _dates(lexeme, field)
    if field == "has":
        return _has(lexeme)
    tokens = analyser.tokens(lexeme.text)
    if lexeme.kind == "quoted":
        return _phrase(lexeme, field, tokens)
    if "*" in lexeme.text:
        return _prefix(lexeme, field, tokens)
    if fuzzy := _fuzzy(lexeme, field, tokens):
        return fuzzy
    return word(tokens[0], field) if len(tokens) == 1 else Phrase(_surface(lexeme.text, tokens), field)


def word(token: Token, field: str = "") -> Word:
    """A Word of one token; what would read as an operator is put in lower case, which analyses to the same term."""
    return Word(token.text.lower() if token.text in OPERATORS else token.text, field)


def _surface(text: str, tokens: Sequence[Token]) -> str:
    # Curly quotes may hold straight ones; in the tree a straight quote would end the printed phrase.
    return text[tokens[0].start : tokens[-1].end].replace('"', "”")


def _phrase(lexeme: Lexeme, field: str, tokens: Sequence[Token]) -> Phrase | Window:
    if lexeme.distance and len(tokens) < 2:
        raise _error(
            lexeme,
            "A window needs at least two words.",
            f'Write "two words"~{lexeme.distance}; for one word and its misspellings write zelensky~.',
        )
    text = _surface(lexeme.text, tokens)
    return Window(text, lexeme.distance, field) if lexeme.distance else Phrase(text, field)


def _prefix(lexeme: Lexeme, field: str, tokens: Sequence[Token]) -> Prefix:
    text = lexeme.text
    star = text.index("*")
    position = lexeme.start + star
    if star < tokens[0].start:
        raise QueryError(
            "* at the beginning of a word is not supported.",
            position=position,
            cure="Write the beginning of the word and put * at its end: missil*.",
        )
    literal = shown(text.replace("*", ""))
    if tokens[-1].end != star or "*" in text[star + 1 :] or "~" in text:
        raise QueryError(
            "* stands directly behind the last letter of a word and nowhere else.",
            position=position,
            cure=f'Write missil*, or leave * out: "{literal}".',
        )
    last = tokens[-1].text
    if sum(c.isalnum() for c in last) < 2:
        raise _error(lexeme, "* needs at least two letters or digits in front of it.", "Write more of the word: mi*.")
    if len(tokens) > 1:
        raise _error(lexeme, "* works on one word, and these are several.", _one_by_one(text, field, tokens, "*"))
    return Prefix(last, field)


def _fuzzy(lexeme: Lexeme, field: str, tokens: Sequence[Token]) -> Fuzzy | None:
    """`zelensky~`; None where ~ is punctuation (`~500`, `a~b`) or absent."""
    text = lexeme.text
    tilde = text.rfind("~")
    if tilde < tokens[0].end:
        return None
    if tokens[-1].start > tilde:
        if re.fullmatch(r"[0-9.,]+", text[tilde + 1 :]):
            raise QueryError(
                "~ takes no number behind a word.",
                position=lexeme.start + tilde,
                end=lexeme.end,
                cure=f"Write {shown(text[:tilde])}~: one edit up to 5 letters, two above.",
            )
        return None
    if tokens[-1].end != tilde:
        raise QueryError(
            "~ stands directly behind the last letter of a word.",
            position=lexeme.start + tilde,
            cure="Write zelensky~, or leave ~ out.",
        )
    if len(tokens) > 1:
        raise _error(lexeme, "~ works on one word, and these are several.", _one_by_one(text, field, tokens, "~"))
    return Fuzzy(tokens[0].text, field)


def _one_by_one(text: str, field: str, tokens: Sequence[Token], sign: str) -> str:
    """The cure for `S-40*`."""
    if field not in TEXT_FIELDS:
        return f"Write the word with {sign} by itself: {field}:{tokens[-1].text}{sign}."
    name = f"{field}:" if field else ""
    before = _surface(text, tokens[:-1])
    first = before if len(tokens) == 2 else f'"{before}"'
    return f"Write {name}{first} BEFORE/1 {name}{tokens[-1].text}{sign}."


def _dates(lexeme: Lexeme, field: str) -> Dates:
    try:
        if lexeme.distance:
            raise ValueError("~ belongs to words, not to dates: leave it out")
        within = parse_range(lexeme.text)
        if field == "before":
            return Dates("published", Interval(dt.date.min, within.first - _DAY))
        if field == "after":
            return Dates("published", Interval(within.last + _DAY, dt.date.max))
    except OverflowError:
        raise _error(lexeme, f"No day lies {field} {shown(lexeme.text)}.", "Write published: with a range.") from None
    except ValueError as error:
        message, _, cure = str(error).rpartition(": ")
        raise _error(lexeme, f"{message[:1].upper()}{message[1:]}.", f"{cure[:1].upper()}{cure[1:]}.") from None
    return Dates("mentioned" if field == "mentioned" else "published", within)


def _has(lexeme: Lexeme) -> Has:
    facet = _HAS.get(lexeme.text.strip().lower())
    if facet is None or lexeme.distance:
        raise _error(
            lexeme,
            f"has: knows no {shown(lexeme.text)}.",
            f"Write has: with one of {', '.join(sorted({*FACETS, 'date'}))}.",
        )
    return Has(facet)


def _error(lexeme: Lexeme, message: str, cure: str) -> QueryError:
    return QueryError(message, position=lexeme.start, end=lexeme.end, cure=cure)
