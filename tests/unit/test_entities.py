"""People, places, organisations and weapons read from articles."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import Article, Mention
from tests.unit.reader import entity_reader
from tests.unit.reader import read_article as read

READER = entity_reader()
SEED = Path(__file__).parents[3] / "shared" / "data" / "seed"


def names(mentions: tuple[Mention, ...], kind: str) -> set[str]:
    return {m.name for m in mentions if m.kind == kind}


@pytest.fixture(scope="module")
def seed() -> tuple[Mention, ...]:
    files = sorted(SEED.glob("*.txt"))
    if not files:
        pytest.skip("the seed article is not beside the repository (../shared/data/seed)")
    first, _, body = files[0].read_text(encoding="utf-8").partition("\n")
    return read(body.strip(), first.split(maxsplit=2)[2])


def test_the_seed_article_has_exactly_its_people(seed: tuple[Mention, ...]) -> None:
    expected = (
        "Dmitry Peskov|Donald Trump|Emmanuel Macron|Keir Starmer|Winston Churchill|Charles de Gaulle|Jean-Noël Barrot|"
        "Volodymyr Zelensky|Joe Biden|Vladimir Putin|Yvette Cooper"
    )
    assert names(seed, "person") == set(expected.split("|"))


def test_the_seed_article_has_exactly_its_weapons_and_places(seed: tuple[Mention, ...]) -> None:
    places = "Ukraine|Russia|France|United Kingdom|Germany|United States|Europe|Kyiv, Ukraine|Kursk Oblast, Russia"
    assert names(seed, "weapon") == {"ATACMS", "Storm Shadow"}
    assert names(seed, "place") == set(places.split("|"))
    assert {m.weapon_class for m in seed if m.name == "Storm Shadow"} == {"cruise missile"}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Two F-16s and an F16 met a MiG-31K.", {"F-16s", "F16", "MiG-31K"}),
        ("The S400 and the S-300 were hit by Himars.", {"S400", "S-300", "Himars"}),
        ("The Army Tactical Missile System (ATACMS) arrived.", {"Army Tactical Missile System", "ATACMS"}),
        ("SCALP-EG missiles and the SA-8 were seen.", {"SCALP-EG", "SA-8"}),
        ("Germany sent Taurus missiles.", {"Taurus"}),
        ("A Patriot battery shot down the missile.", {"Patriot"}),
        ("The cruiser Moskva sank in the Black Sea.", {"Moskva"}),
    ],
)
def test_weapons_are_read_without_type_words(text: str, spans: set[str]) -> None:
    assert {m.text for m in read(text) if m.kind == "weapon"} == spans


@pytest.mark.parametrize(
    "text",
    [
        "The New England Patriots intercepted a pass and won in the Super Bowl.",
        "Stacey Abrams thanked the voters and the army of volunteers.",
        "A leopard and a puma were seen near the zoo; the Leopard ran away.",
        "She won gold in the javelin. Javelin is her life.",
        "Hurricane Harvey and Typhoon Haiyan left thousands homeless.",
        "At 4 in the morning the drone of the engines woke them.",
        "Moskva is the Russian name of the capital.",
    ],
)
def test_namesakes_of_weapons_are_left_alone(text: str) -> None:
    assert names(read(text), "weapon") == set()


def test_later_short_forms_are_tied_to_the_person_named_before() -> None:
    mentions = read(
        "Mary Castleton met Donald Tusk in Warsaw. Mr Tusk smiled. Ms Castleton did not, as Castleton said."
    )
    people = [(m.text, m.name) for m in mentions if m.kind == "person"]
    assert people.count(("Castleton", "Mary Castleton")) == 2 and ("Tusk", "Donald Tusk") in people


def test_spellings_of_one_person_have_one_name() -> None:
    assert names(read("Zelenskyy spoke. Volodymyr Zelenskiy left."), "person") == {"Volodymyr Zelensky"}


def test_bylines_and_photo_credits_are_not_in_the_news() -> None:
    text = "By Flaminia Luck\n\nThe talks failed, Angela Merkel said. Picture: Getty\n\nTroops marched. Picture: Alamy"
    mentions = read(text)
    assert names(mentions, "person") == {"Angela Merkel"} and names(mentions, "organisation") == set()


def test_context_decides_between_namesakes() -> None:
    ohio = read("Police in Athens, Ohio, arrested a man. Athens is in the south of Ohio.")
    assert names(ohio, "place") == {"Athens, Ohio, United States", "Ohio, United States"}
    greece = read("The Greek parliament in Athens voted while Greece waited.")
    assert "Athens, Greece" in names(greece, "place")


def test_places_inside_other_names_do_not_count() -> None:
    mentions = read("The New York Times and Le Monde reported that a Virginia-class submarine sailed.")
    assert names(mentions, "place") == set()
    assert names(mentions, "organisation") == {"The New York Times", "Le Monde"}


def test_demonyms_are_not_places() -> None:
    assert names(read("British and Russian diplomats met a French envoy."), "place") == set()


def test_places_carry_coordinates_and_country() -> None:
    (kyiv,) = [m for m in read("They met in Kyiv on Monday.") if m.kind == "place"]
    assert kyiv.country == "Ukraine" and kyiv.geonameid == 703448 and kyiv.lat and kyiv.lon


def test_names_for_search_hold_aliases_and_what_the_text_says() -> None:
    found = READER.names(read("Britain sent SCALP-EG to Kiev."))
    assert {"Storm Shadow", "SCALP-EG"} <= set(found["weapon"])
    assert {"Kyiv, Ukraine", "Kiev"} <= set(found["place"])
    assert {"United Kingdom", "UK", "Ukraine"} <= set(found["country"])


def test_other_languages_are_read_by_the_gazetteers() -> None:
    mentions = read("Bundeskanzler Olaf Scholz sprach in Berlin über Taurus missiles und ATACMS.", language="de")
    assert names(mentions, "person") == {"Olaf Scholz"} and "ATACMS" in names(mentions, "weapon")
    assert all(m.why != "model" for m in mentions)


def test_mentions_depend_on_the_article_alone() -> None:
    articles = [
        Article(id="1", title="Putin speaks", body="Vladimir Putin met Xi Jinping in Moscow. Xi smiled."),
        Article(id="2", title="", body=""),
        Article(id="3", title="Weather", body="Xi smiled in Paris, Texas."),
    ]
    together = READER.read(articles)
    assert together == [READER.read([a])[0] for a in articles]
    assert together == list(reversed(READER.read(articles[::-1])))
    assert together[1] == ()


PIECES = [
    "Storm Shadow",
    "Kyiv",
    "\n",
    " ",
    ". ",
    "Mr Putin",
    "U.S.",
    "é",
    "🙂",
    "Picture: Getty",
    "the",
    "F-16s",
    "'s",
    "(",
    "Ōsaka",
]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(PIECES)), st.text(max_size=60))
def test_offsets_always_point_at_the_text(pieces: list[str], noise: str) -> None:
    body = "".join(pieces) + noise + "".join(pieces)
    mentions = read(body, title=noise)
    fields = {"title": noise, "body": body}
    assert all(m.text == fields[m.field][m.start : m.end] and m.text for m in mentions)
    order = [(m.field != "title", m.start) for m in mentions]
    assert order == sorted(order)
    for left, right in pairwise(mentions):
        assert left.field != right.field or left.end <= right.start
