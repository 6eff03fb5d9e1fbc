"""The image and the compose file, as far as they can be tried without a Docker engine: the compose file against the
specification's own schema, the Dockerfile's instructions, its build steps run in a clean folder, its health check."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def last(name: str) -> str:
    return [rest for found, rest in instructions() if found == name][-1]


# -------------------------------------------------------------------- the compose file
def test_the_compose_file_fits_the_schema_of_the_specification(compose: dict[str, Any]) -> None:
    schema = json.loads((files("compose") / "config" / "compose_spec.json").read_text())
    # The specification has gained the project's name since; and variables stand where numbers may.
    known = {key: value for key, value in compose.items() if key != "name"}
    errors = [f"{list(e.instance_path)}: {e.message}" for e in jsonschema_rs.validator_for(schema).iter_errors(known)]
    assert errors == []


def test_it_is_published_on_this_machine_alone(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(str(port).startswith("127.0.0.1:") for port in published)


def test_every_service_runs_without_rights(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        named = [str(v).split(":")[0] for v in service["volumes"] if not str(v).startswith((".", "/", "$"))]
        assert set(named) <= set(compose["volumes"]), name


def test_the_services_of_dateline_run_on_a_read_only_file_system(compose: dict[str, Any]) -> None:
    for name, service in ours(compose).items():
        assert service["read_only"] is True and service["build"] == ".", name
    for name in ("api", "api-cluster"):
        assert compose["services"][name]["healthcheck"]["test"][0] == "CMD"


def ours(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in compose["services"].items() if service["image"] == "dateline"}


def nodes(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in compose["services"].items() if name.startswith("elasticsearch-")}


def test_the_nodes_run_the_official_image_with_security_health_checks_volumes_and_limits(
    compose: dict[str, Any],
) -> None:
    found = nodes(compose)
    assert len(found) == 3
    for name, node in found.items():
        assert node["image"].startswith("docker.elastic.co/elasticsearch/elasticsearch:${ELASTIC_VERSION:-9.")
        assert node["mem_limit"] and node["healthcheck"]["test"][0] == "CMD-SHELL"
        assert f"{name}:/usr/share/elasticsearch/data" in node["volumes"] and name in compose["volumes"]
        assert node["depends_on"]["certificates"]["condition"] == "service_completed_successfully"
        settings = node["environment"]
        assert settings["node.name"] == name
        assert set(settings["discovery.seed_hosts"].split(",")) == set(found)
        for on in ("security.enabled", "security.http.ssl.enabled", "security.transport.ssl.enabled"):
            assert settings[f"xpack.{on}"] == "true"


def test_the_services_on_the_cluster_know_every_node_and_its_authority(compose: dict[str, Any]) -> None:
    from archive.engines.elastic.address import Address
    from archive.engines.elastic.address import nodes as urls
    from dateline.settings import Settings

    on_cluster = {name: s for name, s in ours(compose).items() if "cluster" in s.get("profiles", [])}
    assert set(on_cluster) == {"api-cluster", "indexer-cluster"}
    made = compose["services"]["certificates"]["command"][0]
    for name, service in on_cluster.items():
        variables = {key: re.sub(r"\$\{\w+:-(\w*)\}", r"\1", str(v)) for key, v in service["environment"].items()}
        given = {key.removeprefix("DATELINE_").lower(): value for key, value in variables.items()}
        settings = Settings(**given)
        hosts = [url.rpartition("@")[2] for url in urls(Address(settings.archive), settings.cluster)]
        assert [host.rpartition("/")[2] for host in hosts] == [f"{node}:9200" for node in nodes(compose)], name
        assert all(node in made for node in nodes(compose)), "the certificate names them"
        assert settings.cluster.ca is not None
        assert f"certificates:{settings.cluster.ca.parents[1]}:ro" in service["volumes"]
        assert set(service["depends_on"]) - {"postgres"} == set(nodes(compose))


def test_the_script_that_makes_the_certificates_can_be_read_by_a_shell(compose: dict[str, Any]) -> None:
    script = compose["services"]["certificates"]["command"][0].replace("$$", "$")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    refused = subprocess.run(
        ["bash", "-c", script], env={"ELASTIC_PASSWORD": ""}, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1 and "set ELASTIC_PASSWORD" in refused.stderr


def test_what_is_started_by_hand_is_told_at_the_top(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text().partition("\nname:")[0]
    by_hand = [name for name, service in compose["services"].items() if service.get("profiles") == ["tools"]]
    assert by_hand
    assert all(f"docker compose run --rm {name}" in text for name in by_hand)
    assert "docker compose --profile cluster run --rm indexer-cluster" in text
    assert re.search(r"docker compose --profile cluster up .* api-cluster\b", text)
    assert [n for n, s in compose["services"].items() if not s.get("profiles")] == ["api", "postgres"]


def test_the_commands_of_the_services_are_commands_of_dateline(compose: dict[str, Any]) -> None:
    from dateline.cli import app

    names = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert compose["services"]["api"]["command"][0] in names
    assert compose["services"]["indexer"]["command"][0] in names


def test_every_variable_is_a_setting(compose: dict[str, Any]) -> None:
    from dateline.settings import PREFIX, Settings

    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    texts = (ROOT / "Dockerfile").read_text(), yaml.safe_dump(ours(compose))
    named = {name for text in texts for name in re.findall(r"\bDATELINE_[A-Z_]+\b", text)}
    # Of the compose file itself: what it publishes and mounts.
    named -= {"DATELINE_ARTICLES", "DATELINE_CLUSTER_PORT", "DATELINE_ARCHIVE_NAME"}
    assert named and named <= known


# -------------------------------------------------------------------- the Dockerfile
def test_the_image_runs_the_program_as_a_user_without_rights() -> None:
    assert last("USER") == "10001:10001"
    assert json.loads(last("ENTRYPOINT")) == ["dateline"]
    assert json.loads(last("CMD"))[0] == "serve"
    assert "0.0.0.0" in last("ENV") and last("EXPOSE") == "8000" and last("VOLUME") == "/archive"


def copied() -> list[str]:
    """What the Dockerfile copies from the folder beside it."""
    sources: list[str] = []
    for name, rest in instructions():
        if name == "COPY" and "--from" not in rest:
            sources += shlex.split(rest)[:-1]
    return sources


def test_what_is_copied_is_there_and_sent_to_the_builder() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in copied():
        assert (ROOT / source).exists(), source
        assert source.split("/")[0] in allowed, f"{source} is ignored by .dockerignore"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the build steps make, from what the Dockerfile copies and nothing else; then read-only."""
    source, target = tmp_path_factory.mktemp("build"), tmp_path_factory.mktemp("image") / "dateline"
    for name in copied():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    (run,) = [rest for name, rest in instructions() if name == "RUN" and "build.sh" in rest]
    command = [str(target) if part == "/opt/dateline" else part for part in shlex.split(run)]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=900, check=False)
    if built.returncode and "No matching distribution" in built.stderr and not os.environ.get("DATELINE_CI"):
        pytest.skip("no package index can be reached from here: connect this machine to one")
    assert built.returncode == 0, built.stderr[-3000:]
    subprocess.run(["chmod", "-R", "a-w", str(target)], check=True)
    return target


def environment(image: Path, archive: Path) -> dict[str, str]:
    """The image's own, with its folders where they are here."""
    given = dict(re.findall(r"(\w+)=(\S+)", last("ENV")))
    moved = {name: value.replace("/opt/dateline", str(image)) for name, value in given.items()}
    path = f"{image}/bin{os.pathsep}{os.environ['PATH']}"
    local = {"PATH": path, "DATELINE_ARCHIVE": str(archive), "DATELINE_HOST": "127.0.0.1", "HOME": "/nonexistent"}
    return {**os.environ, **moved, **local}


@pytest.fixture(scope="module")
def served(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The image's entry point and command, on a free port: its port and its environment."""
    archive = tmp_path_factory.mktemp("volume") / "news"
    variables = {**environment(image, archive), "DATELINE_PORT": "0"}
    command = [*json.loads(last("ENTRYPOINT")), *json.loads(last("CMD"))]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True, cwd=archive.parent)
    try:
        assert process.stdout is not None
        url = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert url
        yield url[1], variables
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
    assert process.returncode == 0


@pytest.mark.parametrize("where", ["Dockerfile", "docker-compose.yml"])
def test_the_health_check_succeeds_while_the_service_lives(
    served: tuple[str, dict[str, str]], compose: dict[str, Any], where: str
) -> None:
    port, variables = served
    if where == "Dockerfile":
        check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    else:
        check = compose["services"]["api"]["healthcheck"]["test"][1:]

    def asked(port: str) -> int:
        command = [part.replace(":8000/", f":{port}/") for part in check]
        for _ in range(20):  # `retries`, while the model is loaded
            code = subprocess.run(command, env=variables, capture_output=True, timeout=120, check=False).returncode
            if code == 0:
                break
        return code

    assert asked(port) == 0
    assert asked("1") != 0, "and fails where nothing answers"


def test_a_container_without_an_account_stops_with_one_sentence(image: Path, tmp_path: Path) -> None:
    # 127.1 is taken for an address that others may reach, as 0.0.0.0 is, and isn't one.
    variables = {**environment(image, tmp_path / "news"), "DATELINE_PORT": "0", "DATELINE_HOST": "127.1"}
    command = [*json.loads(last("ENTRYPOINT")), *json.loads(last("CMD"))]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1 and done.stdout == ""
    (said,) = done.stderr.splitlines()
    assert "DATELINE_ADMIN_PASSWORD_FILE" in said


def test_the_image_indexes_and_finds_with_nothing_but_its_volume_to_write_to(
    served: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    port, variables = served
    (tmp_path / "a.jsonl").write_text(
        '{"id": "a", "body": "The Tyne ferry sails."}\n{"id": "b", "body": "A bridge."}\n'
    )
    done = subprocess.run(
        ["dateline", "index", "-q", tmp_path / "a.jsonl"],
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    url = f"http://127.0.0.1:{port}/api/v1/search?q=ferry&mode=keyword"
    ask = f"import urllib.request; print(urllib.request.urlopen({url!r}).read().decode())"
    answer = subprocess.run(["python", "-c", ask], env=variables, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["total"] == 1
