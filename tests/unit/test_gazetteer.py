"""The gazetteers: sound data, fast recognition in queries, clear words about broken files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article
from archive.errors import GazetteerError
from archive.gazetteer import Gazetteer, check
from archive.gazetteer.compiled import FILE, source_digest
from archive.gazetteer.entity import ENTITY_KINDS
from archive.gazetteer.entries import DATA, entities, read_folder
from indexer.entities import EntityReader


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def recognised(gazetteer: Gazetteer, query: str) -> list[tuple[int, int, str]]:
    return [(r.first, r.count, r.name) for r in gazetteer.recognise(query.split())]


def test_the_shipped_gazetteers_are_sound() -> None:
    assert check(DATA) == []


def test_what_is_compiled_is_what_the_yaml_says() -> None:
    assert source_digest().encode() in FILE.read_bytes(), "run: python -m archive.gazetteer.distil"


def test_the_shipped_gazetteers_have_the_size_that_was_promised(gazetteer: Gazetteer) -> None:
    assert len(list(gazetteer.all("weapon"))) >= 200
    assert len(list(gazetteer.all("person"))) >= 2000
    assert len(list(gazetteer.all("organisation"))) >= 1000
    assert (DATA / "places.json.gz").stat().st_size < 2_000_000


def test_the_compiled_entities_are_those_of_the_yaml(gazetteer: Gazetteer) -> None:
    read = [e for kind, entries in read_folder(DATA).items() for e in entities(kind, entries, gazetteer.analyser)]
    loaded = [e for kind in ENTITY_KINDS for e in gazetteer.all(kind)]
    assert {e.name: e for e in read if e.kind == "weapon"} == {e.name: e for e in loaded if e.kind == "weapon"}
    assert {(e.kind, e.name) for e in read} == {(e.kind, e.name) for e in loaded}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("Storm Shadow Kursk", ["Storm Shadow", "Kursk, Russia"]),
        ("storm shadow kursk region", ["Storm Shadow", "Kursk Oblast, Russia"]),
        ("scalp eg", ["Storm Shadow"]),
        ("SA 8", ["9K33 Osa"]),
        ("f16 deliveries", ["F-16 Fighting Falcon"]),
        ("F 16s over kiev", ["F-16 Fighting Falcon", "Kyiv, Ukraine"]),
        ("S 400", ["S-400"]),
        ("atacms himars", ["ATACMS", "HIMARS"]),
        ("MiG 31K", ["MiG-31"]),
        ("zelenskiy putin", ["Volodymyr Zelensky", "Vladimir Putin"]),
        ("US troops", ["United States"]),
        ("un security council", ["United Nations Security Council"]),
    ],
)
def test_a_query_names_what_is_known(gazetteer: Gazetteer, query: str, names: list[str]) -> None:
    assert [name for _, _, name in recognised(gazetteer, query)] == names


@pytest.mark.parametrize(
    "query",
    [
        "tell us who said it may be nice",
        "reading apple orange target",
        "patriot javelin leopard hurricane tornado",
        "may brown hunt",
        "at 4 in the morning",
        "the sun and the times",
        "",
    ],
)
def test_common_words_are_never_recognised(gazetteer: Gazetteer, query: str) -> None:
    assert recognised(gazetteer, query) == []


def test_case_and_accents_do_not_matter(gazetteer: Gazetteer) -> None:
    expected = [(0, 2, "Viktor Orbán")]
    assert recognised(gazetteer, "viktor orban") == recognised(gazetteer, "VIKTOR ORBÁN") == expected


@given(st.lists(st.sampled_from("storm shadow un security council kyiv new york times f 16 the us US of".split())))
def test_recognised_names_lie_within_the_query_and_never_overlap(words: list[str]) -> None:
    position = 0
    for found in SHARED.recognise(words):
        assert found.first >= position and found.count >= 1
        position = found.first + found.count
    assert position <= len(words)


SHARED = Gazetteer.load()


def test_entities_answer_to_their_name(gazetteer: Gazetteer) -> None:
    kyiv = gazetteer.entity("place", "Kyiv, Ukraine")
    assert kyiv is not None and kyiv.country == "Ukraine" and kyiv.geonameid == 703448
    assert kyiv.lat == pytest.approx(50.45, abs=0.1) and kyiv.lon == pytest.approx(30.52, abs=0.1)
    assert "Kiev" in gazetteer.aliases("place", "Kyiv, Ukraine")
    assert gazetteer.entity("weapon", "Nothing") is None and gazetteer.aliases("weapon", "Nothing") == ()


def test_namesakes_in_one_country_are_told_apart_by_their_region(gazetteer: Gazetteer) -> None:
    names = [e.name for e in gazetteer.cities.named(["athens"])]
    assert names[0] == "Athens, Greece"
    assert "Athens, Ohio, United States" in names
    assert len(names) == len(set(names))


def test_own_files_add_and_replace_entries(tmp_path: Path) -> None:
    (tmp_path / "weapons").mkdir()
    own = "- {name: Peace Lance, class: laser, aliases: [PL-9]}\n- {name: Storm Shadow, class: test missile}\n"
    (tmp_path / "weapons" / "own.yaml").write_text(own, encoding="utf-8")
    gazetteer = Gazetteer.load(tmp_path)
    assert recognised(gazetteer, "PL 9 and peace lance") == [(0, 2, "Peace Lance"), (3, 2, "Peace Lance")]
    storm = gazetteer.entity("weapon", "Storm Shadow")
    assert storm is not None and storm.class_name == "test missile"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- {name: X-1}", ["own.yaml", "entry 1", "X-1", "class"]),
        ("- {name: X-1, class: laser, colour: red}", ["own.yaml", "X-1", "colour"]),
        ("- {name: X-1, class: laser, aliases: X}", ["own.yaml", "X-1", "aliases", "list"]),
        ("- {class: laser}", ["own.yaml", "entry 1", "name"]),
        ("name: [", ["own.yaml", "line", "YAML"]),
        ("just text", ["own.yaml", "list"]),
    ],
)
def test_a_broken_file_is_named_with_entry_and_cure(tmp_path: Path, content: str, words: list[str]) -> None:
    (tmp_path / "weapons").mkdir()
    (tmp_path / "weapons" / "own.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(GazetteerError) as raised:
        Gazetteer.load(tmp_path)
    assert all(word in raised.value.message for word in words)
    assert any("own.yaml" in problem for problem in check(tmp_path))


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="no gazetteer folder"):
        Gazetteer.load(tmp_path / "absent")


def test_checking_finds_duplicates_and_common_words(tmp_path: Path) -> None:
    (tmp_path / "weapons").mkdir()
    entries = "- {name: Lance X, class: laser, aliases: [Storm]}\n- {name: Lance Y, class: laser, aliases: [Lance X]}\n"
    (tmp_path / "weapons" / "own.yaml").write_text(entries, encoding="utf-8")
    problems = check(tmp_path)
    assert len(problems) == 2
    assert "`Storm` is a common word" in problems[0] and "entry 2" in problems[1] and "Lance X" in problems[1]


def test_checking_own_files_looks_at_the_shipped_ones_too(tmp_path: Path, gazetteer: Gazetteer) -> None:
    (tmp_path / "weapons").mkdir()
    entries = (
        "- {name: Storm Shadow, class: cruise missile, aliases: [Own Shadow]}\n"
        "- {name: Peace Lance, class: laser, aliases: [SCALP-EG]}\n"
    )
    (tmp_path / "weapons" / "own.yaml").write_text(entries, encoding="utf-8")
    (tmp_path / "weapon.yaml").write_text(entries, encoding="utf-8")
    problems = check(tmp_path, {kind: gazetteer.all(kind) for kind in ENTITY_KINDS})
    assert len(problems) == 2
    assert "weapon.yaml" in problems[0] and "folder weapons" in problems[0]
    assert "`SCALP-EG`" in problems[1] and "shipped Storm Shadow" in problems[1] and "entry 2" in problems[1]


def test_own_people_places_and_organisations_are_read_in_articles(tmp_path: Path) -> None:
    files = {
        "people.yaml": "- {name: Rudolf V, aliases: [Rudolf Elphberg, Elphberg]}\n",
        "organisations.yaml": "- {name: Streslau Front, class: political party, aliases: [SLF]}\n",
        "regions.yaml": '- {name: "Zenda, Ruritania", country: Ruritania, lat: 49.1, lon: 14.2}\n',
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert check(tmp_path) == []
    reader = EntityReader(Gazetteer.load(tmp_path))
    # In another language than English the gazetteers decide alone, without the model.
    article = Article(id="a", title="", body="Rudolf Elphberg sprach in Zenda; Elphberg dankte der SLF.", language="de")
    found = {(m.kind, m.text, m.name) for m in reader.read([article])[0]}
    assert found == {
        ("person", "Rudolf Elphberg", "Rudolf V"),
        ("person", "Elphberg", "Rudolf V"),
        ("place", "Zenda", "Zenda, Ruritania"),
        ("organisation", "SLF", "Streslau Front"),
    }
