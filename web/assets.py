"""The style sheet, the script and the icon, each at an address that changes with its content.

A browser keeps them for good and asks for nothing twice; a new version of a file has an address of its own.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["Assets"]

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
"""Without the version: answered by "not modified", and never yesterday's styles for today's page."""


class Assets(StaticFiles):
    """Serves them, as what they are and nothing else."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)
        self._versions = {path.name: _digest(path) for path in FOLDER.iterdir()}

    @property
    def links(self) -> dict[str, str]:
        """File name -> where pages find it."""
        return {name: f"/static/{name}?v={version}" for name, version in self._versions.items()}

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        current = scope["query_string"] == f"v={self._versions.get(path)}".encode()
        response.headers["Cache-Control"] = FOR_GOOD if current else ASKED_AGAIN
        return response


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest()
