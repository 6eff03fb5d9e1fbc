"""How long the server takes for a page, from the request to the last byte, without a network; and how heavy it is.

    python -m benchmarks.pages --archive ARCHIVE

Each query is another one, so each is embedded; all facets and the timeline are counted, twenty results shown, after
thirty pages to warm up. What it takes to send the request and to read the answer is not counted. Prints median and
95th percentile in ms of whole pages, of what the search in them takes and of the rest; then the same of the other
pages; and of each the median and the largest weight in KB, as HTML and as it is sent. `--profile` prints instead where
the time of a search page goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote, urlencode

import numpy as np
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from archive.engines import open_archive
from benchmarks.questions import questions
from dateline.app import create_app
from dateline.commands.options import embedder
from dateline.opening import gazetteer, open_service
from dateline.serving import settle
from search_api.stages import Stage

WARM = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    engine = open_archive(asked.archive)
    articles = [s.article for s in engine.since(0, "", 5_000)]
    texts = [q for q in questions(articles, asked.pages * 8) if q.replace(" ", "").isalpha() and "OR" not in q]
    texts = list(dict.fromkeys(texts))[: asked.pages + WARM]
    encoder = embedder(asked.model)
    spent: dict[Stage, float] = {}

    def observe(stage: Stage, seconds: float) -> None:
        spent[stage] = spent.get(stage, 0.0) + seconds

    service = open_service(engine, asked.archive, asked.model, lambda: encoder, observe)
    clock = Clock(create_app(service, lambda: gazetteer(asked.archive)))
    with TestClient(clock) as client:

        def load(path: str) -> Loaded:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            return Loaded(
                clock.seconds * 1000, len(answer.content) / 1000, int(answer.headers["content-length"]) / 1000
            )

        pages = [f"/?{urlencode({'q': text})}" for text in texts]
        for path in pages[:WARM]:
            load(path)
        settle()  # as `dateline serve` does
        if asked.profile:
            profile = cProfile.Profile()
            profile.enable()
            for path in pages[WARM:]:
                load(path)
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
            return
        print(f"{engine.stats().articles} articles, {len(pages) - WARM} queries of one to three words")
        print(f"{'':<16}{'ms, median':>12}{'p95':>8}{'KB, median':>14}{'most':>8}{'sent, median':>16}{'most':>8}")
        whole, search = [], []
        for path in pages[WARM:]:
            spent.clear()
            whole.append(load(path))
            search.append(1000 * sum(spent.get(stage, 0.0) for stage in ("understand", "encode", "search", "answer")))
        _print("search page", [p.ms for p in whole], whole)
        _print("  its searches", search)
        _print("  all else", [p.ms - ms for p, ms in zip(whole, search, strict=True)])
        names = [(m.kind, m.name) for a in articles[:400] for m in a.mentions[:1] if m.kind != "date"][:60]
        others = {
            "50 results": [f"{path}&limit=50" for path in pages[:60]],
            "100 results": [f"{path}&limit=100" for path in pages[:60]],
            "with shares": [f"{path}&share=on" for path in pages[:60]],
            "article": [f"/article/{quote(a.id, safe='')}" for a in articles[:60]],
            "entity": [f"/entity/{kind}/{quote(name, safe='')}" for kind, name in names],
            "facet": [f"/facet/person{path[1:]}" for path in pages[:60]],
            "map": [f"/map{path[1:]}" for path in pages[:60]],
            "compare": ["/compare?" + urlencode([("q", a), ("q", b)]) for a, b in pairwise(texts[:61])],
            "archive": ["/archive"] * 20,
        }
        for name, paths in others.items():
            load(paths[0])
            loaded = [load(path) for path in paths]
            _print(name, [p.ms for p in loaded], loaded)


class Loaded(NamedTuple):
    """A page: milliseconds of the server, kilobytes of HTML, and kilobytes as they are sent."""

    ms: float
    html: float
    sent: float


class Clock:
    """An application that knows how long its last answer took."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.seconds = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        await self._app(scope, receive, send)
        self.seconds = time.perf_counter() - started


def _print(name: str, times: Sequence[float], loaded: Sequence[Loaded] = ()) -> None:
    middle, slow = np.percentile(times, [50, 95])
    line = f"{name:<16}{middle:12.1f}{slow:8.1f}"
    if loaded:
        html, sent = [p.html for p in loaded], [p.sent for p in loaded]
        line += f"{np.median(html):14.0f}{max(html):8.0f}{np.median(sent):16.0f}{max(sent):8.0f}"
    print(line)


if __name__ == "__main__":
    main()
