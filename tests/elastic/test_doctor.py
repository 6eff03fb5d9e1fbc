"""What `dateline doctor` says of a cluster: each fault is made on the real server, told, and mended as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import orjson
import pytest
from elasticsearch import Elasticsearch
from typer.testing import CliRunner

from archive.engines import diagnose
from archive.engines.elastic import ElasticEngine
from archive.engines.elastic.address import Address
from archive.errors import ArchiveError, ArchiveMissing
from dateline.cli import app
from tests.conformance import corpus
from tests.web_server import web_server


@pytest.fixture
def engine(location: str) -> ElasticEngine:
    made = ElasticEngine.create(location, dimensions=corpus.DIMENSIONS)
    made.write(corpus.mixed()[:20])
    return made


def mend(client: Elasticsearch, sentence: str) -> None:
    """Send the request that the sentence ends with."""
    told = re.search(r"PUT (\S+) (\{.*\})$", sentence)
    assert told, sentence
    body = json.loads(told[2])
    headers = {"accept": "application/json", "content-type": "application/json"}
    client.perform_request("PUT", told[1], headers=headers, body=body)


def test_a_healthy_cluster_is_described_and_has_no_problem(location: str, engine: ElasticEngine) -> None:
    found = diagnose(location)
    told = r"Elasticsearch 9\.\d+\.\d+, data nodes: \d+, shards in use: \d+, health (green|yellow)"
    assert re.fullmatch(told, found.summary)
    assert found.problems == ()


def test_another_archive_with_a_longer_name_is_none_of_its_concern(
    location: str, engine: ElasticEngine, client: Elasticsearch
) -> None:
    other = f"{location}-other"
    ElasticEngine.create(other, dimensions=corpus.DIMENSIONS)
    client.indices.put_settings(index=f"{Address(other).name}-1", settings={"blocks.write": True})
    assert diagnose(location).problems == ()
    assert len(diagnose(other).problems) == 1


@pytest.mark.parametrize("which", ["1", "state"])
def test_an_index_whose_replicas_have_no_node_is_told(
    location: str, engine: ElasticEngine, client: Elasticsearch, which: str
) -> None:
    index = f"{Address(location).name}-{which}"
    client.indices.put_settings(index=index, settings={"auto_expand_replicas": False, "number_of_replicas": 5})
    [problem] = diagnose(location).problems
    assert problem.startswith(f"The index {index} is yellow: 5 of its replicas are on no node.")
    mend(client, problem)
    client.cluster.health(index=index, wait_for_status="green", timeout="120s")
    assert diagnose(location).problems == ()


def test_an_index_that_is_on_no_node_is_told(location: str, engine: ElasticEngine, client: Elasticsearch) -> None:
    index = f"{Address(location).name}-2"
    nowhere = {"number_of_replicas": 0, "routing.allocation.require._name": "no-such-node"}
    client.indices.create(index=index, settings=nowhere, wait_for_active_shards=0, timeout="1s")
    [problem] = diagnose(location).problems
    assert problem.startswith(f"The index {index} is red: 1 of its 1 shards are on no node that runs")
    client.indices.delete(index=index)
    assert diagnose(location).problems == ()


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("read_only_allow_delete", "a disk of the cluster was nearly full"),
        ("write", "Somebody has blocked the index"),
        ("read_only", "Somebody has blocked the index"),
    ],
)
def test_an_index_that_takes_no_articles_is_told(
    location: str, engine: ElasticEngine, client: Elasticsearch, block: str, says: str
) -> None:
    index = f"{Address(location).name}-1"
    client.indices.put_settings(index=index, settings={f"blocks.{block}": True})
    [problem] = diagnose(location).problems
    assert says in problem and index in problem
    with pytest.raises(ArchiveError):
        engine.write(corpus.mixed()[20:30])
    mend(client, problem)
    assert diagnose(location).problems == ()
    assert engine.write(corpus.mixed()[20:30]).added == 10


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("alias", ["", "-writer-0"])
def test_an_alias_that_leads_elsewhere_is_told_and_a_rebuild_sets_it_right(
    location: str, engine: ElasticEngine, client: Elasticsearch, alias: str, *, elsewhere: bool
) -> None:
    name = Address(location).name
    actions: list[dict[str, dict[str, str]]] = [{"remove": {"index": f"{name}-1", "alias": name + alias}}]
    if elsewhere:
        actions.append({"add": {"index": f"{name}-state", "alias": name + alias}})
    client.indices.update_aliases(actions=actions)
    [problem] = diagnose(location).problems
    where = f"points to {name}-state" if elsewhere else "is missing"
    assert problem.startswith(f"The alias {name}{alias}, through which ") and f", {where} instead of" in problem
    assert f"dateline rebuild --archive {location}" in problem
    ElasticEngine.open(location).rebuild()
    assert diagnose(location).problems == ()
    again = ElasticEngine.open(location)
    assert again.stats().articles == 20
    assert again.write(corpus.mixed()[20:30]).added == 10


def test_what_is_no_archive_is_told_in_a_line_with_its_cure(location: str) -> None:
    told = CliRunner().invoke(app, ["doctor", "--json", "--archive", location])
    checks = {check["name"]: check for check in orjson.loads(told.stdout)}
    assert told.exit_code == 1
    assert checks["cluster"]["ok"] and checks["cluster"]["says"].startswith("Elasticsearch 9.")
    assert not checks["archive"]["ok"]
    assert f"dateline index PATH --archive {location}" in checks["archive"]["says"]
    with pytest.raises(ArchiveMissing):
        ElasticEngine.open(location)


@pytest.mark.parametrize(
    ("version", "cure"),
    [({"analysis": 0}, r"run `dateline rebuild --archive {}`"), ({"format": 99}, r"then index that export here")],
)
def test_a_mapping_of_another_version_is_told(
    location: str, engine: ElasticEngine, client: Elasticsearch, version: dict[str, int], cure: str
) -> None:
    index = f"{Address(location).name}-1"
    meta = client.indices.get_mapping(index=index)[index]["mappings"]["_meta"]
    client.indices.put_mapping(index=index, meta={**meta, **version})
    assert cure.format(location) in only_problem(location)


def only_problem(location: str) -> str:
    """The one line of `dateline doctor` on the archive and its cluster that asks for mending."""
    told = CliRunner().invoke(app, ["doctor", "--archive", location])
    assert told.exit_code == 1
    parts = ("MEND cluster", "MEND archive", "MEND soundness")
    [line] = [line for line in told.stdout.splitlines() if line.startswith(parts)]
    return line


@pytest.mark.parametrize("which", ["1", "state"])
def test_an_index_that_is_gone_is_told_with_no_cure_that_would_not_help(
    location: str, engine: ElasticEngine, client: Elasticsearch, which: str
) -> None:
    client.indices.delete(index=f"{Address(location).name}-{which}")
    line = only_problem(location)
    assert "is damaged: its " in line and " is gone. Restore it from a snapshot" in line


def test_an_index_that_is_closed_is_told(location: str, engine: ElasticEngine, client: Elasticsearch) -> None:
    index = f"{Address(location).name}-1"
    client.indices.close(index=index)
    [problem] = diagnose(location).problems
    told = re.search(r"POST (\S+)$", problem)
    assert told and index in problem
    client.perform_request("POST", told[1], headers={"accept": "application/json"})
    client.cluster.health(index=index, wait_for_status="yellow")
    assert diagnose(location).problems == ()
    assert ElasticEngine.open(location).stats().articles == 20


def test_a_server_that_is_not_there_is_told() -> None:
    told = CliRunner().invoke(app, ["doctor", "--archive", "http://user:secret@127.0.0.1:9/news"])
    assert told.exit_code == 1
    assert "MEND cluster: The server of http://127.0.0.1:9/news can't be reached" in told.stdout
    assert "secret" not in told.output


def old(headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    """What an older Elasticsearch says."""
    product = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}
    if "compatible-with" in headers.get("Accept", ""):
        return 400, product, b"{}"
    return 200, product, b'{"version": {"number": "8.19.3"}, "tagline": "You Know, for Search"}'


def test_a_server_that_is_too_old_is_told() -> None:
    with web_server(old) as server:
        found = diagnose(f"{server}/news")
    assert found.problems == ("Elasticsearch 8.19.3 is too old: Dateline needs 9.0 or newer. Upgrade the cluster.",)
