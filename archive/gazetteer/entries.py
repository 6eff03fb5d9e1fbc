"""Reading gazetteer files: YAML lists of entries, checked key by key, with file and entry named in every complaint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from archive.analysis import Analyser
from archive.errors import GazetteerError
from archive.gazetteer.entity import Entity, EntityKind

__all__ = ["Entry", "check", "common_words", "demonyms", "entities", "given_names", "read_folder"]

Entry = dict[str, Any]
"""One entry as its file gives it."""

DATA = Path(__file__).parent / "data"

KEYS: dict[EntityKind, frozenset[str]] = {
    "weapon": frozenset({"name", "class", "origin", "aliases", "ambiguous", "context"}),
    "person": frozenset({"name", "country", "aliases", "ambiguous", "context"}),
    "organisation": frozenset({"name", "class", "country", "aliases", "ambiguous", "context"}),
    "place": frozenset({"name", "country", "code", "admin1", "lat", "lon", "geonameid", "aliases", "ambiguous"}),
}
LISTS = ("aliases", "ambiguous", "context")
NUMBERS = ("lat", "lon", "geonameid")
FILES: dict[str, EntityKind] = {
    "people.yaml": "person",
    "organisations.yaml": "organisation",
    "countries.yaml": "place",
    "regions.yaml": "place",
}
"""Files at the top of a gazetteer folder; everything in its folder `weapons` holds weapons."""

COUNTRY_WEIGHT = 300_000_000
REGION_WEIGHT = 3_000_000
"""Stand-ins for inhabitants: a country outweighs its namesakes, a region most of them."""


def read_folder(folder: Path) -> dict[EntityKind, list[Entry]]:
    """The entries of a gazetteer folder by kind. Raises GazetteerError at the first problem in a file's form."""
    entries: dict[EntityKind, list[Entry]] = {"person": [], "place": [], "organisation": [], "weapon": []}
    for path, kind in _files(folder):
        found = _read(path)
        for number, entry in enumerate(found, 1):
            problem = next(_form_problems(entry, kind), None)
            if problem:
                raise GazetteerError(f"{path.name}, entry {number} ({_title(entry)}): {problem}")
        entries[kind].extend(found)
    return entries


def entities(kind: EntityKind, entries: list[Entry], analyser: Analyser) -> Iterator[Entity]:
    """Entities of entries that were read by `read_folder`."""
    for entry in entries:
        name = str(entry["name"])
        aliases = [str(a) for a in entry.get("aliases", ())]
        country = entry.get("country")
        if kind == "place":
            bare = name.removesuffix(f", {country}") if country else name
            bare = bare.partition(" (")[0]
            aliases = [a for a in dict.fromkeys((bare, *aliases)) if a != name]
        context = frozenset(" ".join(analyser.stems(str(phrase))) for phrase in entry.get("context", ()))
        ambiguous = frozenset(str(a) for a in entry.get("ambiguous", (name, *aliases) if context else ()))
        aliases = [a for a in dict.fromkeys(aliases) if a != name and analyser.words(a)]
        yield Entity(
            kind=kind,
            name=name,
            aliases=tuple(aliases),
            keys=tuple(" ".join(analyser.forms(n)) for n in (name, *aliases)),
            ambiguous=ambiguous,
            context=context,
            class_name=entry.get("class"),
            origin=entry.get("origin"),
            country=name if "code" in entry else country,
            code=entry.get("code"),
            admin1=entry.get("admin1"),
            lat=entry.get("lat"),
            lon=entry.get("lon"),
            geonameid=entry.get("geonameid"),
            population=0 if kind != "place" else COUNTRY_WEIGHT if "code" in entry else REGION_WEIGHT,
        )


def check(folder: Path, beside: Mapping[EntityKind, Iterable[Entity]] = MappingProxyType({})) -> list[str]:
    """Everything that is wrong in a gazetteer folder, a sentence each; an empty list means it is sound.

    `beside`: the entities it will stand beside; its own entry of the same kind and name replaces one of them.
    """
    problems: list[str] = [f"{path.relative_to(folder)}: nobody reads this file; {_CURE}" for path in _unread(folder)]
    analyser = Analyser()
    common = common_words()
    owner: dict[tuple[EntityKind, str], str] = {}
    shipped: dict[tuple[EntityKind, str], str] = {
        (kind, name.casefold()): entity.name
        for kind, some in beside.items()
        if kind != "place"
        for entity in some
        for name in entity.names
    }
    for path, kind in _files(folder):
        try:
            found = _read(path)
        except GazetteerError as error:
            problems.append(error.message)
            continue
        for number, entry in enumerate(found, 1):
            where = f"{path.name}, entry {number} ({_title(entry)})"
            wrong = list(_form_problems(entry, kind))
            problems += [f"{where}: {problem}" for problem in wrong]
            if wrong:
                continue
            for entity in entities(kind, [entry], analyser):
                for name in dict.fromkeys(entity.names):
                    if name.islower() or (" ".join(analyser.forms(name)) in common and not _proven(name, entity)):
                        cure = "list it in `ambiguous` with `context` words"
                        problems.append(f"{where}: `{name}` is a common word; {cure}.")
                    key = (kind, name.casefold())
                    if kind != "place" and owner.setdefault(key, where) != where:
                        problems.append(f"{where}: `{name}` is also a name in {owner[key]}; keep it in one of them.")
                    elif (taken := shipped.get(key)) and taken != entity.name:
                        cure = f"leave it out, or call your entry `{taken}`, which then replaces the shipped one"
                        problems.append(f"{where}: `{name}` is a name of the shipped {taken}; {cure}.")
                for name in sorted(entity.ambiguous.difference(entity.names)):
                    problems.append(f"{where}: `{name}` is listed in `ambiguous` and is none of its names.")
    return problems


def common_words() -> frozenset[str]:
    """Forms of frequent English words: a name that is one of them needs proof."""
    return frozenset((DATA / "common_words.txt").read_text(encoding="utf-8").split())


def demonyms() -> frozenset[str]:
    """Forms of adjectives and nouns of nations and peoples (`british`, `briton`): never places, never people."""
    return frozenset((DATA / "demonyms.txt").read_text(encoding="utf-8").split())


def given_names() -> frozenset[str]:
    """Forms of given names that are no common words and no countries or regions."""
    return frozenset((DATA / "given_names.txt").read_text(encoding="utf-8").split())


def _proven(name: str, entity: Entity) -> bool:
    return name in entity.ambiguous or name.isupper() or entity.kind in ("person", "place")


_CURE = f"call it {', '.join(FILES)}, or put files of weapons in the folder weapons."


def _unread(folder: Path) -> Iterator[Path]:
    """YAML files that have another name or place than those that are read."""
    read = {*(path for path, _ in _files(folder)), DATA / "city_names.yaml"}
    yield from (p for p in sorted(folder.rglob("*.y*ml")) if p not in read)


def _files(folder: Path) -> Iterator[tuple[Path, EntityKind]]:
    for path in sorted((folder / "weapons").glob("*.yaml")):
        yield path, "weapon"
    for name, kind in FILES.items():
        if (folder / name).is_file():
            yield folder / name, kind


def _read(path: Path) -> list[Entry]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        sentence = f"{path.name}, line {line}: this is not YAML ({error.problem}). Correct that line."
        raise GazetteerError(sentence) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GazetteerError(f"{path.name} can't be read as YAML in UTF-8; save it as such.") from error
    if content is None:
        return []
    if not isinstance(content, list) or not all(isinstance(e, Mapping) for e in content):
        raise GazetteerError(f"{path.name} must be a list of entries; begin each with `- name:`.")
    return [dict(e) for e in content]


def _form_problems(entry: Entry, kind: EntityKind) -> Iterator[str]:
    if not isinstance(entry.get("name"), str) or not Analyser().words(entry["name"]):
        yield "it has no `name`; every entry needs one, in quotes if it is a number."
        return
    if kind == "weapon" and not isinstance(entry.get("class"), str):
        yield "it has no `class`; say what the weapon is, such as `cruise missile`."
    for key in entry:
        if key not in KEYS[kind]:
            yield f"unknown key `{key}`; a {kind} has {', '.join(sorted(KEYS[kind]))}."
    for key in LISTS:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            yield f"`{key}` must be a list of texts; put names such as 9K33 or NO in quotes."
    for key in NUMBERS:
        if key in entry and (isinstance(entry[key], bool) or not isinstance(entry[key], (int, float))):
            yield f"`{key}` must be a number."


def _title(entry: Entry) -> str:
    return str(entry.get("name", "without a name"))
