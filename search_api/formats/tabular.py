"""Results a line or a row each: JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from search_api.http import json_bytes

__all__ = ["COLUMNS", "article_rows", "csv_bytes", "jsonl_bytes", "rows_bytes"]

Result = dict[str, Any]
COLUMNS = (
    "id",
    "title",
    "url",
    "published",
    "source",
    "authors",
    "section",
    "language",
    "score",
    "matched_by",
    "passage",
)
"""Of a CSV, before the names: fields of a result, in this order."""
WHOLE = ("id", "title", "url", "published", "modified", "source", "authors", "section", "language", "rights", "body")
"""Of a CSV of whole articles, before the names."""
NAMES = {
    "people": "person",
    "places": "place",
    "organisations": "organisation",
    "weapons": "weapon",
    "dates": "date",
}
"""Columns that `mentions` becomes, and the kind that each holds."""
BETWEEN = "; "
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile(r"[\s\ufeff\u200b'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe63\ufe62\ufe66\ufe6b]|[\t\r\n]")


def jsonl_bytes(results: Iterable[Result]) -> bytes:
    """The same objects as `results` of the JSON answer, one a line."""
    return b"".join(json_bytes(result) + b"\n" for result in results)


def csv_bytes(results: Iterable[Result], fields: Sequence[str]) -> bytes:
    """A table as spreadsheets open it: UTF-8 with a byte order mark, lines end in CR LF (RFC 4180)."""
    columns = [name for name in COLUMNS if name in fields]
    names = NAMES if "mentions" in fields else {}
    table: list[list[Any]] = [[*columns, *names]]
    for result in results:
        row = [result[name] for name in columns]
        table.append(row + [_names(result["mentions"], kind) for kind in names.values()])
    return rows_bytes(table, first=True)


def article_rows(articles: Iterable[Result]) -> Iterator[list[Any]]:
    """Whole articles, as `Article.to_json` gives them, as rows; without the head that `WHOLE` and `NAMES` make."""
    for article in articles:
        yield [article[name] for name in WHOLE] + [_names(article["mentions"], kind) for kind in NAMES.values()]


def rows_bytes(rows: Iterable[Sequence[Any]], *, first: bool = False) -> bytes:
    """A piece of a table; `first`: with the byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig" if first else "utf-8")


def _cell(value: Any) -> str | float:
    """A value as a cell: never a formula to whatever opens the file."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, dict):
        value = value["text"]
    if isinstance(value, (list, tuple)):
        value = BETWEEN.join(value)
    text = _CONTROL.sub("", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\t", " ")
    return "'" + text if _FORMULA.match(text) else text


def _names(mentions: Iterable[Result], kind: str) -> list[str]:
    """The canonical names of a kind, each once, as they first stand in the text."""
    return list(dict.fromkeys(m["name"] for m in mentions if m["kind"] == kind))
