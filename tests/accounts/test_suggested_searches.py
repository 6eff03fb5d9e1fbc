"""`/api/v1/suggest` offers the caller's own saved searches, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from search_api.entity_schemas import SuggestAnswer

from .conftest import Make


def offered(client: TestClient, prefix: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/suggest", params={"prefix": prefix, **parameters})
    assert answer.status_code == 200, answer.text
    SuggestAnswer.model_validate_json(answer.content, strict=True)
    found: list[dict[str, Any]] = answer.json()["searches"]
    return found


def save(client: TestClient, name: str, **parameters: Any) -> int:
    answer = client.post("/api/v1/searches", json={"name": name, **parameters})
    assert answer.status_code == 201, answer.text
    id: int = answer.json()["id"]
    return id


def test_any_word_of_a_name_or_a_query_may_begin_so(knock: Make) -> None:
    client = knock()
    strikes = save(client, "Strikes über the border", q="Kursk OR Belgorod", mode="keyword", weapon=["Storm Shadow"])
    save(client, "Elections", q="Starmer")
    link = "/?q=Kursk+OR+Belgorod&mode=keyword&weapon=Storm+Shadow"
    told = {"id": strikes, "name": "Strikes über the border", "query": "Kursk OR Belgorod", "link": link}
    for prefix in ("str", "UBER", "the bord", "belg", "kursk"):
        assert offered(client, prefix) == [told], prefix
    for prefix in ("order", "strikes border", "storm", "xyzzy", "-"):
        assert offered(client, prefix) == [], prefix
    assert client.get(link).status_code == 200


def test_names_come_before_queries_and_the_limit_holds(knock: Make) -> None:
    client = knock()
    for name, q in (("By query", "missile"), ("Missiles", "a"), ("The missile file", "b")):
        save(client, name, q=q)
    assert [s["name"] for s in offered(client, "miss")] == ["Missiles", "The missile file", "By query"]
    assert [s["name"] for s in offered(client, "miss", limit=2)] == ["Missiles", "The missile file"]


def test_fields_choose_between_names_and_searches(knock: Make) -> None:
    client = knock()
    save(client, "Storm", q="Storm")
    answer = client.get("/api/v1/suggest", params={"prefix": "storm", "field": "saved"}).json()
    assert answer["suggestions"] == [] and [s["name"] for s in answer["searches"]] == ["Storm"]
    answer = client.get("/api/v1/suggest", params={"prefix": "storm", "field": "weapon"}).json()
    assert [s["name"] for s in answer["suggestions"]] == ["Storm Shadow"] and answer["searches"] == []


def test_everybody_is_offered_their_own(knock: Make) -> None:
    ann, bob = knock("reader"), knock("admin")
    id = save(ann, "Strikes", q="Kursk")
    assert [s["id"] for s in offered(ann, "str")] == [id]
    assert offered(bob, "str") == [], "not even to an admin"
    ann.delete(f"/api/v1/searches/{id}")
    assert offered(ann, "str") == [], "nor what was deleted"
    assert knock().get("/api/v1/suggest", params={"prefix": "str"}).status_code == 401


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_token_is_offered_those_of_its_user(knock: Make, scope: str) -> None:
    program = knock("reader", scope)
    assert offered(program, "str") == []
