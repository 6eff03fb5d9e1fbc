"""Readers on real files, on files as people have them, and on damaged and hostile ones."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.identify import IdGuard
from indexer.readers import Format, Reading, Record, Reject, read, read_stream
from indexer.readers.jsonl import read_jsonl
from indexer.readers.stream import BrokenStream, Stream

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
BODY = "The new flood barrier at Riverton held through the night, the town council said."
PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><title>Barrier holds | The Harbour Gazette</title>
<meta property="og:title" content="Barrier holds"><meta property="og:site_name" content="The Harbour Gazette">
<link rel="canonical" href="https://harbour.example/news/barrier">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "Barrier holds",
"datePublished": "2024-03-05T00:15:00+01:00", "dateModified": "2024-03-06",
"author": [{{"@type": "Person", "name": "Ann Lowe"}}, {{"@type": "Person", "name": "Peter Quist"}}]}}</script></head>
<body><nav><a href="/">Home</a></nav><article><h1>Barrier holds</h1><p>{BODY}</p>
<p>Engineers had worked since Sunday to close the last of the gates in the lower town. Café owners came back.</p>
</article></body></html>"""


def run(data: bytes, format: Format | None = None) -> list[Record | Reject]:
    return list(read_stream(io.BytesIO(data), "input", format))


def only_record(items: list[Record | Reject]) -> Record:
    assert len(items) == 1 and isinstance(items[0], Record), items
    return items[0]


def only_reject(items: list[Record | Reject]) -> Reject:
    assert len(items) == 1 and isinstance(items[0], Reject), items
    return items[0]


def shape(items: list[Record | Reject]) -> list[tuple[str, int | None]]:
    return [("record" if isinstance(i, Record) else "reject", i.line) for i in items]


def line(n: int, **more: object) -> bytes:
    return json.dumps({"id": f"a{n}", "title": f"Title {n}", "body": BODY, **more}).encode() + b"\n"


class TestText:
    def test_the_first_line_gives_date_and_title_and_the_rest_is_the_body(self) -> None:
        text = f" date 2024-11-25 Barrier holds\n\nCaption. Picture: Agency\n\nBy Ann Lowe\n\n  {BODY}\n\n"
        article = only_record(run(text.encode(), "text")).article
        assert (article.published, article.title, article.authors) == ("2024-11-25", "Barrier holds", ("Ann Lowe",))
        assert article.body == f"Caption. Picture: Agency\n\nBy Ann Lowe\n\n  {BODY}"
        assert (article.id, article.source) == ("", None)

    @pytest.mark.parametrize("date", ["2024", "2024-11", "2024-W47", "2024-11-25T08:45:59+02:00"])
    def test_the_date_has_any_iso_precision(self, date: str) -> None:
        assert only_record(run(f"date {date} T\n\nB".encode(), "text")).article.published == date

    def test_a_body_begins_where_its_text_does_with_its_indent(self) -> None:
        assert only_record(run(b"date 2024 T\n \n\t\n  indented\nnot\n", "text")).article.body == "  indented\nnot"

    def test_a_text_without_that_line_is_told_what_is_expected(self) -> None:
        reject = only_reject(run(b"\n\nSources: a list of files.\n", "text"))
        assert reject.line == 3
        assert "`date 2024-11-25 The title`" in reject.reason

    def test_a_date_that_is_none_is_quoted(self) -> None:
        assert "'2024-13-40'" in only_reject(run(b"date 2024-13-40 T\n\nB", "text")).reason
        assert "'9999-W53'" in only_reject(run(b"date 9999-W53 T\n\nB", "text")).reason

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_encodings_of_old_and_new_are_read(self, encoding: str) -> None:
        data = "date 2024-11-25 Zoë’s café\r\n\r\nNaïve “words”.\r\nMore.".encode(encoding)
        article = only_record(run(data, "text")).article
        assert (article.title, article.body) == ("Zoë’s café", "Naïve “words”.\nMore.")


class TestJSONLines:
    def test_each_line_is_an_article_and_a_bad_one_stops_nothing(self) -> None:
        data = (
            line(1) + b"\n{broken\n[1]\n" + b'{"title": "caf\xe9"}\n' + line(6) + b'{"title": 3, "body": "b", "id": 9}'
        )
        items = run(data, "jsonl")
        assert shape(items) == [
            ("record", 1),
            ("reject", 3),
            ("reject", 4),
            ("reject", 5),
            ("record", 6),
            ("reject", 7),
        ]
        reasons = [i.reason for i in items if isinstance(i, Reject)]
        assert "not JSON" in reasons[0] and "a list" in reasons[1] and "UTF-8" in reasons[2] and "`title`" in reasons[3]
        assert items[-1] == Reject("input", 7, "9", reasons[3])

    def test_a_date_that_cannot_be_read_is_quoted_and_not_dropped(self) -> None:
        reject = only_reject(run(line(1, published_at="a while ago"), "jsonl"))
        assert "'a while ago'" in reject.reason and "2024-11-25" in reject.reason and reject.id == "a1"

    @pytest.mark.parametrize(
        "hostile",
        [
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b'{"id": ' + b"9" * 100_000 + b"}",
            b"\x00\x01\xff\xfe",
            b'{"id": NaN}',
            b'"t"',
        ],
    )
    def test_hostile_lines_are_rejects(self, hostile: bytes) -> None:
        assert shape(run(hostile + b"\n" + line(2), "jsonl")) == [("reject", 1), ("record", 2)]

    def test_lone_surrogates_and_zero_characters_are_replaced(self) -> None:
        article = only_record(run(b'{"title": "A\\u0000B", "body": "x\\ud800y \\ud83d\\ude00"}', "jsonl")).article
        assert (article.title, article.body) == ("A\ufffdB", "x\ufffdy \U0001f600")

    def test_a_line_above_the_limit_is_a_reject_and_the_next_is_read(self) -> None:
        data = line(1) + b'{"body": "' + b"x" * 5000 + b'"}\n' + line(3)
        items = list(read_jsonl(Stream(io.BytesIO(data)), "input", limit=1000))
        assert shape(items) == [("record", 1), ("reject", 2), ("record", 3)]

    @given(st.lists(st.binary(max_size=60) | st.sampled_from([b"{", b"}", line(1), b"\n", b"\xff\xfe", b"\x1f\x8b"])))
    @settings(max_examples=200)
    def test_no_bytes_stop_a_run(self, pieces: list[bytes]) -> None:
        data = b"".join(pieces)
        for format in ("text", "jsonl", "json", "csv", "tsv", None):
            for item in run(data, format):
                assert isinstance(item, Record) or item.reason

    @given(st.lists(st.fixed_dictionaries({"title": st.text(), "body": st.text(min_size=1).map("b".__add__)})))
    def test_texts_come_through_as_they_are(self, rows: list[dict[str, str]]) -> None:
        data = "\n".join(json.dumps(r, ensure_ascii=False) for r in rows).encode()
        found = [i.article for i in run(data, "jsonl") if isinstance(i, Record)]
        assert [(a.title, a.body) for a in found] == [
            (r["title"].replace("\0", "\ufffd"), r["body"].replace("\0", "\ufffd")) for r in rows
        ]


class TestJSON:
    def test_an_array_an_object_and_objects_in_a_row_are_read(self) -> None:
        rows = [json.loads(line(n)) for n in range(3)]
        for text in (json.dumps(rows), json.dumps(rows, indent=2), "\n".join(json.dumps(r, indent=1) for r in rows)):
            assert [i.article.id for i in run(text.encode(), "json") if isinstance(i, Record)] == ["a0", "a1", "a2"]
        assert only_record(run(json.dumps(rows[0], indent=2).encode(), "json")).article.id == "a0"
        assert shape(run(line(1) + line(2), "json")) == [("record", 1), ("record", 2)]

    def test_lines_are_those_where_records_begin(self) -> None:
        text = json.dumps([json.loads(line(n)) for n in range(3)], indent=1)
        assert [i.line for i in run(text.encode(), "json")] == [2, 7, 12]

    def test_records_larger_than_a_piece_are_read(self) -> None:
        rows = [{"title": "T", "body": "long “text” " * 40_000}, json.loads(line(2))]
        items = run(json.dumps(rows, indent=1, ensure_ascii=False).encode(), "json")
        assert [len(i.article.body) for i in items if isinstance(i, Record)] == [480_000, len(BODY)]

    @pytest.mark.parametrize("end", [b"", b"\n]x", b", {oops}]", b" 7", b', "\xff"]'])
    def test_what_comes_before_the_damage_is_kept(self, end: bytes) -> None:
        items = run(b"[\n" + line(1) + end, "json")
        assert shape(items) == [("record", 2), ("reject", items[-1].line)]

    def test_an_element_that_is_no_object_is_one_reject(self) -> None:
        assert shape(run(b"[12,\n" + line(1) + b"]", "json")) == [("reject", 1), ("record", 2)]
        assert run(b"[]", "json") == run(b"", "json") == []


class TestCSV:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found_and_quoted_newlines_are_kept(self, delimiter: str) -> None:
        out = io.StringIO()
        rows = csv.writer(out, delimiter=delimiter)
        rows.writerow(["Title", "Text", "Date", "Author"])
        rows.writerow(["One", "a; b, c\td\n\n“e”", "Nov 25, 2024", "Ann Lowe"])
        rows.writerow(["Two", "x", "", ""])
        items = run(out.getvalue().encode(), "csv")
        assert shape(items) == [("record", 2), ("record", 5)]
        first = items[0]
        assert isinstance(first, Record) and first.article.body == "a; b, c\td\n\n“e”"
        assert (first.article.published, first.article.authors) == ("2024-11-25", ("Ann Lowe",))

    def test_the_line_that_tells_excel_the_delimiter_is_obeyed(self) -> None:
        article = only_record(run(b"\xef\xbb\xbfsep=;\r\nid;body\r\n1;a, b\r\n", "csv")).article
        assert (article.id, article.body) == ("1", "a, b")

    def test_line_ends_of_old_macs_are_a_reject_with_the_cure(self) -> None:
        assert "line ends" in only_reject(run(b"id,body\r1,a\r2,b\r", "csv")).reason

    def test_a_row_with_the_wrong_number_of_columns_is_a_reject(self) -> None:
        items = run(b"title,body\na,b\nc\nd,e,f\n\ng,h\n", "csv")
        assert shape(items) == [("record", 2), ("reject", 3), ("reject", 4), ("record", 6)]

    def test_a_quote_that_is_never_closed_is_named_at_its_row(self) -> None:
        items = run(b'title,body\na,b\nc,"d\ne,f\n', "csv")
        assert shape(items) == [("record", 2), ("reject", 3)]

    def test_fields_may_be_larger_than_the_csv_module_allows(self) -> None:
        assert len(only_record(run(b'title,body\nt,"' + b"x y\n" * 100_000 + b'"\n', "csv")).article.body) == 400_000

    def test_a_first_row_without_a_text_column_is_one_reject(self) -> None:
        assert "`body`" in only_reject(run(b"name,value\n1,2\n3,4\n", "csv")).reason

    def test_each_line_is_utf_8_or_else_windows_1252(self) -> None:
        items = run("\ufefftitle;body\ncafé;b\n".encode() + "Zoë’s;b\n".encode("cp1252"), "csv")
        assert [i.article.title for i in items if isinstance(i, Record)] == ["café", "Zoë’s"]


class TestHTML:
    def test_a_page_gives_its_article_and_what_it_says_of_itself(self) -> None:
        article = only_record(run(PAGE.encode(), "html")).article
        assert article.title == "Barrier holds"
        assert article.body.startswith(BODY) and "Café" in article.body and "Home" not in article.body
        assert (article.published, article.modified) == ("2024-03-05T00:15:00+01:00", "2024-03-06")
        assert article.authors == ("Ann Lowe", "Peter Quist")
        assert (article.source, article.language) == ("The Harbour Gazette", "en-gb")
        assert article.url == "https://harbour.example/news/barrier"

    def test_the_encoding_that_a_page_declares_is_used(self) -> None:
        page = PAGE.replace("<head>", '<head><meta charset="iso-8859-2">').replace("Café", "Łódź café")
        assert "Łódź café" in only_record(run(page.encode("iso-8859-2"), "html")).article.body
        for wrong in ("utf-8", "zlib", "idna", "punycode", "undefined", "no-such-thing"):
            page = PAGE.replace("<head>", f'<head><meta charset="{wrong}">')
            assert "Café" in only_record(run(page.encode("cp1252"), "html")).article.body

    def test_a_date_that_stands_in_the_text_only_is_no_publication_date(self) -> None:
        page = (
            f"<html><body><article><p>{BODY}</p><p>It rained on 4 May 2021. Copyright 2019.</p></article></body></html>"
        )
        assert only_record(run(page.encode(), "html")).article.published is None

    @pytest.mark.parametrize(
        "page",
        [b"", b"<html></html>", b"<html><body><script>1</script></body></html>", b"\x00\x01\xff" * 99,
         b"<html>" + b"<div>" * 50_000, b"<html><head><meta charset='zlib'></head>", b"<!-- -->" * 5000],
    )  # fmt: skip
    def test_a_page_without_text_is_a_reject(self, page: bytes) -> None:
        assert only_reject(run(page, "html")).reason


class TestStreams:
    @given(st.binary(max_size=300) | st.text("a\n", max_size=80).map(str.encode), st.integers(1, 40))
    def test_lines_are_those_of_the_whole_however_the_pieces_fall(self, data: bytes, limit: int) -> None:
        data = data.replace(b"\xff", b"").replace(b"\xfe", b"").replace(b"\xef", b"").replace(b"\x1f", b"")
        expected = [part if len(part.rstrip(b"\n")) <= limit else None for part in io.BytesIO(data)]

        class Trickle(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(1)

        for raw in (io.BytesIO(data), Trickle(data)):
            assert list(Stream(raw).lines(limit)) == list(enumerate(expected, 1))

    def test_gzip_is_seen_by_its_first_bytes_and_may_have_several_members(self) -> None:
        data = gzip.compress(line(1)) + gzip.compress(line(2))
        assert shape(run(data, "jsonl")) == [("record", 1), ("record", 2)]
        assert shape(run(data)) == [("record", 1), ("record", 2)]

    def test_of_truncated_gzip_the_records_before_the_break_are_kept(self) -> None:
        lines = [line(n, salt=os.urandom(300).hex()) for n in range(1, 400)]
        whole = gzip.compress(b"".join(lines))
        items = run(whole[: len(whole) // 2], "jsonl")
        assert all(isinstance(i, Record) for i in items[:-1]) and len(items) > 150
        last = items[-1]
        assert isinstance(last, Reject) and last.line == len(items) and "breaks off" in last.reason

    @pytest.mark.parametrize(
        "data", [b"\x1f\x8b", b"\x1f\x8bgarbage of all kinds", gzip.compress(line(1)) + b"garbage"]
    )
    @pytest.mark.parametrize("format", ["text", "jsonl", "json", "csv", "html", None])
    def test_bad_gzip_is_a_reject(self, data: bytes, format: Format | None) -> None:
        assert isinstance(run(data, format)[-1], Reject)

    def test_a_gzip_bomb_takes_no_memory(self) -> None:
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb") as bomb:
            for _ in range(130):
                bomb.write(bytes(2**20))
            bomb.write(b"\n" + line(2))
        import tracemalloc

        tracemalloc.start()
        items = run(packed.getvalue(), "jsonl")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert shape(items) == [("reject", 1), ("record", 2)]
        assert peak < 80 * 2**20  # the 64 MiB of the longest line, and little beside it
        assert "64 MiB" in only_reject(run(packed.getvalue(), "text")).reason

    def test_a_source_that_fails_is_a_broken_stream(self) -> None:
        class Failing(io.RawIOBase):
            pieces: list[bytes]

            def read(self, size: int = -1, /) -> bytes:
                if not self.pieces:
                    raise OSError(5, "Input/output error")
                return self.pieces.pop(0)

        raw = Failing()
        raw.pieces = [line(1), b"{"]
        with pytest.raises(BrokenStream, match="Input/output error"):
            list(Stream(raw).lines())  # type: ignore[arg-type]


class TestFolders:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "b" / "deep").mkdir(parents=True)
        (tmp_path / "b" / "deep" / "one.txt").write_text("date 2024-11-25 One\n\nText.")
        (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line(1) + line(2)))
        (tmp_path / "c.CSV").write_text("title,body\nt,b\n")
        (tmp_path / "d.html").write_text(PAGE)
        (tmp_path / "noending").write_bytes(line(7))
        for hidden in (".hidden.txt", "one.txt~", "#one.txt#", "one.txt.bak", "run.rejects.jsonl"):
            (tmp_path / hidden).write_text("not an article")
        return tmp_path

    def test_a_folder_is_read_by_name_with_all_below_it(self, folder: Path) -> None:
        items = list(read([str(folder)]))
        assert [os.path.relpath(i.file, folder) for i in items] == [
            "a.jsonl.gz", "a.jsonl.gz", "b/deep/one.txt", "c.CSV", "d.html", "noending",
        ]  # fmt: skip
        assert all(isinstance(i, Record) for i in items)

    def test_what_is_not_read_is_a_reject_that_lists_what_is(self, folder: Path) -> None:
        (folder / "e.pdf").write_bytes(b"%PDF-1.7\n\x00\xff")
        (folder / "SOURCE.txt").write_text("Where this comes from.")
        (folder / "empty").write_bytes(b"")
        rejects = {os.path.basename(i.file): i.reason for i in read([str(folder)]) if isinstance(i, Reject)}
        assert set(rejects) == {"e.pdf", "SOURCE.txt", "empty"}
        assert ".jsonl" in rejects["e.pdf"] and "begins with a line" in rejects["SOURCE.txt"]

    def test_links_that_lead_back_are_not_followed_for_ever(self, folder: Path) -> None:
        (folder / "b" / "loop").symlink_to(folder)
        (folder / "dangling.txt").symlink_to(folder / "nowhere.txt")
        os.mkfifo(folder / "pipe.txt")
        assert [i.file for i in read([str(folder)]) if isinstance(i, Reject)] == [str(folder / "dangling.txt")]

    def test_a_missing_path_and_a_silly_one_are_rejects_and_the_run_goes_on(self, folder: Path) -> None:
        items = list(read([str(folder / "missing.txt"), "a\0b", str(folder / "c.CSV")]))
        assert shape(items) == [("reject", None), ("reject", None), ("record", 2)]

    def test_a_file_without_permission_is_a_reject(self, folder: Path) -> None:
        (folder / "c.CSV").chmod(0)
        if os.access(folder / "c.CSV", os.R_OK):
            (folder / "c.CSV").chmod(0o644)  # the superuser may read everything: nothing to see here
            return
        assert "permission" in only_reject(list(read([str(folder / "c.CSV")]))).reason

    def test_progress_ends_at_the_total(self, folder: Path) -> None:
        (folder / "e.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00\xff" * 200_000)
        reading = read([str(folder), str(folder / "a.jsonl.gz")])
        assert isinstance(reading, Reading) and reading.total is not None
        seen = [reading.done for _ in reading]
        assert seen == sorted(seen) and seen[0] > 0
        assert reading.done == reading.total

    def test_a_name_that_is_not_utf_8_can_be_shown(self, tmp_path: Path) -> None:
        with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.jsonl"), "wb") as file:
            file.write(line(1))
        items = list(read([str(tmp_path)]))
        assert only_record(items).file.encode()


class TestStandardInput:
    @pytest.mark.parametrize(
        "data",
        [line(1), b"[" + line(1) + b"]", b"\n\n date 2024-11-25 T\n\nText.", b"title\tbody\nt\tb\n",
         b"Body;Title\nt;b\n", PAGE.encode(), b"<!-- saved -->\n" + PAGE.encode(), gzip.compress(line(1)),
         line(1).decode().encode("utf-16")],
    )  # fmt: skip
    def test_its_format_is_seen_by_the_first_bytes(self, data: bytes) -> None:
        reading = read(["-"], io.BytesIO(data))
        assert only_record(list(reading)).file == "-"
        assert (reading.total, reading.done) == (None, len(data))

    def test_a_named_format_overrides_what_is_seen(self) -> None:
        assert isinstance(only_reject(list(read(["-"], io.BytesIO(line(1)), format="text"))), Reject)

    def test_an_unknown_input_is_told_what_is_read(self) -> None:
        assert "--format" in only_reject(list(read(["-"], io.BytesIO(b"just some words")))).reason
        assert "empty" in only_reject(list(read(["-"], io.BytesIO(b"")))).reason
        assert only_reject(list(read(["-"]))).file == "-"


class TestSharedData:
    @pytest.fixture
    def data(self) -> Callable[[str], Path]:
        def find(name: str) -> Path:
            if not (DATA / name).exists():
                pytest.skip(f"shared data absent: ../shared/data/{name}")
            return DATA / name

        return find

    @pytest.mark.parametrize(
        ("name", "articles", "rejects"),
        [("seed", 1, 0), ("wikinews/articles.jsonl.gz", 644, 0), ("ukraine_gdelt/articles.jsonl.gz", 246, 3),
         ("dvids/articles.jsonl.gz", 63, 0), ("multihoprag/articles.jsonl.gz", 609, 0),
         ("re3d/articles.jsonl.gz", 36, 0)],
    )  # fmt: skip
    def test_real_articles_are_read_and_only_doubled_ids_rejected(
        self, data: Callable[[str], Path], name: str, articles: int, rejects: int
    ) -> None:
        guard = IdGuard()
        found = [guard.check(i) if isinstance(i, Record) else i for i in read([str(data(name))])]
        bad = [f for f in found if isinstance(f, Reject)]
        assert (len(found) - len(bad), len(bad)) == (articles, rejects)
        assert all("doubled" in r.reason for r in bad)

    def test_the_seed_article_has_its_date_and_author(self, data: Callable[[str], Path]) -> None:
        article = only_record(list(read([str(data("seed"))]))).article
        assert (article.published, article.authors) == ("2024-11-25", ("Flaminia Luck",))
        assert article.title.startswith("Russia cautions") and article.body.endswith("in Russia.")
