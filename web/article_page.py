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
from archive.gazetteer import Gazetteer
from search_api.excerpts import first_sentence
from search_api.formats.citations import bibtex_entry
from search_api.highlighting import Highlight
from search_api.parameters import SearchRequest, value_text
from search_api.service import Answer
from web.date_line import DateLineView, draw_dates
from web.dates import readable
from web.frame import Twin
from web.links import article_link, entity_link, json_article_link, search_link
from web.snippets import Piece
from web.world import Place, WorldView, around, draw_world

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
MAP_HEIGHT = 600.0
"""Units: the map of an article stands in a narrow column."""
ENLARGED = 2.8
"""Of its circles and names, so that they are as large as the text beside it."""
FEW_NAMES = 12
"""Names of a kind that stand in the open; the others are a click away."""


@dataclass(frozen=True, slots=True)
class NameView:
    name: str
    count: int
    detail: str
    """A weapon's class; empty for other kinds."""
    href: str
    """Its own page."""


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

    number: int
    """From 1: mentions in the text lead to it."""
    text: str
    kind: str
    resolution: str
    why: str
    count: int
    href: str
    """The page of the name, or all articles that speak of the date."""


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
    date_line: DateLineView | None
    readings: tuple[ReadingView, ...]
    """In the order of the text."""
    world: WorldView | None
    """Where its places lie."""
    marks: tuple[tuple[str, str], ...]
    """(kind, title): what is marked in the text."""
    cite: str
    bibtex: str
    language: str | None
    rights: str | None
    twins: tuple[Twin, ...]
    similar: tuple[SimilarView, ...]
    q: str
    back: str | None
    """The search it was found by."""


def build(
    article: Article,
    highlights: Sequence[Highlight],
    q: str = "",
    similar: Sequence[Answer] = (),
    gazetteer: Gazetteer | None = None,
) -> ArticlePage:
    """`highlights`: of the search `q`, sorted, apart from each other within a field; `similar`: results, best first.

    Without a gazetteer no map is drawn.
    """
    beginning = first_sentence(article.body) or "(no text)"
    url = article.url or ""
    title = article.title or beginning
    readings = _readings(article.mentions)
    numbers = {_reading(m): number for number, m in enumerate(_first_of_each(article.mentions), 1)}
    seen: set[int] = set()
    heading = _pieces(article, "title", highlights, numbers, seen) if article.title else (Piece(beginning),)
    dates = _dates(article.mentions)
    kinds = tuple(view for kind, title in KINDS if (view := _kind(article.mentions, kind, title)).names)
    return ArticlePage(
        title=title,
        heading=heading,
        published=article.published,
        moment=readable(article.published, time=True) if article.published else "undated",
        about=tuple(part for part in (article.source, ", ".join(article.authors), article.section) if part),
        source_url=url if url.lower().startswith(("http://", "https://")) else None,
        paragraphs=_paragraphs(_pieces(article, "body", highlights, numbers, seen)),
        kinds=kinds,
        dates=dates,
        date_line=draw_dates(
            [(interval(value), text, href) for value, text, href in dates],
            interval(article.published) if article.published else None,
        ),
        readings=readings,
        world=_world(article.mentions, gazetteer) if gazetteer else None,
        marks=(*((view.kind, view.title) for view in kinds), *([("date", "Dates")] if dates else [])),
        cite=_citation(article, title),
        bibtex=bibtex_entry(article).strip(),
        language=article.language,
        rights=article.rights,
        twins=(Twin("application/json", "This article as JSON", json_article_link(article.id)),),
        similar=tuple(map(_similar, similar)),
        q=q,
        back=search_link(SearchRequest(q=q)) if q.strip() else None,
    )


def _citation(article: Article, title: str) -> str:
    """`Peter Lindmoor, “Ukraine fires missiles”, Meridian Wire, 20 November 2024, https://example.org/a`"""
    day = readable(article.published) if article.published else "undated"
    parts = [" and ".join(article.authors), f"“{title}”", article.source, day, article.url]
    return ", ".join(part for part in parts if part)


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
        NameView(name, len(some), some[0].weapon_class or "", entity_link(kind, name))
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
    mentions = list(mentions)
    counts = Counter(map(_reading, mentions))
    return tuple(
        ReadingView(
            number=number,
            text=" ".join(m.text.split()),
            kind=m.kind,
            resolution=readable(m.value) if m.kind == "date" and m.value else m.resolution,
            why=_because(m.kind, m.why),
            count=counts[_reading(m)],
            href=_about(m),
        )
        for number, m in enumerate(_first_of_each(mentions), 1)
    )


_Reading = tuple[str, Kind, str, Why]


def _reading(mention: Mention) -> _Reading:
    """What tells one reading from another."""
    return " ".join(mention.text.split()), mention.kind, mention.resolution, mention.why


def _first_of_each(mentions: Iterable[Mention]) -> list[Mention]:
    found: dict[_Reading, Mention] = {}
    for mention in mentions:
        found.setdefault(_reading(mention), mention)
    return list(found.values())


def _about(mention: Mention) -> str:
    if mention.kind == "date":
        days = value_text(interval(mention.value)) if mention.value else ""
        return search_link(SearchRequest(q=f"mentioned:{days}"))
    return entity_link(mention.kind, mention.name)


def _world(mentions: Iterable[Mention], gazetteer: Gazetteer) -> WorldView | None:
    """None where no place has coordinates."""
    counts: Counter[str] = Counter()
    places: dict[str, Mention] = {}
    for m in mentions:
        if m.lat is not None and m.lon is not None:
            counts[m.name] += 1
            places.setdefault(m.name, m)
    found = [
        Place(name, count, m.lat or 0.0, m.lon or 0.0, name == m.country, entity_link("place", name), "time")
        for name, count in counts.most_common()
        for m in (places[name],)
    ]
    return draw_world(gazetteer, found, around(found, MAP_HEIGHT), ENLARGED) if found else None


def _pieces(
    article: Article,
    field: Field,
    highlights: Iterable[Highlight],
    numbers: Mapping[_Reading, int],
    seen: set[int],
) -> tuple[Piece, ...]:
    """The text of a field, mentions marked by kind and search words within and outside of them.

    `numbers`: of the readings; `seen`: those that stood before, to which this text's are added.
    """
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
            number = numbers[_reading(mentions[m])]
            pieces.append(
                Piece(text[start:end], inside, mentions[m].kind, _meaning(mentions[m]), number, number not in seen)
            )
            seen.add(number)
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
