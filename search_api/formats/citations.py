"""Citations of articles: BibTeX entries as BibLaTeX reads them, and RIS records (type NEWS)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

import rispy

from archive.article import Article
from search_api.excerpts import first_sentence

__all__ = ["bibtex_entry", "ris_record"]

UNTITLED = "(no title)"
KEY_DIGITS = 6
"""Hex digits of the id's hash that end a key: so that two articles of one source and year differ."""
PARTICLES = frozenset("al bin da de del della der di dos du el ibn la le ter van von y".split())
"""Small words that belong to the family name behind them."""
INSTITUTIONS = re.compile(
    r"(?<![\w-])(?:administration|agenc(?:y|ies)|and|associated|bureau|center|centre|committee|correspondents?|council|crew|desk"
    r"|editors?|for|foundation|group|institute|magazine|media|ministry|network|news|newsroom|of|office|organi[sz]ation"
    r"|press|reporters?|reuters|staff|team|the|times|tribune|university|wires?|writers?)(?![\w-])",
    re.IGNORECASE,
)
"""Words that people's names don't hold: such an author is a desk, an agency, an office."""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
"""What TeX reads as more than itself. Other letters stay as they are: BibLaTeX reads UTF-8."""
_ESCAPED = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")
_IN_URLS = re.compile(r"[{}\\\s]")
"""What would end or break a field; percent-encoded, as an address has it anyway."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def bibtex_entry(article: Article) -> str:
    """One `@article` with a key made of source, year and id, ending in an empty line."""
    fields = {
        "title": f"{{{_tex_text(_title(article))}}}",  # braced: styles that set titles in small letters leave `NATO` so
        "author": " and ".join(_tex_name(name) for name in article.authors),
        "journaltitle": _tex_text(article.source or ""),
        "date": (article.published or "")[:10],
        "url": _IN_URLS.sub(lambda found: f"%{ord(found[0]):02X}", article.url or ""),
        "langid": article.language or "",
        "note": _tex_text(f"Dateline {article.id}"),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@article{{{_key(article)},\n{lines}}}\n\n"


def ris_record(article: Article) -> str:
    """One record, ending in an empty line; authors with the family name first, as the format asks."""
    day = (article.published or "")[:10]
    record: dict[str, Any] = {
        "type_of_reference": "NEWS",
        "title": _line(_title(article)),
        "authors": [_line(_family_first(name)) for name in article.authors],
        "secondary_title": _line(article.source or ""),
        "year": day[:4],
        # YYYY/MM/DD/other: what isn't known stays empty.
        "date": "/".join([*day.split("-"), "", "", ""][:4]) if day else "",
        "urls": [_line(article.url)] if article.url else [],
        "language": article.language or "",
        "id": _line(article.id),
    }
    written: str = rispy.dumps([{name: value for name, value in record.items() if value}])
    # Records are numbered from 1 in every call: a stream of them needs none.
    return written.removeprefix("1.\n").rstrip("\n") + "\n\n"


def _title(article: Article) -> str:
    return article.title.strip() or first_sentence(article.body) or UNTITLED


def _line(text: str) -> str:
    """On one line: a tag begins a line of its own."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _tex_text(text: str) -> str:
    """On one line, with what TeX takes for its own escaped."""
    return _ESCAPED.sub(lambda found: _SPECIAL[found[0]], _line(text))


def _tex_name(name: str) -> str:
    """A name as one author: ` and ` and commas within it would part it, and `Associated Press` has no family name."""
    escaped = _tex_text(name)
    return f"{{{escaped}}}" if "," in name or INSTITUTIONS.search(name) else escaped


def _family_first(name: str) -> str:
    words = name.split()
    if "," in name or len(words) < 2 or INSTITUTIONS.search(name):
        return name
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in PARTICLES:
        first -= 1
    return f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _key(article: Article) -> str:
    plain = unicodedata.normalize("NFKD", article.source or "article").encode("ascii", "ignore").decode()
    source = re.sub(r"[^a-z0-9]+", "", plain.lower()) or "article"
    digest = hashlib.blake2b(article.id.encode("utf-8", "backslashreplace")).hexdigest()[:KEY_DIGITS]
    return f"{source[:20]}{(article.published or '')[:4]}-{digest}"
