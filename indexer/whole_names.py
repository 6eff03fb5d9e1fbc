"""Whole names of people in a text: what the model reads, put right at its ends, and what the form of words gives away.

The model misses names in tables, lists and results of sport, where no sentence helps it. There a known given name,
or an initial, before a capitalised word is a name.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.gazetteer import Gazetteer
from indexer.names import tight
from indexer.reading import Reading

__all__ = ["NOT_NAMES", "PARTICLES", "TITLES", "whole_names"]

TITLES = frozenset(
    "taoiseach pm mp mep comrade mr mrs ms miss dr doctor prof professor sir dame lord lady president vice- "
    "president prime minister premier chancellor secretary senator sen representative rep congressman "
    "congresswoman governor gov mayor judge justice general gen lieutenant lt colonel col major maj captain capt "
    "sergeant sgt admiral adm commander king queen prince princess pope cardinal archbishop bishop father rev "
    "reverend ayatollah sheikh imam chief director chairman chairwoman ceo spokesman spokeswoman spokesperson "
    "ambassador foreign defence defense interior finance home state attorney officer detective constable coach "
    "manager striker midfielder private corporal former ex deputy vice acting analyst lawmaker republican "
    "democrat democratic leader presidents ministers candidate actor actress singer author writer journalist "
    "reporter correspondent editor then".split()
)
"""Words before a name that are no part of it."""
STARTERS = frozenset(
    "after although and as before behind but by citing despite for from if in like meanwhile per said says since "
    "unlike when while with without".split()
)
"""Words that open a sentence and that the model takes for given names."""
PARTICLES = frozenset("de van von der den al el bin ibn bint da dos du la le ten ter di del della y e st abu".split())
NOT_NAMES = frozenset(
    "university college school street road avenue square tower hospital church court council committee party "
    "union ministry department institute centre center bank group inc ltd corp company city county state river "
    "lake mount island airport bridge stadium league cup award act bill times post news tv radio day week "
    "festival war covid coronavirus brexit christmas easter god jesus fc sc afc united rovers wanderers tour "
    "software games field internet web android iphone twitter facebook".split()
)
CLUBS = frozenset("inter real sporting dynamo dinamo atletico fc team new".split())
"""With what the names of clubs begin."""
MAX_WORDS = 6
NO_INITIALS = frozenset({"us", "uk", "un", "eu", "dc", "la", "ny", "uae", "ussr", "nj", "am", "pm", "ad", "bc"})
"""What single letters with full stops may spell, that are nobody's initials (`U.S. Steel`)."""


def whole_names(reading: Reading, gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """The words (first, behind the last) of each whole name, from left to right; they may overlap."""
    found = {*_by_model(reading, gazetteer), *_by_form(reading, gazetteer)}
    # Of names that begin together the longest comes first and takes the stretch.
    yield from sorted(found, key=lambda words: (words[0], -words[1]))


def _by_model(reading: Reading, gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    for span in reading.spans:
        if span.label != "PERSON":
            continue
        first, behind = _trimmed(reading, *tight(reading, span.start, span.end))
        if behind - first < 2 or behind - first > MAX_WORDS or not _sound(reading, first, behind, gazetteer):
            continue
        if reading.field == "title" and all(f in gazetteer.common for f in reading.forms[first:behind]):
            continue
        yield first, behind


def _by_form(reading: Reading, gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    labels = _labels(reading)
    words, forms = reading.words, reading.forms
    at = 0
    while at < len(words):
        behind = at
        if len(words[at]) == 1 and words[at].isupper():
            behind = _initialled(reading, at, gazetteer)
        elif forms[at] in gazetteer.given and words[at][0].isupper():
            behind = _given(reading, at, labels, gazetteer)
        if behind - at < 2 and at and words[at - 1].isdigit() and words[at][0].isupper():
            behind = _listed(reading, at, gazetteer)
        if behind - at > 1:
            yield at, behind
            at = behind
        else:
            at += 1


def _initialled(reading: Reading, first: int, gazetteer: Gazetteer) -> int:
    """Behind the last word of a name such as `J. Smith` or `P.J. de Villiers` that begins here; else `first`."""
    text, tokens, words = reading.text, reading.tokens, reading.words
    if reading.next_to(first, first - 1) or text[max(0, tokens[first].start - 1)] in ".&'\u2019-":
        return first
    at = first
    while at < len(words) and len(words[at]) == 1 and words[at].isupper() and at - first < 3:
        stop = text[tokens[at].end : tokens[at + 1].start] if at + 1 < len(words) else ""
        if stop not in (".", ". "):
            return first
        at += 1
    if "".join(reading.forms[first:at]) in NO_INITIALS:
        return first
    while at < len(words) - 1 and reading.forms[at] in PARTICLES and at - first < 4 and _blank(reading, at):
        at += 1
    if at == first or at >= len(words) or len(words[at]) < 3 or not words[at][0].isupper():
        return first
    sole = at - first == 1
    if not words[at].isalpha() or reading.forms[at] in NOT_NAMES or (sole and reading.forms[at] in gazetteer.common):
        return first
    # `N. Korea`, `S. Korean`: places, not people; nor is `A. The`, an item of a list.
    last = reading.forms[at : at + 1]
    if words[first] in "NSEW" and (last[0] in gazetteer.demonyms or gazetteer.places.exact(last, words[at : at + 1])):
        return first
    return at + 1 if _sound(reading, first, at + 1, gazetteer) else first


def _given(reading: Reading, first: int, labels: dict[int, tuple[int, int, str]], gazetteer: Gazetteer) -> int:
    """Behind the last word of a name that a known given name begins; else `first`."""
    words, forms, tokens, text = reading.words, reading.forms, reading.tokens, reading.text
    if first and text[tokens[first - 1].end : tokens[first].start] in (" ", "-", "\u00a0"):
        before = words[first - 1]
        if before[0].isupper() and forms[first - 1] not in TITLES and not reading.opens_sentence(first):
            return first
    behind = first + 1
    while behind < len(words) and behind - first < 4:
        gap = text[tokens[behind - 1].end : tokens[behind].start]
        capital = words[behind][0].isupper() and len(words[behind]) > 1
        particle = forms[behind] in PARTICLES and behind + 1 < len(words) and words[behind + 1][0].isupper()
        stop = text[tokens[behind].end : tokens[behind].end + 1]
        initial = len(words[behind]) == 1 and words[behind].isupper() and stop == "."
        after_initial = gap == ". " and len(words[behind - 1]) == 1
        if not (gap in (" ", "-", "\u00a0", "'", "\u2019") or after_initial) or not (capital or particle or initial):
            break
        behind += 1
    if behind - first < 2 or behind - first > 3 + (forms[behind - 2] in PARTICLES):
        return first
    last = forms[behind - 1]
    if words[behind - 1].isupper() != words[first].isupper() and len(words[behind - 1]) > 2:
        return first
    label = next((found for i in range(first, behind) if (found := labels.get(i))), None)
    if label is not None and label[2] != "PERSON":
        whole = label[0] <= first and label[1] >= behind
        listed = text[tokens[behind - 1].end : tokens[behind - 1].end + 2] in (" (", ", ")
        numbered = first > 0 and words[first - 1].isdigit()
        if whole and not (numbered or (listed and label[1] - label[0] == behind - first)):
            return first
    elif label is None and (last in gazetteer.common or last in gazetteer.given) and behind - first == 2:
        numbered = first > 0 and (words[first - 1].isdigit() or text[tokens[first].start - 1] == "(")
        if not numbered and not text[tokens[behind - 1].end :].startswith((" (", ",")):
            return first
    if gazetteer.places.exact([last], [words[behind - 1]]) and not (label and label[2] == "PERSON"):
        return first
    return behind if _sound(reading, first, behind, gazetteer) else first


def _listed(reading: Reading, first: int, gazetteer: Gazetteer) -> int:
    """Behind the last word of a name in a numbered list with countries (`5. Leah Pells (Canada)`); else `first`."""
    behind = first + 1
    while behind < len(reading.words) and behind - first < 4 and reading.next_to(behind - 1, behind):
        behind += 1
    if behind - first < 2 or behind >= len(reading.words):
        return first
    if reading.text[reading.tokens[behind - 1].end : reading.tokens[behind].start] != " (":
        return first
    count, found = gazetteer.places.longest(reading.forms, reading.words, behind, cased=True)
    if not count or not any(c.entity.code for c in found):
        return first
    return behind if _sound(reading, first, behind, gazetteer) else first


def _labels(reading: Reading) -> dict[int, tuple[int, int, str]]:
    """Word -> the model's span over it: its words and label."""
    over: dict[int, tuple[int, int, str]] = {}
    for span in reading.spans:
        first, behind = reading.within(span.start, span.end)
        over.update(dict.fromkeys(range(first, behind), (first, behind, span.label)))
    return over


def _sound(reading: Reading, first: int, behind: int, gazetteer: Gazetteer) -> bool:
    forms, words = reading.forms[first:behind], reading.words[first:behind]
    return not (
        NOT_NAMES.intersection(forms) or _team(forms, words, gazetteer) or not reading.joined(first, behind - first)
    )


def _team(forms: list[str], words: list[str], gazetteer: Gazetteer) -> bool:
    """Whether it is a city with its players (`Miami Dolphins`, `Inter Miami`) and not a person named after one."""
    places = gazetteer.places
    plural = forms[-1].endswith("s") and bool(places.exact(forms[:1], words[:1])) and forms[0] not in gazetteer.given
    return plural or (bool(places.exact(forms[-1:], words[-1:])) and forms[0] in CLUBS)


def _trimmed(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The words of the name in a span: titles and trailing small words stripped, nothing if it can't be a name."""
    first, behind = reading.within(start, end)
    while first < behind and reading.forms[first] in TITLES | STARTERS:
        first += 1
    while first < behind and reading.words[behind - 1][0].islower() and not _hyphened(reading, behind - 1):
        behind -= 1
    words = reading.words[first:behind]
    if not words or (not words[0][0].isupper() and reading.forms[first] not in PARTICLES):
        return first, first
    for i in range(first, behind):
        if not reading.words[i].isalpha():
            return first, first
        if not (reading.words[i][0].isupper() or reading.forms[i] in PARTICLES or _hyphened(reading, i)):
            return first, first
    return first, behind


def _hyphened(reading: Reading, i: int) -> bool:
    """Whether a hyphen ties the word to the one before it (`Kang Young-hoon`)."""
    return i > 0 and reading.text[reading.tokens[i - 1].end : reading.tokens[i].start] == "-"


def _blank(reading: Reading, i: int) -> bool:
    return reading.text[reading.tokens[i].end : reading.tokens[i + 1].start] == " "
