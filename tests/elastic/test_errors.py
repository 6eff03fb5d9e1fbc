"""What users are told: a sentence with the cure, never the server's own words."""

from __future__ import annotations

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from archive.article import Article
from archive.engine import Identity, Search
from archive.engines import create_archive, open_archive
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.address import Address
from archive.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveForeign,
    ArchiveFull,
    ArchiveMissing,
    ArchiveOutdated,
    ArticleError,
)
from tests.bag_of_words import BagOfWords
from tests.conformance import corpus
from tests.web_server import web_server


def create(location: str) -> ElasticEngine:
    return ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)


def test_a_url_opens_the_engine_and_what_it_made_opens_again(location: str) -> None:
    with pytest.raises(ArchiveMissing, match=r"dateline index PATH --archive http"):
        open_archive(location)
    made = create_archive(location, BagOfWords())
    assert isinstance(made, ElasticEngine)
    again = create_archive(location, BagOfWords())
    assert (again.secret, again.model, again.state) == (made.secret, made.model, made.state)
    assert again.stats().engine == "elasticsearch"
    with pytest.raises(ArchiveForeign, match="exists already"):
        create(location)


@pytest.mark.parametrize(
    "location", ["http://localhost:9200", "http://localhost:9200/", "http://localhost/News", "ftp://localhost/news",
                 "http://localhost/a,b", "http://localhost/_all", "http://localhost/*", "http:///news",
                 "http://localhost/news?pretty", "http://localhost/news#1", "http://localhost/a%2Fb",
                 "http://localhost/a%0Ab", "http://localhost/a%00b", "http://localhost/a%FFb", "http://localhost/.."],
)  # fmt: skip
def test_a_url_that_names_no_archive_is_told(location: str) -> None:
    with pytest.raises(ArchiveError, match=r"write http://HOST:9200/NAME"):
        open_archive(location)


def test_passwords_are_not_shown() -> None:
    address = Address("https://user:secret@example.org/search/news")
    assert address.server == "https://user:secret@example.org:443/search"
    assert (address.location, address.name) == ("https://example.org/search/news", "news")


@pytest.mark.parametrize("password", ["se/cret", "se?cret", "se#cret", "se@cret", "se:cret", "se%2Fcret"])
def test_a_password_of_any_letters_is_shown_nowhere(password: str) -> None:
    with pytest.raises(ArchiveError) as told:
        open_archive(f"http://user:{password}@127.0.0.1:9/news")
    assert "cret" not in told.value.message and "http://127.0.0.1:9/news" in told.value.message


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(ArchiveError, match="can't be reached: check that it runs"):
        open_archive("http://127.0.0.1:9/news")


def test_the_command_line_says_it_in_one_sentence() -> None:
    dateline = Path(sys.executable).with_name("dateline")
    command = [dateline, "stats", "--archive", "http://user:secret@127.0.0.1:9/news"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    expected = "error: The server of http://127.0.0.1:9/news can't be reached: check that it runs and that the address"
    assert (done.returncode, done.stderr) == (1, f"{expected} is right.\n")


def test_another_server_is_told() -> None:
    with (
        web_server(lambda _: (200, {"Content-Type": "text/html"}, b"hi")) as server,
        pytest.raises(ArchiveForeign, match="no Elasticsearch server"),
    ):
        open_archive(f"{server}/news")


def test_an_index_that_is_no_archive_is_left_alone(location: str, client: Elasticsearch) -> None:
    name = Address(location).name
    client.indices.create(index=name, mappings={"properties": {"title": {"type": "text"}}})
    for attempt in (open_archive, create):
        with pytest.raises(ArchiveForeign, match="something else than a Dateline archive"):
            attempt(location)
    assert client.indices.exists(index=name)


def test_another_version_names_the_command(location: str, client: Elasticsearch) -> None:
    engine = create(location)
    engine.write(corpus.mixed()[:20])
    before = engine.since(0)
    index = engine._view.state.index
    meta = client.indices.get_mapping(index=index)[index]["mappings"]["_meta"]
    client.indices.put_mapping(index=index, meta={**meta, "analysis": 0})
    with pytest.raises(ArchiveOutdated, match=r"dateline rebuild --archive http"):
        open_archive(location)
    old = open_archive(location, outdated=True)
    old.rebuild()
    assert open_archive(location).since(0) == before
    index = ElasticEngine.open(location)._view.state.index
    client.indices.put_mapping(index=index, meta={**meta, "format": 99})
    with pytest.raises(ArchiveOutdated, match="format 99"):
        open_archive(location, outdated=True)


def test_an_archive_that_lost_an_index_is_told_and_never_made_anew(location: str, client: Elasticsearch) -> None:
    engine = create(location)
    engine.write(corpus.mixed()[:5])
    name = Address(location).name
    client.indices.delete(index=f"{name}-1")
    with pytest.raises(ArchiveDamaged, match="Restore it from a snapshot"):
        engine.search(Search())
    for attempt in (open_archive, create):
        with pytest.raises(ArchiveDamaged, match=rf"{name}-1 is gone"):
            attempt(location)


def test_an_archive_that_lost_its_state_is_told_and_never_made_anew(location: str, client: Elasticsearch) -> None:
    engine = create(location)
    engine.write(corpus.mixed()[:5])
    name = Address(location).name
    client.indices.delete(index=f"{name}-state")
    with pytest.raises(ArchiveMissing):
        engine.search(Search())
    for attempt in (open_archive, create):
        with pytest.raises(ArchiveDamaged, match="state is gone"):
            attempt(location)
    assert client.count(index=f"{name}-1")["count"] == 5


def test_a_creation_that_was_interrupted_is_done_again(location: str, client: Elasticsearch) -> None:
    create(location)
    client.indices.delete(index=f"{Address(location).name}-1")
    with pytest.raises(ArchiveMissing):
        open_archive(location)
    assert create(location).stats().articles == 0
    client.indices.delete(index=f"{Address(location).name}-1")
    identity = Identity(bytes(32), "none", corpus.DIMENSIONS, "english")
    assert ElasticEngine.create_copy(location, identity).identity == identity


def test_of_several_who_make_an_archive_at_once_one_does_and_all_write_to_it(location: str) -> None:
    def make(number: int) -> bytes:
        engine = create_archive(location, BagOfWords())
        engine.write([corpus.prepared(Article(f"{number}", "", "word"))])
        return engine.secret

    with ThreadPoolExecutor(4) as several:
        secrets = set(several.map(make, range(4)))
    assert secrets == {open_archive(location).secret}
    assert open_archive(location).get("0123").keys() == set("0123")


def test_archives_whose_names_could_meet_leave_each_other_alone(location: str) -> None:
    engine, other = create(location), create(f"{location}-2")
    for made, size in ((engine, 5), (other, 7)):
        made.write(corpus.mixed()[:size])
    for part in ("1", "writer-0"):
        for attempt in (open_archive, create):
            with pytest.raises(ArchiveForeign, match=r"a part of another one: .*-1 is its index"):
                attempt(f"{location}-{part}")
    create(f"{location}-other-1")
    with pytest.raises(ArchiveForeign, match="as another archive is"):
        create(f"{location}-other")
    engine.rebuild()
    other.rebuild()
    assert (open_archive(location).stats().articles, open_archive(f"{location}-2").stats().articles) == (5, 7)


def test_an_article_the_server_refuses_is_named_and_its_batch_leaves_nothing_new(
    location: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = create(location)
    engine.write(corpus.mixed()[:10])
    before = engine.since(0)
    good = corpus.prepared(Article("good", "", "word"))
    wrong = corpus.prepared(Article("wrong", "", "word", source="x" * 40_000))
    with caplog.at_level(logging.WARNING), pytest.raises(ArticleError, match=r"'wrong'.* too long") as told:
        engine.write([good, wrong])
    assert "immense" not in str(told.value)
    assert engine.since(0) == before
    commit = engine.write([good])
    assert (commit.added, commit.updated) == (1, 0)
    assert [s.article.id for s in engine.since(before[-1].sequence, "￿")] == ["good"]
    assert engine.check() == []


def test_an_archive_that_is_read_only_is_told(location: str, client: Elasticsearch) -> None:
    engine = create(location)
    engine.write(corpus.mixed()[:10])
    index = engine._view.state.index
    client.indices.put_settings(index=index, settings={"blocks.write": True})
    with pytest.raises(ArchiveFull, match="Make room"):
        engine.write(corpus.mixed()[:20])
    assert engine.search(Search()).total == 10
    client.indices.put_settings(index=index, settings={"blocks.write": None})
    assert engine.write(corpus.mixed()[:20]).added == 10


def test_a_batch_with_a_wrong_vector_uses_up_no_sequence(location: str) -> None:
    engine = create(location)
    [first, *_] = corpus.mixed()
    with pytest.raises(ArticleError):
        engine.write([replace(first, vectors=corpus.vectors_at([], 0)[:, :3])])
    assert engine.write([first]).sequence == 1
