"""Organisations: canonical names from the gazetteer, others as the model reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.article import Mention, Why
from archive.gazetteer import Gazetteer
from indexer.names import Known, tight
from indexer.people import People
from indexer.reading import Reading

__all__ = ["Organisations"]

MAX_WORDS = 9
GENERIC = frozenset(
    "government parliament court congress senate house state army police ministry department company party university "
    "council committee commission agency bank union board group union pm tv covid reuters getty president minister "
    "covid-19 ai gdp ceo".split()
)
"""Words that are no organisation's name when they stand alone."""
_ACRONYM = re.compile(r"\s?\(([A-Z][A-Za-z&]{1,7})\)")


class Organisations:
    """The organisations of one article; an abbreviation given in brackets stands for its name from then on."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._abbreviations: dict[str, str] = {}

    def well_known(self, reading: Reading, known: Known) -> Mention | None:
        """A name of the gazetteer; an ambiguous one only where the model reads an organisation."""
        found = [c for c in known.candidates if c.entity.kind == "organisation"]
        found = [c for c in found if not c.ambiguous or known.label == "ORG"]
        if not found or known.inside:
            return None
        entity = found[0].entity
        reading.take(known.start, known.end)
        return self._mention(reading, known.start, known.end, entity.name, "alias")

    def read(self, reading: Reading, people: People) -> Iterator[Mention]:
        """Those that the model reads, but for surnames of the article's people."""
        for span in reading.spans:
            if span.label != "ORG":
                continue
            start, end = tight(reading, span.start, span.end)
            first, behind = reading.within(start, end)
            words, forms = reading.words[first:behind], reading.forms[first:behind]
            if not words or len(words) > MAX_WORDS or not reading.free(start, end) or not self._sound(words, forms):
                continue
            if len(forms) == 1 and people.is_short(forms[0]):
                continue
            text = " ".join(reading.text[start:end].split())
            known = self._gazetteer.organisations.exact(forms, words)
            name = known[0].entity.name if known else self._abbreviations.get(text, text)
            bracket = _ACRONYM.match(reading.text, end)
            if bracket and not known:
                self._abbreviations.setdefault(bracket[1], name)
            reading.take(start, end)
            why: Why = "alias" if known else "context" if name != text else "model"
            yield self._mention(reading, start, end, name, why)

    def _sound(self, words: list[str], forms: list[str]) -> bool:
        if not any(w[0].isupper() for w in words) or (not words[0][0].isupper() and not words[0][0].isdigit()):
            return False
        if len(words) == 1:
            return (
                len(words[0]) > 1
                and forms[0] not in GENERIC
                and (forms[0] not in self._gazetteer.common or words[0].isupper())
            )
        return not all(w.isdigit() for w in words)

    def _mention(self, reading: Reading, start: int, end: int, name: str, why: Why) -> Mention:
        return Mention("organisation", name, reading.field, start, end, reading.text[start:end], why)
