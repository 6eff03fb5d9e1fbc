"""The Python client against the real application: what it gives is what the API says."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from dateline.client import ApiError, Client
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords


@pytest.fixture(scope="module")
def dateline(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client whose requests the application answers in this process, over an archive of its own."""
    folder = tmp_path_factory.mktemp("client") / "archive"
    shutil.copytree(sample_archive, folder)
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    service = SearchService(EmbeddedEngine.open(folder), Analyser(), lambda: embedder, lambda: gazetteer)
    with TestClient(create_app(service), base_url="http://localhost", raise_server_exceptions=False) as application:
        yield Client("http://localhost", http=application)


def test_results_are_exactly_the_total(dateline: Client) -> None:
    asked = {"section": "War", "exclude": {"person": ["Joe Biden", "Emmanuel Macron"]}, "from_": "2022"}
    total = dateline.search("missile", **asked, limit=0).total
    ids = [result.id for result in dateline.results("missile", **asked, limit=3)]
    assert len(ids) == len(set(ids)) == total > 3


def test_facets_timeline_and_flags(dateline: Client) -> None:
    found = dateline.search("Kursk", facet=["weapon", "person"], timeline="year", explain=True, class_="cruise missile")
    assert set(found.facets) == {"weapon", "person"} and found.timeline is not None
    assert found.results[0].explain is not None


def test_articles_names_and_similar(dateline: Client) -> None:
    whole = dateline.article("sample-052")
    assert "Storm Shadow" in whole.body
    assert dateline.similar("sample-052", limit=2).results
    assert dateline.suggest("storm", field=["weapon"]).suggestions[0].name == "Storm Shadow"
    assert dateline.entity("weapon", "SCALP", limit=1).name == "Storm Shadow"


def test_a_list_of_queries(dateline: Client) -> None:
    good, bad = dateline.batch(["Kursk", "(open"], limit=1, section="War")
    assert good.total and len(good.hits) == 1
    assert bad.total is None and bad.error


def test_an_export_goes_on_where_it_ended_and_comes_as_a_file(dateline: Client) -> None:
    whole = list(dateline.export("Kursk"))
    position = (whole[0]["sequence"], whole[0]["id"])
    assert list(dateline.export("Kursk", after=position)) == whole[1:] != []
    made = b"".join(dateline.export_bytes("Kursk", format="zip"))
    assert len(zipfile.ZipFile(io.BytesIO(made)).namelist()) == len(whole)


def test_articles_are_added_and_deleted(dateline: Client) -> None:
    added = dateline.add({"id": "tyne/1", "body": "The new bridge over the Tyne opened on Monday."})
    assert [a["id"] for a in added["accepted"]] == ["tyne/1"]
    assert dateline.article("tyne/1").body.startswith("The new bridge")
    dateline.delete("tyne/1")
    with pytest.raises(ApiError) as error:
        dateline.article("tyne/1")
    assert error.value.status == 404 and error.value.code == "not_found"


def test_what_the_service_refuses_is_an_error_that_names_it(dateline: Client) -> None:
    with pytest.raises(ApiError, match="422 parameter") as error:
        dateline.search("Kursk", mode="fuzzy")
    assert [field.name for field in error.value.fields] == ["mode"]
    with pytest.raises(ApiError) as syntax:
        next(dateline.export('"open'))
    assert syntax.value.fields[0].position == 0


def test_what_is_no_dateline_is_an_error_too() -> None:
    with Client("http://127.0.0.1:9", timeout=1) as nowhere, pytest.raises(httpx.HTTPError):
        nowhere.search("Kursk")
