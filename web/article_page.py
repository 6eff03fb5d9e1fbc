"""The article page as data: paragraphs with the mentions marked, and the names beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.article import Article, Field, Mention
from archive.engine import FacetName, Refinement
from search_api.highlighting import Highlight
from search_api.parameters import SearchRequest
from web.search_page import search_link
from web.snippets import Piece, first_sentence

__all__ = ["ArticlePage", "build"]

KINDS: tuple[tuple[FacetName, str], ...] = (
    ("weapon", "Weapons systems"),
    ("person", "People"),
    ("place", "Places"),
    ("organisation", "Organisations"),
)


@dataclass(frozen=True, slots=True)
class NameView:
    name: str
    count: int
    detail: str
    href: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    id: str
    heading: tuple[Piece, ...]
    title: str
    about: tuple[str, ...]
    source_url: str | None
    paragraphs: tuple[tuple[Piece, ...], ...]
    names: tuple[tuple[str, str, tuple[NameView, ...]], ...]
    """(kind, title, names by count)"""
    dates: tuple[tuple[str, str], ...]
    """(value, link to a search), oldest first"""
    language: str | None
    rights: str | None
    json: str
    q: str


def build(article: Article, highlights: Sequence[Highlight], json: str, q: str) -> ArticlePage:
    title = article.title or first_sentence(article.body) or "(no text)"
    heading = _pieces(article, "title", highlights) if article.title else (Piece(title),)
    authors = ", ".join(article.authors)
    about = ((article.published or "undated").replace("T", " "), article.source, authors, article.section)
    names = tuple((kind, label, found) for kind, label in KINDS if (found := _names(article.mentions, kind)))
    values = sorted({m.value for m in article.mentions if m.kind == "date" and m.value})
    return ArticlePage(
        id=article.id,
        heading=heading,
        title=title,
        about=tuple(part for part in about if part),
        source_url=article.url if (article.url or "").lower().startswith(("http://", "https://")) else None,
        paragraphs=_paragraphs(_pieces(article, "body", highlights)),
        names=names,
        dates=tuple((v, search_link(SearchRequest(q=f"mentioned:{v.replace('/', '..')}"))) for v in values),
        language=article.language,
        rights=article.rights,
        json=json,
        q=q,
    )


def _names(mentions: Sequence[Mention], kind: FacetName) -> tuple[NameView, ...]:
    found: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.kind == kind:
            found.setdefault(mention.name, []).append(mention)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        NameView(
            name,
            len(some),
            some[0].weapon_class or "",
            search_link(SearchRequest(refinements=(Refinement(kind, (name,)),))),
        )
        for name, some in ranked
    )


def _pieces(article: Article, field: Field, highlights: Sequence[Highlight]) -> tuple[Piece, ...]:
    """The text of a field, mentions marked by kind; a search word within a mention shows as the mention."""
    text = article.title if field == "title" else article.body
    spans: list[tuple[int, int, str, str]] = [
        (m.start, m.end, m.kind, f"{m.name} ({m.why})") for m in article.mentions if m.field == field
    ]
    spans += [(h.start, h.end, "hit", "") for h in highlights if h.field == field]
    pieces = []
    at = 0
    # Where two overlap, the one that begins first wins, of those the longest.
    for start, end, kind, title in sorted(spans, key=lambda s: (s[0], -s[1])):
        if start < at:
            continue
        if at < start:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], kind, title))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def _paragraphs(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """Cut at line ends; empty lines leave no paragraph."""
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *others = piece.text.splitlines() if not piece.mark else [piece.text]
        paragraphs[-1].append(Piece(first, piece.mark, piece.title))
        paragraphs += [[Piece(line)] for line in others]
        if not piece.mark and piece.text.endswith("\n"):
            paragraphs.append([])
    return tuple(tuple(p) for p in paragraphs if any(piece.text.strip() for piece in p))
