"""Judged collections of mentions, as `benchmarks.mentions` reads them: texts with the spans that people marked.

Their texts can't be bundled. Each loader takes the folder that holds all collections and yields articles with gold
spans; a span that is *neutral* is neither asked for nor punished (`now`, `every Monday`, the noun `city`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archive.article import Article, Field, Kind
from archive.calendar import Interval, interval
from indexer.date_periods import Period

__all__ = ["COLLECTIONS", "GoldArticle", "GoldSpan"]

WEAPONS = Path(__file__).parent / "gold_weapons" / "weapons.jsonl"
HELD_OUT = WEAPONS.with_name("held_out.jsonl")


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """What people marked: code points from `start` to `end` of a field."""

    kind: Kind
    field: Field
    start: int
    end: int
    neutral: bool = False
    lat: float | None = None
    lon: float | None = None
    days: Interval | None = None
    """The value of a date, where it has one."""


@dataclass(frozen=True, slots=True)
class GoldArticle:
    article: Article
    kinds: frozenset[Kind]
    """What was looked for in it; mentions of other kinds are not judged."""
    spans: tuple[GoldSpan, ...]
    misleading: bool = False
    """Chosen because its names are also those of weapons."""


def _re3d(data: Path) -> Iterator[GoldArticle]:
    """Reports on Syria and Iraq, 2015 to 2017. Spans inside another of the same kind, and pronouns, are neutral."""
    kinds: dict[str, Kind] = {"Person": "person", "Location": "place", "Organisation": "organisation"}
    marked: dict[str, list[Any]] = {}
    for entity in _lines(data / "re3d" / "entities.jsonl.gz"):
        if entity["type"] in kinds:
            marked.setdefault(entity["doc"], []).append(entity)
    for row in _lines(data / "re3d" / "articles.jsonl.gz"):
        spans = []
        for entity in marked.get(row["id"], ()):
            start, end = int(entity["start"]), int(entity["end"])
            text = row["body"][start:end]
            # Pronouns and descriptions (`the coalition`, `he`) are marked too: no names.
            name = text == entity["text"] and text[:1].isupper() and not text.startswith("The ")
            spans.append(GoldSpan(kinds[entity["type"]], "body", start, end, neutral=not name))
        yield GoldArticle(Article(row["id"], title="", body=row["body"]), frozenset(kinds.values()), tuple(spans))


def _conllu(path: Path) -> Iterator[GoldArticle]:
    """Tokens with their labels: documents of CoNLL, single sentences of WikiNEuRal. Joined with blanks as print has."""
    kinds: dict[str, Kind] = {"PER": "person", "LOC": "place", "ORG": "organisation"}
    documents: list[list[list[tuple[str, str]]]] = [[]]
    text = path.read_text(encoding="utf-8")
    whole = "-DOCSTART-" in text
    for block in text.split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if line]
        sentence = [(row[1], row[2]) for row in rows]
        if not sentence:
            continue
        if sentence[0][0] == "-DOCSTART-" or not whole:
            documents.append([])
        if sentence[0][0] != "-DOCSTART-":
            documents[-1].append(sentence)
    for number, document in enumerate(d for d in documents if d):
        body, spans = "", []
        for sentence in document:
            body += "\n" if body else ""
            open_kind, start, end = "", 0, 0
            for word, label in (*sentence, ("", "O")):
                kind = label[2:]
                if open_kind and (label[0] != "I" or kind != open_kind):
                    spans += [GoldSpan(kinds[open_kind], "body", start, end)] if open_kind in kinds else []
                    open_kind = ""
                blank = body and body[-1] not in "\n($[" and not _CLINGS.fullmatch(word)
                body += " " if blank and word else ""
                if kind and not open_kind:
                    open_kind, start = kind, len(body)
                body += word
                end = len(body)
        article = Article(f"{path.stem}-{number}", title="", body=body)
        yield GoldArticle(article, frozenset(kinds.values()), tuple(spans))


_CLINGS = re.compile(r"[.,;:!?%)\]]|'s|'|n't|'\w+")
"""Tokens that stand without a blank before them."""


def _geoparsing(corpus: str) -> Callable[[Path], Iterator[GoldArticle]]:
    """Toponyms with coordinates. GeoWebNews marks nouns and adjectives too: those are neutral."""
    names = {None, "Literal", "Mixed", "Coercion", "Metonymic"}

    def load(data: Path) -> Iterator[GoldArticle]:
        for row in _lines(data / "geoparsing" / "articles.jsonl.gz"):
            if row["corpus"] != corpus:
                continue
            spans = [
                GoldSpan(
                    "place",
                    "body",
                    t["start"],
                    t["end"],
                    neutral=t["type"] not in names,
                    lat=None if t["lat"] in (None, "") else float(t["lat"]),
                    lon=None if t["lon"] in (None, "") else float(t["lon"]),
                )
                for t in row["toponyms"]
            ]
            article = Article(
                row["id"], title=row["title"], body=row["body"], published=row["published_at"][:10] or None
            )
            yield GoldArticle(article, frozenset({"place"}), tuple(spans))

    return load


def _timex(data: Path) -> Iterator[GoldArticle]:
    """TimeML: dates and times are asked, durations are mistakes where they are found, repetitions are neutral."""
    for row in _lines(data / "timex" / "docs.jsonl.gz"):
        spans = []
        for t in row["timex"]:
            if t["type"] != "DURATION":
                days = _days(t["value"])
                neutral = t["type"] == "SET" or t["value"].endswith("_REF") or "X" in t["value"]
                spans.append(GoldSpan("date", "body", t["start"], t["end"], neutral=neutral, days=days))
        article = Article(row["id"], title="", body=row["body"], published=row["dct"][:10])
        yield GoldArticle(article, frozenset({"date"}), tuple(spans))


_SEASONS = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}


def _days(value: str) -> Interval | None:
    """The days that a TimeML value names; None where it names none."""
    value = value.partition("T")[0].removeprefix("FY")
    if value.isdigit() and len(value) in (2, 3):
        digits = 4 - len(value)
        return Interval(interval(value + "0" * digits).first, interval(value + "9" * digits).last)
    year, _, part = value.partition("-")
    try:
        if part[:1] in ("Q", "H") and part[1:].isdigit():
            period = Period.quarter if part[0] == "Q" else Period.half
            return interval(period(int(year), int(part[1:])).value)
        if part in _SEASONS:
            return interval(Period.season(int(year), _SEASONS[part]).value)
        if part.endswith("-WE"):
            week = interval(value.removesuffix("-WE"))
            return Interval(week.last - timedelta(1), week.last)
        return interval(value)
    except ValueError:
        return None


def _weapons(data: Path, file: Path = WEAPONS) -> Iterator[GoldArticle]:
    """The project's own gold over articles of several collections (benchmarks/gold_weapons/README.md)."""
    wanted: dict[str, dict[str, Any]] = {}
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        wanted.setdefault(row["collection"], {})[row["id"]] = row
    for collection, gold in sorted(wanted.items()):
        for row in _lines(data / collection / "articles.jsonl.gz"):
            marked = gold.get(row["id"])
            if not marked:
                continue
            title, body = row.get("title") or "", row["body"]
            if hashlib.sha256(f"{title}\n{body}".encode()).hexdigest() != marked["digest"]:
                raise SystemExit(f"{collection}/{row['id']} is not the text that was marked.")
            spans = tuple(GoldSpan("weapon", m["field"], m["start"], m["end"]) for m in marked["mentions"])
            article = Article(f"{collection}/{row['id']}", title=title, body=body)
            yield GoldArticle(article, frozenset({"weapon"}), spans, marked["misleading"])


def _lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


COLLECTIONS: Mapping[str, Callable[[Path], Iterator[GoldArticle]]] = MappingProxyType(
    {
        "weapons": _weapons,
        "weapons, held out": lambda data: _weapons(data, HELD_OUT),
        "CoNLL-2003": lambda data: _conllu(data / "ner" / "conll2003.en.val.conllu"),
        "WikiNEuRal": lambda data: _conllu(data / "ner" / "wikineural.en.val.conllu"),
        "RE3D": _re3d,
        "GeoVirus": _geoparsing("GeoVirus"),
        "GeoWebNews": _geoparsing("GeoWebNews"),
        "TimeBank": _timex,
    }
)
"""Name -> loader, which takes the folder of all collections."""
