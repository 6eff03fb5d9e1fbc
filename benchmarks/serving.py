"""Eight clients at once against a real `dateline serve`: latencies, errors, memory.

    python -m benchmarks.serving --archive ARCHIVE --seconds 60

Each client sends its next search when it has the answer to the last one; each search is another text, hybrid, with
five facets and twenty whole results, over a connection that is kept. Prints percentiles in ms, errors, requests a
second, the server's processor time for each request, and its memory every ten seconds.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np

from archive.embedding import DEFAULT_MODEL
from archive.engines import open_archive
from benchmarks.questions import questions
from dateline.commands.options import embedder

__all__ = ["memory_of"]

FACETS = ("person", "place", "organisation", "weapon", "source")
WARM = 5.0
"""Seconds before it counts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--path", default="/api/v1/search", help="/ for the page")
    asked = parser.parse_args()
    texts = _texts(asked.archive)
    encoder = _encoder(texts)
    process = subprocess.Popen(
        [Path(sys.executable).with_name("dateline"), "serve", "--archive", asked.archive, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = re.search(r"http://\S+/", process.stdout.readline())
        assert url, "the server didn't start"
        load = Load(urlsplit(url[0]).netloc, asked.path, texts)
        load.run(2 * asked.clients, WARM)  # every process loads its model
        load.clear()
        processor, started = _processor(process.pid), time.monotonic()
        memory = [memory_of(process.pid)]
        watching = threading.Thread(target=lambda: load.run(asked.clients, asked.seconds))
        watching.start()
        while watching.is_alive():
            watching.join(10)
            memory.append(memory_of(process.pid))
        seconds = time.monotonic() - started
        processor = _processor(process.pid) - processor
    finally:
        process.terminate()
        process.wait(30)
    count = len(load.times)
    p50, p95, p99 = np.percentile(load.times, [50, 95, 99])
    print(f"{asked.clients} clients, {seconds:.0f} s, {count} requests to {asked.path}, {load.errors} errors")
    print(f"{p50:.1f} ms median, {p95:.1f} ms p95, {p99:.1f} ms p99, {max(load.times):.1f} ms at most")
    print(f"{count / seconds:.0f} requests a second, {processor * 1000 / count:.1f} ms of processor time each, "
          f"{load.bytes / count / 1000:.0f} kB each")  # fmt: skip
    print(f"the encoder alone takes {encoder:.1f} ms a query on this machine at this hour")
    print(f"memory: {', '.join(f'{m:.0f}' for m in memory)} MB; the server stopped with {process.returncode}")


class Load:
    """Clients that ask as fast as they are answered."""

    def __init__(self, host: str, path: str, texts: list[str]) -> None:
        self._host = host
        self._path = path
        self._texts = itertools.cycle(texts)
        self.clear()

    def clear(self) -> None:
        self.times: list[float] = []
        self.errors = 0
        self.bytes = 0

    def run(self, clients: int, seconds: float) -> None:
        """At least one request of each client."""
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self._ask, args=(end,)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask(self, end: float) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        while True:
            query = urlencode([("q", next(self._texts)), *(("facet", f) for f in FACETS)])
            started = time.perf_counter()
            connection.request("GET", f"{self._path}?{query}")
            answer = connection.getresponse()
            body = answer.read()
            self.times.append((time.perf_counter() - started) * 1000)
            self.errors += answer.status != 200
            self.bytes += len(body)
            if time.monotonic() >= end:
                return


def _texts(location: str) -> list[str]:
    articles = [s.article for s in open_archive(location).since(0, "", 100_000)]
    texts = [q for q in questions(articles, 8000) if q.replace(" ", "").isalpha() and "OR" not in q]
    return list(dict.fromkeys(texts))


def _encoder(texts: Sequence[str]) -> float:
    """Median milliseconds: tells how fast the machine is, whose cores may be shared with others."""
    model = embedder(DEFAULT_MODEL)
    times = []
    for text in texts[:100]:
        started = time.perf_counter()
        model.encode([text])
        times.append((time.perf_counter() - started) * 1000)
    return float(np.median(times))


def _family(pid: int) -> list[int]:
    """A process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(p for child in children for p in _family(int(child)))]


def memory_of(pid: int, part: str = "Pss") -> float:
    """Of all processes, in MB: what they share is counted once, in shares (PSS).

    `part`: Pss_Anon leaves out pages of files, which the system takes back when it needs room.
    """
    sizes = [
        re.search(rf"^{part}:\s+(\d+)", Path(f"/proc/{p}/smaps_rollup").read_text(), re.MULTILINE) for p in _family(pid)
    ]
    return sum(int(size[1]) for size in sizes if size) / 1024


def _processor(pid: int) -> float:
    """Seconds of all threads of all processes so far."""
    ticks = 0
    for p in _family(pid):
        fields = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
