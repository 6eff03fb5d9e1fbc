"""Citations and text files of awkward articles."""

from __future__ import annotations

import io
import zipfile

import bibtexparser
import pytest
import rispy

from archive.article import Article
from search_api.formats.citations import bibtex_entry, ris_record
from search_api.formats.texts import zip_chunks

AWKWARD = Article(
    "https://example.org/a/b?c={d}",
    title="100% of {braces} & $5_000 #1 \\ ~x^2\nsecond line",
    body="Body.",
    url="https://example.org/a/{b} c",
    published="2024-11",
    source="Courier & Sons",
    authors=("Ursula von der Leyen", "Food and Drug Administration", "Lowe, Ann", "Åsa Ø"),
)


def test_bibtex_escapes_what_tex_reads_and_keeps_names_whole() -> None:
    library = bibtexparser.parse_string(bibtex_entry(AWKWARD))
    (entry,) = library.entries
    assert entry["title"] == (
        r"{100\% of \{braces\} \& \$5\_000 \#1 \textbackslash{} \textasciitilde{}x\textasciicircum{}2 second line}"
    )
    assert entry["author"] == "Ursula von der Leyen and {Food and Drug Administration} and {Lowe, Ann} and Åsa Ø"
    assert entry["url"] == "https://example.org/a/%7Bb%7D%20c"
    assert entry["date"] == "2024-11"
    assert entry.key.startswith("couriersons2024-")


def test_ris_puts_the_family_name_first_and_keeps_to_one_line() -> None:
    (record,) = rispy.loads(ris_record(AWKWARD))
    assert record["authors"] == ["von der Leyen, Ursula", "Food and Drug Administration", "Lowe, Ann", "Ø, Åsa"]
    assert record["title"].endswith("^2 second line")
    assert record["date"] == "2024/11//"
    assert record["year"] == "2024"


@pytest.mark.parametrize("name", ["Associated Press", "Reuters Staff", "BBC News", "The Conversation", "CNN team"])
def test_a_desk_or_an_agency_has_no_family_name(name: str) -> None:
    article = Article("x", title="t", body="", authors=(name, "Ann Press-Lowe"))
    (record,) = rispy.loads(ris_record(article))
    assert record["authors"] == [name, "Press-Lowe, Ann"]
    assert f"author = {{{{{name}}} and " in bibtex_entry(article)


@pytest.mark.parametrize("write", [bibtex_entry, ris_record])
def test_an_article_of_a_body_alone_is_cited_by_its_first_sentence(write: object) -> None:
    assert callable(write)
    assert "The bridge opened." in write(Article("x", title="", body="The bridge opened. Then it rained."))


def test_files_of_a_zip_have_names_that_every_system_takes() -> None:
    ids = ["plain-1", "Plain-1", "a/b", "a_b", "../../etc/passwd", "x" * 300, "новости", "..", "con\ud800"]
    articles = [Article(id, title=f"T {place}", body="B") for place, id in enumerate(ids)]
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_chunks(articles)))) as made:
        names = made.namelist()
        texts = [made.read(name).decode() for name in names]
    assert len({name.lower() for name in names}) == len(ids)
    assert all("/" not in name and not name.startswith(".") and len(name.encode()) < 255 for name in names)
    assert texts == [f"T {place}\n\nB\n" for place in range(len(ids))]
