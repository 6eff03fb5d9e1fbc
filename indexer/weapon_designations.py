"""Designations that no gazetteer lists, named by their family (`GBU-39/B`) or a kind of weapon beside them (`A-37`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.gazetteer import Gazetteer
from indexer.reading import Reading
from indexer.weapon_kinds import ALL_KINDS, PLAIN_KINDS, class_of_kind
from indexer.weapon_names import MAKERS, NAME_WORD, Found, formed
from indexer.weapon_ships import NOT_IN_NAMES

__all__ = ["designations", "listed_name", "nickname_end"]

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
    rf"(?<![\w.,$\u00a3&-])(?P<name>{_WEAK_NAME})(?!-(?:powered|engined))"
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
GENERAL = frozenset("aerial airborne unpiloted uncrewed remotely piloted one-way loitering".split())
"""Words that, with kinds, say what many are: `known as Unmanned Aerial Vehicles`."""
CALLS = ("codenamed", "code-named", "nicknamed", "dubbed", "called", "known as", "christened", "designated")
_CALLED = re.compile(
    rf"\b(?P<kind>(?i:{_WEAK_KINDS}))(?i:s|es)?,? (?i:(?:(?:is|are|was|also|they|it|which|have|has|been|"
    rf"officially|popularly|commonly) ){{0,3}}(?:codenamed|code-named|nicknamed|"
    rf"dubbed|called|known as|christened|designated))"
    rf" (?:(?i:the|a|an) )?(?P<quote>[\"\u201c'\u2018])?"
    rf"(?P<name>{NAME_WORD}(?:[ -](?:{NAME_WORD}|\d+[A-Z]*)){{0,2}}|[A-Z]+\d*)"
)
_NICKNAME = re.compile(rf"[ \u00a0](?P<name>{NAME_WORD}(?: {NAME_WORD})?)")
_AFTER_NICKNAME = re.compile(
    rf"(?:[,;:.)]|$|\n| (?i:(?:{_WEAK_KINDS})(?:s|es)?|and|or|was|is|were|are|has|have|had|that|which|to|from|in|on|at|"
    rf"over|with)\b)"
)
NO_NICKNAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december test pilot pilots program programme squadron crew flight wing maintenance "
    "fleet block lot surface guided rifle rifles air force army navy demonstration team system systems project "
    "aircraft joint missile missiles group mr mrs the a an and or it he she his her they we you i but this that".split()
)
"""Capitalised words behind a designation that are no nickname of it."""


def designations(reading: Reading) -> Iterator[Found]:
    """The designations in a field that their form names, an entity made for each; all need an article about arms."""
    text = reading.text
    for found in _DESIGNATION.finditer(text):
        district = found["family"] == "OH" and found["number"].startswith("0")
        if not _AIRLINERS.match(found[0]) and not district:
            if full := _FULL_NAME.match(text, found.end()):
                yield from formed(
                    reading, found.start(), full.end(), text[found.start() : full.end()], _CLASS_OF[found["family"]]
                )
            name = f"{found['family']}-{found['number']}"
            yield from formed(reading, *found.span(), name, _CLASS_OF[found["family"]], ambiguous=True)
    lower = text.lower()
    # The pattern is slow, and few texts have its verbs.
    for found in _CALLED.finditer(text) if any(verb in lower for verb in CALLS) else ():
        name = found["name"]
        while name.split()[-1].lower() in NOT_IN_NAMES and " " in name:
            name = name.rpartition(" ")[0]
        class_name = class_of_kind(found["kind"].lower())
        # Rockets that are called something mostly go to space.
        plain = name.lower() in NOT_IN_NAMES or set(name.lower().split()) <= ALL_KINDS | GENERAL
        if class_name and found["kind"].lower() != "rocket" and not plain:
            start = found.start("name")
            yield from formed(reading, start, start + len(name), name, class_name, ambiguous=True)
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
            yield from formed(reading, *found.span("name"), name, class_name, ambiguous=True)


def listed_name(found: Found) -> Iterator[Found]:
    """A designation that stands in a list behind a weapon's (`an M-72 and an M-79`): one of its class."""
    behind = _LISTED.match(found.reading.text, found.end)
    if behind and found.designation and not behind["name"].startswith(tuple(_NO_WEAPON)):
        name = re.sub(r"^([A-Z]{1,2})-? ?(?=\d)", r"\1-", behind["name"])
        yield from formed(
            found.reading, *behind.span("name"), name, found.entity.class_name or "weapon", ambiguous=True
        )


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
