"""From query text to the query tree: the grammar, told top down.

    query     = and {"OR" and}              at the top level without OR: clauses side by side
    and       = near {["AND"] near}
    near      = not [("NEAR/n" | "BEFORE/n") not]
    not       = ["NOT" | "-"] operand
    operand   = "(" query ")" | field ":" (leaf | "(" query ")") | leaf
    leaf      = word | word"*" | word"~" | '"phrase"' | '"words"~n'

Trees are canonical, so that `parse(str(tree)) == tree`: no And directly in an And, no Or in an Or, texts
cut to their first and last word, operator names that are meant as words (`AND,`) in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from archive.analysis import Analyser
from archive.errors import QueryError
from archive.query import (
    TEXT_FIELDS,
    And,
    Fuzzy,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from search_api.leaves import leaf, word
from search_api.lexer import MAX_DEPTH, MAX_LEAVES, OPERATORS, Kind, Lexeme, lex, too_many_leaves

__all__ = ["MAX_LENGTH", "parse", "plain"]

MAX_LENGTH = 8192
"""Code points of a query as typed, and as printed; with MAX_LEAVES it bounds the work of one search."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str, analyser: Analyser | None = None) -> Query:
    """The tree of a query; of an empty or blank text the query for all articles.

    Raises QueryError, and nothing else, for any text that is no query.
    """
    _check_text(text)
    analyser = analyser or Analyser()
    lexemes = lex(text, analyser)
    if not lexemes:
        return _without_words(text)
    query = Query(_Parser(lexemes, analyser).clauses(), text)
    # Distributed fields and brackets around AND make the printed query longer and deeper than what was typed.
    if len(str(query)) > MAX_LENGTH or _query_depth(query) > MAX_DEPTH:
        raise QueryError(
            f"Written out in full, the query is longer than {MAX_LENGTH:,} characters or nested deeper than "
            f"{MAX_DEPTH} brackets.",
            position=0,
            end=len(text),
            cure="Split it into several searches.",
        )
    return query


def plain(text: str, analyser: Analyser | None = None) -> Query:
    """The text as plain words, without any syntax: one Word for each analysed word. Raises QueryError as `parse`."""
    _check_text(text)
    tokens = (analyser or Analyser()).tokens(text)
    if not tokens:
        return _without_words(text)
    if len(tokens) > MAX_LEAVES:
        raise too_many_leaves(tokens[MAX_LEAVES].start, len(text))
    return Query(tuple(word(t) for t in tokens), text)


def _check_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"The query has {len(text):,} characters; {MAX_LENGTH:,} are the most.",
            position=MAX_LENGTH,
            end=len(text),
            cure="Shorten it, or split it into several searches.",
        )
    if broken := _SURROGATE.search(text):
        raise QueryError(
            "The query holds half a character (a lone surrogate).", position=broken.start(), cure="Delete it."
        )


def _without_words(text: str) -> Query:
    if text.strip():
        raise QueryError(
            "The query has no letter or digit to search for.",
            position=0,
            end=len(text),
            cure="Write at least one word, or nothing at all for all articles.",
        )
    return Query((), text)


class _Run(NamedTuple):
    """Operands joined by AND, or a single one."""

    first: Lexeme
    nodes: list[Node]


class _Parser:
    """Recursive descent over the lexemes; `field` is that of the brackets around, distributed to the leaves."""

    def __init__(self, lexemes: Sequence[Lexeme], analyser: Analyser) -> None:
        self.lexemes = lexemes
        self.analyser = analyser
        self.at = 0

    def clauses(self) -> tuple[Node, ...]:
        runs = self._runs("")
        if self._kind() == "or":
            return (self._alternatives(runs, ""),)
        return tuple(_clause(run) for run in runs)

    def _kind(self) -> Kind | None:
        return self.lexemes[self.at].kind if self.at < len(self.lexemes) else None

    def _take(self) -> Lexeme:
        self.at += 1
        return self.lexemes[self.at - 1]

    def _alternatives(self, first: Sequence[_Run], field: str) -> Node:
        """What OR joins to the runs already read, up to the closing bracket or the end."""
        parts = [_and(node for run in first for node in run.nodes)]
        while self._kind() == "or":
            self._take()
            parts.append(_and(node for run in self._runs(field) for node in run.nodes))
        return _or(parts)

    def _runs(self, field: str) -> list[_Run]:
        """Operands up to OR, a closing bracket or the end: at least one run, side by side."""
        runs: list[_Run] = []
        joining = False
        while self._kind() not in (None, "close", "or"):
            first = self.lexemes[self.at]
            if first.kind == "and":
                if joining or not runs:
                    raise self._missing()
                self._take()
            elif joining:
                runs[-1].nodes.append(self._near(field))
            else:
                runs.append(_Run(first, [self._near(field)]))
            joining = first.kind == "and"
        if joining or not runs:
            raise self._missing()
        return runs

    def _near(self, field: str) -> Node:
        first = self.at
        left = self._not(field)
        if self._kind() not in ("near", "before"):
            return left
        left_fields = self._fields(left, first)
        operator = self._take()
        first = self.at
        right = self._not(field)
        right_fields = self._fields(right, first)
        if len(left_fields | right_fields) > 1:
            raise QueryError(
                f"Both sides of {operator.text} must stand in the same field.",
                position=operator.start,
                end=operator.end,
                cure=f"Write title:a {operator.text} title:b, or no field at all.",
            )
        if self._kind() in ("near", "before"):
            raise self._chain(self.lexemes[self.at])
        return Near(left, right, operator.distance, ordered=operator.kind == "before")

    def _fields(self, operand: Node, first: int) -> set[str]:
        """The fields of an operand of NEAR or BEFORE that begins at lexeme `first` and ends here.

        Operands are words, wildcards, fuzzy words and phrases of running text, and ORs of these.
        """
        if isinstance(operand, Near):
            raise self._chain(self.lexemes[first])
        parts = operand.parts if isinstance(operand, Or) else (operand,)
        near = [p for p in parts if isinstance(p, (Word, Phrase, Prefix, Fuzzy)) and p.field in TEXT_FIELDS]
        if len(near) < len(parts):
            raise QueryError(
                "NEAR and BEFORE stand between words, wildcards or phrases of the text, or (a OR b) of these.",
                position=self.lexemes[first].start,
                end=self.lexemes[self.at - 1].end,
                cure="Put exclusions, AND and other fields outside: a NEAR/5 b NOT c, (a OR b) NEAR/5 c AND person:d.",
            )
        return {p.field for p in near}

    def _chain(self, lexeme: Lexeme) -> QueryError:
        return QueryError(
            "NEAR and BEFORE join two words and can't be chained.",
            position=lexeme.start,
            end=lexeme.end,
            cure='Write a NEAR/5 b AND b NEAR/5 c, or "a b c"~10 for words in any order.',
        )

    def _not(self, field: str) -> Node:
        if self._kind() != "not":
            return self._operand(field)
        self._take()
        if self._kind() == "not":
            twice = self.lexemes[self.at]
            raise QueryError(
                "What is excluded is excluded once more.",
                position=twice.start,
                end=twice.end,
                cure="Write NOT or - once, or not at all.",
            )
        return Not(self._operand(field))

    def _operand(self, field: str) -> Node:
        match self._kind():
            case "open":
                return self._bracket(field)
            case "field":
                name = self._take()
                if field:
                    raise QueryError(
                        f"{name.text}: can't stand within the brackets of {field}:.",
                        position=name.start,
                        end=name.end,
                        cure=f"Close the brackets before {name.text}:.",
                    )
                return self._bracket(name.text) if self._kind() == "open" else self._leaf(name.text)
            case "word" | "quoted":
                return self._leaf(field)
            case _:
                raise self._missing()

    def _bracket(self, field: str) -> Node:
        self._take()
        node = self._alternatives(self._runs(field), field)
        self._take()  # the lexer gives balanced brackets only
        return node

    def _leaf(self, field: str) -> Node:
        return leaf(self._take(), field, self.analyser)

    def _missing(self) -> QueryError:
        """What to say where an operand should stand and none does."""
        around = self.lexemes[max(self.at - 1, 0) : self.at + 1]
        for operator in around:
            if operator.kind in OPERATORS.values():
                return _lonely(operator)
        return QueryError(
            "Nothing to search for stands between these brackets.",
            position=around[0].start,
            end=around[-1].end,
            cure="Write a word between the brackets, or leave them out.",
        )


def _lonely(operator: Lexeme) -> QueryError:
    name = operator.text
    where = "behind" if operator.kind == "not" else "on both sides of"
    literal = "" if name == "-" else f', or "{name.lower()}" in lower case to search for the word itself'
    return QueryError(
        f"{name} needs something {where} it.",
        position=operator.start,
        end=operator.end,
        cure=f"Write a word {where} {name}{literal}.",
    )


def _clause(run: _Run) -> Node:
    node = _and(run.nodes)
    if isinstance(node, Word) and run.first.kind == "open" and not node.field:
        return Phrase(node.text)  # brackets bind, and a bare Word among the clauses would be free
    return node


def _and(parts: Iterable[Node]) -> Node:
    flat = tuple(p for part in parts for p in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def _or(parts: Iterable[Node]) -> Node:
    flat = tuple(p for part in parts for p in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def _query_depth(query: Query) -> int:
    """How deep the brackets of `str(query)` are nested."""
    alone = len(query.clauses) == 1
    return max(_depth(c) + (not alone and isinstance(c, Or)) for c in query.clauses)


def _depth(node: Node) -> int:
    match node:
        case And(parts):
            return max(_depth(p) + isinstance(p, (And, Or)) for p in parts)
        case Or(parts):
            return max(_depth(p) + isinstance(p, (And, Near, Not)) for p in parts)
        case Near(left, right):
            return int(isinstance(left, Or) or isinstance(right, Or))
        case Not(part):
            return _depth(part) + isinstance(part, (And, Or, Near, Not))
        case _:
            return 0
