"""Organisations: canonical names, short forms, teams, and where a name ends."""

from __future__ import annotations

import pytest

from tests.unit.reader import read_article


def organisations(body: str, title: str = "") -> list[tuple[str, str]]:
    mentions = read_article(body, title)
    return [(m.text, m.name) for m in mentions if m.kind == "organisation"]


CRICKET = (
    "CRICKET - ESSEX BEAT KENT\n\nEssex reached 372 in their first innings of the championship match. "
    "The Kent captain praised the bowlers after four wickets fell. Essex won the match by 12 runs. "
    "The game was played in Essex, in front of a small crowd.\n\nEssex 372 Kent 108"
)


def test_teams_that_sport_calls_by_their_region_are_organisations() -> None:
    found = organisations(CRICKET)
    assert {text for text, _ in found} >= {"Essex", "Kent"}
    mentions = read_article(CRICKET)
    assert [m.kind for m in mentions if m.text == "Essex"].count("place") == 1


def test_outside_of_sport_places_stay_places() -> None:
    assert organisations("Essex reached 372 cases. The Kent captain of police said so.") == []


def test_an_organisation_is_named_again_by_first_word_and_initials() -> None:
    text = (
        "The Ferrovane Shipping Company sank. Managers of Ferrovane wept, said an officer of the Korvian Workers Union."
        " The KWU called a strike."
    )
    found = dict(organisations(text))
    assert found.get("Ferrovane", "").endswith("Ferrovane Shipping Company")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Shares of Barnett Banks Inc. in Jacksonville rose.", {"Barnett Banks Inc."}),
        ("The Interfax news agency reported it.", {"Interfax"}),
        ("The troops of the Patriotic Union of Kurdistan fled.", {"Patriotic Union of Kurdistan"}),
        ("She joined the Department of Health and Human Services.", {"Department of Health and Human Services"}),
    ],
)
def test_names_end_where_they_end(text: str, spans: set[str]) -> None:
    assert {text for text, _ in organisations(text)} == spans


@pytest.mark.parametrize("illness", ["Omicron", "Covid"])
def test_an_illness_is_no_short_form_of_who_is_named_after_it(illness: str) -> None:
    text = f"Officials of the {illness} Response Council said on Monday that {illness} spread fast."
    assert [name for name, _ in organisations(text)] == [f"{illness} Response Council"]


@pytest.mark.parametrize("text", ["US Food and Drug Administration", "U.S. Food and Drug Administration"])
def test_an_agency_is_one_with_and_without_its_country(text: str) -> None:
    assert organisations(f"The {text} approved a vaccine on Friday.") == [(text, "Food and Drug Administration")]


@pytest.mark.parametrize("text", ["They watched the Fed Cup and the Grand Prix.", "The First World War ended."])
def test_events_are_no_organisations(text: str) -> None:
    assert organisations(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The KDP met the PUK.", "Kurdistan Democratic Party"),
        ("Fans of Deportivo Coruna sang.", "Deportivo La Coruña"),
        ("The FSLN and Sendero Luminoso were named.", "Shining Path"),
        ("NYPD officers came.", "New York Police Department"),
    ],
)
def test_abbreviations_and_other_names_give_the_canonical_one(text: str, name: str) -> None:
    assert name in {name for _, name in organisations(text)}
