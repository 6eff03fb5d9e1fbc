"""Weapons whose form names them: ships by their prefix or kind, warship classes, designations of known families.

No gazetteer lists every ship and variant. `USS` before a name makes it a ship's, `-class` before a ship's kind a class,
`GBU-` before a number a guided bomb. Where a form alone proves too little (`A-37`), a kind of weapon must follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.gazetteer import Entity, Gazetteer
from indexer.reading import Reading
from indexer.weapon_kinds import ALL_KINDS, PLAIN_KINDS, WARSHIPS, class_of_kind
from indexer.weapon_names import MAKERS, Found

__all__ = ["form_names", "listed_name", "nickname_end"]

_SURE = "USS|U\\.S\\.S\\.|HMS|H\\.M\\.S\\.|HMAS|HMCS|HMNZS|USNS|USCGC|ROKS|HNLMS|HDMS|HSwMS|HNoMS|HMNLS"
_DOUBTFUL = "INS|TCG|BRP|KRI|PNS|RFA|FS|ITS|ESPS|IRIS|BAP|ORP|JS|FGS|NRP|RSS|KD|CNS|BNS|ARA|SAS|ROCS|SLNS"
"""Prefixes that are abbreviations of something else more often than not: a word of the sea must stand near."""
_WORD = r"(?:[A-Z]\.(?:[A-Z]\.)?|[A-Z][^\W\d_]*(?:['\u2019-][A-Z]?[^\W\d_]+)*)"
_NAME = rf"{_WORD}(?: (?:of|de|the|la|do|du|von|and|al) {_WORD}| {_WORD}){{0,4}}"
_SHIP = re.compile(rf"(?<![\w.])(?P<prefix>{_SURE}|{_DOUBTFUL}) [\"\u201c\u2018']?(?P<name>{_NAME})")
_HULL = re.compile(r"['\u201d\"]? ?\((?:hull number )?([A-Z]{2,4})[ -]?\d+\)")
HULLS = {
    "CVN": "aircraft carrier", "CV": "aircraft carrier", "DDG": "destroyer", "DD": "destroyer", "CG": "cruiser",
    "FFG": "frigate", "FF": "frigate", "SSN": "submarine", "SSBN": "submarine", "SSGN": "submarine",
    "LHA": "amphibious assault ship", "LHD": "amphibious assault ship", "LPD": "landing ship", "LSD": "landing ship",
    "LCS": "littoral combat ship", "MCM": "minesweeper", "BB": "battleship", "SS": "submarine",
}  # fmt: skip
"""The US Navy's hull symbols."""
PREFIXES = {"USNS": "auxiliary ship", "RFA": "auxiliary ship", "USCGC": "coast guard ship"}

# Longer kinds first, so that `aircraft carrier` is not read as another word's end.
_KINDS = "|".join(sorted(WARSHIPS, key=len, reverse=True)).replace(" ", r"[ -]")
_KIND = re.compile(rf"\b({_KINDS})s?\b", re.IGNORECASE)
_NAMED = re.compile(
    rf"\b(?<!police )(?<!cruise )(?:{_KINDS}) "
    rf"(?P<name>{_WORD}(?: of {_WORD}| {_WORD}){{0,2}}|\"{_NAME}\"|\u201c{_NAME}\u201d)"
    rf"(?![-\u2010\u2011 ]class\b)"
)
_NOT_NAMED_BY = frozenset({"flagship", "icebreaker", "dreadnought", "supply ship", "support ship"})
"""Kinds that stand before other names too (`its flagship Galaxy phone`)."""
_CLASS = re.compile(rf"\b(?P<name>{_WORD}(?: {_WORD}){{0,2}})[-\u2010\u2011 ]class\b")
_CLASS_KIND = re.compile(
    rf"(?:[ ,-]+[\w.]+){{0,5}}?[ -]({_KINDS}|ships?|vessels?|(?:patrol |missile )?boats?|subs?|landing craft)s?\b", re.I
)

NOT_IN_NAMES = frozenset(
    "carrier strike group sailors sailor public affairs commanding captain capt cmdr commander lt ens adm admiral rear "
    "vice navy crew museum memorial association veterans command squadron air wing force fleet and its is was has in "
    "on at the a an monday tuesday wednesday thursday friday saturday sunday january february march april may june "
    "july august september october november december mr mrs ms operations operation officer chief marine marines "
    "amphibious ready expeditionary battle uss hms expert class service rescue school base program programme boeing "
    "russian russia ukraine ukrainian chinese china american british iran iranian israeli u.s us uk nato".split()
)
"""Capitalised words that end or begin no ship's name."""
COUNTS = frozenset("two three four five six seven eight nine ten both all several new first second last".split())
"""Capitalised words that may stand before a class (`Two Kilo-class submarines`)."""
UNITS = frozenset({"carrier", "strike", "amphibious", "expeditionary", "battle"})
"""Words that make a ship's name a unit's: `Nimitz Carrier Strike Group`."""

_STRONG = {
    "fighter aircraft": "MiG|F/A|EA|Su",
    "bomber": "FB",
    "helicopter": "AH|UH|CH|MH|HH|SH|OH|Ka|Mi",
    "transport aircraft": "MC|HC",
    "tanker aircraft": "KC",
    "gunship": "AC",
    "reconnaissance aircraft": "RC|WC",
    "drone": "MQ|RQ|XQ",
    "guided missile": "AGM|AIM|BGM|FGM|FIM|MIM|RIM|RGM|UGM|LGM|MGM|SS-N|SS-NX|KN|Kh",
    "guided bomb": "GBU|KAB|FAB|UMPK",
    "bomb": "CBU|BLU",
    "anti-tank rocket": "RPG",
    "armoured vehicle": "BTR|BMP|BRDM|BMD",
    "assault rifle": "AK|AKS",
    "ballistic missile": "Hwasong|DF|JL|Shahab",
    "anti-ship missile": "YJ",
    "anti-aircraft gun": "ZSU|ZU",
    "bomber aircraft": "Tu",
}
"""Class -> families whose number alone makes a weapon of them, in an article about arms."""
_CLASS_OF = {family: name for name, families in _STRONG.items() for family in families.split("|")}
_FAMILIES = "|".join(sorted(map(re.escape, _CLASS_OF), key=len, reverse=True))
_NUMBER = r"\d{1,4}(?:[A-Z]{1,3}\d?(?=s?\b))?(?:/[A-Z]\b)?"
_DESIGNATION = re.compile(rf"(?<![\w-])(?P<family>{_FAMILIES})-(?P<number>{_NUMBER})(?=s?\b)(?!-\d)")
_FULL_NAME = re.compile(r"(?: [A-Z][\w-]+){2,6}? (?:Missile|Weapon|Bomb|Munition|Rocket|Torpedo|Fighter)s?\b")
"""The words of a full name behind a designation: `AGM-88 High-Speed Anti-Radiation Missile`."""
_AIRLINERS = re.compile(r"Tu-(?:104|114|124|134|144|154|204|214|334)")

_WEAK_NAME = (
    r"(?:(?:Type|TYPE|Mk\.?|MK|Mark|Model) \d{1,4}[A-Z]?|[A-HJ-WYZ]-? ?\d{1,3}[A-Z]{0,3}|[A-Z]{2}-\d{1,3}[A-Z]{0,2})"
)
_WEAK_KINDS = "|".join(sorted(PLAIN_KINDS, key=len, reverse=True))
_WEAK = re.compile(
    rf"(?<![\w.,$\u00a3-])(?P<name>{_WEAK_NAME})(?!-(?:powered|engined))"
    rf"(?=(?:s|'s|S|'S)?(?:(?:,? (?:and|or|AND|OR) |, (?:and )?){_WEAK_NAME}s?)*"
    rf"(?:[ -]+[^\W\d_]+){{0,3}}?[ -](?P<kind>(?i:{_WEAK_KINDS}))(?i:s|es)?\b)"
)
_AIRLINER = re.compile(r"[A-Z]-?[1-9]\d\d")
"""Three digits behind a letter are an airliner's or a business jet's (`A350`, `G650`); fighters have two."""
_NO_WEAPON = frozenset({"FY", "AD", "BC", "CE", "UN", "US", "EU", "AM", "PM", "NO", "ID", "TV", "DC", "MD", "VC", "BA"})
"""Two letters before a number and a kind that are none of a designation's (`FY-22 missile procurement`)."""
_LISTED = re.compile(
    rf"(?:,? (?:and|or|AND|OR)|,|/)(?: (?:the|a|an|THE|A|AN|\d+))?[ /]?(?P<name>{_WEAK_NAME})(?=s?(?!\w))"
)
_CALLED = re.compile(
    rf"\b(?P<kind>(?i:{_WEAK_KINDS}))(?i:s|es)?,? (?i:(?:(?:is|are|was|also|they|it|which|have|has|been|"
    rf"officially|popularly|commonly) ){{0,3}}(?:codenamed|code-named|nicknamed|dubbed|called|known as|christened|designated))"
    rf" (?:(?i:the|a|an) )?(?P<quote>[\"\u201c'\u2018])?(?P<name>{_WORD}(?:[ -](?:{_WORD}|\d+[A-Z]*)){{0,2}}|[A-Z]+\d*)"
)
_NICKNAME = re.compile(rf"[ \u00a0](?P<name>{_WORD}(?: {_WORD})?)")
_AFTER_NICKNAME = re.compile(
    rf"(?:[,;:.)]|$|\n| (?i:(?:{_WEAK_KINDS})(?:s|es)?|and|or|was|is|were|are|has|have|had|that|which|to|from|in|on|at|"
    rf"over|with)\b)"
)
NO_NICKNAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december test pilot pilots program programme squadron crew flight wing maintenance "
    "fleet block lot surface guided rifle rifles air force army navy demonstration team system systems project aircraft "
    "joint missile missiles group mr mrs the a an and or it he she his her they we you i but this that".split()
)
"""Capitalised words behind a designation that are no nickname of it."""
NAVAL = frozenset("navi naval fleet warship submarin destroy frigat carrier cruiser helicopt sail sailor ship".split())
"""Stems of words that stand near a ship of war."""


def form_names(reading: Reading) -> Iterator[Found]:
    """The names in a field that their form proves, with an entity made for each; they may overlap."""
    text = reading.text
    for found in _SHIP.finditer(text):
        yield from _prefixed(reading, found)
    for found in _NAMED.finditer(text):
        yield from _named_ship(reading, found)
    for found in _CLASS.finditer(text):
        yield from _ship_class(reading, found)
    for found in _DESIGNATION.finditer(text):
        if not _AIRLINERS.match(found[0]):
            if full := _FULL_NAME.match(text, found.end()):
                yield from _at(
                    reading, found.start(), full.end(), text[found.start() : full.end()], _CLASS_OF[found["family"]]
                )
            name = f"{found['family']}-{found['number']}"
            yield from _at(reading, *found.span(), name, _CLASS_OF[found["family"]], ambiguous=True)
    for found in _CALLED.finditer(text):
        name = found["name"]
        while name.split()[-1].lower() in NOT_IN_NAMES and " " in name:
            name = name.rpartition(" ")[0]
        class_name = class_of_kind(found["kind"].lower())
        # Rockets that are called something mostly go to space.
        if class_name and found["kind"].lower() != "rocket" and name.lower() not in NOT_IN_NAMES:
            start = found.start("name")
            yield from _at(reading, start, start + len(name), name, class_name, ambiguous=True)
    for found in _WEAK.finditer(text):
        class_name = class_of_kind(found["kind"].lower())
        spaced = reading.text[found.start() + 1 : found.start() + 2] == " "
        flying = (
            class_name is not None
            and ("aircraft" in class_name or "-" in found["name"])
            and _AIRLINER.match(found["name"])
        )
        if class_name and not spaced and not flying and found["name"][:2] not in _NO_WEAPON:
            name = re.sub(r"^([A-Z]{1,2})-? ?(?=\d)", r"\1-", found["name"])
            yield from _at(reading, *found.span("name"), name, class_name, ambiguous=True)


def listed_name(found: Found) -> Iterator[Found]:
    """A designation that stands in a list behind a weapon's (`an M-72 and an M-79`): one of its class."""
    behind = _LISTED.match(found.reading.text, found.end)
    if behind and found.designation and not behind["name"].startswith(tuple(_NO_WEAPON)):
        name = re.sub(r"^([A-Z]{1,2})-? ?(?=\d)", r"\1-", behind["name"])
        yield from _at(found.reading, *behind.span("name"), name, found.entity.class_name or "weapon", ambiguous=True)


def nickname_end(found: Found, gazetteer: Gazetteer) -> int:
    """Where the capitalised words end that stand as a nickname behind a designation: `C-123 Hercules`."""
    reading, text = found.reading, found.reading.text
    nick = _NICKNAME.match(text, found.end)
    if not nick or not found.designation or reading.lettering != "mixed":
        return found.end
    words = nick["name"].split()
    while words:
        end = nick.start("name") + len(" ".join(words))
        forms = [gazetteer.analyser.form(part) for w in words for part in w.split("-")]
        behind = _AFTER_NICKNAME.match(text, end)
        known = any(i.exact(forms, words) for i in (gazetteer.places, gazetteer.people, gazetteer.organisations))
        plain = NO_NICKNAMES.isdisjoint(forms) and MAKERS.isdisjoint(forms) and not ALL_KINDS.intersection(forms)
        if behind and plain and not known and len(words[0]) > 3:
            return end
        words.pop()
    return found.end


def _prefixed(reading: Reading, found: re.Match[str]) -> Iterator[Found]:
    name = _ship_name(found["name"])
    if not name:
        return
    prefix = found["prefix"].replace(".", "")
    doubtful = re.fullmatch(_DOUBTFUL, prefix) is not None
    if doubtful and reading.lettering == "upper":
        return
    end = found.start("name") + len(name)
    hull = _HULL.match(reading.text, end)
    class_name = (hull and HULLS.get(hull[1])) or _kind_before(reading.text, found.start()) or PREFIXES.get(prefix)
    title = name.title() if name.isupper() and len(name) > 4 else name
    yield from _at(
        reading, found.start(), end, f"{prefix} {title}", class_name or "warship", ambiguous=doubtful, context=NAVAL
    )


def _named_ship(reading: Reading, found: re.Match[str]) -> Iterator[Found]:
    kind = _KIND.match(found[0])
    name = _ship_name(found["name"].strip('"\u201c\u201d'))
    if not kind or not name or kind[1].lower() in _NOT_NAMED_BY or re.match(rf"(?:{_SURE}|{_DOUBTFUL})\b", name):
        return
    start = found.start("name") + (found["name"][0] in '"\u201c')
    class_name = WARSHIPS[kind[1].lower().replace("-", " ")]
    yield from _at(reading, start, start + len(name), name, class_name, ambiguous=True, context=NAVAL)


def _ship_class(reading: Reading, found: re.Match[str]) -> Iterator[Found]:
    kind = _CLASS_KIND.match(reading.text, found.end())
    if not kind or "cruise ship" in kind[0] or "ferry" in kind[0]:
        return
    words = found["name"].split()
    while words and words[0].lower().rstrip(".") in NOT_IN_NAMES | COUNTS:
        words.pop(0)
    if words:
        name = " ".join(words)
        start = found.start() + len(found["name"]) - len(name)
        yield from _at(reading, start, found.end(), f"{name}-class {kind[1].removesuffix('s')}", _ship_kind(kind[1]))


def _ship_kind(word: str) -> str:
    word = word.lower().removesuffix("s")
    return WARSHIPS.get(word, "submarine" if word == "sub" else "warship")


def _ship_name(words: str) -> str:
    """The words up to one that ends a ship's name; none where a unit is named after the ship."""
    kept: list[str] = []
    for word in words.split(" "):
        if word.lower().rstrip(".") in NOT_IN_NAMES and not (not kept and word in ("The", "Admiral")):
            if word.lower() in UNITS:
                return ""
            break
        kept.append(word)
    while kept and (kept[-1].islower() or kept[-1] == "The"):
        kept.pop()
    return " ".join(kept)


def _kind_before(text: str, start: int) -> str | None:
    """The class that the words before a ship's name give: `the guided-missile destroyer USS McCampbell`."""
    kinds = [k for k in _KIND.finditer(text, max(0, start - 30), start) if start - k.end() < 3]
    return WARSHIPS[kinds[-1][1].lower().replace("-", " ")] if kinds else None


def _at(
    reading: Reading,
    start: int,
    end: int,
    name: str,
    class_name: str,
    *,
    ambiguous: bool = False,
    context: frozenset[str] = frozenset(),
) -> Iterator[Found]:
    first, behind = reading.within(start, end)
    if first < behind and reading.tokens[first].start == start:
        entity = Entity("weapon", name, ambiguous=frozenset({name}), context=context, class_name=class_name)
        yield Found(reading, first, behind - 1, entity, ambiguous, formed=True)
