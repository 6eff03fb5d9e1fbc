"""Logs: one line an event, on standard error, as JSON or to be read by eye; of all libraries too.

A line about a request holds its route, never its query: what people look for in an archive is nobody else's business.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

__all__ = ["configure_logs"]


def configure_logs(format: Literal["auto", "json", "text"], level: str) -> None:
    """For the whole process: called once, by the command that serves."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.types.Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if format == "json" or (format == "auto" and not sys.stderr.isatty())
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Which process starts and ends, and each request to a cluster, are of interest to whoever looks for a fault alone.
    least = logging.DEBUG if level == "debug" else logging.WARNING
    for library in ("uvicorn.error", "elastic_transport"):
        logging.getLogger(library).setLevel(max(root.level, least))
    # A server that is lost is told once by the archive, and each of its nodes by the pool of nodes; its two dozen
    # attempts for each request, with all that they were caused by, would bury both.
    if level != "debug":
        logging.getLogger("elastic_transport.transport").setLevel(logging.ERROR)
