"""Archives on a real Elasticsearch server, one for each test that asks."""

from __future__ import annotations

import secrets

import pytest
from elasticsearch import Elasticsearch

from archive.engines.elastic.address import Address


@pytest.fixture
def location(elasticsearch_url: str) -> str:
    """Where no archive is yet."""
    return f"{elasticsearch_url}/test-{secrets.token_hex(6)}"


@pytest.fixture
def client(location: str) -> Elasticsearch:
    """The plain client, for what is done behind the archive's back."""
    return Elasticsearch(Address(location).server)
