"""Between an article and what the server keeps of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from archive.analysis import Analyser
from archive.article import Article, Prepared, Stored
from archive.buckets import bucket_codes
from archive.calendar import Interval, interval
from archive.engine import FACETS
from archive.engines.elastic.mapping import DATE_FACETS, UNITS
from archive.facets import date_values, facet_values, name_texts
from archive.keys import oldest_key, sort_key
from archive.streams import NAME_GAP, Streams

__all__ = [
    "Place",
    "codes_of",
    "document",
    "document_id",
    "names_of",
    "phrase_counts",
    "prepared_of",
    "signed",
    "stored_of",
    "stream_of",
    "stream_text",
    "streams_of",
    "term_counts",
]

Json = Mapping[str, Any]
SIGN = 1 << 63
FIELD_GAP = "|"
"""A term between title and body in a stored stream: no word holds it, so that nothing crosses."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version of an article stands in the archive's history."""

    number: int
    sequence: int
    first_sequence: int
    digest: str

    @classmethod
    def of(cls, stored: Stored) -> Place:
        return cls(stored.number, stored.sequence, stored.first_sequence, stored.digest)


def document_id(id: str) -> str:
    """The server's own id: those of articles may be longer than its 512 bytes."""
    return hashlib.blake2b(id.encode(), digest_size=16).hexdigest()


def signed(key: int) -> int:
    """A 64-bit key as the signed integer that sorts alike."""
    return key - SIGN


def document(prepared: Prepared, place: Place, analyser: Analyser) -> dict[str, Any]:
    article = prepared.article
    terms = Streams(article.title, article.body, analyser)
    values = facet_values(article)
    days = {
        "published": [interval(article.published)] if article.published else [],
        "mentioned": [interval(value) for value in date_values(article)],
    }
    has = [name for name in FACETS if values.get(name) or days.get(name)]
    key = sort_key(article.published, place.number)
    content = {
        "article": article.to_json(),
        "names": {kind: list(names) for kind, names in prepared.names.items()},
        "stored": [place.number, place.sequence, place.first_sequence, place.digest],
    }
    fields: dict[str, Any] = {
        "id": article.id,
        "number": place.number,
        "key": signed(key),
        "oldest": signed(oldest_key(key)),
        "sequence": place.sequence,
        "first_sequence": place.first_sequence,
        "length": len(terms.title_stems) + len(terms.body_stems),
        "pair_count": len(terms.pairs),
        "passage_count": len(prepared.vectors),
        "words": " ".join([*terms.title_stems, *terms.body_stems]),
        "stems": _coded(stream_text(terms.title_stems, terms.body_stems)),
        "pairs": " ".join(terms.pairs),
        "forms": _coded(stream_text(terms.title_forms, terms.body_forms)),
        "title": " ".join(terms.title_stems),
        "body": " ".join(terms.body_stems),
        "title_forms": " ".join(dict.fromkeys(terms.title_forms)),
        "body_forms": " ".join(dict.fromkeys(terms.body_forms)),
        "name": {
            name: f" {NAME_GAP} ".join(" ".join(analyser.forms(text)) for text in texts)
            for name, texts in name_texts(prepared).items()
        },
        "value": {name: list(found) for name, found in values.items()},
        "suggest": {name: [e for v in found for e in _suggestions(v, analyser)] for name, found in values.items()},
        "has": has,
        "mentioned": [{"gte": d.first.toordinal(), "lte": d.last.toordinal()} for d in days["mentioned"]],
        "bucket": {f"{field}_{unit}": codes for field in DATE_FACETS for unit, codes in _buckets(days[field]).items()},
        "content": orjson.dumps(content).decode(),
        "codes": base64.b64encode(np.ascontiguousarray(prepared.vectors).tobytes()).decode(),
        "passages": [{"codes": codes.tobytes().hex()} for codes in prepared.vectors],
    }
    if days["published"]:
        [published] = days["published"]
        fields["first_day"], fields["last_day"] = published.first.toordinal(), published.last.toordinal()
    return fields


# -------------------------------------------------------------------- what comes back
def stored_of(source: Json) -> Stored:
    data = orjson.loads(source["content"])
    return Stored(Article.from_json(data["article"]), *data["stored"])


def names_of(source: Json) -> dict[str, tuple[str, ...]]:
    """The names an article's mentions answer to, as they were written with it."""
    return {kind: tuple(names) for kind, names in orjson.loads(source["content"])["names"].items()}


def codes_of(source: Json, dimensions: int) -> NDArray[np.int8]:
    """(passages, dimensions)."""
    return np.frombuffer(base64.b64decode(source["codes"]), np.int8).reshape(-1, dimensions)


def prepared_of(source: Json, dimensions: int) -> tuple[Prepared, Stored]:
    """An article as it was written, and where it stands."""
    stored = stored_of(source)
    return Prepared(stored.article, codes_of(source, dimensions), names_of(source)), stored


# -------------------------------------------------------------------- stored streams
def stream_of(hit: Json, name: str) -> str:
    """`stems` or `forms` of a hit, as `stream_text` made it."""
    return base64.b64decode(hit["fields"][name][0]).decode()


def stream_text(title: Sequence[str], body: Sequence[str]) -> str:
    """Each term between blanks of its own, so that terms and pairs can be counted in the text as it is."""
    return "".join(f" {term} " for term in (*title, FIELD_GAP, *body))


def streams_of(text: str) -> tuple[list[str], list[str]]:
    """The terms of title and body, from `stream_text`."""
    title, _, body = text.partition(f" {FIELD_GAP} ")
    return title.split(), body.split()


def term_counts(texts: Sequence[str], terms: Sequence[str], pairs: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
    """(texts, terms + pairs): how often each stem, and each pair of neighbours, stands in each stored stream."""
    found = np.zeros((len(texts), len(terms) + len(pairs)), np.int64)
    for row, text in enumerate(texts):
        for column, term in enumerate(terms):
            found[row, column] = text.count(f" {term} ")
        for column, (a, b) in enumerate(pairs, len(terms)):
            found[row, column] = _pair_count(text, a, b)
    return found


def phrase_counts(texts: Sequence[str], phrase: Sequence[str]) -> NDArray[np.int64]:
    """(texts,): how often these stems stand next to each other in each stored stream."""
    wanted = "".join(f" {stem} " for stem in phrase)
    return np.array([_overlapping(text, wanted) for text in texts], np.int64)


def _pair_count(text: str, a: str, b: str) -> int:
    pair = f" {a}  {b} "
    # `a a a` holds two pairs that share a word.
    return _overlapping(text, pair) if a == b else text.count(pair)


def _overlapping(text: str, wanted: str) -> int:
    count, at = 0, text.find(wanted)
    while at >= 0:
        count, at = count + 1, text.find(wanted, at + 1)
    return count


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _suggestions(value: str, analyser: Analyser) -> list[str]:
    """The words of a value from each of them on, then the value: `storm shadow|Storm Shadow`, `shadow|Storm Shadow`."""
    forms = analyser.forms(value)
    return [f"{' '.join(forms[i:])}|{value}" for i in range(len(forms))]


def _buckets(days: Sequence[Interval]) -> dict[str, list[int]]:
    """For each unit the codes of the buckets that wholly hold one of the intervals."""
    first = np.array([d.first.toordinal() for d in days], np.int64)
    last = np.array([d.last.toordinal() for d in days], np.int64)
    found: dict[str, list[int]] = {}
    for unit in UNITS:
        codes = bucket_codes(first, unit)
        found[unit] = np.unique(codes[codes == bucket_codes(last, unit)]).tolist()
    return found
