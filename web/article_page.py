"""The article page as data: paragraphs with mentions and search words marked, and the names beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from archive.article import Article, Field, Kind, Mention, Why
from archive.calendar import interval
from archive.engine import FacetName
from search_api.excerpts import first_sentence
from search_api.highlighting import Highlight
from search_api.parameters import SearchRequest, value_text
from search_api.service import Answer
from web.dates import readable
from web.links import article_link, json_article_link, refined, search_link
from web.snippets import Piece

__all__ = ["ArticlePage", "KindView", "NameView", "ReadingView", "build"]

KINDS: tuple[tuple[FacetName, str], ...] = (
    ("weapon", "Weapons systems"),
    ("person", "People"),
    ("place", "Places"),
    ("organisation", "Organisations"),
)
WHY: Mapping[Why, str] = MappingProxyType(
    {
        "alias": "known name",
        "context": "context",
        "model": "language model",
    }
)
FEW_NAMES = 12
"""Names of a kind that stand in the open; the others are a click away."""


@dataclass(frozen=True, slots=True)
class NameView:
    name: str
    count: int
    detail: str
    """A weapon's class; empty for other kinds."""
    href: str
    """All articles that mention it."""


@dataclass(frozen=True, slots=True)
class KindView:
    kind: str
    title: str
    names: tuple[NameView, ...]
    """The most mentioned first."""
    further: tuple[NameView, ...]


@dataclass(frozen=True, slots=True)
class ReadingView:
    """How one wording was read, everywhere in the article."""

    text: str
    kind: str
    resolution: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class SimilarView:
    title: str
    about: str
    """Source and date: those that are known."""
    href: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    title: str
    heading: tuple[Piece, ...]
    published: str | None
    """As in the archive, for `datetime`."""
    moment: str
    """As people read it."""
    about: tuple[str, ...]
    """Source, authors, section: those that are known."""
    source_url: str | None
    """Only http and https: nothing that a click could run."""
    paragraphs: tuple[tuple[Piece, ...], ...]
    kinds: tuple[KindView, ...]
    dates: tuple[tuple[str, str, str], ...]
    """(ISO 8601 value, as people read it, link), the earliest first"""
    readings: tuple[ReadingView, ...]
    """In the order of the text."""
    language: str | None
    rights: str | None
    json: str
    similar: tuple[SimilarView, ...]
    q: str
    back: str | None
    """The search it was found by."""


def build(
    article: Article, highlights: Sequence[Highlight], q: str = "", similar: Sequence[Answer] = ()
) -> ArticlePage:
    """`highlights`: of the search `q`, sorted, apart from each other within a field; `similar`: results, best first."""
    sentence = first_sentence(article.body) or "(no text)"
    url = article.url or ""
    return ArticlePage(
        title=article.title or sentence,
        heading=_pieces(article, "title", highlights) if article.title else (Piece(sentence),),
        published=article.published,
        moment=readable(article.published, time=True) if article.published else "undated",
        about=tuple(part for part in (article.source, ", ".join(article.authors), article.section) if part),
        source_url=url if url.lower().startswith(("http://", "https://")) else None,
        paragraphs=_paragraphs(_pieces(article, "body", highlights)),
        kinds=tuple(view for kind, title in KINDS if (view := _kind(article.mentions, kind, title)).names),
        dates=_dates(article.mentions),
        readings=_readings(article.mentions),
        language=article.language,
        rights=article.rights,
        json=json_article_link(article.id),
        similar=tuple(map(_similar, similar)),
        q=q,
        back=search_link(SearchRequest(q=q)) if q.strip() else None,
    )


def _similar(result: Answer) -> SimilarView:
    passage = result["passage"]
    title = result["title"] or (first_sentence(passage["text"]) if passage else "") or "(no title)"
    about = (result["source"], readable(result["published"]) if result["published"] else "undated")
    return SimilarView(title, " · ".join(part for part in about if part), article_link(result["id"]))


def _kind(mentions: Iterable[Mention], kind: FacetName, title: str) -> KindView:
    found: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.kind == kind:
            found.setdefault(mention.name, []).append(mention)
    # Sorted is stable: of equals the one that the article names first.
    names = [
        NameView(name, len(some), some[0].weapon_class or "", search_link(refined(SearchRequest(), kind, name)))
        for name, some in sorted(found.items(), key=lambda item: -len(item[1]))
    ]
    return KindView(kind, title, tuple(names[:FEW_NAMES]), tuple(names[FEW_NAMES:]))


def _dates(mentions: Iterable[Mention]) -> tuple[tuple[str, str, str], ...]:
    values = {m.value: interval(m.value) for m in mentions if m.kind == "date" and m.value}
    ordered = sorted(values.items(), key=lambda item: item[1])
    return tuple(
        (value, readable(value), search_link(SearchRequest(q=f"mentioned:{value_text(days)}")))
        for value, days in ordered
    )


def _readings(mentions: Iterable[Mention]) -> tuple[ReadingView, ...]:
    counts = Counter((" ".join(m.text.split()), m.kind, m.resolution, m.why) for m in mentions)
    return tuple(
        ReadingView(text, kind, resolution, _because(kind, why), count)
        for (text, kind, resolution, why), count in counts.items()
    )


def _pieces(article: Article, field: Field, highlights: Iterable[Highlight]) -> tuple[Piece, ...]:
    """The text of a field, mentions marked by kind and search words within and outside of them."""
    text = article.title if field == "title" else article.body
    mentions = _apart([m for m in article.mentions if m.field == field])
    hits = [h for h in highlights if h.field == field]
    cuts = {0, len(text)}
    cuts.update(at for mention in mentions for at in (mention.start, mention.end))
    cuts.update(at for hit in hits for at in (hit.start, hit.end))
    cuts |= {i for i, character in enumerate(text) if character == "\n"}
    pieces = []
    m = h = 0
    for start, end in pairwise(sorted(cuts)):
        while m < len(mentions) and mentions[m].end <= start:
            m += 1
        while h < len(hits) and hits[h].end <= start:
            h += 1
        inside = h < len(hits) and hits[h].start <= start
        if m < len(mentions) and mentions[m].start <= start:
            pieces.append(Piece(text[start:end], inside, mentions[m].kind, _meaning(mentions[m])))
        else:
            pieces.append(Piece(text[start:end], inside))
    return tuple(pieces)


def _apart(mentions: Iterable[Mention]) -> list[Mention]:
    """Where two overlap, the one that begins first stays, of those the longest."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _meaning(mention: Mention) -> str:
    """What a mention stands for, and why."""
    resolution = readable(mention.value) if mention.value else mention.resolution
    return f"{resolution} ({_because(mention.kind, mention.why)})"


def _because(kind: Kind, why: Why) -> str:
    return "date grammar" if kind == "date" else WHY[why]


def _paragraphs(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """Cut at line ends, where pieces end too; empty lines leave no paragraph."""
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.text.startswith("\n"):
            paragraphs.append([])
        text = piece.text.lstrip("\r\n")
        if text:
            paragraphs[-1].append(replace(piece, text=text))
    return tuple(tuple(p) for p in paragraphs if any(piece.text.strip() for piece in p))
