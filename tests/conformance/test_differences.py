"""The table of known differences: it binds, it is printed, and nothing passes it by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import ENGINES
from .differences import KNOWN, Difference, as_markdown, marks

SUITE = {path.name: path.read_text() for path in Path(__file__).parent.glob("test_*.py")}
DOCS = Path(__file__).parents[2] / "docs" / "elasticsearch.md"


def test_the_docs_print_the_table() -> None:
    assert as_markdown() in DOCS.read_text(), f"put this into {DOCS.name}:\n{as_markdown()}"


def test_a_known_difference_must_fail_on_its_engine_alone() -> None:
    known = [Difference("elastic", "test_it", "because")]
    [mark] = marks("elastic", "test_it", known)
    assert mark.name == "xfail"
    assert mark.kwargs == {"reason": "because", "raises": AssertionError, "strict": True}
    assert not [*marks("embedded", "test_it", known), *marks("elastic", "test_other", known)]
    assert "| elastic | `test_it` | because |" in as_markdown(known)


def test_every_known_difference_names_an_engine_a_test_and_a_reason() -> None:
    tests = {name for text in SUITE.values() for name in re.findall(r"def (test_\w+)", text)}
    assert [d for d in KNOWN if d.engine not in ENGINES or d.test not in tests or not d.reason] == []


@pytest.mark.parametrize("name", sorted(SUITE.keys() - {Path(__file__).name}))
def test_no_test_of_the_suite_excuses_an_engine_by_itself(name: str) -> None:
    assert re.findall(r"xfail|skip|importorskip|ENGINES|isinstance\(.*Engine", SUITE[name]) == []
