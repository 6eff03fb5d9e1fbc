"""`/api/v1/search` over the sample archive: what every parameter does, and what a wrong one says."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from archive.engine import FACETS
from search_api.schemas import ArticleAnswer, ErrorAnswer, SearchAnswer

SEARCH = "/api/v1/search"


def answer(client: TestClient, **parameters: Any) -> dict[str, Any]:
    response = client.get(SEARCH, params={k.replace("__", "."): v for k, v in parameters.items()})
    assert response.status_code == 200, response.text
    SearchAnswer.model_validate_json(response.content, strict=True)
    found: dict[str, Any] = response.json()
    return found


def errors(client: TestClient, **parameters: Any) -> list[tuple[str, str]]:
    response = client.get(SEARCH, params={k.replace("__", "."): v for k, v in parameters.items()})
    assert response.status_code == 422, response.text
    ErrorAnswer.model_validate_json(response.content)
    return [(f["name"], f["message"]) for f in response.json()["error"]["fields"]]


def ids(found: dict[str, Any]) -> list[str]:
    return [r["id"] for r in found["results"]]


def test_without_parameters_all_articles_come_newest_first(client: TestClient) -> None:
    found = answer(client)
    assert found["total"] == 60
    assert len(found["results"]) == 20
    dates = [r["published"][:10] for r in answer(client, limit=60)["results"] if len(r["published"]) >= 10]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("mode", ["keyword", "semantic", "hybrid"])
def test_the_missions_own_query_finds_its_story(client: TestClient, mode: str) -> None:
    first = answer(client, q="Storm Shadow Kursk", mode=mode)["results"][0]
    assert "Storm Shadow" in first["title"] + str([m["name"] for m in first["mentions"]])
    assert first["matched_by"] == "words"


def test_following_next_gives_every_article_once(client: TestClient) -> None:
    for parameters in ({"q": "president"}, {"q": "president", "sort": "oldest"}, {}):
        first = answer(client, limit=7, **parameters)
        seen, cursor = ids(first), first["next"]
        while cursor:
            page = answer(client, limit=7, cursor=cursor, **parameters)
            assert len(cursor) < 1000
            seen, cursor = seen + ids(page), page["next"]
        assert len(seen) == len(set(seen)) == first["total"]


def test_every_count_is_the_total_after_the_click(client: TestClient) -> None:
    for q in ("president", "", '"missile"'):
        found = answer(client, q=q, facet=list(FACETS), facet_limit=1000)
        for name, facet in found["facets"].items():
            for value in facet["values"]:
                assert answer(client, q=q, limit=0, **{name: value["value"]})["total"] == value["count"], (name, value)
            assert answer(client, q=q, limit=0, **{name: "missing"})["total"] == facet["missing"]


def test_refinements_are_any_of_within_a_field_and_all_across(client: TestClient) -> None:
    either = answer(client, section=["War", "Sport"], limit=60)
    assert {r["section"] for r in either["results"]} == {"War", "Sport"}
    both = answer(client, section="War", country="Ukraine", limit=60)
    assert 0 < both["total"] < either["total"]
    for result in both["results"]:
        assert result["section"] == "War"
        assert "Ukraine" in {m.get("country") for m in result["mentions"]}


def test_exclude_takes_away_exactly_the_counted(client: TestClient) -> None:
    war = answer(client, section="War", limit=0)["total"]
    assert answer(client, exclude__section="War", limit=0)["total"] == 60 - war


def test_from_and_to_bind_and_include_their_days(client: TestClient) -> None:
    found = answer(client, **{"from": "2024-11-01", "to": "2024-11"}, limit=60)
    assert found["total"] > 0
    assert all(r["published"].startswith("2024-11") for r in found["results"])
    assert answer(client, q="published:2024-11", limit=0)["total"] == found["total"]


def test_timelines_count_every_article_once(client: TestClient) -> None:
    for interval in ("day", "week", "month", "year"):
        line = answer(client, timeline=interval, limit=0)["timeline"]
        assert line["interval"] == interval
        assert sum(b["count"] for b in line["buckets"]) + line["undated"] + line["coarser"] == 60
    mentioned = answer(client, timeline="year", timeline_field="mentioned", limit=0)["timeline"]
    assert mentioned["field"] == "mentioned"
    assert len(mentioned["buckets"]) > 3


def test_facet_limit_tells_how_many_more_there_are(client: TestClient) -> None:
    every = answer(client, facet="person", facet_limit=1000, limit=0)["facets"]["person"]
    some = answer(client, facet="person", facet_limit=3, limit=0)["facets"]["person"]
    assert some["values"] == every["values"][:3]
    assert some["other"] == len(every["values"]) - 3


def test_fields_choose_what_a_result_holds(client: TestClient) -> None:
    for result in answer(client, q="Kursk", fields="title,mentions")["results"]:
        assert set(result) == {"id", "title", "mentions"}


def test_highlights_mark_the_words_and_nothing_else(client: TestClient) -> None:
    for result in answer(client, q="missil* Kursk")["results"]:
        article = client.get(f"/api/v1/articles/{result['id']}").json()
        marked = {article[h["field"]][h["start"] : h["end"]].lower() for h in result["highlights"]}
        assert marked
        assert all(word.startswith("missil") or word == "kursk" for word in marked), marked


def test_related_results_show_their_best_passage(client: TestClient) -> None:
    found = answer(client, q="missile strike on command post")
    related = [r for r in found["results"] if r["matched_by"] == "related"]
    assert related
    for result in related:
        article = client.get(f"/api/v1/articles/{result['id']}").json()
        passage = result["passage"]
        assert passage["text"] == article["body"][passage["start"] : passage["end"]] != ""


def test_a_recognised_name_is_shown_and_found_by_its_aliases(client: TestClient) -> None:
    found = answer(client, q="Army Tactical Missile System", mode="keyword")
    assert [n["name"] for n in found["query"]["understood"]] == ["ATACMS"]
    assert found["total"] > 0
    assert answer(client, q="Army Tactical Missile System", mode="keyword", expand="off")["total"] < found["total"]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("F-16", ["F-16 Fighting Falcon"]),
        ("F-16 and S-300 over Kyiv", ["Kyiv, Ukraine", "F-16 Fighting Falcon", "S-300"]),
        ('"F-16"', ["F-16 Fighting Falcon"]),
        ('"F 16" title:F-16 -F-16', []),
        ("2024-11-25 long-term", []),
    ],
)
def test_a_designation_typed_as_one_word_is_recognised(client: TestClient, q: str, names: list[str]) -> None:
    found = answer(client, q=q)
    assert [n["name"] for n in found["query"]["understood"]] == names
    assert all(n["aliases"] == [] and n["words"] in q for n in found["query"]["understood"] if "-" in n["words"])
    assert answer(client, q=q, expand="off")["query"]["understood"] == []


def test_the_page_tells_the_parts_of_each_score_on_demand(client: TestClient) -> None:
    plain = client.get("/", params={"q": "Northern Observer missile"}).text
    assert "Why this order?" in plain and "pairs of words" not in plain
    told = client.get("/", params={"q": "Northern Observer missile", "explain": "true"}).text
    assert "pairs of words" in told and "source Northern Observer +0.5" in told and "Hide the scores" in told


def test_a_source_and_a_date_in_the_query_put_their_articles_first(client: TestClient) -> None:
    asked = "Northern Observer report on a missile, 22 November 2024"
    found = answer(client, q=asked)
    assert found["query"]["boosts"] == [
        {"kind": "source", "words": "Northern Observer", "value": "Northern Observer", "boost": 0.5},
        {"kind": "date", "words": "22 November 2024", "value": "2024-11-22", "boost": 0.6},
    ]
    assert found["results"][0]["id"] == "sample-053"
    off = answer(client, q=asked, expand="off")
    assert off["query"]["boosts"] == []
    assert {r["id"] for r in off["results"]} & {r["id"] for r in found["results"]}
    # They order the pool of a hybrid search: nothing else is ordered by them.
    assert answer(client, q=asked, mode="semantic")["query"]["boosts"] == []
    assert answer(client, q=asked, sort="newest", mode="hybrid")["query"]["boosts"] == []
    assert answer(client, q='"Northern Observer" missile source:"Meridian Wire"')["query"]["boosts"] == []


def test_a_name_ranks_by_any_of_its_names(client: TestClient) -> None:
    """An article that says ATACMS stands as high as one that spells it out, though it has no word of the query."""
    on, off = (
        answer(client, q="Army Tactical Missile System", explain="true", expand=e)["results"] for e in ("on", "off")
    )
    assert on[0]["id"] == "sample-050"
    [unread] = [result for result in off if result["id"] == "sample-050"]
    assert on[0]["explain"]["words"] > unread["explain"]["words"]
    assert answer(client, q="SCALP")["results"][0]["id"] in {"sample-051", "sample-052"}


def test_keyword_says_which_word_emptied_it(client: TestClient) -> None:
    found = answer(client, q="Kursk zyzzyva missiles", mode="keyword")
    assert found["total"] == 0
    assert found["query"]["emptied_by"] == "zyzzyva"
    assert answer(client, q="Kursk", mode="keyword")["query"]["emptied_by"] is None


def test_a_date_order_means_keyword_unless_a_mode_is_asked_for(client: TestClient) -> None:
    assert answer(client, q="Kursk", sort="newest")["query"]["mode"] == "keyword"
    assert answer(client, q="Kursk", sort="newest", mode="hybrid")["query"]["mode"] == "hybrid"


def test_explain_adds_the_parts_of_the_score(client: TestClient) -> None:
    found = answer(client, q="Storm Shadow Meridian Wire 2024", explain="true")
    first = found["results"][0]
    parts = first["explain"]
    assert parts["words"] > 0
    assert parts["pairs"] > 0
    assert parts["passage"] == {name: first["passage"][name] for name in ("start", "end")}
    assert parts["boosts"] == found["query"]["boosts"]
    # The first has the best words of the pool: 1 of the score is theirs.
    assert first["score"] == pytest.approx(1 + 1.5 * parts["cosine"] + sum(b["boost"] for b in parts["boosts"]), 1e-5)
    assert "explain" not in answer(client, q="Storm Shadow")["results"][0]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("mode", "fuzzy", "keyword, semantic, hybrid"),
        ("sort", "best", "relevance, newest, oldest"),
        ("limit", "1001", "0 to 1000"),
        ("limit", "ten", "0 to 1000"),
        ("facet_limit", "-1", "0 to 1000"),
        ("from", "yesterday", "2024-11-25"),
        ("to", "2024-02-30", "2024-11-25"),
        ("facet", "colour", "person"),
        ("timeline", "hour", "day, week, month, year"),
        ("timeline_field", "modified", "published, mentioned"),
        ("published", "last week", "2024-11-25"),
        ("exclude.mentioned", "2024-99", "2024-11-25"),
        ("fields", "body", "title"),
        ("expand", "yes", "on, off"),
        ("explain", "1", "true, false"),
        ("format", "pdf", "json"),
        ("cursor", "abc", "leave it out"),
        ("persom", "x", "Did you mean person?"),
        ("exclude.nothing", "x", "no parameter"),
    ],
)
def test_a_wrong_parameter_is_named_with_the_cure(client: TestClient, name: str, value: str, says: str) -> None:
    found = errors(client, **{name: value})
    assert [n for n, _ in found] == [name]
    assert says in found[0][1]


def test_all_wrong_parameters_are_named_at_once(client: TestClient) -> None:
    assert {n for n, _ in errors(client, mode="x", limit="y", colour="z")} == {"mode", "limit", "colour"}


def test_a_range_that_ends_before_it_begins_is_an_error(client: TestClient) -> None:
    assert errors(client, **{"from": "2024-12", "to": "2024-11"})[0][0] == "to"


def test_a_single_parameter_given_twice_is_an_error(client: TestClient) -> None:
    assert errors(client, mode=["keyword", "hybrid"])[0][0] == "mode"


def test_a_syntax_error_has_position_and_cure(client: TestClient) -> None:
    response = client.get(SEARCH, params={"q": 'Kursk "command post'})
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "query_syntax"
    assert error["fields"][0]["name"] == "q"
    assert error["fields"][0]["position"] == 6


def test_a_cursor_of_another_search_is_refused(client: TestClient) -> None:
    cursor = answer(client, q="president", limit=3)["next"]
    assert errors(client, q="minister", cursor=cursor)[0][0] == "cursor"
    assert errors(client, q="president", sort="newest", cursor=cursor)[0][0] == "cursor"
    forged = cursor[:-4] + ("AAAA" if cursor[-4:] != "AAAA" else "BBBB")
    assert errors(client, q="president", cursor=forged)[0][0] == "cursor"


def test_empty_values_count_as_absent_because_forms_send_them(client: TestClient) -> None:
    assert answer(client, **{"q": "", "from": "", "to": "", "mode": "", "person": ""})["total"] == 60


@pytest.mark.parametrize(
    "raw",
    [
        "q=%ff%fe",
        "q=%00",
        "q=%ed%a0%80",
        "q=" + "a" * 60_000,
        "q=" + "%28" * 9000,
        "person=%ff&" * 300,
        "cursor=" + "A" * 5000,
        "cursor=%F0%9F%98%80",
        "&&&===&q",
        "q=a;b=c",
        "limit=%EF%BC%91",
        "published=" + "9" * 4000,
        "q=published:0000..9999",
        "q=%22%22",
    ],
)
def test_no_query_string_ever_causes_a_5xx(client: TestClient, raw: str) -> None:
    response = client.get(f"{SEARCH}?{raw}")
    assert response.status_code in (200, 422), response.text
    assert response.headers["content-type"] == "application/json"


def test_an_article_comes_whole(client: TestClient) -> None:
    id = ids(answer(client, q="Kursk"))[0]
    response = client.get(f"/api/v1/articles/{id}")
    article = ArticleAnswer.model_validate_json(response.content, strict=True)
    for mention in article.mentions:
        text = article.title if mention.field == "title" else article.body
        assert text[mention.start : mention.end] == mention.text


@pytest.mark.parametrize("id", ["nothing", "a/b", "http%3A%2F%2Fx.org%2Fa%3Fb%3Dc", "%ff", "%00", "..%2f..%2fetc"])
def test_an_article_that_is_not_there_is_a_404_in_the_one_shape(client: TestClient, id: str) -> None:
    response = client.get(f"/api/v1/articles/{id}")
    assert response.status_code == 404
    ErrorAnswer.model_validate_json(response.content)


def test_unknown_routes_and_methods_answer_in_the_one_shape(client: TestClient) -> None:
    for response in (client.get("/api/v1/nothing"), client.post(SEARCH)):
        assert response.status_code in (404, 405)
        ErrorAnswer.model_validate_json(response.content)


def test_health_tells_the_number_of_articles(client: TestClient) -> None:
    body = client.get("/health").json()
    assert body["status"] == "ok"
    assert body["articles"] == 60


def test_openapi_documents_every_parameter_with_an_example(client: TestClient) -> None:
    search = client.get("/openapi.json").json()["paths"][SEARCH]["get"]
    documented = {p["name"]: p for p in search["parameters"]}
    for name, parameter in documented.items():
        assert parameter["description"] and "example" in parameter
        example = parameter["example"]
        if name != "cursor":
            answer(client, **{name: example})
    assert {*FACETS, *(f"exclude.{f}" for f in FACETS)} <= documented.keys()
