"""Settings: read from the environment, refused with a sentence, documented as they are."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
import typer

from dateline.cli import app
from dateline.settings import PREFIX, Settings, SettingsError, as_markdown, load_settings

ROOT = Path(__file__).parents[2]


def test_the_page_of_settings_is_what_the_code_reads() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    assert page == as_markdown(), (
        "write it anew: python -c 'import dateline.settings as s; print(s.as_markdown(), end=\"\")'"
    )
    for name in Settings.model_fields:
        assert f"`{PREFIX}{name.upper()}`" in page


def test_every_variable_that_a_command_reads_is_a_setting_with_the_same_default() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    read = set()
    for command in group.commands.values():  # type: ignore[attr-defined]
        for option in command.params:
            if option.envvar:
                field = Settings.model_fields[option.envvar.removeprefix(PREFIX).lower()]
                assert option.default == field.default, (command.name, option.name)
                read.add(option.envvar)
    assert read == {f"{PREFIX}{name}" for name in ("ARCHIVE", "CREATE", "HOST", "MODEL", "PORT", "PROCESSES")}


def test_no_other_variable_is_read_anywhere() -> None:
    import re

    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for room in ("archive", "dateline", "indexer", "search_api", "web"):
        for path in (ROOT / room).rglob("*.py"):
            named = set(re.findall(r"\bDATELINE_[A-Z_]+\b", path.read_text()))
            assert named <= known, path
            assert room == "dateline" or "os.environ" not in path.read_text(), path


def test_the_environment_sets_and_what_is_given_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_SEARCH_THREADS", "7")
    monkeypatch.setenv("DATELINE_PORT", "9000")
    monkeypatch.setenv("DATELINE_LOG_LEVEL", "")
    settings = load_settings(port=9001)
    assert (settings.search_threads, settings.port, settings.log_level) == (7, 9001, "info")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATELINE_SEARCH_THREADS", "many"),
        ("DATELINE_SEARCH_THREADS", "0"),
        ("DATELINE_SEARCH_QUEUE", "-1"),
        ("DATELINE_PORT", "70000"),
        ("DATELINE_WRITES", "maybe"),
        ("DATELINE_WRITE_LIMIT", "0"),
        ("DATELINE_LOG_FORMAT", "xml"),
        ("DATELINE_LOG_LEVEL", "loud"),
        ("DATELINE_SHUTDOWN", "soon"),
    ],
)
def test_a_value_that_cant_be_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert f"{variable}={value}" in raised.value.message
    assert "docs/settings.md" in raised.value.message
