"""One line of the index: headline, source and date, the words in their place, the names that matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from archive.engine import FacetName
from search_api.excerpts import first_sentence
from search_api.parameters import SearchRequest
from web.dates import readable
from web.links import ValueLinks, article_link, refined, search_link
from web.score_parts import score_parts
from web.snippets import Piece, marked, snippet

__all__ = ["EntityView", "ResultView", "build_result", "chip_links"]

SHOWN: tuple[tuple[FacetName, int], ...] = (("weapon", 2), ("person", 3), ("place", 2))
"""Kinds shown as chips, and at most how many of each."""
CHIPPED = frozenset(kind for kind, _ in SHOWN)


@dataclass(frozen=True, slots=True)
class EntityView:
    kind: FacetName
    name: str
    href: str
    """The search refined by it."""


@dataclass(frozen=True, slots=True)
class ResultView:
    href: str
    headline: tuple[Piece, ...]
    source: str | None
    published: str | None
    """As in the archive, for `datetime`."""
    day: str
    """As people read it."""
    byline: str
    section: str | None
    snippet: tuple[Piece, ...]
    passage: str | None
    """The nearest in meaning, whole; None where the snippet shows it already or there is none."""
    matched_by: Literal["words", "related"]
    entities: tuple[EntityView, ...]
    language: str | None
    parts: tuple[str, ...] = ()
    """Of its score, where they are asked for."""


def chip_links(base: SearchRequest) -> Mapping[FacetName, ValueLinks]:
    """For the chips of all results of a search."""
    return {kind: ValueLinks(base, kind) for kind, _ in SHOWN}


def build_result(
    result: Mapping[str, Any],
    body: str,
    base: SearchRequest,
    links: Mapping[FacetName, ValueLinks] | None = None,
) -> ResultView:
    """`result`: one of an answer's `results`, with all fields; `base`: the search at its first page.

    `links`: `chip_links`, made once where many results are built.
    """
    spans: dict[str, list[tuple[int, int]]] = {"title": [], "body": []}
    for mark in result["highlights"]:
        spans[mark["field"]].append((mark["start"], mark["end"]))
    passage = result["passage"]
    # Where only the meaning matched, the nearest passage says why.
    near = passage and passage["text"] and not spans["body"] and not spans["title"]
    return ResultView(
        href=article_link(result["id"], base.q),
        headline=marked(result["title"], spans["title"]) or (Piece(first_sentence(body) or "(no text)"),),
        source=result["source"],
        published=result["published"],
        day=readable(result["published"]) if result["published"] else "undated",
        byline=", ".join(result["authors"]),
        section=result["section"],
        snippet=snippet(passage["text"] if near else body, spans["body"]),
        passage=passage["text"] if passage and not near and base.q.strip() else None,
        matched_by=result["matched_by"],
        entities=tuple(_entities(result["mentions"], spans, base, links or chip_links(base))),
        language=result["language"],
        parts=score_parts(result),
    )


def _entities(
    mentions: Iterable[Mapping[str, Any]],
    spans: Mapping[str, list[tuple[int, int]]],
    base: SearchRequest,
    links: Mapping[FacetName, ValueLinks],
) -> Iterable[EntityView]:
    """Of each kind the names with most weight: mentioned often, in the headline, or by the search's own words."""
    weights: dict[tuple[str, str], int] = {}
    for m in mentions:
        if m["kind"] not in CHIPPED:
            continue
        key = m["kind"], m["name"]
        weights[key] = weights.get(key, 0) + (3 if m["field"] == "title" else 1)
    asked = {
        (m["kind"], m["name"])
        for m in mentions
        if m["field"] == "title" and any(start < m["end"] and m["start"] < end for start, end in spans["title"])
    }
    for kind, limit in SHOWN:
        # Sorted is stable: of equals the one that the article names first.
        names = sorted((k for k in weights if k[0] == kind), key=lambda k: (k not in asked, -weights[k]))
        for _, name in names[:limit]:
            known = any(r.field == kind and name in (*r.include, *r.exclude) for r in base.refinements)
            href = search_link(refined(base, kind, name)) if known else links[kind].refined(name)
            yield EntityView(kind, name, href)
