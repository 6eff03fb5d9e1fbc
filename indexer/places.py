"""Places: names of the gazetteer and those the model reads, each resolved to one place on earth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.article import Mention, Why
from archive.gazetteer import Entity, Gazetteer
from indexer.names import Known, tight
from indexer.people import People
from indexer.place_senses import choose, inside, is_region
from indexer.reading import Reading

__all__ = ["Places"]

LABELS = frozenset({"GPE", "LOC"})
ALONE = 300_000
"""Inhabitants from which a city's name counts even where the model reads nothing."""
BEYOND_DOUBT = 1_000_000
"""Inhabitants from which it counts even where the model reads a person (unless it is a surname of the article)."""
DIRECTIONS = frozenset("north south east west northern southern eastern western central downtown upper lower".split())
LOCATIVE = frozenset("in at near from to outside around across through between towards toward".split())
"""What stands before a place that no gazetteer knows; without it the model is too often wrong."""
FEATURES_LAST = frozenset(
    "river lake lakes mountain mountains hills island islands bay valley canal strait peninsula province district "
    "county parish prefecture oblast governorate desert sea coast beach creek forest plateau plain basin delta falls "
    "ocean gulf "
    "archipelago reef volcano glacier township village heights harbour harbor sound channel highlands region".split()
)
"""Nouns with which names of landscapes and districts end (`Siak River`)."""
FEATURES_FIRST = frozenset("mount mt lake cape fort gulf bay isle strait port sea river".split())
"""And those with which they begin (`Lake Erie`, `Gulf of Oman`)."""
POINTS = frozenset({"North", "South", "East", "West"})
WHEREVER = frozenset("in near from to at outside around".split())
GENERIC = frozenset({"city", "town", "province", "region"})
HEAVENLY = frozenset("mercury venus earth moon mars jupiter saturn uranus neptune pluto".split())
"""Towns of these names are meant where their state or country stands behind (`Earth, Texas`)."""
MAX_WORDS = 5

_DATELINE = re.compile(
    r"^(?P<place>[^\W\d_a-z]{3,}(?:[ .-]{1,2}[^\W\d_a-z]{2,}){0,2})"
    r"(?=, [^\W\d_]| \(| [-\u2013\u2014]|: | \d{4}-| \d{1,2} [A-Z])",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _Hit:
    reading: Reading
    start: int
    end: int
    candidates: tuple[Entity, ...]
    why: Why


class Places:
    """The places of one article: collects names first, then resolves them all in each other's light."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._hits: list[_Hit] = []

    def well_known(self, reading: Reading, known: Known) -> bool:
        """Collect a country, region or city of the gazetteer; False if the words are something else."""
        found = [c.entity for c in known.candidates if c.entity.kind == "place"]
        if not found or known.inside or not self._convincing(reading, known, found):
            return False
        self._hit(reading, known.start, known.end, found, "context" if known.trimmed else "alias")
        return True

    def read(self, reading: Reading, people: People) -> None:
        """Collect what the model reads as places, but for surnames of the article's people."""
        for span in reading.spans:
            if span.label not in LABELS:
                continue
            start, end = tight(reading, span.start, span.end)
            if not reading.free(start, end):
                continue
            first, behind = reading.within(start, end)
            form = reading.forms[first] if behind > first else ""
            alone = behind - first == 1
            if alone and (form in DIRECTIONS or form in self._gazetteer.demonyms):
                continue
            if alone and (people.is_short(form) or people.is_given(form)):
                continue
            if first < behind and behind - first <= MAX_WORDS and reading.words[first][0].isupper():
                self._look_up(reading, first, behind, sure=span.label == "GPE")

    def resolved(self) -> Iterator[Mention]:
        """A mention for each place collected."""
        names: dict[str, tuple[Entity, ...]] = {}
        counts: Counter[str] = Counter()
        behind: dict[str, list[Entity]] = {}
        texts = [hit.reading.text[hit.start : hit.end] for hit in self._hits]
        for hit, text in zip(self._hits, texts, strict=True):
            names[text] = tuple(dict.fromkeys((*names.get(text, ()), *hit.candidates)))
            counts[text] += 1
            behind.setdefault(text, []).extend(self._containers(hit))
        self._decide_containers(names, behind)
        for text in names:
            if text.lower() in HEAVENLY and not behind[text]:
                names[text] = ()
        chosen = choose(names, counts, behind)
        for hit, text in zip(self._hits, texts, strict=True):
            entity = chosen.get(text) or Entity("place", " ".join(text.split()))
            yield Mention(
                kind="place",
                name=entity.name,
                field=hit.reading.field,
                start=hit.start,
                end=hit.end,
                text=text,
                why=hit.why if len(hit.candidates) <= 1 else "context",
                lat=entity.lat,
                lon=entity.lon,
                geonameid=entity.geonameid,
                country=entity.country,
            )

    def _look_up(self, reading: Reading, first: int, behind: int, *, sure: bool) -> None:
        forms, words = reading.forms[first:behind], reading.words[first:behind]
        found = self._named(forms, words)
        if not found and len(forms) > 1 and words[0] not in POINTS and (forms[0] in DIRECTIONS or forms[-1] in GENERIC):
            # `eastern Ukraine`, `Kandahar city`: the place is the name without the generic word.
            inner = (first + 1, behind) if forms[0] in DIRECTIONS else (first, behind - 1)
            self._look_up(reading, *inner, sure=sure)
            return
        before = reading.forms[first - 1] if first else ""
        if found or self._feature(forms) or ((before in LOCATIVE or sure) and self._sound(words, forms)):
            self._hit(reading, reading.tokens[first].start, reading.tokens[behind - 1].end, found, "model")

    def _feature(self, forms: Sequence[str]) -> bool:
        return len(forms) > 1 and (forms[-1] in FEATURES_LAST or forms[0] in FEATURES_FIRST)

    def datelines(self, reading: Reading) -> None:
        """Collect the place in capitals with which a line of news begins (`BONN (Reuters) -`, `NICE, France`)."""
        for found in _DATELINE.finditer(reading.text):
            first, behind = reading.within(*found.span("place"))
            start, end = found.span("place")
            if first == behind or not reading.free(start, end):
                continue
            names = self._named(reading.forms[first:behind], reading.words[first:behind])
            if names:
                self._hit(reading, start, end, names, "context")

    def landscapes(self, reading: Reading, people: People) -> None:
        """Collect names of landscapes and districts by their form (`Siak River`), and towns that `in` stands before."""
        forms, words = reading.forms, reading.words
        common, demonyms = self._gazetteer.common, self._gazetteer.demonyms
        for i, form in enumerate(forms):
            if not words[i][0].isupper():
                continue
            if form in FEATURES_LAST and i and reading.next_to(i, i - 1) and len(words[i - 1]) > 1:
                first = i - 1
                while first and reading.next_to(first, first - 1) and i - first < 3:
                    first -= 1
                while first < i - 1 and (forms[first] in common or forms[first] in demonyms):
                    first += 1
                if forms[first] not in demonyms and not reading.next_to(i, i + 1):
                    self._free(reading, first, i + 1)
            elif (
                i
                and forms[i - 1] in WHEREVER
                and words[i - 1].islower()
                and not reading.next_to(i, i + 1)
                and form not in common
                and form not in self._gazetteer.given
                and not people.is_short(form)
            ):
                self._free(reading, i, i + 1, known=True)

    def _free(self, reading: Reading, first: int, behind: int, *, known: bool = False) -> None:
        start, end = reading.tokens[first].start, reading.tokens[behind - 1].end
        if not reading.free(start, end):
            return
        forms = reading.forms[first:behind]
        found = self._named(forms, reading.words[first:behind])
        if found or not known:
            self._hit(reading, start, end, found, "context")

    def again(self, reading: Reading) -> None:
        """Collect further mentions of the places collected so far, where nothing else is read."""
        if not self._hits:
            return
        names = {tuple(h.reading.forms[slice(*h.reading.within(h.start, h.end))]): h for h in self._hits}
        longest = max(map(len, names))
        for i, word in enumerate(reading.words):
            if not word[0].isupper() or reading.forms[i] in self._gazetteer.common:
                continue
            for count in range(min(longest, len(reading.words) - i), 0, -1):
                hit = names.get(tuple(reading.forms[i : i + count]))
                last = i + count - 1
                if hit is None or not reading.joined(i, count) or reading.next_to(last, last + 1):
                    continue
                start, end = reading.tokens[i].start, reading.tokens[last].end
                if reading.free(start, end) and not (reading.next_to(i, i - 1) and not reading.opens_sentence(i)):
                    self._hit(reading, start, end, hit.candidates, "context")
                    break

    def _named(self, forms: Sequence[str], words: Sequence[str]) -> list[Entity]:
        found = [c.entity for c in self._gazetteer.places.exact(forms, words)]
        return found + self._cities(forms, found)

    def _cities(self, forms: Sequence[str], found: Sequence[Entity]) -> list[Entity]:
        """Further cities of this name; where it is a region's, none that has it for short (`Oklahoma` City)."""
        known = {e.geonameid for e in found}
        cities = [e for e in self._gazetteer.cities.named(forms) if e.geonameid not in known]
        if any(is_region(e) for e in found):
            short = " ".join(forms)
            cities = [e for e in cities if " ".join(self._gazetteer.analyser.forms(e.name.partition(",")[0])) == short]
        return cities

    def _sound(self, words: Sequence[str], forms: Sequence[str]) -> bool:
        """Whether a name that no gazetteer knows is worth a mention without coordinates."""
        if len(words) == 1 and (words[0].isupper() or self._gazetteer.organisations.exact(forms, words)):
            return False
        return all(w.isalpha() and len(w) > 1 for w in words) and not all(f in self._gazetteer.common for f in forms)

    def _hit(self, reading: Reading, start: int, end: int, found: Sequence[Entity], why: Why) -> None:
        if why == "alias":
            found = [*found, *self._cities(reading.forms[slice(*reading.within(start, end))], found)]
        reading.take(start, end)
        self._hits.append(_Hit(reading, start, end, tuple(found), why))

    def _convincing(self, reading: Reading, known: Known, found: Sequence[Entity]) -> bool:
        if known.first and reading.words[known.first - 1] in POINTS and reading.next_to(known.first, known.first - 1):
            return False  # `West Nile`
        behind = known.first + known.count
        if reading.next_to(behind - 1, behind) and self._gazetteer.cities.named(
            reading.forms[known.first : behind + 1]
        ):
            return False  # `Atlantic City`, `Lebanon County`
        if known.label in LABELS or known.trimmed or known.count > 1:
            return True
        largest = max(found, key=lambda e: e.population)
        word = reading.words[known.first]
        if known.label == "NORP":
            return word.isupper()
        doubtful = not largest.code and largest.population < BEYOND_DOUBT
        if known.label in ("PERSON", "PRODUCT", "WORK_OF_ART") and doubtful:
            return False
        if largest.population < ALONE or (reading.forms[known.first] in self._gazetteer.common and not word.isupper()):
            return False
        last = known.first + known.count - 1
        parts_of_name = reading.next_to(known.first, known.first - 1) and not reading.opens_sentence(known.first - 1)
        return bool(largest.code) or not (parts_of_name or reading.next_to(last, last + 1))

    def _containers(self, hit: _Hit) -> list[Entity]:
        """Regions and countries that stand right behind (`Athens, Ohio`)."""
        text = hit.reading.text
        if text[hit.end : hit.end + 2] not in (", ", " ("):
            return []
        first, _ = hit.reading.within(hit.end, hit.end + 3)
        if first >= len(hit.reading.forms):
            return []
        count, found = self._gazetteer.places.longest(hit.reading.forms, hit.reading.words, first, cased=True)
        return [c.entity for c in found[: 5 if count else 0] if c.entity.code or c.entity.admin1 or c.entity.country]

    @staticmethod
    def _decide_containers(names: dict[str, tuple[Entity, ...]], behind: dict[str, list[Entity]]) -> None:
        """Of a container of several meanings (`Georgia`), keep the one that holds what stands before it."""
        for text, containers in behind.items():
            by_alias: dict[str, list[Entity]] = {}
            for container in containers:
                by_alias.setdefault(container.name.partition(",")[0], []).append(container)
            for alias, some in by_alias.items():
                if len(some) < 2 or alias not in names:
                    continue
                holding = [(c, e.population) for c in some for e in names[text] if inside(e, c)]
                if holding:
                    best, _ = max(holding, key=lambda pair: pair[1])
                    names[alias] = tuple(e for e in names[alias] if e is best) or names[alias]
