"""Export: every article of a search, whole, in one of several forms, in memory that doesn't grow with it.

Without an order of its own an export goes by (sequence, id), the order in which the archive came to be: whoever keeps
the last position goes on from there for ever, and gets what was added or changed since.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal, NamedTuple, get_args

from archive.article import Stored
from archive.errors import ParameterError
from search_api.formats.citations import bibtex_entry, ris_record
from search_api.formats.tabular import NAMES, WHOLE, article_rows, rows_bytes
from search_api.formats.texts import zip_chunks
from search_api.http import json_bytes
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters
from search_api.pool import SearchPool
from search_api.service import SearchService

__all__ = ["EXPORT_FORMATS", "UNFIT", "Export", "ExportFormat", "chunks", "parse_export", "stream", "total"]

PAGE = 200
"""Articles held in memory at once."""
UNFIT = ("limit", "cursor", "facet", "facet_limit", "timeline", "timeline_field", "fields", "explain")
LEAST = 1 << 16
"""Bytes of a piece that is sent: pieces of an article each would cost a change of threads each."""
ExportFormat = Literal["jsonl", "csv", "bibtex", "ris", "zip"]
_POSITION = re.compile(r"(\d{1,18})(?::(.+))?", re.DOTALL)


class Form(NamedTuple):
    media_type: str
    ending: str


EXPORT_FORMATS: dict[ExportFormat, Form] = {
    "jsonl": Form("application/jsonl", "jsonl"),
    "csv": Form("text/csv; charset=utf-8; header=present", "csv"),
    "bibtex": Form("application/x-bibtex; charset=utf-8", "bib"),
    "ris": Form("application/x-research-info-systems; charset=utf-8", "ris"),
    "zip": Form("application/zip", "zip"),
}


@dataclass(frozen=True, slots=True)
class Export:
    """What to export, from where on, in which form."""

    request: SearchRequest
    format: ExportFormat = "jsonl"
    after: tuple[int, str] | None = None
    """(sequence, id) of the last article that is known already; only where `by_position`."""
    by_position: bool = True
    """In (sequence, id) order, and not in one that was asked for with `sort`."""


class Exported(NamedTuple):
    stored: Stored
    matched_by: Literal["words", "related"]


def parse_export(items: Iterable[tuple[str, str]]) -> Export:
    """Pairs of a query string; raises ParameterErrors that names what is wrong or has no place in an export."""
    items = list(items)
    given = [(name, value) for name, value in items if value.strip()]
    errors = [
        ParameterError(name, f"{name} has no place in an export, which holds all articles whole: leave it out.")
        for name in dict.fromkeys(name for name, _ in given if name in UNFIT)
    ]
    own = {name: [value for n, value in given if n == name] for name in ("format", "after")}
    errors += [
        ParameterError(name, f"{name} is given {len(values)} times: give it once.")
        for name, values in own.items()
        if len(values) > 1
    ]
    format: ExportFormat = "jsonl"
    for text in own["format"][:1]:
        known = next((f for f in get_args(ExportFormat) if f == text), None)
        if known is None:
            names = ", ".join(EXPORT_FORMATS)
            errors.append(ParameterError("format", f"format: {text[:80]!r} is not one of {names}."))
        format = known or format
    by_position = not any(name == "sort" for name, _ in given)
    after = None
    for text in own["after"][:1]:
        found = _POSITION.fullmatch(text)
        if not by_position:
            message = "after goes by (sequence, id): leave `sort` out, or begin anew without `after`."
            errors.append(ParameterError("after", message))
        elif found is None:
            message = f"after: {text[:80]!r} is no position: give SEQUENCE:ID of the last article that you have."
            errors.append(ParameterError("after", message))
        else:
            after = int(found[1]), found[2] or ""
    try:
        request = parse_parameters([(n, v) for n, v in items if n not in own and n not in UNFIT])
    except ParameterErrors as wrong:
        raise ParameterErrors([*errors, *wrong.errors]) from None
    if errors:
        raise ParameterErrors(errors)
    if by_position:  # without an order of its own the words rank, so that the set is that of the search
        request = replace(request, mode=request.mode or "hybrid")
    return Export(request, format, after, by_position)


def total(service: SearchService, export: Export) -> int:
    """How many articles the search has now; raises what is wrong with the query."""
    return int(service.search(replace(export.request, limit=0))["total"])


def chunks(service: SearchService, export: Export) -> Iterator[bytes]:
    """The bytes of an export, in pieces. What is wrong with the request is raised before the first."""
    return _merged(_WRITERS[export.format](_articles(service, export)))


async def stream(service: SearchService, pool: SearchPool, export: Export) -> AsyncIterator[bytes]:
    """`chunks`, made off the event loop."""
    pieces = chunks(service, export)
    begun = False
    while (piece := await pool.run(lambda: next(pieces, None), begun=begun)) is not None:
        begun = True
        yield piece


# -------------------------------------------------------------------- which articles
def _articles(service: SearchService, export: Export) -> Iterator[Exported]:
    if not export.by_position:
        for hits in service.walk(export.request, PAGE):
            yield from (Exported(hit.stored, hit.matched_by) for hit in hits)
        return
    # What is committed from now on isn't looked at: it would be read before it is known to belong to the search.
    # Whoever goes on from the last position gets it then.
    stats = service.engine.stats()
    after = export.after or (0, "")
    if export.request == SearchRequest(mode=export.request.mode):
        yield from (Exported(stored, "words") for stored in _since(service, after, stats.sequence))
        return
    # A byte an article says whether it belongs to the search; the articles are then read in the archive's own order.
    members = bytearray(stats.next_number)
    for hits in service.walk(export.request, PAGE):
        for hit in hits:
            if hit.stored.number < len(members):
                members[hit.stored.number] = 1 if hit.matched_by == "words" else 2
    for stored in _since(service, after, stats.sequence):
        if stored.number < len(members) and (member := members[stored.number]):
            yield Exported(stored, "words" if member == 1 else "related")


def _since(service: SearchService, after: tuple[int, str], last: int) -> Iterator[Stored]:
    """The articles behind a position, up to the commit `last`."""
    sequence, id = after
    while page := service.engine.since(sequence, id, PAGE):
        for stored in page:
            if stored.sequence > last:
                return
            yield stored
        sequence, id = page[-1].sequence, page[-1].article.id


# -------------------------------------------------------------------- in which form
def _jsonl(articles: Iterable[Exported]) -> Iterator[bytes]:
    """One object a line, which `dateline index` reads back."""
    for stored, matched_by in articles:
        article: dict[str, Any] = stored.article.to_json()
        del article["passages"]
        yield json_bytes(article | {"sequence": stored.sequence, "matched_by": matched_by}) + b"\n"


def _csv(articles: Iterable[Exported]) -> Iterator[bytes]:
    yield rows_bytes([[*WHOLE, *NAMES, "sequence", "matched_by"]], first=True)
    for stored, matched_by in articles:
        for row in article_rows([stored.article.to_json()]):
            yield rows_bytes([[*row, stored.sequence, matched_by]])


def _bibtex(articles: Iterable[Exported]) -> Iterator[bytes]:
    return (bibtex_entry(a.stored.article).encode("utf-8", "replace") for a in articles)


def _ris(articles: Iterable[Exported]) -> Iterator[bytes]:
    # Reference managers tell the encoding by the byte order mark.
    texts = (ris_record(a.stored.article).encode("utf-8", "replace") for a in articles)
    return chain((b"\xef\xbb\xbf",), texts)


def _zip(articles: Iterable[Exported]) -> Iterator[bytes]:
    return zip_chunks(a.stored.article for a in articles)


_WRITERS: dict[ExportFormat, Callable[[Iterable[Exported]], Iterator[bytes]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "bibtex": _bibtex,
    "ris": _ris,
    "zip": _zip,
}


def _merged(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces worth sending."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= LEAST:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
