"""Archives on a real Elasticsearch server, one for each test that asks."""

from __future__ import annotations

import secrets

import pytest


@pytest.fixture
def location(elasticsearch_url: str) -> str:
    """Where no archive is yet."""
    return f"{elasticsearch_url}/test-{secrets.token_hex(6)}"
