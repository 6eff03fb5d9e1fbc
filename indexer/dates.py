"""Dates in English news, absolute and relative, resolved to calendar values against the publication date.

text -> tokens (`date_tokens`) -> candidates (`date_grammar`) -> those that stand in their context
(`date_context`) -> calendar periods (`date_resolution`, `date_periods`, `date_tense`) -> ranges (here)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from archive.article import Field, Mention
from indexer.date_context import find_expressions
from indexer.date_grammar import Expression
from indexer.date_periods import Period
from indexer.date_resolution import Reading
from indexer.date_tokens import Tokens, tokenise

__all__ = ["read_dates"]


def read_dates(text: str, published: str | None, field: Field) -> tuple[Mention, ...]:
    """Every date expression of a title or body that has a calendar value, in order, without overlaps.

    `published` is normalised ISO 8601 text at its precision, or None; expressions that it can't
    resolve (`on Thursday` in an article dated `2024-11`) give no mention.
    """
    tokens = tokenise(text)
    mentions = []
    for date in _joined(tokens, _resolved(tokens, Period.published(published) if published else None)):
        start, end = tokens.starts[date.first], tokens.starts[date.last + 1]
        value = date.period.value
        mentions.append(Mention("date", value, field, start, end, text[start:end], "model", value=value))
    return tuple(mentions)


@dataclass(frozen=True, slots=True)
class _Dated:
    """The tokens `first` to `last` (inclusive), and the period that they name."""

    first: int
    last: int
    period: Period
    expression: Expression


def _resolved(tokens: Tokens, now: Period | None) -> list[_Dated]:
    told = quarter = None
    dates = []
    for expression in find_expressions(tokens):
        try:
            period = Reading(tokens, expression, now, told, quarter).period()
        except (ValueError, OverflowError):  # no real day (February 30), or beyond the years 1 to 9999
            continue
        if period is None:
            continue
        dates.append(_Dated(expression.first, expression.last, period, expression))
        if not expression.is_comparison:
            told = period
            quarter = period if period.unit == "quarter" else quarter
    return dates


_TO = re.compile(r"\s+(?:to|through|until|till)\s+|\s?[-–—]\s?", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_LONGEST_JOINT = 16
"""Characters between the two ends of a range, at most."""


def _joined(tokens: Tokens, dates: list[_Dated]) -> list[_Dated]:
    """The dates, with two that are the ends of a range (`from 2014 to 2018`, `May 28 - June 3`) made one."""
    joined: list[_Dated] = []
    for date in dates:
        whole = _range(tokens, joined[-1], date) if joined else None
        if whole:
            joined[-1] = whole
        else:
            joined.append(date)
    return joined


def _range(tokens: Tokens, low: _Dated, high: _Dated) -> _Dated | None:
    joint = tokens.text[tokens.starts[low.last + 1] : tokens.starts[high.first]][: _LONGEST_JOINT + 1]
    opening = tokens.before(low.first)
    if not (_TO.fullmatch(joint) or (opening == "between" and _AND.fullmatch(joint))):
        return None
    unit = low.period.unit
    dated = low.expression.has_year and high.expression.has_year
    if not {unit, high.period.unit} <= {"day", "month", "year"} or (unit != high.period.unit and not dated):
        return None
    begin = low.period
    try:
        if low.expression.rule == "calendar" and not low.expression.has_year:  # the year stands at the end, if at all
            years = high.period.first.year - begin.first.year
            begin = begin.moved(years, "year")
            begin = begin.moved(-1, "year") if begin.first > high.period.first else begin
    except (ValueError, OverflowError):
        return None
    if begin.last >= high.period.first:
        return None
    first = low.first - 2 if opening in ("from", "between") else low.first
    return replace(high, first=first, period=Period("range", begin.first, high.period.last))
