"""The command line, as users run it: real processes, the real model."""

from __future__ import annotations

import gzip
import json
import secrets
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from archive.engines.embedded import EmbeddedEngine
from dateline.sample import sample_path

DATELINE = Path(sys.executable).with_name("dateline")


def run(*words: str | Path, code: int = 0, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [DATELINE, *map(str, words)], capture_output=True, text=True, input=stdin, timeout=120, check=False
    )
    assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


def answer(*words: str | Path) -> Any:
    return json.loads(run(*words).stdout)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("articles") / "some.jsonl"
    path.write_text("".join(sample_path().read_text().splitlines(keepends=True)[:12]))
    return path


@pytest.fixture(scope="module")
def archive(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives") / "some"
    assert run("index", articles, "--archive", folder).stdout.startswith("12 added, 0 updated, 0 unchanged, 0 rejected")
    return folder


def test_indexing_again_changes_nothing(archive: Path, articles: Path) -> None:
    before = answer("stats", "--archive", archive, "--json")
    said = run("index", articles, "--archive", archive).stdout
    assert said.startswith("0 added, 0 updated, 12 unchanged")
    assert answer("stats", "--archive", archive, "--json") == before


def test_several_workers_make_the_same_archive(articles: Path, archive: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    lines = [json.loads(line) for line in articles.read_text().splitlines()]
    # More than two batches; a passage each, since encoding is what takes the time.
    copies = [{**a, "id": f"{a['id']}-{i}", "body": a["body"][:400]} for i in range(6) for a in lines]
    many.write_text("".join(json.dumps(a) + "\n" for a in copies))
    exported = []
    for workers in ("1", "3"):
        folder = tmp_path / f"archive-{workers}"
        assert run("index", many, "--archive", folder, "--workers", workers).stdout.startswith("72 added")
        exported.append(run("export", "--archive", folder).stdout)
        engine = EmbeddedEngine.open(folder)
        exported.append([c.vectors.tobytes() for c in engine.copies(0)])
    assert exported[0] == exported[2] and exported[1] == exported[3]


@pytest.mark.parametrize("where", ["in a folder", "on a server"])
def test_several_indexers_at_once_make_an_archive_and_commit_in_turn(
    articles: Path, tmp_path: Path, where: str, request: pytest.FixtureRequest
) -> None:
    lines = articles.read_text().splitlines(keepends=True)
    archive = str(tmp_path / "archive")
    if where == "on a server":
        archive = f"{request.getfixturevalue('elasticsearch_url')}/several-{secrets.token_hex(4)}"
    running = []
    for i, (some, workers) in enumerate(((lines[:5], "1"), (lines[5:], "2"))):
        path = tmp_path / f"{i}.jsonl"
        path.write_text("".join(some))
        command = [DATELINE, "index", "-q", path, "--archive", archive, "--workers", workers]
        command += ["--rejects", tmp_path / f"{i}.rejects"]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    for process in running:
        said, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        assert ", 0 rejected" in said
    assert answer("stats", "--archive", archive, "--json")["articles"] == 12
    assert run("doctor", "--archive", archive).returncode == 0


def test_search_prints_the_apis_answer(archive: Path) -> None:
    found = answer("search", "Moskva", "--archive", archive, "--json", "--facet", "weapon", "--timeline", "year")
    assert found["results"][0]["id"] == "sample-001"
    assert found["facets"]["weapon"]["values"]
    assert found["timeline"]["interval"] == "year"
    shown = run("search", "Moskva", "--archive", archive).stdout
    assert "Moskva sinks" in shown


def test_the_cursor_is_printed_whole_and_brings_the_next_page(archive: Path) -> None:
    asked = ("search", "", "--archive", archive, "--limit", "5", "--mode", "keyword")
    cursor = run(*asked).stdout.splitlines()[-1].removeprefix("more: --cursor ")
    first, second = (answer(*asked, *more, "--json") for more in ((), ("--cursor", cursor)))
    assert len(first["results"]) == len(second["results"]) == 5
    assert {r["id"] for r in first["results"]}.isdisjoint(r["id"] for r in second["results"])


def test_a_syntax_error_is_told_with_its_cure(archive: Path) -> None:
    said = run("search", '"Moskva', "--archive", archive, code=1).stderr
    assert said.startswith("error: ")
    assert "(at character 1)\ncure: " in said


def test_a_wrong_option_is_told(archive: Path) -> None:
    assert "keyword, semantic, hybrid" in run("search", "x", "--mode", "y", "--archive", archive, code=1).stderr


def test_show_delete_and_index_again(archive: Path, articles: Path) -> None:
    assert "Moskva" in run("show", "sample-001", "--archive", archive).stdout
    assert answer("show", "sample-001", "--archive", archive, "--json")["source"] == "Meridian Wire"
    assert run("delete", "sample-001", "--archive", archive).stdout == "1 deleted\n"
    assert "There is no article" in run("show", "sample-001", "--archive", archive, code=1).stderr
    assert "1 not found" in run("delete", "sample-001", "--archive", archive, code=1).stdout
    assert run("index", articles, "--archive", archive).stdout.startswith("1 added, 0 updated, 11 unchanged")


def test_an_export_is_complete_and_can_be_indexed(archive: Path, tmp_path: Path) -> None:
    lines = run("export", "--archive", archive).stdout.splitlines()
    exported = {json.loads(line)["id"]: json.loads(line) for line in lines}
    assert len(exported) == 12
    (tmp_path / "out.jsonl").write_text("\n".join(lines))
    run("index", tmp_path / "out.jsonl", "--archive", tmp_path / "copy", "-q")
    copied = (json.loads(line) for line in run("export", "--archive", tmp_path / "copy").stdout.splitlines())
    for article in copied:
        original = exported[article["id"]]
        assert {k: v for k, v in article.items() if k != "sequence"} == {
            k: v for k, v in original.items() if k != "sequence"
        }


@pytest.mark.parametrize("option", [(), ("--mentions",), ("--vectors",)])
def test_a_rebuild_keeps_every_answer(archive: Path, option: tuple[str, ...]) -> None:
    question = ("search", "missile ship sinks", "--archive", archive, "--json", "--facet", "person")
    before = answer(*question)
    assert run("rebuild", *option, "--archive", archive).stdout == "12 articles rebuilt.\n"
    after = answer(*question)
    for volatile in ("took_ms", "next"):
        before.pop(volatile), after.pop(volatile)
    assert after == before


def test_doctor_finds_a_sound_archive_sound_and_a_missing_one_missing(archive: Path, tmp_path: Path) -> None:
    said = run("doctor", "--archive", archive).stdout
    assert "MEND" not in said
    assert "12 articles" in said
    assert "dateline index" in run("doctor", "--archive", tmp_path / "none", code=1).stdout


def test_rejects_name_file_line_and_reason(tmp_path: Path) -> None:
    source = tmp_path / "mixed.jsonl.gz"
    lines = [
        '{"id": "a", "title": "A bridge opens", "body": "On Monday."}',
        "{broken",
        '{"id": "b", "body": "x", "published_at": "the day before"}',
        '{"id": "a", "title": "Another bridge opens", "body": "On Tuesday."}',
    ]
    source.write_bytes(gzip.compress("\n".join(lines).encode()))
    done = run("index", source, tmp_path / "absent.txt", "--archive", tmp_path / "archive", code=3)
    assert "1 added, 0 updated, 0 unchanged, 4 rejected" in done.stdout
    rejects = [json.loads(line) for line in (tmp_path / "archive.rejects.jsonl").read_text().splitlines()]
    assert [(Path(r["file"]).name, r["line"]) for r in rejects] == [
        ("mixed.jsonl.gz", 2),
        ("mixed.jsonl.gz", 3),
        ("mixed.jsonl.gz", 4),
        ("absent.txt", None),
    ]
    assert "the day before" in rejects[1]["reason"]
    assert "doubled" in rejects[2]["reason"]


def test_standard_input_is_read(tmp_path: Path) -> None:
    line = '{"title": "A bridge opens", "body": "On Monday."}\n'
    said = run("index", "-", "--archive", tmp_path / "archive", stdin=line).stdout
    assert said.startswith("1 added")


def test_annotate_writes_mentions_with_offsets(articles: Path, tmp_path: Path) -> None:
    run("annotate", articles, "--out", tmp_path / "mentions.jsonl")
    texts = {a["id"]: a for a in map(json.loads, articles.read_text().splitlines())}
    lines = [json.loads(line) for line in (tmp_path / "mentions.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == list(texts)
    kinds = set()
    for line in lines:
        for mention in line["mentions"]:
            kinds.add(mention["kind"])
            assert texts[line["id"]][mention["field"]][mention["start"] : mention["end"]] == mention["text"]
    assert kinds == {"person", "place", "organisation", "weapon", "date"}


def test_files_that_cannot_be_read_or_written_are_told(tmp_path: Path) -> None:
    said = run("annotate", tmp_path / "absent.txt", "--out", tmp_path / "no" / "out.jsonl", code=1).stderr
    assert said == f"error: {tmp_path}/no/out.jsonl can't be written (No such file or directory): name another file.\n"
    closed = f"{DATELINE} annotate - {tmp_path}/absent.txt <&-"
    done = subprocess.run(["sh", "-c", closed], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "-: There is no standard input here: name a file.",
        f"{tmp_path}/absent.txt: There is no such file or folder: check the path.",
        "2 rejected",
    ]


def test_annotate_says_what_each_name_stands_for_and_why(tmp_path: Path) -> None:
    text = (
        "date 2024-11-22 Storm Shadow over Kursk\n\nPatriot missiles stayed in Kyiv on Thursday, Keir Starmer said.\n"
    )
    (tmp_path / "draft.txt").write_text(text, encoding="utf-8")
    said = run("annotate", tmp_path / "draft.txt").stdout
    rows = [line.split() for line in said.splitlines()]
    assert ["title", "0", "Storm", "Shadow", "weapon", "Storm", "Shadow,", "cruise", "missile", "alias"] in rows
    assert any(row[-1:] == ["context"] and "Patriot" in row for row in rows)
    assert any("2024-11-21" in row for row in rows)
    (kyiv,) = [row for row in rows if row[2:3] == ["Kyiv"]]
    assert "(50.45," in kyiv and "703448)" in kyiv
    piped = run("annotate", "-", "--format", "text", stdin=text).stdout
    assert piped == said


def test_gazetteer_check_names_what_is_wrong_and_counts_what_is_sound(tmp_path: Path) -> None:
    own = tmp_path / "archive" / "gazetteer" / "weapons"
    assert "no folder gazetteer" in run("gazetteer", "check", "--archive", tmp_path / "archive", code=1).stderr
    own.mkdir(parents=True)
    (own / "own.yaml").write_text("- {name: Peace Lance, class: laser}\n- {name: Peace Bow}\n")
    said = run("gazetteer", "check", "--archive", tmp_path / "archive", code=1).stdout
    assert said.count("\n") == 1 and "own.yaml, entry 2 (Peace Bow)" in said and "class" in said
    (own / "own.yaml").write_text("- {name: Peace Lance, class: laser}\n")
    assert "1 weapon." in run("gazetteer", "check", own.parent).stdout


MEASURED = ["queries", "ndcg@10", "mrr@10", "recall@10", "recall@100", "ms_p50", "ms_p95"]


def test_evaluate_measures_judged_queries(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text('{"id": "q1", "text": "Moskva"}\n{"id": "q2", "text": "unjudged"}\n')
    (tmp_path / "qrels.tsv").write_text("q1 0 sample-001 1\n")
    common = (
        "--queries",
        tmp_path / "queries.jsonl",
        "--qrels",
        tmp_path / "qrels.tsv",
        "--archive",
        archive,
        "--json",
    )
    for option in ("--mode=hybrid", "--mode=keyword", "--mode=semantic", "--leg=bm25", "--leg=dense"):
        measured = answer("evaluate", *common, option, "--run", tmp_path / "run.txt")
        assert list(measured) == MEASURED
        assert measured["queries"] == 1
        assert measured["ndcg@10"] == measured["mrr@10"] == measured["recall@10"] == 1.0
    scores = [float(line.split()[4]) for line in (tmp_path / "run.txt").read_text().splitlines() if line[:2] == "q1"]
    assert all(a > b for a, b in pairwise(scores))


def test_evaluate_compares_systems_and_shows_judgements(archive: Path, tmp_path: Path) -> None:
    asked = {"q1": "Moskva", "q2": "Dateline Courier on missiles, 21 November 2024"}
    lines = [json.dumps({"id": id, "text": text}) for id, text in asked.items()]
    (tmp_path / "queries.jsonl").write_text("\n".join(lines))
    (tmp_path / "qrels.tsv").write_text("q1 0 sample-001 1\nq1 0 gone 1\nq2 0 sample-002 2\nq2 0 sample-003 0\n")
    given = ["--queries", tmp_path / "queries.jsonl", "--qrels", tmp_path / "qrels.tsv", "--archive", archive]
    systems = ["--mode", "hybrid", "--expand", "on", "--expand", "off", "--leg", "bm25", "--baseline", "bm25"]
    table = run("evaluate", *given, *systems, "--per-query", tmp_path / "each.jsonl").stdout
    assert [line.split(" | ")[0] for line in table.splitlines()[2:]] == ["| hybrid", "| hybrid expand=off", "| bm25"]
    found = answer("evaluate", *given, *systems, "--json")
    assert (found["baseline"], found["resamples"]) == ("bm25", 10_000)
    gains = [system.pop("difference") for system in found["systems"]]
    assert gains[2] is None and gains[0]["low"] <= gains[0]["mean"] <= gains[0]["high"]
    assert gains[0]["mean"] >= 0
    assert all(set(system) == {"name", *MEASURED} for system in found["systems"])
    each = [json.loads(line) for line in (tmp_path / "each.jsonl").read_text().splitlines()]
    assert [(e["id"], e["system"]) for e in each[:4]] == [
        *(("q1", name) for name in ("hybrid", "hybrid expand=off", "bm25")),
        ("q2", "hybrid"),
    ]
    shown = [line.split() for line in run("evaluate", *given, "--judge", "q1").stdout.splitlines()]
    first = next(cells for cells in shown if cells[:1] == ["1"])
    assert first[1] == "1" and "sample-001" in first
    assert ["-", "1", "gone", "not"] in [cells[:4] for cells in shown]
    assert "none of the systems" in run("evaluate", *given, "--baseline", "bm52", code=2).stderr
    assert "single mode" in run("evaluate", *given, *systems, "--run", tmp_path / "run.txt", code=2).stderr
    assert "no query q9" in run("evaluate", *given, "--judge", "q9", code=2).stderr


def test_broken_judgements_are_told_with_their_line(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text('{"id": "q1"}\n')
    (tmp_path / "qrels.tsv").write_text("q1 0 sample-001 1\n")
    said = run(
        "evaluate",
        "--queries",
        tmp_path / "queries.jsonl",
        "--qrels",
        tmp_path / "qrels.tsv",
        "--archive",
        archive,
        code=1,
    ).stderr
    assert "queries.jsonl:1" in said
