"""`dateline doctor`: what is installed, and whether an archive is sound."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Iterator
from typing import Annotated

import typer

from dateline.commands.options import DEFAULT_ARCHIVE, ArchiveOption, ModelOption, cache_folder, embedder

PACKAGES = ("tantivy", "simsimd", "onnxruntime", "tokenizers", "spacy", "fastapi", "elasticsearch")
EXTRAS = {"sentence_transformers": "other embedding models: pip install 'dateline[transformers]'"}


def doctor(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    model: ModelOption = "all-MiniLM-L6-v2",
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say what is installed, which model and engine are in use, and whether the archive is sound.

    The exit code is 1 where something needs mending; the line says how.
    """
    checks = [*_installed(), _model(model), _mentions(), *_archive(archive)]
    if json:
        import orjson

        typer.echo(orjson.dumps([{"name": n, "ok": ok, "says": says} for n, ok, says in checks]))
    else:
        for name, ok, says in checks:
            typer.echo(f"{'ok  ' if ok else 'MEND'} {name}: {says}")
    if not all(ok for _, ok, _ in checks):
        raise typer.Exit(1)


Check = tuple[str, bool, str]


def _installed() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, version

    yield "python", True, platform.python_version()
    for package in PACKAGES:
        try:
            yield package, True, version(package)
        except PackageNotFoundError:
            yield package, False, "not installed: run `make install`"
    for module, what in EXTRAS.items():
        present = importlib.util.find_spec(module) is not None
        yield module.replace("_", "-"), True, "installed" if present else f"not installed (optional; {what})"


def _model(model: str) -> Check:
    from archive.errors import ModelError

    try:
        return "model", True, f"{embedder(model).name} (converted model in {cache_folder()})"
    except ModelError as error:
        return "model", False, error.message


def _mentions() -> Check:
    from archive.errors import ModelError
    from indexer.ner_model import PACKAGE, model_path

    try:
        model_path()
    except ModelError as error:
        return "spaCy model", False, error.message
    return "spaCy model", True, PACKAGE


def _archive(location: str) -> Iterator[Check]:
    from archive.engines import diagnose, shown
    from archive.errors import ArchiveError, DatelineError
    from dateline.opening import cluster_of, open_archive

    try:
        cluster = diagnose(location, cluster_of(location))
    except DatelineError as error:
        yield "cluster", False, error.message
        return
    if cluster.summary:
        yield "cluster", True, cluster.summary
    for problem in cluster.problems:
        yield "cluster", False, problem
    try:
        engine = open_archive(location)
        stats = engine.stats()
        problems = engine.check()
    except ArchiveError as error:
        yield "archive", False, error.message
        return
    yield (
        "archive",
        True,
        f"{shown(location)}: {stats.engine}, {stats.articles:,} articles, made with {stats.details['model']}",
    )
    yield "soundness", not problems, "; ".join(problems) or "every article, passage and value can be read"
