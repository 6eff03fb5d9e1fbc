"""Batch search: a list of names or queries in, a row of counts, dates and best articles for each out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archive.engine import Sort
from archive.errors import ParameterError, QueryError
from search_api.formats.tabular import rows_bytes
from search_api.http import json_bytes
from search_api.parameters import ParameterErrors, SearchRequest
from search_api.service import Answer, SearchService
from search_api.understanding import Recogniser

__all__ = ["HIT_FIELDS", "MOST_HITS", "BatchList", "Question", "answers", "csv_pieces", "jsonl_pieces", "read_list"]

QUERY, NAME = "query", "name"
"""Columns that hold what to search for: a query as one types it, or a name to be found as it stands."""
HIT_FIELDS = ("id", "title", "published", "source", "url")
"""Of each of the best articles."""
MOST_HITS = 100
EDGES: tuple[Sort, ...] = ("oldest", "newest")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a list."""

    line: int
    """From 1, in the list as it came."""
    text: str
    by_name: bool = False
    """The text is a name and no query."""
    cells: tuple[str, ...] = ()
    """The whole row, which the table of answers begins with."""
    problem: str | None = None
    """Why it can't be asked."""


@dataclass(frozen=True, slots=True)
class BatchList:
    questions: tuple[Question, ...]
    columns: tuple[str, ...] = field(default=(QUERY,))
    """What the cells are called."""


def read_list(text: str, most: int | None = None) -> BatchList:
    """A list of queries, one a line; or a CSV whose first row names a column `query` or `name` among its columns.

    Commas, semicolons or tabs part the cells. Empty lines are passed over. Raises ParameterError for a list without
    questions, with more than `most`, or that is no CSV.
    """
    text = text.lstrip("\ufeff")
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    columns = tuple(cell.strip() for cell in next(csv.reader([head], delimiter=delimiter), ()))
    lower = [name.lower() for name in columns]
    column = next((lower.index(name) for name in (QUERY, NAME) if name in lower), None)
    if column is None:
        lines = enumerate((line.strip() for line in text.splitlines()), 1)
        questions = [Question(line, query, cells=(query,)) for line, query in lines if query]
        columns = (QUERY,)
    else:
        questions = list(_rows(text, delimiter, columns, column))
    if not questions:
        raise ParameterError(
            "body", "The list is empty: send a query a line, or a CSV with a column `query` or `name`."
        )
    if most is not None and len(questions) > most:
        raise ParameterError("body", f"{len(questions):,} rows are more than one request takes ({most:,}): split them.")
    return BatchList(tuple(questions), columns)


def _rows(text: str, delimiter: str, columns: Sequence[str], column: int) -> Iterator[Question]:
    """The rows behind the first that have a cell in that column."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    by_name = columns[column].lower() == NAME
    named = False
    begun = 1
    try:
        for row in reader:
            line, begun = begun, reader.line_num + 1
            cells = tuple(cell.strip() for cell in row)
            if not any(cells):
                continue
            if not named:
                named = True
                continue
            problem = None
            if len(cells) > len(columns):
                problem = f"{len(cells)} cells under {len(columns)} columns: quote cells that hold the delimiter."
            cells = (cells + ("",) * len(columns))[: len(columns)]
            if cells[column] or problem:
                yield Question(line, cells[column], by_name, cells, problem)
    except csv.Error as error:
        raise ParameterError("body", f"line {begun}: this is no CSV ({error}).") from None


def answers(
    service: SearchService,
    recogniser: Callable[[], Recogniser],
    asked: BatchList,
    request: SearchRequest,
    hits: int,
) -> Iterator[Answer]:
    """`BatchRow`s in the order of the list. A question that can't be read gets its error, and the others go on.

    `request`: mode and refinements for all of them. Counts are of articles that hold the words, unless it has a mode.
    """
    request = replace(request, mode=request.mode or "keyword")
    for question in asked.questions:
        row: Answer = {"line": question.line, "query": question.text, "total": None, "first": None, "last": None}
        row |= {"hits": [], "error": question.problem}
        if question.problem:
            yield row
            continue
        try:
            text = _name_query(question.text, service, recogniser) if question.by_name else question.text
            row |= _answer(service, replace(request, q=text), hits)
        except QueryError as error:
            row["error"] = f"{error.message} {error.cure}"
        except (ParameterError, ParameterErrors) as error:
            row["error"] = error.message
        yield row


def csv_pieces(rows: Iterator[Answer], asked: BatchList, hits: int) -> Iterator[bytes]:
    """The list's own columns, then `total`, `first`, `last`, those of the best articles, and `error`."""
    of_hits = [f"hit {place} {name}" for place in range(1, hits + 1) for name in HIT_FIELDS]
    yield rows_bytes([[*asked.columns, "total", "first", "last", *of_hits, "error"]], first=True)
    for question, row in zip(asked.questions, rows, strict=True):
        cells: list[Any] = [hit[name] for hit in row["hits"] for name in HIT_FIELDS]
        cells += [None] * (len(of_hits) - len(cells))
        yield rows_bytes([[*question.cells, row["total"], row["first"], row["last"], *cells, row["error"]]])


def jsonl_pieces(rows: Iterator[Answer]) -> Iterator[bytes]:
    return (json_bytes(row) + b"\n" for row in rows)


def _answer(service: SearchService, request: SearchRequest, hits: int) -> Answer:
    found = service.search(replace(request, limit=hits, fields=HIT_FIELDS))
    ends: list[str | None] = [None, None]
    if found["total"]:
        for place, sort in enumerate(EDGES):
            edge = service.search(replace(request, sort=sort, limit=1, fields=("id", "published")))
            ends[place] = next((r["published"] for r in edge["results"]), None)
    shown = [{name: result[name] for name in HIT_FIELDS} for result in found["results"]]
    return {"total": found["total"], "first": ends[0], "last": ends[1], "hits": shown}


def _name_query(name: str, service: SearchService, recogniser: Callable[[], Recogniser]) -> str:
    """A name as a query: its words as a phrase, or any other spelling of it that the gazetteers know."""
    words = service.analyser.words(name)
    if not words:
        raise ParameterError("name", f"{name!r} holds no word to search for.")
    spellings = {" ".join(words): None}
    for known in recogniser().recognise(words):
        if known.count == len(words):
            spellings |= dict.fromkeys(" ".join(service.analyser.words(alias)) for alias in known.aliases)
    return " OR ".join(f'"{spelling}"' for spelling in spellings)
