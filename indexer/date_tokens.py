"""The words that dates are made of: a text cut into tokens, and one character for the class of each.

The class characters, joined, are a string as long as the list of tokens; the grammar of dates
(`date_grammar`) is a set of regular expressions over that string. Every token, a whole number or
a blank too, is one character there, so patterns stay short and reading a text takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

__all__ = [
    "CLASSES",
    "LEXICON",
    "MONTHS",
    "NUMBERS",
    "ORDINALS",
    "WEEKDAYS",
    "Tokens",
    "is_sentence_end",
    "tokenise",
    "vocabulary",
]

_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|\s+|.", re.DOTALL)


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set: long word lists read best as text."""
    return frozenset(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MONTH_NAMES = _listed("january february march april may june july august september october november december")
_WEEKDAY_NAMES = _listed("monday tuesday wednesday thursday friday saturday sunday")
_SMALL = _listed(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = _listed("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINAL_NAMES = _listed(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)

MONTHS = MappingProxyType({name[:n]: i for i, name in enumerate(_MONTH_NAMES, 1) for n in (3, len(name))} | {"sept": 9})
"""Lower case name or abbreviation -> 1 to 12."""
WEEKDAYS = MappingProxyType(
    {name[:n]: i for i, name in enumerate(_WEEKDAY_NAMES, 1) for n in (3, len(name))}
    | {"tues": 2, "thur": 4, "thurs": 4}
)
"""Lower case name or abbreviation -> 1 (Monday) to 7."""
NUMBERS = MappingProxyType(
    {word: i for i, word in enumerate(_SMALL, 1)}
    | {word: 10 * i for i, word in enumerate(_TENS, 2)}
    | {"a": 1, "an": 1, "couple": 2}
)
"""Lower case number word -> its value."""
ORDINALS = MappingProxyType({word: i for i, word in enumerate(_ORDINAL_NAMES, 1)} | {"final": 4})
"""Lower case ordinal -> its value; a `final` quarter is the fourth."""

# Every word is in one class. `May` and `March`, and abbreviations that are also names or verbs, need
# more around them than `November` does.
_WORDS = {
    "MONTH": "january february april june july august september october november december",
    "MAYBE": "march may jan feb mar apr jun jul aug sep sept oct nov dec",
    "WEEKDAY": " ".join(_WEEKDAY_NAMES),
    "WEEKABBR": "mon tue tues wed thu thur thurs fri sat sun",
    "NUMWORD": " ".join((*_SMALL, *_TENS)),
    "ORDWORD": " ".join((*_ORDINAL_NAMES, "final")),
    "ARTICLE": "a an",
    "COUPLE": "couple",
    "SUFFIX": "st nd rd th",
    "THE": "the",
    "OF": "of",
    "IN": "in",
    "TO": "to through thru until till",
    "AND": "and",
    "FROM": "from",
    "BETWEEN": "between",
    "MODIFIER": "early late mid later sometime",
    "EARLIER": "earlier",
    "LAST": "last",
    "THIS": "this",
    "NEXT": "next",
    "PAST": "past",
    "COMING": "coming upcoming",
    "CURRENT": "current",
    "PREVIOUS": "previous prior preceding",
    "FOLLOWING": "following",
    "THAT": "that",
    "SAME": "same",
    "LATEST": "latest",
    "COMPARABLE": "comparable corresponding",
    "AGO": "ago",
    "BEFORE": "before",
    "AFTER": "after afterward afterwards",
    "NOW": "now",
    "DAYWORD": "today yesterday tomorrow tonight",
    "DAYPART": "morning afternoon evening night",
    "DAYUNIT": "day",
    "YEARUNIT": "year",
    "UNIT": "week month decade weekend",
    "QUARTER": "quarter",
    "PERIOD": "period",
    "HALF": "half",
    "CENTURY": "century",
    "UNITS": "days weeks months years decades",
    "TIME": "time",
    "END": "end beginning start middle close",
    "FISCAL": "fiscal",
    "SEASON": "spring summer autumn fall winter",
    "DECADEWORD": "twenties thirties forties fifties sixties seventies eighties nineties",
    "CHRISTMAS": "christmas",
    "NEW": "new",
    "EVE": "eve",
    "ESS": "s",
    "CUE": "q",
}
_SIGNS = {"COMMA": ",", "DOT": ".", "SLASH": "/", "DASH": "-–—‑", "APOSTROPHE": "'’‘`", "OPEN": "("}
# By size: a day of a month, another number of one or two digits, of four that may be a year, any other.
_NUMERALS = ("DAY", "SHORT", "YEAR", "NUMBER")
_OTHERS = ("GAP", "BREAK", "OTHER")

CLASSES = MappingProxyType(
    # From Latin-1: they mean nothing to a regular expression, and a string of them takes a byte each.
    {name: chr(0xA1 + i) for i, name in enumerate((*_WORDS, *_SIGNS, *_NUMERALS, *_OTHERS))}
)
"""Name of a class -> the character that stands for it."""
_GAP, _BREAK = CLASSES["GAP"], CLASSES["BREAK"]


def _lexicon() -> Iterator[tuple[str, str]]:
    capital_only = {*_WORDS["MAYBE"].split(), *_WORDS["WEEKABBR"].split(), "august", "christmas"}
    for name, words in _WORDS.items():
        for word in words.split():
            if word not in capital_only:
                yield word, CLASSES[name]
            yield word.capitalize(), CLASSES[name]
            yield word.upper(), CLASSES[name]
    for name, signs in _SIGNS.items():
        for sign in signs:
            yield sign, CLASSES[name]
    for n in range(100):
        name = "DAY" if 1 <= n <= 31 else "SHORT"
        yield str(n), CLASSES[name]
        yield f"{n:02}", CLASSES[name]
    for n in range(1000, 2200):
        yield str(n), CLASSES["YEAR"]
    yield " ", CLASSES["GAP"]


LEXICON = MappingProxyType(dict(_lexicon()))
"""A token as it is written -> its class character; words that no date has are in none."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as tokens without anything left out: words, digit runs, blanks, single other characters."""

    text: str
    words: list[str]
    starts: list[int]
    """Code point offset of each token, and the length of the text at the end."""
    classes: str
    """One class character a token."""

    def word(self, index: int) -> str:
        """The token in lower case; empty before the first and after the last."""
        return self.words[index].lower() if 0 <= index < len(self.words) else ""

    def before(self, index: int) -> str:
        """The word before a token, in lower case; empty when something else than a blank is between."""
        return self.word(index - 2) if index >= 2 and self.classes[index - 1] == _GAP else ""

    def after(self, index: int) -> str:
        """The word after a token, in lower case; empty when something else than a blank is between."""
        return self.word(index + 2) if self.classes[index + 1 : index + 2] == _GAP else ""


def tokenise(text: str) -> Tokens:
    """Cut a text into tokens; linear in its length."""
    words = _TOKEN.findall(text)
    known = LEXICON.get
    classes = "".join([known(word) or _unknown(word) for word in words])
    return Tokens(text, words, list(accumulate(map(len, words), initial=0)), classes)


def is_sentence_end(tokens: Tokens, index: int) -> bool:
    """Whether a token ends a sentence: a paragraph's end, or a mark before a blank that ends no abbreviation."""
    word = tokens.words[index]
    if word not in ".!?":
        return tokens.classes[index] == _BREAK
    if word != ".":
        return True
    following = tokens.words[index + 1] if index + 1 < len(tokens.words) else " "
    if following[0].isdigit() or following.islower():
        return False
    last = tokens.word(index - 1)
    return not (len(last) == 1 or last in MONTHS or last in _ABBREVIATIONS) or last == "may"


_ABBREVIATIONS = vocabulary("mr mrs ms dr gen sen rep gov col lt sgt st corp inc co ltd prof rev vs no")


def _unknown(word: str) -> str:
    if word[0].isspace():
        return CLASSES["BREAK" if word.count("\n") > 1 else "GAP"]
    return CLASSES["NUMBER" if word[0] in "0123456789" else "OTHER"]
