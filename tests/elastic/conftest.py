"""Archives on a real Elasticsearch server, one for each test that asks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from archive.engines.elastic.address import Address
from tests.elasticsearch_server import drop_all


@pytest.fixture
def location(elasticsearch_url: str) -> Iterator[str]:
    """Where no archive is yet."""
    made = f"{elasticsearch_url}/test-{secrets.token_hex(6)}"
    yield made
    drop_all(made)


@pytest.fixture
def client(location: str) -> Elasticsearch:
    """The plain client, for what is done behind the archive's back."""
    return Elasticsearch(Address(location).server)
