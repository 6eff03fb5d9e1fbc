"""How to cite an article: as a sentence, and for programs that keep literature."""

from __future__ import annotations

from archive.analysis import Analyser
from archive.article import Article
from search_api.formats.citations import tex_text
from web.dates import readable

__all__ = ["bibtex", "sentence"]


def sentence(article: Article, title: str) -> str:
    """`Peter Lindmoor, “Ukraine fires missiles”, Meridian Wire, 20 November 2024, https://example.org/a`"""
    parts = [
        " and ".join(article.authors),
        f"“{title}”",
        article.source,
        readable(article.published) if article.published else "undated",
        article.url,
    ]
    return ", ".join(part for part in parts if part)


def bibtex(article: Article, title: str, analyser: Analyser) -> str:
    """An entry as biblatex reads it; characters that TeX takes for its own are escaped."""
    words = [form for form in analyser.forms(title) if form.isascii() and form.isalnum()]
    author = next(iter(analyser.forms(article.authors[0].rpartition(" ")[2])), "") if article.authors else ""
    year = article.published[:4] if article.published else ""
    key = f"{author if author.isascii() else ''}{year}{next(iter(words), '')}" or "article"
    fields = [
        ("author", " and ".join(map(tex_text, article.authors))),
        ("title", f"{{{tex_text(title)}}}"),
        ("journaltitle", tex_text(article.source or "")),
        ("date", (article.published or "")[:10]),
        ("url", (article.url or "").replace("{", "%7B").replace("}", "%7D")),
    ]
    lines = [f"  {name} = {{{value}}}" for name, value in fields if value]
    return f"@article{{{key},\n" + ",\n".join(lines) + "\n}"
