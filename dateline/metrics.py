"""What `/metrics` tells Prometheus: requests, stages of searches, the pool, the archive, the process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from archive.engine import Engine
from archive.errors import DatelineError
from dateline.balancing import alive
from search_api.stages import Stage

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one application: a registry of its own, so that tests and embedders may have several."""

    def __init__(self, folder: str | None = None) -> None:
        """`folder`: where several processes keep their figures, so that each can tell those of all."""
        self.registry = CollectorRegistry()
        self._folder = folder
        self._engine: Engine | None = None
        self._requests = Counter(
            "dateline_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "dateline_request_seconds",
            "Until the last byte was sent.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "dateline_search_stage_seconds",
            "The stages of searches.",
            ("stage",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._articles = Counter(
            "dateline_articles_received", "Articles sent to the API.", ("outcome",), registry=self.registry
        )
        self._running = self._live("dateline_searches_running", "Searches in a thread.")
        self._waiting = self._live("dateline_searches_waiting", "Searches waiting for one.")
        ProcessCollector(registry=self.registry)

    def _live(self, name: str, help: str) -> Gauge:
        """The sum over all processes that live."""
        return Gauge(name, help, multiprocess_mode="livesum", registry=self.registry)

    def watch(self, engine: Engine) -> None:
        """Adds what is asked of the archive when the figures are read."""
        self._engine = engine

    def searches(self, running: int, waiting: int) -> None:
        """Of this process, now."""
        self._running.set(running)
        self._waiting.set(waiting)

    def stage(self, stage: Stage, seconds: float) -> None:
        """An `Observe`."""
        self._stages.labels(stage).observe(seconds)

    def answered(self, route: str, method: str, status: int) -> None:
        self._requests.labels(route, method, str(status)).inc()

    def took(self, route: str, seconds: float) -> None:
        self._seconds.labels(route).observe(seconds)

    def received(self, outcome: str, count: int) -> None:
        """`outcome`: added, updated, unchanged, rejected or deleted."""
        self._articles.labels(outcome).inc(count)

    def text(self) -> bytes:
        """The exposition format."""
        registry = self.registry
        if self._folder:
            for file in Path(self._folder).glob("gauge_live*_*.db"):
                pid = int(file.stem.rpartition("_")[2])
                if not alive(pid):
                    mark_process_dead(pid, self._folder)  # type: ignore[no-untyped-call]
            registry = CollectorRegistry()
            MultiProcessCollector(registry, self._folder)  # type: ignore[no-untyped-call]
        archive = CollectorRegistry()
        if self._engine:
            archive.register(_Archive(self._engine))
        return generate_latest(registry) + generate_latest(archive)


class _Archive(Collector):
    """What the archive is now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        try:
            stats = self._engine.stats()
        except DatelineError:
            yield GaugeMetricFamily("dateline_archive_up", "Whether the archive can be read.", 0)
            return
        yield GaugeMetricFamily("dateline_archive_up", "Whether the archive can be read.", 1)
        yield GaugeMetricFamily("dateline_archive_articles", "Articles in the archive.", stats.articles)
        yield GaugeMetricFamily("dateline_archive_passages", "Passages in the archive.", stats.passages)
        yield GaugeMetricFamily("dateline_archive_sequence", "The number of the last commit.", stats.sequence)
        yield GaugeMetricFamily("dateline_archive_bytes", "Size of the archive.", stats.bytes)
