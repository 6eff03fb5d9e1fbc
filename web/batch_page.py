"""The page of batch search: a list typed or sent in, a table out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search_api.parameters import SearchRequest, to_parameters
from search_api.service import Answer
from web.dates import readable
from web.frame import Twin
from web.links import article_link, search_link

__all__ = ["BatchPage", "BatchRowView", "build"]

MODES = (("keyword", "these words"), ("hybrid", "words and meaning"), ("semantic", "meaning"))
EXAMPLE = "Storm Shadow\nKeir Starmer\nmissil* NEAR/9 Kursk"


@dataclass(frozen=True, slots=True)
class BatchRowView:
    query: str
    href: str
    total: int | None
    first: str
    last: str
    hits: tuple[tuple[str, str], ...]
    """(title, link) of the best articles."""
    error: str | None


@dataclass(frozen=True, slots=True)
class BatchPage:
    list: str
    mode: str
    modes: tuple[tuple[str, str], ...]
    from_: str
    to: str
    hidden: tuple[tuple[str, str], ...]
    """Refinements that came along."""
    limits: tuple[str, ...]
    rows: tuple[BatchRowView, ...]
    error: str | None
    example: str = EXAMPLE
    twins: tuple[Twin, ...] = ()


def build(request: SearchRequest, text: str = "", rows: Sequence[Answer] = (), error: str | None = None) -> BatchPage:
    """`text`: the list as it was typed; `rows`: as `search_api.batch.answers` gives them."""
    pairs = to_parameters(request)
    own = ("q", "mode", "from", "to")
    hidden = tuple((name, value) for name, value in pairs if name not in own)
    return BatchPage(
        list=text,
        mode=request.mode or "keyword",
        modes=MODES,
        from_=request.from_ or "",
        to=request.to or "",
        hidden=hidden,
        limits=tuple(f"{name} {value}" for name, value in hidden),
        rows=tuple(_row(row, request) for row in rows),
        error=error,
    )


def _row(row: Answer, request: SearchRequest) -> BatchRowView:
    return BatchRowView(
        query=row["query"],
        href=search_link(replace(request, q=row["query"], mode=request.mode or "keyword")),
        total=row["total"],
        first=readable(row["first"]) if row["first"] else "",
        last=readable(row["last"]) if row["last"] else "",
        hits=tuple((hit["title"] or "(no title)", article_link(hit["id"], row["query"])) for hit in row["hits"]),
        error=row["error"],
    )
