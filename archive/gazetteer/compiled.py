"""The shipped gazetteers in compiled form: JSON made from the YAML, because YAML takes ten times as long to read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from archive.analysis import Analyser
from archive.errors import GazetteerError
from archive.gazetteer.entity import Entity
from archive.gazetteer.entries import DATA, entities, read_folder

__all__ = ["FILE", "compile_entities", "load_shipped", "source_digest"]

FILE = DATA / "compiled.json"


def load_shipped() -> tuple[list[Entity], list[Entity]]:
    """The curated entities, and the major cities. Reads the YAML itself where it is newer than what was compiled."""
    try:
        data: dict[str, Any] = orjson.loads(FILE.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        sentence = "compiled.json is missing or damaged; make it anew: python -m archive.gazetteer.distil"
        raise GazetteerError(sentence) from error
    if data["digest"] == source_digest():
        curated = [_entity(row) for row in data["entities"]]
    else:
        analyser = Analyser()
        curated = [e for kind, entries in read_folder(DATA).items() for e in entities(kind, entries, analyser)]
    return curated, [_entity(row) for row in data["cities"]]


def compile_entities(curated: Iterable[Entity], cities: Iterable[Entity]) -> bytes:
    """The content of compiled.json."""
    rows = {"entities": [_row(e) for e in curated], "cities": [_row(e) for e in cities]}
    return orjson.dumps({"digest": source_digest(), **rows})


def source_digest(folder: Path = DATA) -> str:
    """Tells whether the YAML files have changed since they were compiled."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _row(entity: Entity) -> list[Any]:
    values = (getattr(entity, field.name) for field in fields(Entity))
    return [sorted(v) if isinstance(v, frozenset) else v for v in values]


def _entity(row: list[Any]) -> Entity:
    kind, name, aliases, ambiguous, context, *rest = row
    rest[-1] = tuple(rest[-1])
    return Entity(kind, name, tuple(aliases), frozenset(ambiguous), frozenset(context), *rest)
