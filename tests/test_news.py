"""What the archive is for, on some hundreds of real articles: indexed by one command, asked the way users ask."""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from archive.engines import open_archive
from benchmarks.exactness import differences
from dateline.opening import open_service
from search_api.parameters import parse_parameters
from search_api.service import SearchService

DATELINE = Path(sys.executable).with_name("dateline")
SEED = "58b245c766181fe9"
MODEL = "all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def paths(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every sixth article of one collection, the whole of another, and one as plain text."""
    some = tmp_path_factory.mktemp("wikinews") / "articles.jsonl"
    with gzip.open(shared_data / "wikinews" / "articles.jsonl.gz") as file:
        some.write_bytes(b"".join(islice(file, 0, None, 6)))
    return [str(some), str(shared_data / "ukraine_gdelt" / "articles.jsonl.gz"), str(shared_data / "seed")]


@pytest.fixture(scope="module")
def news(paths: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The archive, and how many seconds of processors it took."""
    folder = tmp_path_factory.mktemp("archives") / "news"
    before = _worked()
    done = subprocess.run(
        [DATELINE, "index", *paths, "--archive", folder, "-q"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("355 added, 0 updated, 0 unchanged, 3 rejected")
    return folder, _worked() - before


def _worked() -> float:
    """Seconds of processors that ended children have used: other processes beside them don't count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def service(news: tuple[Path, float]) -> SearchService:
    return open_service(open_archive(str(news[0])), str(news[0]), MODEL)


def ask(service: SearchService, q: str, **parameters: str) -> dict[str, Any]:
    return service.search(parse_parameters([("q", q), *parameters.items()]))


def test_the_rejects_are_the_three_doubled_ids(news: tuple[Path, float]) -> None:
    lines = Path(f"{news[0]}.rejects.jsonl").read_text().splitlines()
    assert len(lines) == 3
    assert all("doubled" in json.loads(line)["reason"] for line in lines)


def test_again_changes_nothing_and_does_under_a_tenth_of_the_work(news: tuple[Path, float], paths: list[str]) -> None:
    sequence = open_archive(str(news[0])).stats().sequence
    before = _worked()
    done = subprocess.run(
        [DATELINE, "index", *paths, "--archive", news[0], "-q"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("0 added, 0 updated, 355 unchanged, 3 rejected")
    assert _worked() - before < news[1] / 10  # a share of the same machine's own work, not a speed
    assert open_archive(str(news[0])).stats().sequence == sequence


@pytest.mark.parametrize("mode", ["keyword", "semantic", "hybrid"])
def test_the_seed_article_comes_first(service: SearchService, mode: str) -> None:
    assert ask(service, "Storm Shadow Kursk", mode=mode)["results"][0]["id"] == SEED


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ('weapon:"Storm Shadow"', None),
        ("place:Kursk", None),
        ("mentioned:1918", None),
        ("missil* NEAR/9 Kursk", 1),
        ("(Macron OR Starmer) published:2024-11", 1),
    ],
)
def test_binding_queries_find_the_seed_article(service: SearchService, query: str, total: int | None) -> None:
    found = ask(service, query, limit="100")
    assert SEED in [r["id"] for r in found["results"]]
    assert total is None or found["total"] == total


def test_an_exclusion_leaves_the_seed_article_out(service: SearchService) -> None:
    assert SEED in [r["id"] for r in ask(service, '"command post"')["results"]]
    found = ask(service, '"command post" -Biden')
    assert found["total"] > 0
    assert SEED not in [r["id"] for r in found["results"]]


def test_the_mentions_of_the_seed_article_are_right(service: SearchService) -> None:
    article = service.article(SEED)
    assert article is not None
    names: dict[str, set[str]] = {}
    for mention in article["mentions"]:
        names.setdefault(mention["kind"], set()).add(mention["name"])
    assert names["weapon"] == {"ATACMS", "Storm Shadow"}
    assert names["person"] == {
        *("Dmitry Peskov", "Donald Trump", "Emmanuel Macron", "Keir Starmer", "Winston Churchill", "Joe Biden"),
        *("Charles de Gaulle", "Jean-Noël Barrot", "Volodymyr Zelensky", "Vladimir Putin", "Yvette Cooper"),
    }
    assert names["place"] == {
        *("Ukraine", "Russia", "France", "United Kingdom", "Germany", "United States", "Europe"),
        *("Kyiv, Ukraine", "Kursk Oblast, Russia"),
    }
    dates = {"2024-02", "2024-11-11", "1918", "2024-11-23", "2024-11", "2024-W47", "2024-11-21"}
    assert dates <= names["date"]


def test_every_count_is_right(service: SearchService) -> None:
    assert list(differences(service, queries=40)) == []
