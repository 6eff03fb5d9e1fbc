"""Places: which words are one, and which of several of one name is meant."""

from __future__ import annotations

import pytest

from archive.article import Mention
from tests.unit.reader import read_article


def places(body: str, title: str = "") -> list[Mention]:
    return [m for m in read_article(body, title) if m.kind == "place"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "The fair in Lebanon drew visitors from Palmyra, Annville and Harrisburg, Pennsylvania.",
            {"Lebanon, Pennsylvania, United States", "Annville, United States"},
        ),
        ("He flew from Atlanta, Georgia, to Savannah.", {"Atlanta, United States", "Georgia, United States"}),
        ("Tbilisi is the capital of Georgia.", {"Tbilisi, Georgia", "Georgia"}),
        ("Shops in Paris, Texas, closed. Paris has a tower.", {"Paris, United States"}),
        ("Trains from Manchester to Leeds and Liverpool stopped.", {"Manchester, United Kingdom"}),
        ("Deputies of Lebanon County, Pennsylvania, met.", {"Lebanon County, Pennsylvania, United States"}),
        ("The president flew back to Washington on Monday.", {"Washington, United States"}),
        ("Ferries left Vancouver Island.", {"Vancouver Island, Canada"}),
        ("Voters in Georgia, Florida and Ohio went to the polls, said Biden.", {"Georgia, United States"}),
        ("Russia and Georgia closed the border with Armenia, a day after talks in Ohio.", {"Georgia"}),
        ("Schools in Texas and Oklahoma closed.", {"Texas, United States", "Oklahoma, United States"}),
        ("The bombing in Oklahoma City shook the state.", {"Oklahoma City, United States"}),
    ],
)
def test_region_country_and_nearness_decide_between_namesakes(text: str, names: set[str]) -> None:
    assert names <= {m.name for m in places(text)}


def test_a_place_and_what_contains_it_are_two_mentions() -> None:
    found = [m.text for m in places("They met in Dar es Salaam, Tanzania, and in Washington, D.C. later.")]
    assert found == ["Dar es Salaam", "Tanzania", "Washington", "D.C."]


def test_landscapes_and_districts_are_places_by_their_form() -> None:
    found = {m.text for m in places("Floods hit the Okarito River and the town of Brandle Creek near Mount Harrow.")}
    assert {"Okarito River", "Mount Harrow"} <= found


def test_datelines_in_capitals_are_places() -> None:
    assert [m.name for m in places("BONN (Agency) - The minister spoke.")] == ["Bonn, Germany"]
    assert {m.name for m in places("NICE, France\nThe coach resigned.")} == {"Nice, France", "France"}


@pytest.mark.parametrize("text", ["A case of West Nile virus.", "A British and a Tamil paper.", "The Chechens left."])
def test_peoples_and_parts_of_names_are_no_places(text: str) -> None:
    assert places(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Cases of Covid rose as Omicron spread, and tests for Covid-19 ran out.",
        "Tonga's Olympic team and its Olympic flagbearer came home.",
        "It was 40 degrees Fahrenheit, and she held an Oscar for best actress.",
    ],
)
def test_illnesses_games_degrees_and_prizes_are_no_names(text: str) -> None:
    named = {m.text for m in read_article(text)}
    assert not named & {"Covid", "Covid-19", "Omicron", "Olympic", "Fahrenheit", "Oscar"}


def test_planets_are_no_towns_but_where_their_state_is_named() -> None:
    found = places("The probe flew from Earth to Mars, and then on to Jupiter.")
    assert {m.text for m in found} >= {"Mars"} and all(m.lat is None and m.country is None for m in found)
    found = places("Police in Jupiter, Florida, said Jupiter was calm.")
    assert {m.name for m in found if m.text == "Jupiter"} == {"Jupiter, United States"}


def test_a_place_read_once_is_read_everywhere() -> None:
    text = "Police searched a house in Dewsbury. Two men were held. Dewsbury residents were shocked."
    assert [m.text for m in places(text)].count("Dewsbury") == 2
