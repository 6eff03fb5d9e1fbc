"""Weapons systems read from articles: names found, ambiguous ones proved, overlaps resolved."""

from __future__ import annotations

from itertools import pairwise

import pytest

from archive.article import Article, Mention
from archive.gazetteer import Gazetteer
from indexer.entities import FIELDS
from indexer.reading import Reading
from indexer.weapons import weapons

GAZETTEER = Gazetteer.load()


def read(body: str, title: str = "") -> list[Mention]:
    """The weapons in an article, without the model."""
    article = Article("1", title=title, body=body)
    return list(weapons([Reading(f, getattr(article, f), [], GAZETTEER.analyser) for f in FIELDS], GAZETTEER))


def spans(body: str, title: str = "") -> list[str]:
    return [m.text for m in read(body, title)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Variants, plurals, possessives.
        ("The army flew F-16s and F-35As beside a MiG-31K fighter.", ["F-16s", "F-35As", "MiG-31K"]),
        ("The army seized 24 SA-7's, rifles and the F-35's wing.", ["SA-7's", "F-35"]),
        ("AMMUNITION FOR M-16 RIFLES WAS SEIZED BY THE ARMY.", ["M-16"]),
        # Type words, makers and marks.
        ("The army has a Bradley Fighting Vehicle and a Boeing B-52 bomber.", ["Bradley", "B-52"]),
        ("The air force has an Airbus A400M transport plane and a Colt Python.", ["A400M"]),
        ("It ordered two Abrams M1A1 battle tanks.", ["Abrams M1A1"]),
        ("The gunman had an AR-15-style rifle.", ["AR-15"]),
        # A full name and its abbreviation.
        (
            "A High Mobility Artillery Rocket System (HIMARS) fired.",
            ["High Mobility Artillery Rocket System", "HIMARS"],
        ),
        ("The Brand New Army Thunder Weapon (BNATW) is a rifle.", []),
        # Lists and words behind the name prove.
        ("Kyiv's soldiers got Javelin anti-tank missiles, Stingers and drones.", ["Javelin", "Stingers"]),
        ("A Javelin shoulder-fired anti-tank missile.", ["Javelin"]),
    ],
)
def test_names_of_the_gazetteer(text: str, expected: list[str]) -> None:
    assert spans(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The destroyer USS Jason Dunham (DDG 109) sailed. The Dunham left.", [("USS Jason Dunham", "destroyer")] * 2),
        ("The frigate HMS Wagtail sailed home.", [("HMS Wagtail", "frigate")]),
        ("Two Wagtail-class frigates of the navy sailed.", [("Wagtail-class frigate", "frigate")]),
        ("The navy sank the frigate Admiral Kuroyedov.", [("Admiral Kuroyedov", "frigate")]),
        ("The army dropped a GBU-99/B on the tank.", [("GBU-99/B", "guided bomb")]),
        ("The guerrillas shot at an O-9 aircraft of the army.", [("O-9", "aircraft")]),
        ("Rebels and soldiers saw the plane, codenamed the QQX.", [("QQX", "aircraft")]),
    ],
)
def test_names_that_their_form_proves(text: str, expected: list[tuple[str, str]]) -> None:
    mentions = read(text)
    assert [(m.name, m.weapon_class) for m in mentions] == expected
    assert {m.why for m in mentions} <= {"context", "alias"}


def test_a_name_proved_once_is_proved_in_the_whole_article() -> None:
    body = "Storm Shadow missiles hit the base. Troops praised the Storm Shadows."
    assert spans(body, "storm shadow hits base") == ["storm shadow", "Storm Shadow", "Storm Shadows"]


def test_a_person_or_team_of_that_name_is_none_even_beside_the_weapon() -> None:
    assert spans("Abrams tanks reached the army. Stacey Abrams spoke of the tanks.") == ["Abrams"]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. M-1 money supply rose 1.9 billion dollars.",
        "The army of the U.S.S.R. and its missiles are history.",
        "Round one: T-55 at Hazeltine, T-29 at Medinah, the golfer said.",
        "A 10-hour attack, said the army. At 4 the soldiers left.",
        "The two Presidents spoke of the army and its missiles.",
        "The head of MI6 spoke of soldiers and missiles.",
        "The Reagan administration and the navy praised the aircraft carrier.",
        "The Stryker brigade and its soldiers were honoured at the army base.",
        "The Falcon 9 rocket, the Atlas V rocket and a Soyuz flew to space.",
        "Qatar Airways ordered 60 of the new A350 jets.",
        "The F-1 visa, the M25 motorway, A-4 paper and a K-12 school.",
        "A leopard and a puma were seen; the Leopard ran past the soldiers and the guns.",
        "George Takei, known from Star Trek, steered the USS Enterprise.",
        "The Braves and the Patriots beat the Jets; the defense was a tank.",
        "Kota Down Under: no nuclear submarines Down Under for the navy.",
        "The business class of Oscar class films made an army of fans.",
    ],
)
def test_namesakes_are_no_weapons(text: str) -> None:
    assert spans(text) == []


def test_a_person_is_not_the_ship_that_has_the_name() -> None:
    body = (
        "Queen Elizabeth II opened the fair, as Queen Elizabeth and Elizabeth did before. She launched the aircraft "
        "carrier HMS Queen Elizabeth, and sailors of the Royal Navy waved. The Queen Elizabeth sailed at noon; "
        "aboard Queen Elizabeth the navy's jets stood ready."
    )
    named = [m for m in read(body) if m.name == "HMS Queen Elizabeth"]
    launch = body.index("HMS")
    assert [m.text for m in named] == ["HMS Queen Elizabeth", "Queen Elizabeth", "Queen Elizabeth"]
    assert named[0].start == launch


@pytest.mark.parametrize(
    "text",
    [
        "The army fired missiles as GameStop shares jump 20% on a report.",
        "A meteoroid hit Mars 2,174 miles from a lander of the army and the navy.",
        "The army and navy voted. Ohio OH-09: the congresswoman will win a seat, as missiles fell.",
        "The gunman shot with the Smith & Wesson M&P15 rifle, the army said.",
        "The army's drones, also known as Unmanned Aerial Vehicles (UAVs), carried missiles.",
    ],
)
def test_numbers_and_general_words_are_no_names(text: str) -> None:
    assert not {m.name for m in read(text)} & {"JUMP 20", "MARS II", "OH-09", "P-15", "Unmanned Aerial Vehicles"}


def test_a_class_is_named_without_whose_it_is() -> None:
    body = "Russia's Oscar II class submarine is long. These Yuan-class submarines of the Navy are quiet."
    assert [m.name for m in read(body)] == ["Oscar-class submarine", "Yuan-class submarine"]


def test_units_named_after_ships_are_not_the_ships() -> None:
    text = "The Nimitz Carrier Strike Group is led by the aircraft carrier USS Nimitz (CVN 68). Nimitz will sail."
    assert spans(text) == ["USS Nimitz", "Nimitz"]


def test_mentions_never_overlap_and_stand_where_they_say() -> None:
    text = "An AGM-88 High-Speed Anti-Radiation Missile (HARM) hit a T-72B3M tank, a BM-21 Grad and an S-300PMU-2."
    mentions = read(text)
    assert [m.text for m in mentions][-1] == "S-300PMU-2"
    for before, after in pairwise(mentions):
        assert before.end <= after.start
    assert all(text[m.start : m.end] == m.text for m in mentions)
