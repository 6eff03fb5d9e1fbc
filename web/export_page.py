"""The page of an export: what it holds, and in which forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from search_api.exporting import EXPORT_FORMATS, ExportFormat
from search_api.parameters import SearchRequest, to_parameters
from web.frame import Twin
from web.links import search_link

__all__ = ["ExportPage", "FormView", "build"]

ABOUT: dict[ExportFormat, tuple[str, str]] = {
    "jsonl": ("JSON Lines", "whole articles for programs; dateline index reads them back"),
    "csv": ("CSV", "a row an article, for spreadsheets"),
    "ris": ("RIS", "citations for Zotero, EndNote, Mendeley"),
    "bibtex": ("BibTeX", "citations for LaTeX"),
    "zip": ("ZIP", "a text file an article"),
}


@dataclass(frozen=True, slots=True)
class FormView:
    label: str
    about: str
    href: str
    file: str


@dataclass(frozen=True, slots=True)
class ExportPage:
    query: str
    search: str
    """Back to the search."""
    total: int
    order: str
    forms: tuple[FormView, ...]
    twins: tuple[Twin, ...]


def build(request: SearchRequest, total: int, *, by_position: bool) -> ExportPage:
    """`request`: of the export, whose set is that of the search page."""
    asked = replace(request, sort="relevance") if by_position else request
    pairs = to_parameters(asked)
    forms = tuple(
        FormView(label, about, f"/api/v1/export?{urlencode([*pairs, ('format', name)])}", f"dateline.{form.ending}")
        for (name, (label, about)), form in zip(ABOUT.items(), (EXPORT_FORMATS[n] for n in ABOUT), strict=True)
    )
    order = "in the order in which they came into the archive" if by_position else "in the order of the search"
    twin = Twin("application/json", "This search as JSON", f"/api/v1/search?{urlencode(pairs)}")
    return ExportPage(request.q.strip(), search_link(asked), total, order, forms, (twin,))
