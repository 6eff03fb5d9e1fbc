"""Teams that news of sport calls by their city or region (`Essex reached 372`, `NEW YORK 6 TEXAS 2`): organisations.

Only in articles about sport, and only from the role that the name has in its sentence. National teams stay countries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.article import Mention
from archive.gazetteer import Gazetteer
from indexer.reading import Reading

__all__ = ["teams"]

SPORT = frozenset(
    "soccer football baseball basketball hockey rugby cricket league championship cup innings wicket wickets season "
    "halftime standings playoff playoffs division scorers striker midfielder goalkeeper goals scored tournament "
    "match matches nfl nba nhl mlb fifa uefa inning homer pitcher touchdown quarterback semifinal qualifier".split()
)
ENOUGH = 4
"""Words of sport, DIFFERENT of them different, that make an article one about sport."""
DIFFERENT = 3
BEFORE = frozenset(
    "beat against v vs defeated thrashed beating defeating thrashing over joined bowling dismiss dismissed joins "
    "hosted hosting edged downed champions rivals club side leaders visiting struggling for".split()
)
"""Words before a team (lower case; in capitals where the whole table is)."""
BEHIND = frozenset(
    "beat beats defeated thrashed edged downed won lost drew scored led reached closed captain coach skipper manager "
    "striker midfielder defender goalkeeper keeper fullback winger side fans pitcher batsmen batsman v vs "
    "forward quarterback opener striker trailed crushed routed hammered stunned".split()
)
"""Words behind a team."""
LOCATIVE = frozenset("in at near to around outside of".split())
HOME_NATIONS = frozenset({"ENG", "SCT", "WLS", "NIR"})
LONGEST = 3
LARGEST_SCORE = 999


def teams(readings: Sequence[Reading], gazetteer: Gazetteer) -> Iterator[Mention]:
    """The mentions of such teams in the fields of an article; takes their stretches."""
    words = [form for reading in readings for form in reading.forms if form in SPORT]
    if len(words) < ENOUGH or len(set(words)) < DIFFERENT:
        return
    found = [(reading, *names) for reading in readings for names in _names(reading, gazetteer)]
    proven = {tuple(r.forms[first:behind]) for r, first, behind in found if _plays(r, first, behind)}
    for reading, first, behind in found:
        if tuple(reading.forms[first:behind]) not in proven:
            continue
        if not _plays(reading, first, behind) and _located(reading, first, behind, gazetteer):
            continue
        start, end = reading.tokens[first].start, reading.tokens[behind - 1].end
        if reading.free(start, end):
            reading.take(start, end)
            text = reading.text[start:end]
            yield Mention("organisation", " ".join(text.split()), reading.field, start, end, text, "context")


def _names(reading: Reading, gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """Cities and regions: their words (first, behind the last)."""
    words, forms = reading.words, reading.forms
    at = 0
    while at < len(words):
        behind = at + 1
        if words[at][0].isupper() and len(words[at]) > 1:
            for count in range(min(LONGEST, len(words) - at), 0, -1):
                some = forms[at : at + count]
                if not all(w[0].isupper() for w in words[at : at + count]) or not reading.joined(at, count):
                    continue
                if count == 1 and some[0] in gazetteer.common and not words[at].isupper():
                    continue
                found = [c.entity for c in gazetteer.places.exact(some, words[at : at + count])]
                if any(e.code or e.admin1 in HOME_NATIONS or not e.country for e in found):
                    break
                if found or gazetteer.cities.named(some):
                    behind = at + count
                    alone = reading.next_to(at, at - 1) and not reading.opens_sentence(at) and not words[at].isupper()
                    if not alone and (not reading.next_to(behind - 1, behind) or words[at].isupper()):
                        yield at, behind
                    break
        at = behind


def _plays(reading: Reading, first: int, behind: int) -> bool:
    """Whether the name stands where a team stands: beside a score, or as who beats or is beaten."""
    words, text = reading.words, reading.text
    before = words[first - 1] if first else ""
    if before in LOCATIVE:
        return False
    if behind < len(words):
        gap = text[reading.tokens[behind - 1].end : reading.tokens[behind].start]
        following = words[behind]
        if gap == " " and following.isdigit() and int(following) <= LARGEST_SCORE:
            further = words[behind + 1] if behind + 1 < len(words) else ""
            return not further.islower() or further in ("and", "points", "for", "not")
        if gap == " " and following in BEHIND:
            return True
        shouted = words[first].isupper() and following.isupper() and before.isupper()
        if gap == " " and shouted and (following.lower() in BEHIND or following == "AT"):
            return True
    return before in BEFORE and text[reading.tokens[first - 1].end : reading.tokens[first].start] == " "


def _located(reading: Reading, first: int, behind: int, gazetteer: Gazetteer) -> bool:
    """Whether it is meant as the place: `in Essex`, `MILWAUKEE, Wisconsin`, the dateline of the article."""
    before = reading.words[first - 1].lower() if first else ""
    if before in LOCATIVE:
        return True
    end = reading.tokens[behind - 1].end
    line = reading.text.rfind("\n", 0, reading.tokens[first].start) + 1
    if line == reading.tokens[first].start and reading.words[first].isupper():
        return True
    if reading.text[end : end + 2] in (", ", " (") and behind < len(reading.words):
        count, found = gazetteer.places.longest(reading.forms, reading.words, behind, cased=True)
        return count > 0 and any(c.entity.code or c.entity.admin1 for c in found)
    return reading.text[end : end + 1] in ("-", ":")
