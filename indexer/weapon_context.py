"""What proves that an ambiguous name is a weapon's: words of its kind beside it, words of war around it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from archive.gazetteer import Gazetteer
from indexer.reading import Reading
from indexer.weapon_kinds import ALL_KINDS, PREFIXES, is_ship, kinds_of
from indexer.weapon_names import MAKERS, Found

__all__ = ["Context"]

WINDOW = 25
"""Words on either side in which a word of context must stand."""
LONGEST_PHRASE = 3
"""Words of a phrase of context (`surface-to-air`)."""
BESIDE = 5
"""Words behind a name among which its kind may be told (`Javelin shoulder-fired anti-tank missiles`)."""
AT_WAR = 2
"""Different words of war that an article must have before words around a name can prove it."""
NEIGHBOURS = frozenset(
    "the a an us u.s uk british american german russian ukrainian israeli iranian french turkish swedish polish soviet "
    "chinese indian italian norwegian dutch czech korean japanese iraqi saudi egyptian canadian australian western "
    "raf nato army navy marine force corps block mk mark two three four five six seven eight nine ten one first second "
    "modern more new old and or of with uav mq their his its our these those some many several dozens made built "
    "designed supplied donated advanced air attack battle heavy light armed aboard ex anti each any another no".split()
)
"""Capitalised words that may stand before a weapon's name; others make it another name (`Stacey Abrams`)."""
BEHIND = frozenset(
    "production program programme contract block mk mark advanced weapon weapons joint crew crews pilot pilots gunner "
    "fleet variant variants ii iii iv v training and or in for to".split()
)
"""Capitalised words that may stand behind one."""
UNITS = frozenset(
    {"brigade", "brigades", "battalion", "battalions", "regiment", "regiments", "strike group", "strike groups"}
    | {"carrier strike", "carrier battle", "battle group", "amphibious ready", "expeditionary strike"}
)
"""Words behind a name that make it a unit's (`Stryker brigade`, `Nimitz Carrier Strike Group`)."""
PARTICLES = frozenset({"al", "ben", "bin", "ibn", "el", "abu"})
"""Words behind a name that make it a person's (`Abu Mahdi al-Muhandis`)."""
TEAMS = frozenset("jets bombers rockets fighters cannons gunners pistons raiders".split())
"""Kinds that, with a capital, are teams' names."""
STOPS = frozenset(
    "the a an of with and or his her their its to in on at for from by that was is were are as but have has had be "
    "been can could will would may might into over under near against while when which who than if not said says "
    "say i he she it they we you fired shot used carrying killed hit took made left won beat lost after before "
    "during".split()
)
"""Words over which a kind is not told: `a Patriot with a gun`."""
WAR = (
    "military army navy soldier troops missile warplane warhead artillery ammunition pentagon airstrike warship "
    "infantry brigade battalion invasion marines guerrilla bomber howitzer submarine kremlin rifle militant ceasefire "
    "munition battlefield frontline shelling airspace bundeswehr arsenal rebel combat deploy mortar helicopter torpedo "
    "grenade firearm gunman gunmen drone armoured armored weapon weaponry warfare pistol handgun shotgun gun naval "
    "fighter tank frigate destroyer aircraft bomb plane hypersonic nuclear regiment squadron raf idf hezbollah airforce"
)
LISTED = frozenset({", ", " ", "/", "-"})
"""What may stand in a list of designations and abbreviations (`FAL, UZI, AND AK-47 RIFLES`)."""
CLASS_FREE = frozenset({"defense", "defence"})
"""Kinds only behind `air` or `missile`: teams have a defense too."""
BEFORE_PLACES = frozenset("in at from of near to across off for outside around through toward towards".split())
LETTERED, LONGEST_HEADLINE = 3, 25
"""Letters above which a headline's words have a capital, and how many such words it may have."""
MERCHANT = frozenset("ship ships vessel vessels boat boats".split())
"""Kinds of ships that need not be ships of war."""
REIGNS = frozenset("II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI".split())
"""Numbers of kings, queens and popes."""
SAILING = frozenset("sank sunk left sails sail leaves arrives returns enters joins remains steamed hit sinking".split())


class Context:
    """The proof of names in one article."""

    def __init__(self, readings: Iterable[Reading], gazetteer: Gazetteer) -> None:
        self._readings = tuple(readings)
        self._places, self._common = gazetteer.places, gazetteer.common
        analyser = gazetteer.analyser
        self._stem = analyser.stem
        self._war = frozenset(analyser.stem(word) for word in WAR.split())
        self._stems: dict[int, list[str]] = {}
        self._families = 0

    def note(self, families: Iterable[str]) -> None:
        """Takes the families of the unambiguous names that the article has: two speak for one another."""
        self._families = len(set(families))

    @property
    def arms(self) -> int:
        """How many words of war, and different families of weapons, the article has."""
        return self.words_of_war + (self._families if self._families > 1 else 0)

    @cached_property
    def words_of_war(self) -> int:
        """How many different words of war the article has."""
        return len({stem for reading in self._readings for stem in self.stems(reading)} & self._war)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Every word of the article that stands in lower case."""
        return frozenset(word for reading in self._readings for word in reading.words if word.islower())

    def stems(self, reading: Reading) -> list[str]:
        found = self._stems.get(id(reading))
        if found is None:
            stem = self._stem
            found = self._stems[id(reading)] = [stem(word) for word in reading.words]
        return found

    def beside(self, found: Found) -> bool:
        """Whether its kind stands right behind or before it: proof against every other sign (`Abrams tanks`)."""
        reading, kinds = found.reading, kinds_of(found.entity.class_name or "")
        forms, words = reading.forms, reading.words
        mixed = reading.lettering == "mixed"
        if self._unit(found):
            return False
        listed = words[found.last].isupper() and len(words[found.last]) > 1
        for i in range(found.last + 1, min(found.last + 1 + BESIDE, len(forms))):
            if listed and (forms[i] in ("and", "or") or (words[i].isupper() and _gap(reading, i) in LISTED)):
                continue
            if _gap(reading, i) not in (" ", "-", "\u00a0", "/") or forms[i] in STOPS:
                break
            if forms[i - 1] == "anti" and "anti" not in kinds:
                continue
            capital = words[i][0].isupper()
            if forms[i] in kinds and not (forms[i] in CLASS_FREE and forms[i - 1] not in ("air", "missile")):
                return not (capital and mixed and forms[i] in TEAMS)
            if capital and mixed and forms[i] not in ALL_KINDS and not any(c.isdigit() for c in words[i]):
                break
        first = found.first
        if first == 0 or forms[first - 1] not in kinds or _gap(reading, first) not in (" ", "\u00a0", ' "', " \u201c"):
            return False
        if forms[first - 1] in MERCHANT and self.words_of_war < AT_WAR:
            return False
        return not (mixed and words[first - 1][0].isupper()) and not self.other_name(found, behind_only=True)

    def around(self, found: Found) -> bool:
        """Whether a word or phrase of its context stands near, in an article about arms, and nothing speaks against."""
        reading, context = found.reading, found.entity.context
        if not context or self.words_of_war < AT_WAR or self.other_name(found):
            return False
        first, last, window = found.first, found.last, WINDOW
        if is_ship(found.entity.class_name) and not found.formed:
            # Ships have the names of places and people: the words beside the name tell them apart.
            if reading.lettering == "upper" or not _as_a_ship(reading, first):
                return False
            if last + 1 < len(reading.forms) and _gap(reading, last + 1) == " " and not self._verb(reading, last + 1):
                return False
            window = WINDOW // 2
        stems = self.stems(reading)
        sides = (stems[max(0, first - window) : first], stems[last + 1 : last + 1 + window])
        return any(
            " ".join(side[i : i + n]) in context
            for side in sides
            for i in range(len(side))
            for n in range(1, LONGEST_PHRASE + 1)
        )

    def other_name(self, found: Found, *, behind_only: bool = False) -> bool:
        """Whether the words around make another name of it: a person's, a team's, a place's, a unit's."""
        reading, first, last = found.reading, found.first, found.last
        forms = reading.forms
        if found.designation:
            return False
        if self._unit(found):
            return True
        if last > first and forms[first] in PREFIXES:
            return False
        if reading.lettering != "mixed" or _headline(reading, found):
            return False
        start, end = reading.tokens[first].start, reading.tokens[last].end
        if any(
            s.label in ("PERSON", "EVENT")
            and s.start <= start
            and end <= s.end
            and self._longer(reading, found, s.start, s.end)
            for s in reading.spans
        ):
            return True
        before = forms[first - 1] if first else ""
        if (
            not behind_only
            and reading.next_to(first, first - 1)
            and not (reading.opens_sentence(first - 1) and before in self._common)
            and before not in NEIGHBOURS
            and before not in MAKERS
            and before not in ALL_KINDS
            and not any(c.isdigit() for c in before)
        ):
            return True
        behind = forms[last + 1] if last + 1 < len(forms) else ""
        if behind in PARTICLES and _gap(reading, last + 1) == " ":
            return True
        return (
            reading.next_to(last, last + 1)
            and behind not in ALL_KINDS
            and behind not in BEHIND
            and not any(c.isdigit() for c in behind)
        )

    @staticmethod
    def _unit(found: Found) -> bool:
        forms, at = found.reading.forms, found.last + 1
        named = at < len(forms) and (forms[at] in UNITS or " ".join(forms[at : at + 2]) in UNITS)
        return named and not found.designation and _gap(found.reading, at) in (" ", "-")

    def person(self, found: Found) -> bool:
        """Whether the model reads a person or place in exactly this name."""
        start, end = found.start, found.reading.tokens[found.last].end
        return any(s.label in ("PERSON", "GPE") and (s.start, s.end) == (start, end) for s in found.reading.spans)

    def place(self, found: Found) -> bool:
        """Whether the name is a place's, and the word before, or a comma, makes a place of it: `in Florida`."""
        reading, first = found.reading, found.first
        forms, words = (w[first : found.last + 1] for w in (reading.forms, reading.words))
        if first == 0 or not self._places.exact(forms, words):
            return False
        gap = _gap(reading, first)
        return (gap == " " and reading.forms[first - 1] in BEFORE_PLACES) or (
            gap == ", " and reading.words[first - 1][0].isupper()
        )

    def common_ship(self, found: Found) -> bool:
        """Whether a ship's short name is a common word without an article (`to Christmas`)."""
        reading, first = found.reading, found.first
        single = first == found.last and is_ship(found.entity.class_name)
        common = single and reading.forms[first] in self._common
        return common and not _as_a_ship(reading, first) and not self.beside(found)

    def namesake(self, found: Found) -> bool:
        """Whether a ship's short name is a king's or queen's, who is told by a number in this article."""
        reading, first, last = found.reading, found.first, found.last
        if not is_ship(found.entity.class_name) or reading.forms[first] in PREFIXES:
            return False
        if _reigns(reading, last):
            return True
        return reading.forms[last] in self._crowned and not _as_a_ship(reading, first) and not self.beside(found)

    @cached_property
    def _crowned(self) -> frozenset[str]:
        """Forms of the names that stand before such a number."""
        return frozenset(r.forms[i] for r in self._readings for i in range(len(r.forms) - 1) if _reigns(r, i))

    @staticmethod
    def _verb(reading: Reading, index: int) -> bool:
        """Whether a word goes on with the sentence (`the Moskva sank`), and not with the name (`the Reagan plan`)."""
        form = reading.forms[index]
        return form in STOPS or form in SAILING or form.endswith("ed")

    @staticmethod
    def _longer(reading: Reading, found: Found, start: int, end: int) -> bool:
        """Whether a stretch has capitalised words beside the name that are no kinds of weapons."""
        first, behind = reading.within(start, end)
        beside = [*range(first, found.first), *range(found.last + 1, behind)]
        return any(
            reading.words[i][0].isupper() and reading.forms[i] not in ALL_KINDS | NEIGHBOURS | BEHIND for i in beside
        )


def _as_a_ship(reading: Reading, first: int) -> bool:
    """Whether the word before a name is one that stands before ships' (`the Dunham`, `aboard Nimitz`)."""
    return first > 0 and reading.forms[first - 1] in ("the", "aboard")


def _reigns(reading: Reading, index: int) -> bool:
    """Whether the number of a king, queen or pope stands behind a word."""
    behind = index + 1
    return behind < len(reading.words) and reading.words[behind] in REIGNS and _gap(reading, behind) == " "


def _headline(reading: Reading, found: Found) -> bool:
    """Whether it stands in a line of its own in which nearly all words have a capital."""
    text = reading.text
    start, end = text.rfind("\n", 0, found.start) + 1, text.find("\n", found.end)
    line = text[start : len(text) if end < 0 else end].strip()
    words = [w for w in line.split() if len(w) > LETTERED and w[0].isalpha()]
    return 2 < len(words) < LONGEST_HEADLINE and not line.endswith(".") and all(w[0].isupper() for w in words)


def _gap(reading: Reading, index: int) -> str:
    """What stands between a word and the one before."""
    return reading.text[reading.tokens[index - 1].end : reading.tokens[index].start]
