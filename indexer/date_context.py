"""Which candidates of the grammar are dates, by the words around them; the longest of those that overlap.

`2000` may be a year or a number of people, `March` a month or a protest, `the quarter` a part of a
year or of a match. What is rejected here is no date whatever its value would be.
"""

from __future__ import annotations

from indexer.date_grammar import Expression, candidates
from indexer.date_tokens import CLASSES, MONTHS, NUMBERS, ORDINALS, Tokens, vocabulary

__all__ = ["find_expressions"]


def find_expressions(tokens: Tokens) -> list[Expression]:
    """Date expressions in order of place, without overlaps: the longest reading wins, then the earlier rule."""
    played = not _SPORTS.isdisjoint(tokens.words)
    standing = [e for e in candidates(tokens) if _stands(tokens, e, played)]
    standing.sort(key=lambda e: tokens.starts[e.first] - tokens.starts[e.last + 1])
    taken = bytearray(len(tokens.words))
    kept = []
    for expression in standing:
        places = slice(expression.first, expression.last + 1)
        if not any(taken[places]):
            taken[places] = b"\1" * (places.stop - places.start)
            kept.append(expression)
    return sorted(kept, key=lambda e: e.first)


_SPORTS = vocabulary(
    "touchdown touchdowns quarterback rebounds rebound halftime buzzer pointer pointers yard punt fumble overtime"
    " playoffs NBA NFL"
)
_DECIMALS = frozenset(".,:/$£€¥#_")
_BEFORE_MONTHS = vocabulary(
    "in since by until till during from through throughout of between last this next early late mid and to before after"
    " for around about"
)
_BEFORE_YEARS = vocabulary(
    "in since by until till of from before after during through throughout between and to the around circa year for"
    " late early mid fiscal"
)
_BEFORE_NUMBERS = vocabulary(
    "about some nearly almost over than least most approximately roughly another additional flight no number room"
    " route highway page channel model windows vision agenda russell psalm resolution precisely only chapter article"
    " class type boeing airbus area unit up"
)
_COUNTED = vocabulary(
    "people persons troops soldiers men women children fighters civilians miles mile km kilometers kilometres metres"
    " meters m feet foot ft tons tonnes ton dollars euros pounds rubles roubles yen yuan francs marks pesos percent"
    " per hours hrs gmt utc est edt cet local pm am rounds shells missiles drones tanks vehicles aircraft homes houses"
    " jobs workers employees members refugees migrants prisoners votes points shares units copies pages words times"
    " kg kilograms pounds lb lbs acres hectares square cubic barrels calories metric cc hp mph kmh rpm watts deaths"
    " cases dead wounded injured delegates officers police students guests residents families villages passengers"
    " megawatts mw degrees more others million billion thousand hundred"
)
_BEFORE_NAMED_DAYS = vocabulary(
    "black bloody good ash palm super cyber maundy shrove giving easter whit blue every each any some alternate"
)
_PAPERS = vocabulary("times telegraph mirror express herald post mail world independent school schools")
_WEATHER = vocabulary("temperatures temperature degrees highs lows fahrenheit upper")
_OCCASIONS = vocabulary("time times once twice")
_QUOTES = frozenset("\"'“‘`")
_BEFORE_SEASONS = vocabulary(
    "in into during over since until by through of for from before after throughout late early this around"
)
_BEFORE_HOLIDAYS = vocabulary("at by before after since for until over during this last next around on of")


def _stands(tokens: Tokens, e: Expression, played: bool) -> bool:
    if _is_glued(tokens, e):
        return False
    parts = e.parts
    match e.rule:
        case "calendar":
            if tokens.before(e.first) in ("each", "every"):
                return False
            return _is_day(tokens, e) if parts.keys() & {"day", "dayword"} else _is_month_of_year(tokens, e)
        case "days":
            return tokens.word(e.first) == "between" or not _holds(tokens, e, "and")
        case "attacks":
            return (parts["one"], parts["two"]) == ("9", "11")
        case "year":
            return _is_year(tokens, e)
        case "years":
            return int(parts["year"]) >= 1500 and not _counts(tokens, e)
        case "decade":
            return _is_decade(tokens, e)
        case "weekday":
            return tokens.before(e.first) not in _BEFORE_NAMED_DAYS and tokens.after(e.last) not in _PAPERS
        case "dayword":
            return tokens.before(e.first) not in ("usa", "voa")
        case "daypart":
            return (parts["which"], parts["part"]) not in (("last", "morning"), ("last", "afternoon"))
        case "unit":
            return _is_unit(tokens, e)
        case "shift":
            return _is_shift(tokens, e)
        case "ahead":
            # `for the first time in two years` looks back
            return "from" in parts or (parts["count"] not in ("a", "an") and tokens.before(e.first) not in _OCCASIONS)
        case "quarter" | "half":
            ordinal = ORDINALS.get(parts["ordinal"]) or parts["ordinal"] in ("1", "2", "3", "4", "last", "latest")
            return bool(ordinal) and int(ordinal) <= 4 and (not played or "year" in parts)
        case "relative_quarter":
            told = parts["what"] == "quarter" or parts.keys() & {"which", "back", "year"}
            longer = tokens.word(e.last + 1) == "-" or tokens.after(e.last) in ("of", "final")
            return bool(told) and not played and not longer
        case "season":
            return _is_season(tokens, e)
        case "year_end":
            return parts["end"] == "end"
        case "holiday":
            named = bool(parts.keys() & {"eve", "which", "year"})
            return named or (tokens.before(e.first) in _BEFORE_HOLIDAYS and not tokens.after(e.last).isalpha())
        case _:
            return True


def _is_glued(tokens: Tokens, e: Expression) -> bool:
    """Whether the expression is the middle of something longer: `1,500`, `F-16`, `3.5`, `page_2024`."""
    words, before, after = tokens.words, tokens.word(e.first - 1), tokens.word(e.last + 1)
    head, tail = words[e.first][0], words[e.last][-1]
    if before in _DECIMALS and before and head.isdigit() and (tokens.word(e.first - 2).isdigit() or before in "$£€¥#_"):
        return True
    if before in ("-", "–") and (head.isdigit() or head.isupper()) and e.first >= 2 and words[e.first - 2].isalnum():
        return tokens.word(e.first - 2) not in ("pre", "post", "mid", "late", "early", "non", "to")
    if (before[:1].isalnum() and head.isalnum()) or before == "_":
        return True
    if after in ("%", "_") or (after in _DECIMALS and after and tail.isdigit() and tokens.word(e.last + 2).isdigit()):
        return True
    return after[:1].isalnum() and tail.isalnum() and not (e.rule == "iso" and after == "t")


_ABBREVIATION = 4
"""Letters of an abbreviated month, at most."""
_COMMON_ORDINALS = 3
"""`first`, `second` and `third` say which of several more often than which day."""


def _is_day(tokens: Tokens, e: Expression) -> bool:
    parts = e.parts
    if "short" in parts and "quote" not in parts:  # military: `3 JAN 90`, but not `ON 3 MAY 20 PEOPLE DIED`
        capitals = tokens.text[tokens.starts[e.first] : tokens.starts[e.last + 1]].isupper()
        abbreviated = len(parts["month"]) <= _ABBREVIATION and parts["month"] != "may"
        return (capitals and abbreviated) or ((capitals or abbreviated) and not tokens.after(e.last).isalpha())
    if word := parts.get("dayword"):
        if tokens.words[e.last].lower() in MONTHS and not _holds(tokens, e, "of"):  # `the first May`
            return tokens.word(e.first) == "the" and ORDINALS[word] > _COMMON_ORDINALS
        return ORDINALS[word] > _COMMON_ORDINALS or not tokens.after(e.last).isalpha()
    return "year" not in parts or not _counts(tokens, e)


def _is_month_of_year(tokens: Tokens, e: Expression) -> bool:
    parts = e.parts
    if "spoken" in parts:
        return _spoken_year(parts["spoken"])
    if parts.keys() & {"year", "whichyear", "quote", "which"}:
        return not _counts(tokens, e)
    alone = e.first == e.last
    ahead = tokens.words[e.last + 2 : e.last + 3] if tokens.after(e.last) else []
    before = tokens.before(e.first)
    named = bool(ahead) and _is_capitalised(ahead[0]) and before not in _ONLY_BEFORE_MONTHS  # `June Squibb`
    if tokens.classes[e.last] == CLASSES["MAYBE"]:
        sure = before in _BEFORE_MONTHS or not alone
        return sure and not named and tokens.words[e.last] not in ("Mar", "Jan") and tokens.after(e.last) != "not"
    if MONTHS[parts["month"]] in _ALSO_NAMES and alone and before not in _ONLY_BEFORE_MONTHS:
        return not named and not (before and _is_capitalised(tokens.words[e.first - 2]))
    return True


_ALSO_NAMES = (4, 6, 8)
"""April, June and August are also people."""
_ONLY_BEFORE_MONTHS = vocabulary("in since until during last this next")


def _is_capitalised(word: str) -> bool:
    return word[:1].isupper() and not word.isupper()


def _is_year(tokens: Tokens, e: Expression) -> bool:
    parts = e.parts
    if "spoken" in parts:
        return _spoken_year(parts["spoken"])
    before = tokens.before(e.first)
    if "short" in parts:
        return before in ("in", "since", "of", "by", "until", "from", "to")
    year = int(parts["year"])
    if e.first != e.last and tokens.word(e.first) in ("later", "earlier"):
        return False
    if before in _BEFORE_NUMBERS or _counts(tokens, e):
        return False
    if tokens.word(e.last + 1) in ("-", "–") and tokens.word(e.last + 2).isalpha():
        return tokens.word(e.last + 2) in ("style", "era", "model", "vintage", "based", "to")
    if before == "at" and year % 100 < 60 and year < 2400:  # 1900 hours
        return False
    after = tokens.after(e.last)
    plural = after.isalpha() and after.endswith("s") and len(after) > 3 and tokens.words[e.last + 2].islower()
    if year % 100 == 0 and plural:
        return False
    if 1900 <= year <= 2100:
        return True
    return 1500 <= year < 1900 and not plural and (before in _BEFORE_YEARS or tokens.word(e.first - 1) == "(")


def _is_decade(tokens: Tokens, e: Expression) -> bool:
    parts = e.parts
    if "decade" in parts:
        return True
    number = parts.get("year") or parts["short"]
    if int(number) % 10:
        return False
    if "short" in parts and "quote" not in parts:
        around = tokens.words[max(0, e.first - 16) : e.last + 16]
        return int(number) >= 20 and _WEATHER.isdisjoint(word.lower() for word in around)
    return True


def _is_unit(tokens: Tokens, e: Expression) -> bool:
    which, unit = e.parts.get("which"), e.parts["unit"]
    if which is None:
        return unit == "weekend" or tokens.words[e.first].lower() != "the" or e.last - e.first > 2
    if tokens.word(e.first - 1) in _QUOTES and tokens.words[e.last].istitle():  # "This Week", a programme
        return False
    if which == "latest":
        return unit == "quarter"
    if unit == "day":
        return which in ("next", "previous", "prior", "preceding", "following", "that", "same")
    # `the last week`, `the next year`: so long, ending or beginning now
    if "the" in e.parts and which in ("coming", "upcoming"):
        return unit not in ("year", "decade")
    return not ("the" in e.parts and which in ("last", "next") and unit in ("week", "month", "year", "decade"))


def _is_shift(tokens: Tokens, e: Expression) -> bool:
    side = e.parts["side"]
    if "count" not in e.parts:
        return True
    if side in ("earlier", "later"):
        return tokens.after(e.last) != "than"
    # `two years before the war` hangs on the war; `two years before.` on what was told last.
    return side in ("before", "after", "afterward", "afterwards") and not tokens.after(e.last)


def _is_season(tokens: Tokens, e: Expression) -> bool:
    if "spoken" in e.parts:
        return _spoken_year(e.parts["spoken"])
    if tokens.after(e.last) in ("olympics", "olympic", "games"):
        return False
    if e.parts.keys() & {"which", "year", "whichyear"}:
        return True
    return tokens.before(e.first) in _BEFORE_SEASONS and tokens.after(e.last) != "of"


def _spoken_year(words: str) -> bool:
    century, _, rest = words.replace("-", " ").partition(" ")
    return century in ("eighteen", "nineteen", "twenty") and NUMBERS[rest.split()[0]] >= 10


def _counts(tokens: Tokens, e: Expression) -> bool:
    """Whether what follows says that the last number counts things: `2000 people`."""
    return tokens.after(e.last) in _COUNTED


def _holds(tokens: Tokens, e: Expression, word: str) -> bool:
    return any(tokens.word(i) == word for i in range(e.first, e.last + 1))
