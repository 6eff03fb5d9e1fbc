"""Ships of war whose form names them: a prefix (`USS`), a kind before it (`the frigate`), a class (`Kilo-class`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.reading import Reading
from indexer.weapon_kinds import WARSHIPS
from indexer.weapon_names import NAME_WORD, Found, formed

__all__ = ["NOT_IN_NAMES", "ship_names"]

_SURE = "USS|U\\.S\\.S\\.|HMS|H\\.M\\.S\\.|HMAS|HMCS|HMNZS|USNS|USCGC|ROKS|HNLMS|HDMS|HSwMS|HNoMS|HMNLS"
_DOUBTFUL = "INS|TCG|BRP|KRI|PNS|RFA|FS|ITS|ESPS|IRIS|BAP|ORP|JS|FGS|NRP|RSS|KD|CNS|BNS|ARA|SAS|ROCS|SLNS"
"""Prefixes that are abbreviations of something else more often than not: a word of the sea must stand near."""
_NAME = rf"{NAME_WORD}(?: (?:of|de|the|la|do|du|von|and|al) {NAME_WORD}| {NAME_WORD}){{0,4}}"
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
    rf"(?P<name>{NAME_WORD}(?: of {NAME_WORD}| {NAME_WORD}){{0,2}}|\"{_NAME}\"|\u201c{_NAME}\u201d)"
    rf"(?![-\u2010\u2011 ]class\b)"
)
_NOT_NAMED_BY = frozenset({"flagship", "icebreaker", "dreadnought", "supply ship", "support ship"})
"""Kinds that stand before other names too (`its flagship Galaxy phone`)."""
_CLASS = re.compile(rf"\b(?P<name>{NAME_WORD}(?: {NAME_WORD}){{0,2}})[-\u2010\u2011 ]class\b")
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
OWNERS = frozenset("these those this that its their his her our your".split())
_OWNED = re.compile(r"['\u2019][sS]?$")
"""`Russia's Oscar II class`."""
UNITS = frozenset({"carrier", "strike", "amphibious", "expeditionary", "battle"})
"""Words that make a ship's name a unit's: `Nimitz Carrier Strike Group`."""

NAVAL = frozenset("navi naval fleet warship submarin destroy frigat carrier cruiser helicopt sail sailor ship".split())
"""Stems of words that stand near a ship of war."""


def ship_names(reading: Reading) -> Iterator[Found]:
    """The ships and their classes in a field that their form proves, with an entity made for each; they may overlap."""
    text = reading.text
    for found in _SHIP.finditer(text):
        yield from _prefixed(reading, found)
    # The patterns are slow, and few texts have ships.
    for found in _NAMED.finditer(text) if any(kind in text for kind in WARSHIPS) else ():
        yield from _named_ship(reading, found)
    for found in _CLASS.finditer(text) if "class" in text else ():
        yield from _ship_class(reading, found)


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
    yield from formed(
        reading, found.start(), end, f"{prefix} {title}", class_name or "warship", ambiguous=doubtful, context=NAVAL
    )


def _named_ship(reading: Reading, found: re.Match[str]) -> Iterator[Found]:
    kind = _KIND.match(found[0])
    name = _ship_name(found["name"].strip('"\u201c\u201d'))
    if not kind or not name or kind[1].lower() in _NOT_NAMED_BY or re.match(rf"(?:{_SURE}|{_DOUBTFUL})\b", name):
        return
    start = found.start("name") + (found["name"][0] in '"\u201c')
    class_name = WARSHIPS[kind[1].lower().replace("-", " ")]
    yield from formed(reading, start, start + len(name), name, class_name, ambiguous=True, context=NAVAL)


def _ship_class(reading: Reading, found: re.Match[str]) -> Iterator[Found]:
    kind = _CLASS_KIND.match(reading.text, found.end())
    if not kind or "cruise ship" in kind[0] or "ferry" in kind[0]:
        return
    words = found["name"].split()
    while words and (words[0].lower().rstrip(".") in NOT_IN_NAMES | COUNTS | OWNERS or _OWNED.search(words[0])):
        words.pop(0)
    if words:
        name = " ".join(words)
        start = found.start() + len(found["name"]) - len(name)
        yield from formed(reading, start, found.end(), f"{name}-class {kind[1].removesuffix('s')}", _ship_kind(kind[1]))


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
