"""Whether the words around a date speak of what was or of what will be."""

from __future__ import annotations

import re

from indexer.date_periods import Tense
from indexer.date_tokens import CLASSES, Tokens, is_sentence_end, vocabulary

__all__ = ["tense_near"]

_REACH = 60
"""Tokens (blanks too) looked at on each side, so that a text without full stops costs no more."""
_TELLING = re.compile("[{OTHER}{END}{MAYBE}{DOT}{BREAK}]".format_map(CLASSES))
"""Tokens that may be a verb or end a sentence: no blanks, no words of dates."""

_FUTURE = vocabulary(
    "will ll shall due scheduled slated upcoming expected expects expect plans planned plan planning supposed"
    " begins starts opens ends expires arrives meets meet holds takes faces goes runs votes kicks closes continues"
    " premieres airs would could may might must should effective payable awaits forecast deadline"
)
_PAST = vocabulary(
    "was were had did been said told went came made took gave got saw met held began left found became won lost"
    " fell rose hit struck shot fought led sent spoke wrote broke drew drove flew grew kept knew laid paid put"
    " read ran set sold sought stood stole swore taught thought threw understood wore withdrew sank swept slid shut"
    " sang sat bought brought built caught chose cut dealt dug felt fled forgot gone done seen taken given known"
    " born died has have since recently"
)
_NO_VERBS_IN_ED = vocabulary("need feed speed indeed united red bed hundred seed exceed proceed sacred naked succeed")
_EVENTS = vocabulary(
    "be meet hold visit vote begin start open close end release report announce launch decide appear take discuss"
    " attend travel arrive leave return go fly face play make give present deliver sign host address expire resume"
    " convene conclude consider publish receive testify speak run hear rule join move elect mark celebrate happen occur"
)
_RETROSPECTIVE = vocabulary("failed managed forced began used refused had continued able helped")
_AUXILIARIES = vocabulary("had was were")
_DETERMINERS = vocabulary("the a an its their his her this that of any no")
_LIMITS = vocabulary("by until till through")


def tense_near(tokens: Tokens, first: int, last: int) -> Tense | None:
    """The tense of the nearest verb in the sentence of the tokens `first` to `last` (inclusive).

    The words before the date decide; those after it only when none before does. A date that is a
    limit (`by May`, `until Friday`) lies ahead unless the nearest verb is an auxiliary of the past.
    """
    limit = tokens.before(first) in _LIMITS
    behind = [match.start() for match in _TELLING.finditer(tokens.classes, max(0, first - _REACH), first)]
    ahead = (match.start() for match in _TELLING.finditer(tokens.classes, last + 1, last + 1 + _REACH))
    for side in (reversed(behind), ahead):
        for i in side:
            if is_sentence_end(tokens, i):
                break
            if tense := _tense_of(tokens, i):
                perfect = tokens.word(i) in _AUXILIARIES or tokens.before(i) in _AUXILIARIES
                return "future" if limit and not perfect else tense
    return "future" if limit else None


def _tense_of(tokens: Tokens, index: int) -> Tense | None:
    word = tokens.words[index].lower()
    in_ed = word.endswith("ed") and len(word) > 3 and word not in _NO_VERBS_IN_ED
    if not (in_ed or word in _PAST or word in _FUTURE or word in _EVENTS):
        return None
    before = tokens.before(index)
    if word == "set" and tokens.after(index) in ("to", "for"):
        return "future"
    if word in _FUTURE:
        if before in _DETERMINERS or tokens.classes[index] == CLASSES["MAYBE"]:  # `the plan`, `May`
            return None
        return "past" if before in _AUXILIARIES and word not in ("due", "supposed") else "future"
    if word in _EVENTS and before == "to" and tokens.before(index - 2) not in _RETROSPECTIVE:
        return "future"
    if before == "be":  # `to be held`: the word before `be` tells
        return None
    return "past" if in_ed or word in _PAST else None
