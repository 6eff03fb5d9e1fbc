"""The archive as tools for assistants (Model Context Protocol): small answers, articles with links that cite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from archive.article import Article
from archive.engine import FacetName, IntervalName, Mode, Sort
from archive.errors import DatelineError
from archive.gazetteer import Gazetteer
from archive.gazetteer.entity import EntityKind
from search_api.entities import entity as entity_of
from search_api.errors import error_body
from search_api.excerpts import beginning, first_sentence
from search_api.http import article_path
from search_api.parameters import parse_parameters
from search_api.service import Answer, SearchService
from search_api.similar import similar as similar_to

__all__ = ["assistant_server"]

INSTRUCTIONS = """Dateline searches an archive of news articles. Begin with `search`; totals, facets and timelines are \
exact over everything found, not only over the page shown. Syntax: words, "phrases", AND OR NOT, -word, a NEAR/5 b, \
missil*, person: place: weapon: source: fields, published:2024-11. Give the `link` of each article that you use."""
EXCERPT = 300
"""Code points of an article in a list."""
BEFORE = 80
"""Of these before the first word that was found."""
MOST_RESULTS = 25
"""Articles a call: an assistant pages on for more."""
MOST_VALUES = 50
LONGEST_TEXT = 20_000
"""Code points of an article a call: about 5,000 tokens."""
NAMES_SHOWN = 40
"""Names of an article, those mentioned most first."""
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

QueryText = Annotated[str, Field(description='Words and syntax, like `Storm Shadow "command post" -Biden`.')]
ModeName = Annotated[
    Mode | None,
    Field(description="hybrid (default): words and meaning; keyword: exactly these words; semantic: meaning alone."),
]
FromDate = Annotated[str | None, Field(description="Published on or after this: 2024, 2024-11 or 2024-11-25.")]
ToDate = Annotated[str | None, Field(description="Published on or before this.")]
Refine = Annotated[
    dict[FacetName, list[str]] | None,
    Field(description='Only articles with one of these values: {"weapon": ["Storm Shadow"], "country": ["Ukraine"]}.'),
]
Exclude = Annotated[dict[FacetName, list[str]] | None, Field(description="Only articles without these values.")]
ArticleId = Annotated[str, Field(description="As `search` gives it.")]


def assistant_server(
    service: SearchService, gazetteer: Callable[[], Gazetteer], base: str = "", version: str = ""
) -> MCPServer[Any]:
    """`base`: where the pages are served, with a slash; without it an article's link is its own address."""
    server: MCPServer[Any] = MCPServer(
        "dateline", title="Dateline news archive", instructions=INSTRUCTIONS, version=version
    )
    server.tool(annotations=READ_ONLY)(_search_tool(service, base))
    server.tool(annotations=READ_ONLY)(_article_tool(service, base))
    server.tool(annotations=READ_ONLY)(_similar_tool(service, base))
    server.tool(annotations=READ_ONLY)(_facets_tool(service))
    server.tool(annotations=READ_ONLY)(_timeline_tool(service))
    server.tool(annotations=READ_ONLY)(_entity_tool(service, gazetteer, base))
    return server


def _search_tool(service: SearchService, base: str) -> Callable[..., Answer]:
    def search(
        query: QueryText = "",
        mode: ModeName = None,
        from_date: FromDate = None,
        to_date: ToDate = None,
        refine: Refine = None,
        exclude: Exclude = None,
        sort: Annotated[Sort, Field(description="The order.")] = "relevance",
        limit: Annotated[int, Field(ge=1, le=MOST_RESULTS, description="Articles.")] = 10,
        cursor: Annotated[str | None, Field(description="`next` of the call before, for more of the same.")] = None,
    ) -> Answer:
        """Find articles by word and by meaning. Gives the exact total and the best, each with excerpt and link."""
        items = _items(query, mode, from_date, to_date, refine, exclude)
        items += [("sort", sort), ("limit", str(limit)), ("fields", "id,matched_by,highlights")]
        items += [("cursor", cursor)] if cursor else []
        found = _found(service, items)
        articles = service.engine.get(r["id"] for r in found["results"])
        shown = []
        for result in found["results"]:
            if stored := articles.get(result["id"]):  # it may have been deleted just now
                marks = [h["start"] for h in result["highlights"] if h["field"] == "body"]
                excerpt = _excerpt(stored.article, min(marks, default=0))
                shown.append(_listed(stored.article, base) | {"matched_by": result["matched_by"], "excerpt": excerpt})
        answer: Answer = {"total": found["total"], "results": shown, "next": found["next"]}
        if word := found["query"]["emptied_by"]:
            answer["note"] = f"No article holds all the words: {word!r} leaves none."
        return answer

    return search


def _article_tool(service: SearchService, base: str) -> Callable[..., Answer]:
    def article(
        id: ArticleId,
        start: Annotated[int, Field(ge=0, description="Where to begin; `next_start` of the last call.")] = 0,
        length: Annotated[int, Field(ge=1, le=LONGEST_TEXT, description="Characters of the text.")] = 8_000,
    ) -> Answer:
        """Read one article: its text, a part at a time where it is long, and the names in it."""
        found = _article(service, id)
        end = start + length
        return _listed(found, base) | {
            "authors": list(found.authors),
            "section": found.section,
            "text": found.body[start:end],
            "next_start": end if end < len(found.body) else None,
            "length": len(found.body),
            "names": _names(found),
        }

    return article


def _similar_tool(service: SearchService, base: str) -> Callable[..., Answer]:
    def similar(
        id: ArticleId, limit: Annotated[int, Field(ge=1, le=MOST_RESULTS, description="Articles.")] = 5
    ) -> Answer:
        """The articles most like one, best first; empty where nothing is alike."""
        _article(service, id)
        results = similar_to(service, id, limit) or []
        articles = service.engine.get(r["id"] for r in results)
        return {
            "results": [
                _listed(articles[r["id"]].article, base) | {"excerpt": _excerpt(articles[r["id"]].article, 0)}
                for r in results
                if r["id"] in articles
            ]
        }

    return similar


def _facets_tool(service: SearchService) -> Callable[..., Answer]:
    def facets(
        fields: Annotated[list[FacetName], Field(min_length=1, description="What to count.")],
        query: QueryText = "",
        mode: ModeName = None,
        from_date: FromDate = None,
        to_date: ToDate = None,
        refine: Refine = None,
        exclude: Exclude = None,
        limit: Annotated[int, Field(ge=1, le=MOST_VALUES, description="Values a field.")] = 15,
    ) -> Answer:
        """Count who, where and what the articles of a search are about; exact over all of them."""
        items = _items(query, mode, from_date, to_date, refine, exclude)
        items += [("limit", "0"), ("facet_limit", str(limit)), *(("facet", field) for field in fields)]
        found = _found(service, items)
        return {"total": found["total"], "facets": found["facets"]}

    return facets


def _timeline_tool(service: SearchService) -> Callable[..., Answer]:
    def timeline(
        query: QueryText = "",
        interval: Annotated[IntervalName, Field(description="Width of a bucket.")] = "month",
        field: Annotated[
            Literal["published", "mentioned"],
            Field(description="Of publication, or those that texts speak of."),
        ] = "published",
        mode: ModeName = None,
        from_date: FromDate = None,
        to_date: ToDate = None,
        refine: Refine = None,
        exclude: Exclude = None,
    ) -> Answer:
        """Count the articles of a search over time; exact over all of them."""
        items = _items(query, mode, from_date, to_date, refine, exclude)
        items += [("limit", "0"), ("timeline", interval), ("timeline_field", field)]
        found = _found(service, items)
        return {"total": found["total"], **found["timeline"]}

    return timeline


def _entity_tool(service: SearchService, gazetteer: Callable[[], Gazetteer], base: str) -> Callable[..., Answer]:
    def entity(
        kind: Annotated[EntityKind, Field(description="What it is.")],
        name: Annotated[str, Field(description="Its name or any alias, like `SCALP`.")],
    ) -> Answer:
        """What the archive holds of one person, place, organisation or weapons system, and what it is named beside."""
        try:
            found = entity_of(service, gazetteer(), kind, name, "year")
        except DatelineError as error:
            raise _told(error) from None
        if found is None:
            raise ToolError(f"No article of the archive mentions the {kind} {name[:80]!r}: try `search`.")
        articles = service.engine.get(a["id"] for a in found["articles"])
        listed = [_listed(articles[a["id"]].article, base) for a in found["articles"] if a["id"] in articles]
        return {**found, "articles": listed}

    return entity


# -------------------------------------------------------------------- shared
def _items(
    query: str,
    mode: str | None,
    from_date: str | None,
    to_date: str | None,
    refine: Mapping[FacetName, list[str]] | None,
    exclude: Mapping[FacetName, list[str]] | None,
) -> list[tuple[str, str]]:
    given = (("q", query), ("mode", mode), ("from", from_date), ("to", to_date))
    items = [(name, value) for name, value in given if value]
    items += [(field, value) for field, values in (refine or {}).items() for value in values]
    return items + [(f"exclude.{field}", value) for field, values in (exclude or {}).items() for value in values]


def _found(service: SearchService, items: Iterable[tuple[str, str]]) -> Answer:
    try:
        return service.search(parse_parameters(items))
    except DatelineError as error:
        raise _told(error) from None


def _told(error: DatelineError) -> ToolError:
    """The sentence that the API would say, which an assistant can act on."""
    return ToolError(str(error_body(error)["error"]["message"]))


def _article(service: SearchService, id: str) -> Article:
    try:
        stored = service.engine.get([id]).get(id)
    except DatelineError as error:
        raise _told(error) from None
    if stored is None:
        raise ToolError(f"There is no article with the id {id[:80]!r}: take one from `search`.")
    return stored.article


def _listed(article: Article, base: str) -> Answer:
    """What every list says of an article."""
    return {
        "id": article.id,
        "title": article.title or first_sentence(article.body),
        "published": article.published,
        "source": article.source,
        "link": base + article_path(article.id).lstrip("/") if base else article.url,
    }


def _excerpt(article: Article, mark: int) -> str:
    """The text around the first word that was found, on one line."""
    if mark <= BEFORE:
        return beginning(article.body)
    start = article.body.find(" ", mark - BEFORE) + 1
    return "… " + beginning(article.body[start : start + EXCERPT])


def _names(article: Article) -> dict[str, list[str]]:
    """Canonical names by kind, those mentioned most first."""
    counts: dict[tuple[str, str], int] = {}
    for mention in article.mentions:
        if mention.kind != "date":
            counts[mention.kind, mention.name] = counts.get((mention.kind, mention.name), 0) + 1
    ranked = sorted(counts, key=lambda key: -counts[key])[:NAMES_SHOWN]
    kinds: dict[str, list[str]] = {}
    for kind, name in ranked:
        kinds.setdefault(kind, []).append(name)
    return kinds
