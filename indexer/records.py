"""From a record's fields, under whatever names its source gave them, to an Article.

Names are compared without case, `_`, `-` and blanks (`published_at`, `publishedAt`, `Published At`); where a record
holds several names of one field, the first of the list that holds something wins.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archive.article import Article
from archive.errors import ArticleError
from indexer.bylines import split_authors
from indexer.date_formats import READABLE_DATES, read_date
from indexer.rejects import Reject

__all__ = ["FIELD_NAMES", "Record", "article_from", "clean_text", "field_of", "language_tag", "record_from"]

FIELD_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "article_id", "doc_id", "uid", "uuid", "guid", "identifier", "_id"),
    "title": ("title", "headline", "heading"),
    "body": ("body", "text", "content", "article_body", "article", "full_text", "body_text", "main_text"),
    "url": ("url", "link", "canonical_url", "web_url", "permalink"),
    "published": (
        "published_at", "published", "date_published", "published_date", "publish_date", "date_publish",
        "publication_date", "pub_date", "web_publication_date", "seen_date", "date",
    ),
    "modified": ("modified", "modified_at", "date_modified", "updated_at", "updated", "last_modified", "date_modify"),
    "source": (
        "source", "source_name", "publisher", "outlet", "newspaper", "publication", "site_name", "source_domain",
    ),
    "authors": ("authors", "author", "byline", "creator"),
    "section": ("section", "article_section", "section_name", "category", "categories", "desk"),
    "language": ("language", "lang", "in_language", "language_code"),
    "rights": ("rights", "license", "licence", "copyright"),
}  # fmt: skip
"""A field of Article -> the names under which it is read."""

_LONGEST_LABEL: Final = 2000  # code points of an id, URL, source ...: engines keep each as one term, which has bounds
_SHOWN: Final = 60  # code points of a wrong value that a reason quotes
_TAG: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
_LANGUAGES: Final = {
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de", "italian": "it",
    "japanese": "ja", "polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "turkish": "tr",
    "ukrainian": "uk",
}  # fmt: skip


def _squash(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


_FIELDS: Final = {_squash(name): field for field, names in FIELD_NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Record:
    """An article as a file gave it, without mentions and passages, and where it stands."""

    article: Article
    file: str
    """As the user named it; `-` is standard input."""
    line: int | None
    """Counted from 1, where the record begins; None where the whole file is the article."""


def record_from(fields: object, file: str, line: int | None) -> Record | Reject:
    """The record made of one JSON object or one row, or why it can't be one."""
    if not isinstance(fields, Mapping):
        return Reject(file, line, None, f"An article is a JSON object with named fields, not {_kind(fields)}.")
    try:
        return Record(article_from(fields), file, line)
    except ArticleError as error:
        return Reject(file, line, _readable_id(fields), error.message)


def article_from(fields: Mapping[str, object]) -> Article:
    """An article without an id of its own has the id "". Raises ArticleError with a sentence that names the field."""
    given = _Given(fields)
    title = given.text("title")
    body = given.text("body")
    if not given.has("body"):
        raise ArticleError("There is no body: the article's text goes into the field `body` (or `text`, `content`).")
    if not title.strip() and not body.strip():
        raise ArticleError("The article is empty: it has neither a title nor a body.")
    return Article(
        id=given.identifier(),
        title=title,
        body=body,
        url=given.label("url"),
        published=given.date("published"),
        modified=given.date("modified"),
        source=given.label("source"),
        authors=given.authors(),
        section=given.label("section"),
        language=given.language(),
        rights=given.label("rights"),
    )


def field_of(name: str) -> str | None:
    """The field of Article that a column or key of this name fills."""
    return _FIELDS.get(_squash(name))


def clean_text(text: str) -> str:
    """The text as given, but for what can't be stored: NUL and a lone surrogate become U+FFFD, so that offsets hold."""
    text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    # Two surrogates in a row that make a pair (as some JSON writers escape them) become their character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def language_tag(text: str) -> str:
    """`en`, `pt-br` from `EN`, `pt_BR`, `English`. Raises ValueError when it is neither tag nor a known name."""
    tag = text.strip().lower().replace("_", "-")
    tag = _LANGUAGES.get(tag, tag)
    if not _TAG.fullmatch(tag) or len(tag) > 35:
        raise ValueError(f"not a language tag: {text!r}")
    return tag


class _Given:
    """The values of one record by field of Article, with the name under which each was given."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._values: dict[str, tuple[str, object]] = {}
        for key, value in fields.items():
            squashed = _squash(key)
            field = _FIELDS.get(squashed)
            if field is None or _rank(field, squashed) >= self._rank_of(field, value):
                continue
            self._values[field] = (key, value)

    def _rank_of(self, field: str, value: object) -> float:
        """How well the name of the value held so far ranks; one that holds nothing gives way to one that does."""
        if field not in self._values:
            return math.inf
        key, held = self._values[field]
        if _is_empty(held) != _is_empty(value):
            return math.inf if _is_empty(held) else -math.inf
        return _rank(field, _squash(key))

    def has(self, field: str) -> bool:
        return field in self._values

    def _get(self, field: str) -> tuple[str, object]:
        """Name and value; the value is None where nothing is given."""
        key, value = self._values.get(field, (field, None))
        return key, None if _is_empty(value) else value

    def text(self, field: str) -> str:
        """A text as it stands, blanks and all; "" where nothing is given."""
        key, value = self._values.get(field, (field, None))
        if isinstance(value, str):
            return clean_text(value)
        if value is not None and not _is_empty(value):
            raise ArticleError(f"The field `{_short(key)}` must be a text, not {_kind(value)}.")
        return ""

    def label(self, field: str) -> str | None:
        """A short text; of an object its `name`, of a list the first that holds something."""
        key, value = self._get(field)
        if isinstance(value, list):
            value = next((v for v in value if not _is_empty(v)), None)
        if isinstance(value, Mapping):
            value = value.get("name")
        if value is None:
            return None
        if not isinstance(value, str):
            raise ArticleError(f"The field `{_short(key)}` must be a text, not {_kind(value)}.")
        return _bounded(key, clean_text(value).strip()) or None

    def identifier(self) -> str:
        key, value = self._get("id")
        if isinstance(value, Mapping):  # {"$oid": "..."}, as MongoDB exports its ids
            value = value.get("$oid", value)
        if value is None:
            return ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)
        if not isinstance(value, str):
            raise ArticleError(f"The field `{_short(key)}` must be a text or a number, not {_kind(value)}.")
        return _bounded(key, clean_text(value))

    def date(self, field: str) -> str | None:
        key, value = self._get(field)
        if value is None:
            return None
        try:
            if not isinstance(value, (str, int, float)):
                raise ValueError
            return read_date(value)
        except ValueError:
            raise ArticleError(
                f"The date {_short(repr(value))} in `{_short(key)}` can't be read. Dates are read as {READABLE_DATES};"
                " leave the field empty where the date isn't known."
            ) from None

    def authors(self) -> tuple[str, ...]:
        key, value = self._get("authors")
        if value is None:
            return ()
        names: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            name = item.get("name") if isinstance(item, Mapping) else item
            if _is_empty(name):
                continue
            if not isinstance(name, str):
                raise ArticleError(f"The field `{_short(key)}` must be a text or a list of texts, not {_kind(name)}.")
            names += split_authors(_bounded(key, clean_text(name)))
        return tuple(dict.fromkeys(names))

    def language(self) -> str | None:
        text = self.label("language")
        if text is None:
            return None
        try:
            return language_tag(text)
        except ValueError:
            raise ArticleError(
                f"The language {_short(repr(text))} is not known: give its tag, such as `en` or `pt-br`."
            ) from None


def _rank(field: str, squashed: str) -> int:
    return [_squash(n) for n in FIELD_NAMES[field]].index(squashed)


def _is_empty(value: object) -> bool:
    """Nothing given: null, blank, an empty list or object, or NaN, which pandas writes for a missing value."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, (list, Mapping)) and not value)


def _bounded(key: str, text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        raise ArticleError(f"The field `{_short(key)}` has {len(text):,} characters; {_LONGEST_LABEL:,} is the most.")
    return text


def _readable_id(fields: Mapping[str, object]) -> str | None:
    try:
        return _Given(fields).identifier() or None
    except ArticleError:
        return None


def _short(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _kind(value: object) -> str:
    """A value's type, as JSON calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
