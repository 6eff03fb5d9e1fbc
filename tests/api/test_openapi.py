"""OpenAPI: its examples work, and whatever fits it gets an answer that it documents."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from archive.analysis import Analyser
from archive.engines.embedded import EmbeddedEngine
from archive.gazetteer import Gazetteer
from dateline.app import create_app
from search_api.service import SearchService
from tests.bag_of_words import BagOfWords

EXEMPT = {"cursor": "an example would belong to one search of one archive"}


def test_any_request_that_fits_the_schema_gets_a_documented_answer(sample_archive: Path, tmp_path: Path) -> None:
    # A copy, because some of these requests write.
    shutil.copytree(sample_archive, tmp_path / "copy")
    embedder, gazetteer = BagOfWords(), Gazetteer.load()
    engine = EmbeddedEngine.open(tmp_path / "copy")
    service = SearchService(engine, Analyser(), lambda: embedder, lambda: gazetteer)
    app = create_app(service)
    document = schemathesis.openapi.from_asgi("/openapi.json", app)
    statuses = {}
    for found in document.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        statuses[operation.label] = _ask(operation)
    assert 200 in statuses["GET /api/v1/search"] and 200 in statuses["GET /health"]
    assert 200 in statuses["POST /api/v1/articles"] and 404 in statuses["DELETE /api/v1/articles/{id}"]


def _ask(operation: Any) -> set[int]:
    """Asks one operation in 25 ways; the statuses it answered with."""
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    statuses = set()

    @given(case=operation.as_strategy())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def fits(case: schemathesis.Case[Any]) -> None:
        # Writing is for those who name this machine as the host.
        answer = case.call(base_url="http://localhost", headers={"Host": "localhost"})
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=checks)

    fits()
    return statuses


def test_every_example_works(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    tried = 0
    own = {"token": _save_something(client)}
    for path, operations in document["paths"].items():
        operation = operations.get("get")
        if operation is None:
            continue
        parameters = operation.get("parameters", [])
        route = path
        for p in parameters:
            if p["in"] == "path":
                (value,) = p.get("examples") or p["schema"]["examples"]
                value = str(own.get(p["name"], value))
                route = route.replace("{" + p["name"] + "}", quote(value, safe=""))
        needed = {p["name"]: p["example"] for p in parameters if p["in"] == "query" and p.get("required")}
        assert client.get(route, params=needed).status_code == 200, route
        for p in parameters:
            if p["in"] != "query":
                continue
            examples = [p["example"]] if "example" in p else p["schema"].get("examples")
            assert examples, (path, p["name"])
            if p["name"] in EXEMPT:
                continue
            response = client.get(route, params={**needed, p["name"]: examples[0]})
            assert response.status_code == 200, (path, p["name"], response.text)
            tried += 1
    assert tried > 60


def _save_something(client: TestClient) -> str:
    """The first saved search with its first alert, as the examples have it; the secret of its link."""
    searches, localhost = "/api/v1/searches", {"Host": "localhost"}
    assert client.post(searches, json={"q": "bridge"}, headers=localhost).json()["id"] == 1
    alert = {"kind": "email", "target": "desk@example.org"}
    assert client.post(f"{searches}/1/alerts", json=alert, headers=localhost).json()["id"] == 1
    link: str = client.post(f"{searches}/1/share", headers=localhost).json()["shared"]
    return link.rpartition("/")[2]


def test_every_operation_says_what_it_does_and_every_status_what_it_means(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            for status, answer in operation["responses"].items():
                assert answer["description"], (path, method, status)
    assert "validation" not in json.dumps(document).lower(), "FastAPI's own error shape is not ours"
