"""Organisations: canonical names from the gazetteer, others as the model reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.article import Mention, Why
from archive.gazetteer import Candidate, Gazetteer
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
EVENTS = frozenset(
    "prix cup open championship championships games olympics war wars act treaty festival tour trophy resolution bill "
    "law agreement marathon revolution derby index day".split()
)
"""With what names of events and papers end, that the model takes for organisations."""
AMERICAN = (("us",), ("u", "s"))
"""Forms of `US` and `U.S.`."""
WHEREVER = frozenset("in near from to at outside around".split())
CLIPPED = frozenset({"inc", "corp", "co", "ltd", "bros", "cos", "plc", "llc"})
"""Abbreviations whose full stop belongs to the name."""
_ACRONYM = re.compile(r"\s?\(([A-Z][A-Za-z&]{1,7})\)")


class Organisations:
    """The organisations of one article; an abbreviation given in brackets stands for its name from then on."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._abbreviations: dict[str, str] = {}
        self._names: dict[tuple[str, ...], str] = {}
        self._longest = 1
        self._located: set[str] = set()

    def well_known(self, reading: Reading, known: Known) -> Mention | None:
        """A name of the gazetteer; an ambiguous one only where the model reads an organisation."""
        found = [c for c in known.candidates if c.entity.kind == "organisation"]
        found = [c for c in found if not c.ambiguous or known.label == "ORG"]
        if not found or known.inside:
            return None
        entity = found[0].entity
        reading.take(known.start, known.end)
        return self._mention(reading, known.start, known.end, entity.name, "alias")

    def locate(self, reading: Reading) -> None:
        """Note the cities that stand behind `in`, `near` or `from`: no organisations here, whatever the model reads."""
        forms, words = reading.forms, reading.words
        for i in range(1, len(words)):
            if (
                words[i - 1] in WHEREVER
                and words[i][0].isupper()
                and not reading.next_to(i, i + 1)
                and forms[i] not in self._gazetteer.common
                and self._gazetteer.cities.named(forms[i : i + 1])
            ):
                self._located.add(forms[i])

    def read(self, reading: Reading, people: People) -> Iterator[Mention]:
        """Those that the model reads, but for surnames of the article's people."""
        for span in reading.spans:
            if span.label != "ORG":
                continue
            start, end = tight(reading, span.start, span.end)
            first, behind = self._trimmed(reading, *reading.within(start, end))
            if first == behind:
                continue
            start, end = reading.tokens[first].start, self._end(reading, behind)
            words, forms = reading.words[first:behind], reading.forms[first:behind]
            if not words or len(words) > MAX_WORDS or not reading.free(start, end) or not self._sound(words, forms):
                continue
            if len(forms) == 1 and (people.is_short(forms[0]) or self._somebody_or_somewhere(reading, first)):
                continue
            if forms[-1] in EVENTS and not self._gazetteer.organisations.exact(forms, words):
                continue
            text = " ".join(reading.text[start:end].split())
            known = self._gazetteer.organisations.exact(forms, words) or self._american(forms, words)
            name = (
                known[0].entity.name if known else self._abbreviations.get(text) or self._names.get(tuple(forms), text)
            )
            bracket = _ACRONYM.match(reading.text, end)
            if bracket and not known:
                self._abbreviations.setdefault(bracket[1], name)
            self._remember(forms, words, name)
            reading.take(start, end)
            why: Why = "alias" if known else "context" if name != text else "model"
            yield self._mention(reading, start, end, name, why)

    def again(self, reading: Reading, people: People) -> Iterator[Mention]:
        """Further mentions of the organisations named in the article, whole, shortened or by their initials."""
        common = self._gazetteer.common
        for i, word in enumerate(reading.words):
            if not word[0].isupper() or (i and reading.next_to(i, i - 1) and not reading.opens_sentence(i)):
                continue
            for count in range(min(self._longest, len(reading.words) - i), 0, -1):
                name = self._names.get(tuple(reading.forms[i : i + count]))
                last = i + count - 1
                if name is None or not reading.joined(i, count) or reading.next_to(last, last + 1):
                    continue
                start, end = reading.tokens[i].start, self._end(reading, last + 1)
                alone = count == 1 and not word.isupper()
                if alone and (reading.forms[i] in common or people.is_short(reading.forms[i])):
                    continue
                if reading.free(start, end):
                    reading.take(start, end)
                    yield self._mention(reading, start, end, name, "context")
                    break

    def _american(self, forms: list[str], words: list[str]) -> list[Candidate]:
        """`US Food and Drug Administration`: agencies of the United States, whose names go without it too."""
        behind = next((len(country) for country in AMERICAN if tuple(forms[: len(country)]) == country), 0)
        if not behind or len(forms) < behind + 2:
            return []
        found = self._gazetteer.organisations.exact(forms[behind:], words[behind:])
        return [c for c in found if c.entity.country == "United States"]

    def _somebody_or_somewhere(self, reading: Reading, i: int) -> bool:
        """Whether a single word is a well-known person's name, or a city's in this article."""
        forms, words = reading.forms[i : i + 1], reading.words[i : i + 1]
        if self._gazetteer.organisations.exact(forms, words):
            return False
        if self._gazetteer.people.exact(forms, words):
            return True
        return forms[0] in self._located

    def _remember(self, forms: list[str], words: list[str], name: str) -> None:
        """Under what this organisation may be named again: all its words, the first one, its initials."""
        keys = [tuple(forms)]
        if len(forms) > 1:
            own = forms[0]
            plain = own not in self._gazetteer.common and own not in self._gazetteer.demonyms
            if plain and len(own) > 3 and own not in self._gazetteer.given and not self._place(forms[:1], words[:1]):
                keys.append((own,))
            initials = "".join(w[0] for w in words if w[0].isupper())
            if len(initials) > 2:
                keys.append((initials.lower(),))
        for key in keys:
            self._names.setdefault(key, name)
            self._longest = max(self._longest, len(key))

    def _place(self, forms: list[str], words: list[str]) -> bool:
        return bool(self._gazetteer.places.exact(forms, words)) or bool(self._gazetteer.cities.named(forms))

    @staticmethod
    def _trimmed(reading: Reading, first: int, behind: int) -> tuple[int, int]:
        """Without numbers of a date or table and small words at the end (`Interfax news agency`)."""
        while behind > first and (
            reading.words[behind - 1][0].islower() or (reading.words[behind - 1].isdigit() and behind - first > 2)
        ):
            behind -= 1
        return first, behind

    @staticmethod
    def _end(reading: Reading, behind: int) -> int:
        """Behind the last word, and behind its full stop where that is of an abbreviation within a sentence."""
        end = reading.tokens[behind - 1].end
        if reading.forms[behind - 1] in CLIPPED and reading.text[end : end + 1] == ".":
            rest = reading.text[end + 1 : end + 3]
            if rest[:1] in (",", ")", ";", "'", "\u2019") or (rest[:1] == " " and not rest[1:].isupper()):
                return end + 1
        return end

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
