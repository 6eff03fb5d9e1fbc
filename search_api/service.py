"""The search service: from a request to an answer. The API, the pages and the command line are siblings over it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from cachetools import LRUCache

from archive.analysis import Analyser
from archive.article import Article, Stored
from archive.embedding import Embedder
from archive.engine import Engine, Expansion, FacetCounts, Hit, Mode, Page, Search, TimelineCounts
from archive.plan import embedding_text, free_words, plan
from archive.query import Dates, Node, Query, Word
from archive.vectors import quantise
from search_api import cursors
from search_api.highlighting import Highlighter
from search_api.parameters import FIELDS, SearchRequest
from search_api.saved.latest import latest
from search_api.saved.rule import DEFAULT_FLOOR, dot_of
from search_api.stages import Observe, ignore, timed
from search_api.syntax import parse
from search_api.understanding import DateReader, RecognisedName, Recogniser, Understanding, Understood, Wish

__all__ = ["Answer", "SearchService"]

Answer = dict[str, Any]
"""JSON as `schemas.SearchAnswer` describes it; plain objects, because it is built for every search."""
VECTOR_CACHE = 1_000
"""Query texts whose vector is kept (about 500 bytes each): pages and clicks ask for the same text again."""


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A request with its text parsed, its names recognised, its cursor read."""

    search: Search
    mode: Mode | None
    """The mode in effect; None where there is nothing to rank by."""
    understood: Understood
    words: tuple[Word, ...]


class SearchService:
    """Answers searches over one archive; safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        analyser: Analyser,
        embedder: Callable[[], Embedder],
        recogniser: Callable[[], Recogniser] | None = None,
        observe: Observe = ignore,
        dates: DateReader | None = None,
    ) -> None:
        """`embedder` and `recogniser` are called when a search needs them, and should remember what they loaded."""
        self.engine = engine
        self.analyser = analyser
        self.embedder = embedder
        self.understanding = Understanding(engine, analyser, recogniser, dates)
        self.observe = observe
        self._vectors: LRUCache[str, bytes] = LRUCache(VECTOR_CACHE)
        self._lock = threading.Lock()

    def search(self, request: SearchRequest) -> Answer:
        """Raises QueryError, CursorError, and what the engine raises."""
        return self.search_with_hits(request)[0]

    def search_with_hits(self, request: SearchRequest) -> tuple[Answer, tuple[Hit, ...]]:
        """`search`, and what its results were made of, in their order: for who shows more of the articles."""
        started = time.perf_counter()
        resolved = self._resolve(request)
        with timed(self.observe, "search"):
            page = self.engine.search(resolved.search)
        query: Answer = {
            "text": request.q,
            "parsed": str(resolved.search.query),
            "mode": resolved.search.mode,
            "understood": [
                *(_understood(name, resolved.words) for name in resolved.understood.names),
                *({**asdict(designation), "aliases": []} for designation in resolved.understood.designations),
            ],
            "boosts": [_wish(wish) for wish in resolved.understood.wishes],
            "emptied_by": None,
        }
        # Under refinements only keyword mode can tell: related articles may be what they took away.
        by_words = resolved.mode == "keyword" or (resolved.mode == "hybrid" and not request.refinements)
        if by_words and not page.total:
            query["emptied_by"] = self._emptied_by(resolved)
        with timed(self.observe, "answer"):
            highlighter = Highlighter(resolved.search.query, resolved.search.expansions, self.analyser)
            results = [self._result(hit, request, highlighter, resolved) for hit in page.hits]
        answer: Answer = {
            "total": page.total,
            "results": results,
            "facets": {name: _facet(counts) for name, counts in page.facets.items()},
            "timeline": _timeline(page.timeline, resolved.search) if page.timeline else None,
            "next": self._next(page, resolved.search),
            "took_ms": round((time.perf_counter() - started) * 1000, 1),
            "query": query,
        }
        return answer, page.hits

    def walk(self, request: SearchRequest, size: int) -> Iterator[tuple[Hit, ...]]:
        """All articles of a search, in its order, `size` at a time: what following `next` shows. Errors as `search`."""
        search = replace(self._resolve(request).search, facets=(), timeline=None, limit=size)
        while True:
            page = self.engine.search(search)
            if page.hits:
                yield page.hits
            if page.next is None:
                return
            search = replace(search, cursor=page.next)

    def added_last(self, request: SearchRequest) -> list[Stored]:
        """What the alert rule lets through of a search, what was added or changed last first: what a feed holds."""
        mode = request.mode or "hybrid"  # an order without ranking would mean keyword
        search = self.resolve(replace(request, mode=mode))
        return latest(self.engine, self.analyser, search, dot_of(DEFAULT_FLOOR), request.limit)

    def resolve(self, request: SearchRequest) -> Search:
        """What a request means now: its text parsed, its names recognised, its vector made. Raises QueryError."""
        return self._resolve(request).search

    def warm_up(self) -> None:
        """Load what the first search would wait for, by searching."""
        self.search(SearchRequest(q="warm up", limit=1))

    def article(self, id: str) -> Answer | None:
        """One article with its mentions."""
        stored = self.engine.get([id]).get(id)
        return _article(stored) if stored else None

    # ---------------------------------------------------------------- resolving
    def _resolve(self, request: SearchRequest) -> _Resolved:
        with timed(self.observe, "understand"):
            query = asked = parse(request.q, self.analyser)
            understood = self.understanding(query) if request.expand else Understood()
        if request.within:
            query = Query((*query.clauses, Dates("published", request.within)), query.text)
        # An order by date without a mode asked for means the words themselves.
        mode = request.mode or ("hybrid" if request.sort == "relevance" else "keyword")
        search = Search(
            query=query,
            mode=mode,
            expansions=understood.expansions,
            refinements=request.refinements,
            facets=request.facets,
            facet_limit=request.facet_limit,
            timeline=request.timeline,
            sort=request.sort,
            limit=request.limit,
        )
        effective = plan(search, self.analyser).mode
        if effective == "hybrid" and search.sort == "relevance":
            search = replace(search, boosts=understood.boosts)
        else:
            understood = replace(understood, wishes=())
        if effective in ("hybrid", "semantic"):
            # What `from` and `to` added says nothing to embed: the text alone does.
            search = replace(search, vector=self.vector(embedding_text(asked)))
        if request.cursor:
            search = replace(search, cursor=cursors.decode(request.cursor, search, self.engine.secret))
        return _Resolved(search, effective, understood, free_words(asked))

    def vector(self, text: str) -> bytes:
        """The codes of a text, remembered for the next search of it."""
        with self._lock:
            known = self._vectors.get(text)
        if known is not None:
            return known
        with timed(self.observe, "encode"):
            vector = quantise(self.embedder().encode([text])).tobytes()
        with self._lock:
            self._vectors[text] = vector
        return vector

    def _next(self, page: Page, search: Search) -> str | None:
        if page.next is None or search.limit == 0:
            return None
        return cursors.encode(page.next, search, self.engine.secret)

    def _emptied_by(self, resolved: _Resolved) -> str | None:
        """The first free word with which, after the ones before it, no article is left; None where it is no word."""
        words, stop = resolved.words, self.analyser.stop_stems
        others = tuple(c for c in resolved.search.query.clauses if not (isinstance(c, Word) and not c.field))
        if not self._count(others, ()):
            return None
        binds = [self.analyser.stem(w.text) not in stop for w in words]
        spans = {n.first: n.count for n in resolved.understood.names}
        end = 0
        while end < len(words):
            start, end = end, end + spans.get(end, 1)
            if any(binds) and not any(binds[start:end]):
                continue
            known = tuple(e for e in resolved.search.expansions if e.first < end)
            if not self._count((*words[:end], *others), known):
                return " ".join(w.text for w in words[start:end])
        return None

    def _count(self, clauses: tuple[Node, ...], expansions: tuple[Expansion, ...]) -> int:
        """How many articles hold all of it; sorted by date, because that needs no ranking."""
        search = Search(query=Query(clauses), mode="keyword", expansions=expansions, sort="newest", limit=0)
        return self.engine.search(search).total

    def _result(self, hit: Hit, request: SearchRequest, highlighter: Highlighter, resolved: _Resolved) -> Answer:
        article = hit.stored.article
        fields = request.fields
        result: Answer = {
            "id": article.id,
            "title": article.title,
            "url": article.url,
            "published": article.published,
            "source": article.source,
            "authors": list(article.authors),
            "section": article.section,
            "language": article.language,
            "score": None if hit.score is None else round(hit.score, 6),
            "matched_by": hit.matched_by,
        }
        if "highlights" in fields:
            result["highlights"] = [{"field": h.field, "start": h.start, "end": h.end} for h in highlighter(article)]
        if "passage" in fields:
            result["passage"] = _passage(article, hit.passage)
        if "mentions" in fields:
            result["mentions"] = article.mention_objects()
        if "duplicates" in fields:
            result["duplicates"] = []
        if len(fields) < len(FIELDS):
            result = {name: value for name, value in result.items() if name in fields}
        if request.explain:
            result["explain"] = _explained(hit, resolved)
        return result


# -------------------------------------------------------------------- building the answer
def _passage(article: Article, index: int | None) -> Answer | None:
    if index is None:
        return None
    passage = article.passages[index]
    return {"start": passage.start, "end": passage.end, "text": article.body[passage.start : passage.end]}


def _explained(hit: Hit, resolved: _Resolved) -> Answer:
    """The parts of a score."""
    got = {boost for boost, gets in zip(resolved.search.boosts, hit.boosts, strict=False) if gets}
    passage = None if hit.passage is None else hit.stored.article.passages[hit.passage]
    return {
        "words": round(hit.words - hit.pairs, 6),
        "pairs": round(hit.pairs, 6),
        "cosine": hit.cosine,
        "passage": {"start": passage.start, "end": passage.end} if passage else None,
        "boosts": [_wish(wish) for wish in resolved.understood.wishes if wish.boost in got],
    }


def _article(stored: Stored) -> Answer:
    article = stored.article
    return {
        "id": article.id,
        "title": article.title,
        "body": article.body,
        "url": article.url,
        "published": article.published,
        "modified": article.modified,
        "source": article.source,
        "authors": list(article.authors),
        "section": article.section,
        "language": article.language,
        "rights": article.rights,
        "mentions": article.mention_objects(),
        "passages": [{"start": p.start, "end": p.end} for p in article.passages],
        "duplicates": [],
        "sequence": stored.sequence,
    }


def _facet(counts: FacetCounts) -> Answer:
    values = [{"value": value, "count": count} for value, count in counts.values]
    return {"values": values, "missing": counts.missing, "other": counts.other}


def _timeline(counts: TimelineCounts, search: Search) -> Answer:
    return {
        "interval": counts.interval,
        "field": search.timeline.field if search.timeline else "published",
        "buckets": [{"date": b.date, "count": b.count} for b in counts.buckets],
        "undated": counts.undated,
        "coarser": counts.coarser,
    }


def _understood(name: RecognisedName, words: Sequence[Word]) -> Answer:
    text = " ".join(w.text for w in words[name.first : name.first + name.count])
    return {"kind": name.kind, "name": name.name, "words": text, "aliases": list(name.aliases)}


def _wish(wish: Wish) -> Answer:
    return {"kind": wish.kind, "words": wish.words, "value": wish.value, "boost": wish.boost.weight}
