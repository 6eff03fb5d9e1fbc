"""People: whole names by the model and by their form, short forms, capitals, and what is nobody."""

from __future__ import annotations

import pytest

from indexer.casing import soften
from tests.unit.reader import read_article, shipped


def people(body: str, title: str = "") -> list[tuple[str, str]]:
    """Text and name of each person mentioned."""
    return [(m.text, m.name) for m in read_article(body, title) if m.kind == "person"]


def test_headlines_in_capitals_are_tied_to_the_people_of_the_article() -> None:
    found = people("Anna Woods won the race on Sunday. It was a good day, Woods said.", "WOODS WINS CITY RACE AGAIN")
    assert ("WOODS", "Anna Woods") in found and ("Woods", "Anna Woods") in found


def test_a_surname_that_is_a_common_word_is_meant_where_it_stands_as_a_name() -> None:
    text = "Peter Law met the mayor. The mayor thanked Law. Law said little. The law mattered to the others."
    assert [name for text, name in people(text) if text == "Law"] == ["Peter Law"] * 2


def test_results_and_lists_give_people_by_initial_or_given_name() -> None:
    text = (
        "Results of the first round:\n1. Ingrid Tolvanen (Finland) 11.20\n2. Marta Quist (Sweden) 11.26\n"
        "Norwood 363 (W. Hartley 111, P. J. van Dorn 52), Easton 197 (T. Oakes 54)"
    )
    expected = {"Ingrid Tolvanen", "Marta Quist", "W. Hartley", "P. J. van Dorn", "T. Oakes"}
    assert {text for text, _ in people(text)} == expected


@pytest.mark.parametrize(
    "text",
    [
        "The S. Korean and N. Korean teams met, and U.S. Steel paid.",
        "A Briton and a Chechen were arrested. The Hutus fled.",
        "He was born in Staouelli and moved to Kecskemet.",
        "Picture: Ann Lowe/Getty Images",
        "By Ann Lowe and Peter Quist\n\nThe bridge is open.",
    ],
)
def test_peoples_places_and_bylines_are_nobody(text: str) -> None:
    assert people(text) == []


def test_titles_are_no_part_of_a_person() -> None:
    found = people("Lieutenant-Colonel Max Marriner spoke to Prime Minister Keir Starmer. Colonel Marriner left.")
    assert [text for text, _ in found] == ["Max Marriner", "Keir Starmer", "Marriner"]


def test_family_names_that_stand_first_are_the_short_form() -> None:
    found = people("Police detained Wang Donghai, a writer, in Hangzhou. Friends of Wang protested.")
    assert ("Wang", "Wang Donghai") in found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Volodymyr Zelenskyy spoke.", "Volodymyr Zelensky"),
        ("Leonid Kuchma resigned.", "Leonid Kuchma"),
        ("Lech Walesa and others marched.", "Lech Wałęsa"),
        ("Aleksandr Lebed signed it.", "Alexander Lebed"),
        ("F.W. de Klerk freed him.", "F. W. de Klerk"),
        ("Jonas Gahr Stoere visited Oslo.", "Jonas Gahr Støre"),
        ("O.J. Simpson was acquitted.", "O. J. Simpson"),
    ],
)
def test_well_known_people_have_one_name_whatever_the_spelling(text: str, name: str) -> None:
    assert name in {name for _, name in people(text)}


def test_two_people_of_one_surname_are_kept_apart() -> None:
    text = "Hillary Clinton spoke first. Clinton was cheered. Then Bill Clinton rose. Clinton smiled."
    assert [name for text, name in people(text) if text == "Clinton"] == ["Hillary Clinton", "Bill Clinton"]


def test_softened_texts_keep_their_length_and_what_is_an_abbreviation() -> None:
    title, body = "NATO CHIEF MEETS ZELENSKY IN KYIV", "BERLIN (Agency) - Zelensky met the chief of NATO in Kyiv."
    softened = soften((title, body), shipped())
    assert [len(s) for s in softened] == [len(title), len(body)]
    assert softened[0] == "NATO chief meets Zelensky in Kyiv"
    assert softened[1].startswith("Berlin (Agency)")
    assert soften(("Nothing loud here.", "ŒUVRE ß"), shipped())[0] == "Nothing loud here."
