"""The tantivy schema of an archive, and how one article becomes a document of it.

tantivy holds text, filters and the article itself, and its commit is the commit point.
All terms come from `archive.analysis`, joined by blanks: the tokenizer here only splits at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from tantivy import Document, Occur, Query, Schema, SchemaBuilder

from archive.analysis import Analyser
from archive.article import Prepared
from archive.facets import name_texts
from archive.query import NAME_FIELDS
from archive.streams import NAME_GAP, Streams

__all__ = [
    "ARTICLE",
    "MARKER",
    "all_of",
    "any_of",
    "build_schema",
    "document",
    "marker_document",
    "streams",
]

ARTICLE = "article"
MARKER = "marker"


def build_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("type", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_bytes_field("content", stored=True)
    # Counts of title and body together rank; positions by field serve phrases, which never cross.
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    for name in ("title", "body", *NAME_FIELDS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("title_forms", "body_forms"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("has", tokenizer_name="whitespace", index_option="basic")
    for name in ("first_day", "last_day"):
        builder.add_unsigned_field(name, fast=True)
    builder.add_unsigned_field("mentioned", indexed=True)
    return builder.build()


def streams(prepared: Prepared, analyser: Analyser) -> Streams:
    return Streams(prepared.article.title, prepared.article.body, analyser)


def document(
    schema: Schema,
    prepared: Prepared,
    terms: Streams,
    *,
    number: int,
    first_sequence: int,
    sequence: int,
    digest: str,
    has: Sequence[str],
    days: tuple[int, int] | None,
    mentioned: Sequence[int],
    analyser: Analyser,
) -> Document:
    """`has`: facets with a value; `days`: first and last day number of publication; `mentioned`: ids of date values."""
    article = prepared.article
    content = {
        "article": article.to_json(),
        "names": {kind: list(names) for kind, names in prepared.names.items()},
        "stored": [number, sequence, first_sequence, digest],
    }
    fields: dict[str, Any] = {
        "type": ARTICLE,
        "id": article.id,
        "number": number,
        "content": orjson.dumps(content),
        "words": " ".join(terms.title_stems + terms.body_stems),
        "pairs": " ".join(terms.pairs),
        "title": " ".join(terms.title_stems),
        "body": " ".join(terms.body_stems),
        "title_forms": " ".join(dict.fromkeys(terms.title_forms)),
        "body_forms": " ".join(dict.fromkeys(terms.body_forms)),
        "has": " ".join(has),
        "mentioned": list(mentioned),
    }
    if days:
        fields["first_day"], fields["last_day"] = days
    for name, texts in name_texts(prepared).items():
        fields[name] = f" {NAME_GAP} ".join(" ".join(analyser.forms(text)) for text in texts)
    return Document.from_dict(fields, schema)


def marker_document(schema: Schema, content: bytes) -> Document:
    """The one document that is no article: it carries what this commit made valid."""
    return Document.from_dict({"type": MARKER, "content": content}, schema)


def all_of(queries: Sequence[Query]) -> Query:
    """Every one of at least one."""
    return Query.boolean_query([(Occur.Must, q) for q in queries])


def any_of(queries: Sequence[Query]) -> Query:
    """At least one of them; none of them where there are none."""
    return Query.boolean_query([(Occur.Should, q) for q in queries]) if queries else Query.empty_query()
