"""A saved web page: its article, found by trafilatura. Nothing is ever fetched."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from archive.article import Article
from archive.errors import ArticleError
from indexer.bylines import split_authors
from indexer.date_formats import read_date
from indexer.readers.encoding import decode
from indexer.readers.stream import Stream
from indexer.records import Record, article_from, language_tag
from indexer.rejects import Reject

__all__ = ["looks_like_html", "read_html"]

_LONGEST: Final = 8 * 1024 * 1024  # bytes; no news page has it, and extraction takes some 5 s for each MiB
# Only dates that the page states: a search of its text would give guesses, "today" as a bound other answers tomorrow.
_DATE_OPTIONS: Final[dict[str, Any]] = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}
_META_NAMES: Final = {
    "published": ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate"),
    "modified": ("article:modified_time", "datemodified", "og:updated_time", "last-modified"),
}
_JSON_LD_NAMES: Final = {"published": "datePublished", "modified": "dateModified"}
_JSON_LD_DEPTH: Final = 4  # levels of lists and objects at which pages put their article
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
# Possessive and atomic, so that a file of thousands of comments costs one pass.
_HEAD: Final = re.compile(
    rb"(?>\s+|<\?xml[^>]*+>|<!--.*?-->)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_NO_TEXT: Final = "No article text was found on this page: it may be a list of links, or be filled in by a script."


def looks_like_html(head: bytes) -> bool:
    return _HEAD.match(head) is not None


def read_html(stream: Stream, file: str) -> Iterator[Record | Reject]:
    """One Record or one Reject. Raises TooLong and BrokenStream."""
    data = stream.read_all(_LONGEST)
    charset = _CHARSET.search(data[:4096])
    page = decode(data, charset[1].decode() if charset else None)
    try:
        article = _extract(page)
    except ArticleError as error:
        yield Reject(file, None, None, error.message)
        return
    yield Record(article, file, None)


def _extract(page: str) -> Article:
    # Here and not above: loading it takes half a second, which a search from the terminal shouldn't pay.
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    for name in ("trafilatura", "htmldate"):  # they warn about each page without text; the Reject says that
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        tree = load_html(page.replace("\0", ""))
        meta = None if tree is None else _Metadata(tree)
        found = (
            None
            if tree is None
            else bare_extraction(tree, with_metadata=True, include_comments=False, date_extraction_params=_DATE_OPTIONS)
        )
    except Exception as error:  # what these libraries raise on a hostile page has no bounds
        raise ArticleError(f"This page can't be taken apart ({type(error).__name__}).") from error
    if meta is None or not isinstance(found, Document) or not (found.text or "").strip():
        raise ArticleError(_NO_TEXT)
    return article_from(
        {
            "title": found.title or "",
            "body": _without_title(found.text or "", found.title or ""),
            "url": found.url,
            "published": meta.date("published") or found.date,
            "modified": meta.date("modified"),
            "source": found.sitename,
            "authors": split_authors(found.author or ""),
            "section": next(iter(found.categories or ()), None),
            "language": meta.language(),
            "rights": found.license,
        }
    )


class _Metadata:
    """What a page says of itself; trafilatura gives of dates the day only, and no language."""

    def __init__(self, tree: Any) -> None:
        self._language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        self._json_ld = [_parsed(s) for s in tree.xpath("//script[@type='application/ld+json']/text()")]
        self._meta: dict[str, str] = {}
        for tag in tree.xpath("//*[(self::meta and @content) or (@itemprop and (@content or @datetime))]"):
            name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
            self._meta.setdefault(name.lower(), tag.get("content") or tag.get("datetime") or "")

    def date(self, field: str) -> str | None:
        """The first that can be read of JSON-LD's and of the meta tags', normalised."""
        for text in (_found(self._json_ld, _JSON_LD_NAMES[field]), *(self._meta.get(n) for n in _META_NAMES[field])):
            try:
                if text and (date := read_date(text)):
                    return date
            except ValueError:
                continue
        return None

    def language(self) -> str | None:
        try:
            return language_tag(self._language)
        except ValueError:
            return None


def _parsed(script: str) -> object:
    try:
        return json.loads(script)
    except (ValueError, RecursionError):
        return None


def _found(node: object, name: str, depth: int = _JSON_LD_DEPTH) -> str | None:
    """The text under that name nearest to the top."""
    if isinstance(node, Mapping) and isinstance(text := node.get(name), str):
        return text
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    if not depth:
        return None
    return next((text for child in children if (text := _found(child, name, depth - 1))), None)


def _without_title(text: str, title: str) -> str:
    """The text, without the headline that repeats the title above it."""
    first, _, rest = text.partition("\n")
    return rest if rest and first.strip() == title.strip() else text
