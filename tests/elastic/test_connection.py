"""How a cluster is reached: several nodes, a key, a certificate, a time limit; each on the real server."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.engine import Search
from archive.engines import open_archive
from archive.engines.cluster import ClusterSettings
from archive.engines.elastic import ElasticEngine, connection
from archive.engines.elastic.address import Address, nodes
from archive.errors import ArchiveError
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from dateline.opening import cluster_of
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords
from tests.conformance import corpus


class Door:
    """A port that leads to the real server, and keeps the heads of the requests that go through it."""

    def __init__(self, to: tuple[str, int], tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.heads: list[str] = []
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", port))
        if tls:
            self._listening = tls.wrap_socket(self._listening, server_side=True)
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """As if its machine were gone."""
        # Closing alone would not wake the thread that accepts.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
            except ssl.SSLError:
                continue  # a client that doesn't trust the certificate
            except OSError:
                return
            there = socket.create_connection(self._to)
            self._open += [here, there]
            threading.Thread(target=self._carry, args=(here, there, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, here, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, asking: bool) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                if asking:
                    self.heads.append(part.partition(b"\r\n\r\n")[0].decode("latin-1"))
                target.sendall(part)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def door(elasticsearch_url: str) -> Iterator[Door]:
    host, _, port = elasticsearch_url.removeprefix("http://").partition(":")
    with closing(Door((host, int(port)))) as opened:
        yield opened


@pytest.fixture
def archive(location: str) -> str:
    """The name of one with ten articles."""
    ElasticEngine.create(location, dimensions=corpus.DIMENSIONS).write(corpus.mixed()[:10])
    return Address(location).name


def test_further_nodes_answer_when_the_one_in_the_url_does_not(
    elasticsearch_url: str, archive: str, door: Door
) -> None:
    engine = open_archive(f"http://127.0.0.1:{door.port}/{archive}", ClusterSettings(urls=(elasticsearch_url,)))
    assert engine.search(Search()).total == 10
    door.close()
    for _ in range(5):
        assert engine.search(Search()).total == 10
    assert engine.write(corpus.mixed()[10:20]).added == 10
    dead = f"http://127.0.0.1:{door.port}/{archive}"
    assert open_archive(dead, ClusterSettings(urls=(elasticsearch_url,))).search(Search()).total == 20
    with pytest.raises(ArchiveError, match="can't be reached"):
        open_archive(dead)


def test_a_service_whose_server_is_started_anew_answers_503_until_then(
    elasticsearch_url: str, archive: str, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 1)
    encoder, gazetteer = BagOfWords(), Gazetteer.load()
    engine = open_archive(f"http://127.0.0.1:{door.port}/{archive}")
    client = TestClient(create_app(SearchService(engine, Analyser(), lambda: encoder, lambda: gazetteer)))
    paths = ("/api/v1/search?q=missile&mode=keyword", "/?q=missile&mode=keyword", "/health", "/ready", "/api/v1/export")
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    door.close()
    refused = [client.get(path) for path in paths]
    assert [answer.status_code for answer in refused] == [503] * len(paths)
    told = refused[0].json()["error"]
    assert (told["code"], told["message"]) == ("archive", "The archive can't answer now: `dateline doctor` says why.")
    host, _, port = elasticsearch_url.removeprefix("http://").partition(":")
    with closing(Door((host, int(port)), port=door.port)):
        assert [client.get(path).status_code for path in paths] == [200] * len(paths)


def test_the_key_is_sent_instead_of_a_user(archive: str, door: Door) -> None:
    location = f"http://user:secret@127.0.0.1:{door.port}/{archive}"
    open_archive(location)
    assert all("authorization: Basic dXNlcjpzZWNyZXQ=" in head for head in door.heads if head.startswith("GET"))
    door.heads.clear()
    settings = ClusterSettings(api_key="a2V5OnRoZS1zZWNyZXQ=")
    open_archive(location, settings)
    heads = [head.lower() for head in door.heads if head.startswith("GET")]
    assert heads
    assert all("authorization: apikey a2v5onrozs1zzwnyzxq=" in head and "basic" not in head for head in heads)
    assert "a2V5" not in repr(settings)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "ca.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return files


def test_a_server_with_a_certificate_of_ones_own_is_trusted_when_its_authority_is_named(
    elasticsearch_url: str, archive: str, certificate: tuple[Path, Path]
) -> None:
    host, _, port = elasticsearch_url.removeprefix("http://").partition(":")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with closing(Door((host, int(port)), tls)) as secure:
        location = f"https://127.0.0.1:{secure.port}/{archive}"
        assert open_archive(location, ClusterSettings(ca=certificate[0])).search(Search()).total == 10
        with pytest.raises(ArchiveError, match="certificate"):
            open_archive(location)


def test_a_server_without_tls_is_told(elasticsearch_url: str) -> None:
    with pytest.raises(ArchiveError, match="write http:// where it has none"):
        open_archive(f"{elasticsearch_url.replace('http:', 'https:')}/news")


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), (b"not a certificate", "no certificate in PEM")])
def test_a_certificate_that_can_not_be_used_is_told(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ArchiveError, match=f"ca.pem can't be used .*{why}"):
        open_archive("https://127.0.0.1:9/news", ClusterSettings(ca=file))


@pytest.mark.parametrize("url", ["localhost:9200", "ftp://localhost", "http://", "http://host:port", "http://[::1"])
def test_a_further_node_that_is_none_is_told(url: str) -> None:
    with pytest.raises(ArchiveError, match="doesn't name a node of a cluster"):
        open_archive("http://127.0.0.1:9/news", ClusterSettings(urls=(url,)))


@pytest.mark.parametrize("location", ["http://host:port/news", "http://host:99999/news", "http://[::1/news"])
def test_a_url_that_can_not_be_read_is_told(location: str) -> None:
    with pytest.raises(ArchiveError, match=r"write http://HOST:9200/NAME"):
        open_archive(location)


def test_user_and_password_hold_for_all_nodes_that_have_none_of_their_own() -> None:
    address = Address("https://user:secret@one.example:9200/news")
    settings = ClusterSettings(
        urls=("https://two.example:9200", "https://x:y@three.example", "https://one.example:9200")
    )
    assert nodes(address, settings) == [
        "https://user:secret@one.example:9200",
        "https://user:secret@two.example:9200",
        "https://x:y@three.example:443",
    ]


def test_a_server_that_says_nothing_is_told_after_the_time_limit() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        location = f"http://127.0.0.1:{silent.getsockname()[1]}/news"
        with pytest.raises(ArchiveError, match="can't be reached"):
            open_archive(location, ClusterSettings(timeout=0.05))


def test_the_environment_says_how_a_cluster_is_reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {
        "URLS": "http://a:9200, http://b:9200,",
        "API_KEY": "key",
        "CA": str(tmp_path),
        "TIMEOUT": "5",
        "VECTORS": "hnsw",
        "SHARDS": "3",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"DATELINE_ELASTIC_{name}", value)
    expected = ClusterSettings(("http://a:9200", "http://b:9200"), "key", tmp_path, 5.0, "hnsw", 3)
    assert cluster_of("http://c:9200/news") == expected
    assert cluster_of("a/folder") == ClusterSettings(), "which needs none of it"


def test_shards_and_vectors_are_those_of_a_new_index_and_change_by_a_rebuild(location: str) -> None:
    engine = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS, cluster=ClusterSettings(shards=2))
    engine.write(corpus.mixed()[:10])
    before = engine.since(0)

    def made() -> tuple[object, object]:
        details = open_archive(location).stats().details
        return details["shards"], details["vectors"]

    assert made() == (2, "flat")
    open_archive(location, ClusterSettings(shards=3, vectors="hnsw")).rebuild()
    assert made() == (3, "hnsw")
    open_archive(location).rebuild()
    assert made() == (3, "hnsw"), "as it was, where nothing is said"
    assert engine.since(0) == before
