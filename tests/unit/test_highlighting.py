"""Highlights: what is marked matches, and what matches is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.analysis import Analyser
from archive.article import Article, Mention
from archive.engine import Expansion
from search_api.highlighting import Highlighter, _beginning
from search_api.syntax import parse

ANALYSER = Analyser()
WORDS = (
    "Missile missiles Putin's Putin’s dying die skies sky universities Zelenskyy F-16s café cafe cafe\u0301 CAFE "
    "Жёлтый желтый İstanbul istanbul U.S. a\u0301 \u0301b x_y relational abilities ability generously happily the of "
    "naïve naive ٣ 北京 👍 ß"
).split()


def marked(query: str, title: str = "", body: str = "", *aliases: str, mentions: tuple[Mention, ...] = ()) -> list[str]:
    expansions = (Expansion(0, 1, aliases),) if aliases else ()
    article = Article("x", title, body, mentions=mentions)
    found = Highlighter(parse(query), expansions, ANALYSER)(article)
    return [{"title": title, "body": body}[h.field][h.start : h.end] for h in found]


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("missile", "Missiles, a missile's Missile", ["Missiles", "missile", "Missile"]),
        ('"storm shadow"', "storm in a shadow, Storm Shadows", ["Storm Shadows"]),
        ('"putin army"', "Putin’s army; Putin army; Putin and army", ["Putin’s army", "Putin army"]),
        ("missil*", "missile missilery dismissal", ["missile", "missilery"]),
        ("zelensky~", "Zelenskyy Zelenski Selenskyj Lenin", ["Zelenskyy", "Zelenski", "Selenskyj"]),
        ("cafe", "Café CAFÉ cafe\u0301 cafes", ["Café", "CAFÉ", "cafe\u0301", "cafes"]),
        ("F-16", "an F-16, an F 16, 16 F", ["F-16", "F 16"]),
        ("dying", "He died while dying of cold", ["died", "dying"]),
        ("ship NEAR/5 storm", "a storm hit the ship", ["storm", "ship"]),
        ("(bank OR river) -money", "bank river money", ["bank", "river"]),
        ("the bank", "the bank of the river", ["bank"]),
        ("the", "the bank", ["the"]),
        ("title:bank", "bank", []),
    ],
)
def test_all_matching_terms_are_marked(query: str, body: str, expected: list[str]) -> None:
    assert marked(query, "", body) == expected


def test_title_comes_first_and_fields_are_kept_apart() -> None:
    assert marked("title:bank body:river", "bank river", "bank river") == ["bank", "river"]


def test_aliases_of_a_recognised_name_are_marked() -> None:
    body = "The Army Tactical Missile System, or ATACMS"
    assert marked("ATACMS", "", body, "Army Tactical Missile System") == ["Army Tactical Missile System", "ATACMS"]


def test_a_name_field_marks_the_mentions_of_that_name() -> None:
    mention = Mention("person", "Emmanuel Macron", "body", 3, 12, "president", "context")
    assert marked("person:Macron", "", "Mr president spoke", mentions=(mention,)) == ["president"]
    assert marked("place:Macron", "", "Mr president spoke", mentions=(mention,)) == []


def test_words_begin_as_their_stems_say() -> None:
    from importlib.resources import files

    words = files("archive.gazetteer").joinpath("data/common_words.txt").read_text().split()
    assert len(words) > 10_000
    forms = {ANALYSER.form(w): ANALYSER.stem(w) for w in words if w.isalpha() and w.isascii()}
    assert [f for f, stem in forms.items() if not f.startswith(_beginning(stem))] == []


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=25), st.sampled_from(WORDS))
def test_exactly_the_matching_words_are_marked(words: list[str], wanted: str) -> None:
    stems = ANALYSER.stems(wanted)
    body = " ".join(words)
    if len(stems) != 1 or not parse(wanted).clauses:
        return
    expected = [t.text for t in ANALYSER.tokens(body) if ANALYSER.stem(t.text) == stems[0]]
    assert marked(f'"{wanted}"', "", body) == expected
