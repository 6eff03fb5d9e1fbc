"""What all tests share: the rule about skips, and the profile of Hypothesis."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.elasticsearch_server import running_server
from tests.postgres_server import running_postgres

IN_CI = bool(os.environ.get("DATELINE_CI"))
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# The same examples at every run: a failure in CI is a failure at the desk.
settings.register_profile(
    "dateline",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("dateline")


LONGEST = (
    "alerts/test_state_machine.py",
    "elastic/test_equality.py",
    "tests/test_cli.py",
    "conformance/test_paging.py",
    "tests/test_docker.py",
    "tests/test_news.py",
    "crash/test_elastic.py",
    "tests/test_serve.py",
    "tests/test_documentation.py",
    "conformance/test_search.py",
    "elastic/test_cluster.py",
    "effectiveness/test_expected.py",
    "conformance/test_writing.py",
    "crash/test_kill.py",
    "pages/test_journeys.py",
)
"""Files of over a minute: begun first, so that no process is left alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI everything a test needs is installed: a skip there is a failure."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real articles to measure with; a checkout alone doesn't have them."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real articles here: they lie in {SHARED_DATA} where the project is developed")
    return SHARED_DATA


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Elasticsearch of one node, which all processes of a run share: to start and to warm up take long."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with running_server(shared / "elasticsearch") as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, started once a session."""
    with running_postgres() as url:
        yield url
