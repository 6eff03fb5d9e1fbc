"""The grammar of dates in English news: which runs of tokens are date expressions, and of what kind.

A rule is a regular expression over token classes (`date_tokens.CLASSES`), written with their names:
`MONTH GAP DAY` is three tokens. Every repetition is bounded, so that matching is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from indexer.date_tokens import CLASSES, Tokens

__all__ = ["RULES", "Expression", "Rule", "candidates"]

Rule = Literal[
    "calendar", "iso", "numeric", "days", "year", "years", "decade", "century", "weekday", "dayword", "daypart",
    "nth_weekday", "unit", "ago", "shift", "ahead", "quarter", "half", "relative_quarter", "season", "year_end",
    "holiday", "attacks",
]  # fmt: skip

_PARTS = {
    "MON": "[MONTH MAYBE]",
    "DOW": "[WEEKDAY WEEKABBR]",
    "DIGITS": "[DAY SHORT YEAR NUMBER]",
    "FULLYEAR": "(?:(?P<year>YEAR)|(?P<spoken>NUMWORD GAP NUMWORD (?:DASH NUMWORD)?))",
    "OFYEAR": "(?:OF GAP)? (?P<whichyear>LAST|THIS|NEXT) GAP YEARUNIT",
    "ONWEEKDAY": "(?:(?P<weekday>DOW) DOT? COMMA? GAP (?:THE GAP)?)?",
    "DAYOFMONTH": "(?:(?P<day>DAY) SUFFIX?|(?P<dayword>ORDWORD))",
    "MODIFIED": "(?:(?:MODIFIER|EARLIER) [GAP DASH])?",
    "COUNT": "(?P<count>[DAY SHORT NUMBER NUMWORD ARTICLE]|ARTICLE GAP COUPLE GAP OF"
    "|NUMWORD DASH NUMWORD)",
    "ANYUNIT": "(?P<unit>DAYUNIT|UNIT|YEARUNIT|QUARTER|UNITS)",
    "QUARTERORDINAL": "(?P<ordinal>ORDWORD|DAY SUFFIX)",
    "UPTO": "(?:GAP? DASH GAP?|GAP TO GAP)",
}  # fmt: skip

_RULES: tuple[tuple[Rule, str], ...] = (
    # November 25, 2024; Mon., Nov. 25; November 25 last year; March eighth
    ("calendar", "ONWEEKDAY (?P<month>MON) DOT? GAP (?:THE GAP)? DAYOFMONTH (?! [COMMA DOT] DIGITS)"
     " (?:COMMA? GAP FULLYEAR | COMMA? GAP OFYEAR | COMMA? GAP? (?P<quote>APOSTROPHE) (?P<short>[DAY SHORT]))?"),
    # the 25th of November, 2024; 25 November; 25-Nov-2024
    ("calendar", "ONWEEKDAY (?:THE GAP)? DAYOFMONTH (?:GAP (?:OF GAP)? | DASH) (?P<month>MON)"
     " (?:DOT? COMMA? GAP FULLYEAR | DASH (?P<year2>YEAR) | DOT? COMMA? GAP OFYEAR)?"),
    # 3 JAN 90
    ("calendar", "(?P<day>DAY) [GAP DASH] (?P<month>MON) DOT? [GAP DASH] (?P<quote>APOSTROPHE)?"
     " (?P<short>[DAY SHORT]) (?! [COMMA DOT DASH] DIGITS)"),
    # January 2024; January of last year; Jan. '98
    ("calendar", "MODIFIED (?P<month>MON) (?:DOT? COMMA? GAP (?:OF GAP)?(?:THE GAP YEARUNIT GAP)? FULLYEAR"
     " | DOT? GAP OFYEAR | DOT? GAP? (?P<quote>APOSTROPHE) (?P<short>SHORT))"),
    # In February; early November; last June; mid-May
    ("calendar", "(?:(?P<which>LAST|THIS|NEXT|THIS GAP (?:PAST|COMING)) GAP)? MODIFIED (?P<month>MON)"),
    ("iso", "(?P<year>YEAR) (?P<sign>DASH|SLASH|DOT) (?P<month>DAY) (?P=sign) (?P<day>DAY)"),
    ("numeric", "(?P<one>DAY) (?P<sign>SLASH|DOT|DASH) (?P<two>DAY) (?P=sign) (?P<year>YEAR|SHORT|DAY)"),
    ("attacks", "(?P<one>DAY) SLASH (?P<two>DAY)"),
    # between 3 and 5 May; 3-5 May 2024
    ("days", "(?:(?:BETWEEN|FROM) GAP (?:THE GAP)?)? (?P<day>DAY) SUFFIX? (?:UPTO|GAP AND GAP (?:THE GAP)?)"
     " (?P<day2>DAY) SUFFIX? GAP (?:OF GAP)? (?P<month>MON) (?:DOT? COMMA? GAP FULLYEAR)?"),
    # May 3-5, 2024; from May 3 to 5
    ("days", "(?:(?:BETWEEN|FROM) GAP)? (?P<month>MON) DOT? GAP (?P<day>DAY) SUFFIX? (?:UPTO|GAP AND GAP)"
     " (?P<day2>DAY) SUFFIX? (?! (?:GAP (?:OF GAP)?)? MON) (?! [COMMA DOT]? DIGITS) (?:COMMA? GAP FULLYEAR)?"),
    ("year", "MODIFIED (?:FISCAL GAP)? (?P<year>YEAR)"),
    ("year", "(?P<quote>APOSTROPHE) (?P<short>SHORT)"),
    ("year", "(?:THE GAP YEARUNIT GAP)? (?P<spoken>NUMWORD GAP NUMWORD (?:DASH NUMWORD)?)"),
    # 2022-23; 2022/23; 2014-2018; 2024-11
    ("years", "(?P<year>YEAR) (?P<sign>[DASH SLASH]) (?:(?P<short>[DAY SHORT])|(?P<year2>YEAR))"),
    # the 1990s; the late '80s; the sixties
    ("decade", "(?:THE GAP)? MODIFIED (?P<year>YEAR) APOSTROPHE? (?P<plural>ESS)"),
    ("decade", "(?P<the>THE) GAP MODIFIED (?P<quote>APOSTROPHE)? (?P<short>SHORT) APOSTROPHE? (?P<plural>ESS)"),
    ("decade", "(?P<the>THE) GAP MODIFIED (?P<decade>DECADEWORD)"),
    ("century", "(?:THE GAP)? MODIFIED (?:(?P<number>DAY) SUFFIX | (?P<ordinal>ORDWORD)) [GAP DASH] CENTURY"),
    # last Thursday; early on Monday; Saturday night; Friday of last week; Sunday week is not read
    ("weekday", "(?:(?:THE GAP)?"
     " (?P<which>LAST|THIS|NEXT|PREVIOUS|FOLLOWING|COMING|PAST|THIS GAP (?:PAST|COMING)) GAP)?"
     " MODIFIED (?P<weekday>WEEKDAY) (?:GAP DAYPART)?"
     " (?:GAP (?:OF GAP)? (?P<whichweek>LAST|THIS|NEXT) GAP (?P<week>UNIT))?"),
    # the fourth Thursday of November; the last Sunday in May 2024
    ("nth_weekday", "(?:THE GAP)? (?P<ordinal>ORDWORD|LAST) GAP (?P<weekday>WEEKDAY) GAP [OF IN] GAP (?P<month>MON)"
     " (?:COMMA? GAP FULLYEAR)?"),
    ("dayword", "MODIFIED (?P<dayword>DAYWORD) (?:GAP DAYPART)?"),
    ("dayword", "THE GAP DAYUNIT GAP (?P<side>BEFORE|AFTER) GAP (?P<dayword>DAYWORD)"),
    ("daypart", "MODIFIED (?P<which>THIS|LAST) GAP MODIFIED (?P<part>DAYPART)"),
    # earlier this month; the following year; this past week
    ("unit", "MODIFIED (?P<the>THE GAP)? (?P<which>LAST|THIS|NEXT|CURRENT|COMING|PREVIOUS|FOLLOWING|THAT|SAME"
     "|LATEST|THIS GAP (?:PAST|COMING)) GAP (?:FISCAL GAP)? (?P<unit>DAYUNIT|UNIT|YEARUNIT|QUARTER)"),
    # the weekend; later in the year; the end of the month
    ("unit", "(?:(?:THE GAP)? END GAP OF GAP | (?:EARLIER|MODIFIER) GAP IN GAP) (?:THE) GAP"
     " (?P<unit>UNIT|YEARUNIT|QUARTER)"),
    ("unit", "THE GAP (?P<unit>UNIT)"),
    # two years ago; a week ago Friday
    ("ago", "COUNT GAP ANYUNIT GAP AGO (?:GAP (?P<weekday>WEEKDAY))?"),
    ("shift", "COUNT GAP ANYUNIT GAP (?P<side>EARLIER|BEFORE|AFTER|MODIFIER)"),
    ("shift", "(?:THE GAP)? YEARUNIT [DASH GAP] (?P<side>AGO|EARLIER) (?:GAP PERIOD)?"),
    ("ahead", "(?P<in>IN) GAP COUNT GAP ANYUNIT (?:APOSTROPHE ESS? GAP TIME)?"),
    ("ahead", "COUNT GAP ANYUNIT GAP (?P<from>FROM) GAP (?:NOW|DAYWORD)"),
    # the third quarter of 2024; the 2024 third quarter; this year's first quarter; Q3 2024
    ("quarter", "(?:THE GAP)? (?:FISCAL [GAP DASH])? QUARTERORDINAL [GAP DASH] QUARTER"
     " (?:GAP (?:OF GAP)? (?:THE GAP)? (?:FISCAL GAP)? (?P<year>YEAR) | GAP OFYEAR)?"),
    ("quarter", "(?:THE GAP)? (?:(?P<year>YEAR) | (?P<whichyear>LAST|THIS|NEXT) GAP YEARUNIT) (?:APOSTROPHE ESS)? GAP"
     " (?:FISCAL [GAP DASH])? QUARTERORDINAL [GAP DASH] QUARTER"),
    ("quarter", "(?P<cue>CUE) (?P<ordinal>DAY) (?:GAP (?:OF GAP)? (?P<year>YEAR))?"),
    ("quarter", "(?P<year>YEAR) GAP (?P<cue>CUE) (?P<ordinal>DAY)"),
    ("half", "(?:THE GAP)? (?P<ordinal>ORDWORD|LAST|LATEST) GAP HALF GAP OF GAP"
     " (?: (?P<year>YEAR) | (?P<whichyear>LAST|THIS|NEXT) GAP YEARUNIT)"),
    # the quarter; the latest period; the year-earlier third quarter
    ("relative_quarter", "THE GAP (?:(?P<which>LATEST|CURRENT|COMPARABLE) GAP)? (?P<what>QUARTER|PERIOD)"),
    ("relative_quarter", "(?:THE GAP)? (?:COMPARABLE GAP)? (?P<back>YEARUNIT) DASH [AGO EARLIER] GAP"
     " (?:QUARTERORDINAL GAP)? (?P<what>QUARTER|PERIOD)"),
    ("relative_quarter", "THE GAP (?P<year>YEAR) GAP (?P<what>QUARTER|PERIOD)"),
    # last summer; the summer of 2023; winter 2023; in the spring
    ("season", "(?P<which>LAST|THIS|NEXT|THIS GAP (?:PAST|COMING)) GAP MODIFIED (?P<season>SEASON)"),
    ("season", "(?:THE GAP)? MODIFIED (?P<season>SEASON)"
     " (?:GAP (?:OF GAP)? FULLYEAR (?:[DASH SLASH] [DAY SHORT])? | GAP OF GAP OFYEAR)"),
    ("season", "THE GAP MODIFIED (?P<season>SEASON)"),
    ("year_end", "YEARUNIT (?:APOSTROPHE ESS GAP|[DASH GAP]) (?P<end>END)"),
    ("holiday", "(?P<which>(?:LAST|THIS|NEXT) GAP)? (?P<christmas>CHRISTMAS) (?P<eve>GAP (?:DAYUNIT|EVE))?"
     " (?:COMMA? GAP (?P<year>YEAR))?"),
    ("holiday", "(?P<new>NEW) GAP YEARUNIT APOSTROPHE ESS GAP (?P<eve>DAYUNIT|EVE) (?:COMMA? GAP (?P<year>YEAR))?"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """A run of tokens that is a date, its rule, and the words that fill the rule's parts."""

    rule: Rule
    first: int
    """Index of its first token."""
    last: int
    """Index of its last token."""
    parts: MappingProxyType[str, str]
    """Name of a part that the text has -> its words in lower case, with single spaces and ASCII hyphens."""

    @property
    def has_year(self) -> bool:
        """Whether it names its year, by number or as last, this or next year."""
        return not self.parts.keys().isdisjoint(("year", "year2", "spoken", "short", "whichyear"))

    @property
    def is_comparison(self) -> bool:
        """Whether it only compares with what the text goes on to speak of: `a year earlier`."""
        return self.rule == "ago" or self.parts.get("side") in ("ago", "earlier") or "back" in self.parts


def candidates(tokens: Tokens) -> Iterator[Expression]:
    """Every match of every rule, stretch by stretch; they may overlap, and the words around aren't looked at."""
    for zone in _ZONE.finditer(tokens.classes):
        for rule, pattern in RULES:
            for match in pattern.finditer(tokens.classes, zone.start(), zone.end()):
                parts = {
                    name: _plain("".join(tokens.words[match.start(name) : match.end(name)]))
                    for name, found in match.groupdict().items()
                    if found
                }
                yield Expression(rule, match.start(), match.end() - 1, MappingProxyType(parts))


def _plain(text: str) -> str:
    """In lower case, with single spaces and ASCII hyphens."""
    return _DASHES.sub("-", " ".join(text.lower().split()))


_DASHES = re.compile("[–—‑]")


def _compile(pattern: str) -> re.Pattern[str]:
    while any(name in _PARTS for name in re.findall(r"[A-Z]{2,}", pattern)):
        pattern = re.sub(r"[A-Z]{2,}", lambda m: _PARTS.get(m[0], m[0]), pattern)
    return re.compile(re.sub(r"[A-Z]{2,}", lambda m: CLASSES[m[0]], pattern).replace(" ", ""))


# Most words are in no rule: the rules see only stretches of words that are in one, with one that no date lacks.
_HEADS = (
    "MONTH MAYBE WEEKDAY DAYWORD DAYPART DAYUNIT YEARUNIT UNIT UNITS QUARTER PERIOD HALF CENTURY SEASON DECADEWORD"
    " CHRISTMAS YEAR DAY SHORT NUMWORD CUE"
)
_ZONE = _compile(f"(?:(?<=[OTHER BREAK])|^) [^OTHER BREAK {_HEADS}]*+ [{_HEADS}] [^OTHER BREAK]*+")
RULES = tuple((rule, _compile(pattern)) for rule, pattern in _RULES)
"""Each rule and its pattern over class characters, in no order that matters."""
