"""The sample archive: sixty short articles written for the demo about well-documented events of 2022 to 2025."""

from __future__ import annotations

from pathlib import Path

__all__ = ["sample_path"]


def sample_path() -> Path:
    """The JSONL file that `make demo` indexes."""
    return Path(__file__).with_name("articles.jsonl")
