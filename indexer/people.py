"""People: whole names from gazetteer and model, and the short forms that stand for them later in the article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.article import Mention, Why
from archive.gazetteer import Entity, Gazetteer
from indexer.names import Known, tight
from indexer.reading import Reading
from indexer.whole_names import NOT_NAMES, PARTICLES, TITLES, whole_names

__all__ = ["People"]

FAMILY_FIRST = frozenset({"China", "Taiwan", "North Korea", "South Korea", "Vietnam", "Hong Kong"})
"""Where the family name stands first."""
FAMILIES = frozenset(
    "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han "
    "tang feng deng cao peng zeng xiao tian dong yuan pan cai jiang yu du ye cheng wei su lu ding ren shen yao kim "
    "park lee choi jung jeong kang cho yoon jang lim shin seo kwon hwang ahn oh roh moon nguyen tran pham hoang phan "
    "vu dang bui ngo duong truong chiang chou tsai hsu".split()
)
"""Frequent family names of China, Korea and Vietnam, which stand first in most names that begin with them."""
LOCATIVE = frozenset("in at near from to".split())
FOLLOWERS = frozenset("said says told was is has had will would added who took made did also".split())
"""What stands behind a subject: the capital at the start of a sentence is then a name's."""


class People:
    """The people of one article: collects whole names first, then ties short forms to them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._common = gazetteer.common
        self._by_full: dict[tuple[str, str], str] = {}
        """(first form, last form) -> canonical name."""
        self._by_short: dict[str, list[str]] = {}
        """surname form -> canonical names, in order of appearance."""
        self._by_given: dict[str, set[str]] = {}

    def well_known(self, reading: Reading, known: Known) -> Mention | None:
        """A whole name of the gazetteer (`Keir Starmer`), or a name of one word that the model agrees with."""
        people = [c for c in known.candidates if c.entity.kind == "person"]
        if not people or (known.count == 1 and people[0].entity.name != people[0].alias):
            return None
        # The model often joins a title or a country to a person; a building or a foundation goes on behind the name.
        if known.inside and (
            known.count == 1 or reading.next_to(known.first + known.count - 1, known.first + known.count)
        ):
            return None
        entity = people[0].entity
        self._register(entity.name, reading.forms[known.first : known.first + known.count], entity)
        reading.take(known.start, known.end)
        return _mention(reading, known.start, known.end, entity.name, "alias")

    def named(self, reading: Reading) -> Iterator[Mention]:
        """Whole names (at least two words) that the model reads, or that their form gives away."""
        for first, behind in whole_names(reading, self._gazetteer):
            start, end = reading.tokens[first].start, reading.tokens[behind - 1].end
            forms = reading.forms[first:behind]
            if not reading.free(start, end):
                continue
            known = self._gazetteer.people.exact(forms, reading.words[first:behind])
            entity = known[0].entity if known else None
            name = entity.name if entity else self._by_full.get((forms[0], forms[-1]))
            name = name or " ".join(reading.text[start:end].split())
            self._register(name, forms, entity)
            reading.take(start, end)
            yield _mention(reading, start, end, name, "alias" if entity else "model")

    def is_short(self, form: str) -> bool:
        """Whether somebody in the article has this surname."""
        return form in self._by_short

    def is_given(self, form: str) -> bool:
        """Whether somebody in the article has this given name."""
        return form in self._by_given

    def short(self, reading: Reading, whole: Iterable[Mention]) -> Iterator[Mention]:
        """Surnames of people named in the article, and well-known ones of the gazetteer."""
        positions = sorted((m.start, m.name) for m in whole if m.field == reading.field and m.kind == "person")
        labelled = {start: end for s in reading.spans if s.label == "PERSON" for start, end in [tight(reading, *s[:2])]}
        for i, form in enumerate(reading.forms):
            token = reading.tokens[i]
            if not reading.free(token.start, token.end):
                continue
            by_model = any(
                self._covers(labelled, start, token.start, token.end) for start in _near(token.start, labelled)
            )
            titled = i > 0 and reading.forms[i - 1] in TITLES
            if (
                len(token.text) < 2
                or not token.text[0].isupper()
                or not self._stands_alone(reading, i, by_model=by_model, titled=titled)
            ):
                continue
            name, why = self._who(form, token.start, positions, by_model=by_model)
            start = token.start
            if name is None and (by_model or titled):
                name, why = self._well_known_surname(reading, i)
            if name is None and by_model and self._new(reading, i, titled=titled):
                name, why = token.text, "model"
            if name is None and form not in self._common and not (token.text.isupper() and len(token.text) > 2):
                name, why = self._well_known_surname(reading, i)
            if name is not None and (by_model or titled or self._meant(reading, i)):
                if (
                    i > 0
                    and reading.forms[i - 1] in PARTICLES
                    and name.casefold().endswith(f" {reading.words[i - 1]} {token.text}".casefold())
                ):
                    start = reading.tokens[i - 1].start
                reading.take(start, token.end)
                yield _mention(reading, start, token.end, name, why)

    def again(self, reading: Reading) -> Iterator[Mention]:
        """Whole names of the article's people where neither the model nor their form gave them away."""
        for i in range(len(reading.forms) - 1):
            if (reading.forms[i], reading.forms[i + 1]) not in self._by_full or not reading.next_to(i, i + 1):
                continue
            start, end = reading.tokens[i].start, reading.tokens[i + 1].end
            if reading.words[i][0].isupper() and reading.free(start, end):
                reading.take(start, end)
                yield _mention(reading, start, end, self._by_full[reading.forms[i], reading.forms[i + 1]], "context")

    def _new(self, reading: Reading, i: int, *, titled: bool) -> bool:
        """Whether a single word that the model reads as a person may stand for somebody nobody named."""
        form = reading.forms[i]
        if form in TITLES or form in self._gazetteer.demonyms or self._elsewhere(reading, i):
            return False
        if titled:
            return True
        before = reading.forms[i - 1] if i else ""
        return form not in self._common and not reading.opens_sentence(i) and before not in LOCATIVE

    def _meant(self, reading: Reading, i: int) -> bool:
        """Whether a surname that is also a common word is meant as one (`Woods said`)."""
        form = reading.forms[i]
        if form not in self._common:
            return True
        word = reading.words[i]
        if word.isupper() and len(word) > 2:
            return True
        if not reading.opens_sentence(i):
            return form not in TITLES
        return i + 1 < len(reading.forms) and reading.forms[i + 1] in FOLLOWERS and len(form) > 2

    def _who(
        self, form: str, start: int, positions: list[tuple[int, str]], *, by_model: bool
    ) -> tuple[str | None, Why]:
        names = self._by_short.get(form)
        if names:
            before = [name for at, name in positions if at < start and name in names]
            return (before[-1] if before else names[0]), "context"
        given = self._by_given.get(form, set())
        if by_model and len(given) == 1:
            return next(iter(given)), "context"
        return None, "model"

    def _well_known_surname(self, reading: Reading, i: int) -> tuple[str | None, Why]:
        found = self._gazetteer.people.exact(reading.forms[i : i + 1], reading.words[i : i + 1])
        return (found[0].entity.name, "alias") if found else (None, "model")

    def _stands_alone(self, reading: Reading, i: int, *, by_model: bool, titled: bool) -> bool:
        """Whether the word is not a part of some longer name."""
        if (
            reading.next_to(i, i + 1)
            and not by_model
            and reading.free(reading.tokens[i + 1].start, reading.tokens[i + 1].end)
        ):
            following = reading.forms[i + 1]
            if following not in self._common:
                return False
            if reading.field == "body":
                return False
        if reading.next_to(i, i - 1) and not titled:
            before = reading.tokens[i - 1]
            if reading.text[before.end : reading.tokens[i].start] == "-":
                return False
            if reading.free(before.start, before.end) and reading.forms[i - 1] not in self._common and not by_model:
                return False
        return True

    def _elsewhere(self, reading: Reading, i: int) -> bool:
        """Whether the word is known as something else than a person."""
        form, word = reading.forms[i], reading.words[i]
        others = (self._gazetteer.places, self._gazetteer.organisations, self._gazetteer.weapons)
        return (word.isupper() and len(word) > 1) or form in NOT_NAMES or any(x.exact([form], [word]) for x in others)

    def _register(self, name: str, forms: list[str], entity: Entity | None) -> None:
        self._by_full.setdefault((forms[0], forms[-1]), name)
        shorts = {forms[-1]}
        if entity and entity.country in FAMILY_FIRST:
            shorts = {forms[0]}
        elif len(forms) > 1 and forms[-1] in ("jr", "sr", "ii", "iii"):
            shorts = {forms[-2]}
        elif entity is None and forms[0] in FAMILIES and forms[-1] not in self._gazetteer.given:
            shorts.add(forms[0])
        for short in shorts:
            names = self._by_short.setdefault(short, [])
            if name not in names:
                names.append(name)
        if len(forms) > 1:
            self._by_given.setdefault(forms[0], set()).add(name)

    @staticmethod
    def _covers(labelled: dict[int, int], start: int, left: int, right: int) -> bool:
        return start <= left and right <= labelled[start]


def _near(start: int, labelled: dict[int, int]) -> Iterator[int]:
    """Starts of model spans from which a word at `start` may be reached."""
    return (at for at in range(start, max(-1, start - 40), -1) if at in labelled)


def _mention(reading: Reading, start: int, end: int, name: str, why: Why) -> Mention:
    return Mention("person", name, reading.field, start, end, reading.text[start:end], why)
