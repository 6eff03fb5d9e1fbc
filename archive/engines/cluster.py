"""How an archive's cluster is reached, and how its index is made there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["NO_SETTINGS", "ClusterSettings", "Diagnosis", "VectorIndex"]

VectorIndex = Literal["flat", "hnsw"]
"""flat: every passage is compared, exact; hnsw: a graph proposes, for archives where that takes too long."""


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """What an archive's URL doesn't say."""

    urls: tuple[str, ...] = ()
    """Further nodes, `http://HOST:9200`: asked in turn with the archive's own, and when that one doesn't answer. User
    and password are those of the archive's URL, unless they have their own."""
    api_key: str = field(default="", repr=False)
    """As the server encodes it; goes before user and password."""
    ca: Path | None = None
    """The PEM file of the authority that signed the server's certificate; None: those that this machine trusts."""
    timeout: float = 60.0
    """Seconds for one request."""
    vectors: VectorIndex | None = None
    """Of a new index, also that of a rebuild; None: flat, or as they were."""
    shards: int | None = None
    """Of a new index, also that of a rebuild; None: one, or as many as there were."""


NO_SETTINGS = ClusterSettings()
"""For a cluster of one node that asks for nothing."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How a cluster is."""

    summary: str
    """What it is: version, nodes, health; empty where that can't be asked."""
    problems: tuple[str, ...]
    """What is wrong, each with its cure."""
