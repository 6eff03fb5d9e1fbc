"""Highlights: what is marked matches, and what matches is marked."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.analysis import Analyser
from archive.article import Article, Mention
from archive.engine import Expansion
from archive.positions import edits_allowed, within_edits
from archive.query import Fuzzy, Phrase, Prefix, Word
from search_api.candidates import beginning
from search_api.highlighting import Highlighter
from search_api.syntax import parse

ANALYSER = Analyser()
WORDS = (
    "Missile missiles Putin's Putin’s dying die skies sky universities Zelenskyy F-16s café cafe cafe\u0301 CAFE "
    "Жёлтый желтый İstanbul istanbul U.S. a\u0301 \u0301b x_y relational abilities ability generously happily the of "
    "naïve naive ٣ 北京 👍 ß"
).split()

ENDINGS = (
    "s es ed ing ly ness ies ied y e ization ational fulness ousli iviti biliti ability alize icate ement ion".split()
)


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
        ("S-400", "Russia's 400 tanks, an S-400", ["S-400"]),
        ("resume", "re\u0301sume\u0301 or resumé", ["re\u0301sume\u0301", "resumé"]),
        ("zelensky~", "Zélenskyy's", ["Zélenskyy"]),
        ('"ship storm"~3', "a storm hit the ship", ["storm", "ship"]),
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


KYIV = Mention("place", "Kyiv, Ukraine", "body", 3, 7, "Kiev", "alias", country="Ukraine")
SHADOW = Mention("weapon", "Storm Shadow", "body", 3, 8, "SCALP", "alias", weapon_class="cruise missile")


@pytest.mark.parametrize(
    ("query", "mention", "found"),
    [
        ("place:Kyiv", KYIV, True),
        ("place:Kiev", KYIV, True),
        ('place:"Kyiv Ukraine"', KYIV, True),
        ('place:"Ukraine Kyiv"', KYIV, False),
        ('place:"Ukraine Kyiv"~3', KYIV, True),
        ("country:Ukraine", KYIV, True),
        ("country:Kyiv", KYIV, False),
        ("weapon:storm*", SHADOW, True),
        ("weapon:shadw~", SHADOW, True),
        ("class:missile", SHADOW, True),
        ("person:Storm", SHADOW, False),
        ("-weapon:Storm", SHADOW, False),
    ],
)
def test_name_fields_match_the_name_and_the_alias_that_stands_there(query: str, mention: Mention, found: bool) -> None:
    assert marked(query, "", "In Kiev SCALP", mentions=(mention,)) == (
        ["In Kiev SCALP"[mention.start : mention.end]] * found
    )


def test_words_begin_as_their_stems_say() -> None:
    from importlib.resources import files

    words = files("archive.gazetteer").joinpath("data/common_words.txt").read_text().split()
    assert len(words) > 10_000
    forms = {ANALYSER.form(w): ANALYSER.stem(w) for w in words if w.isalpha() and w.isascii()}
    assert [f for f, stem in forms.items() if not f.startswith(beginning(stem))] == []


@given(st.text("abdegilnorstuy", min_size=1, max_size=5), st.lists(st.sampled_from(ENDINGS), max_size=3))
def test_made_up_words_begin_as_their_stems_say(start: str, endings: list[str]) -> None:
    word = start + "".join(endings)
    assert word.startswith(beginning(ANALYSER.stem(word)))


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=25), st.sampled_from(WORDS))
def test_exactly_the_matching_words_are_marked(words: list[str], wanted: str) -> None:
    stems = ANALYSER.stems(wanted)
    body = " ".join(words)
    if len(stems) != 1 or not parse(wanted).clauses:
        return
    expected = [t.text for t in ANALYSER.tokens(body) if ANALYSER.stem(t.text) == stems[0]]
    assert marked(f'"{wanted}"', "", body) == expected


# Letters, marks, possessives and other scripts, in every order: where finding words fast may go wrong.
TEXTS = st.text("sSaAktéİßﬁÅ\u0301\u0308'’ʼ_ -€жЖΣ北ا4٣👍\u0130\u0958\u1100\u1161가\uff07", max_size=30)
QUERIES = st.sampled_from(
    [*"s sa as kt жж σ 가 fi क 北 4 sa* as* ak* жж* sakta~ ask~ жжσж~".split(), '"s 4"', '"a s"', '"s s"']
)


@given(TEXTS, QUERIES)
def test_what_is_marked_is_what_a_search_word_by_word_finds(body: str, query: str) -> None:
    (leaf,) = parse(query).clauses
    tokens = ANALYSER.tokens(body)
    wanted = ANALYSER.stems(leaf.text) if isinstance(leaf, (Word, Phrase)) else []
    covered: set[int] = set()
    for i, token in enumerate(tokens):
        form = ANALYSER.form(token.text)
        if isinstance(leaf, Prefix):
            holds, last = form.startswith(ANALYSER.form(leaf.text)), i
        elif isinstance(leaf, Fuzzy):
            holds, last = within_edits(form, ANALYSER.form(leaf.text), edits_allowed(leaf.text)), i
        else:
            holds, last = [ANALYSER.stem(t.text) for t in tokens[i : i + len(wanted)]] == wanted, i + len(wanted) - 1
        if holds:
            covered.update(range(token.start, tokens[last].end))
    found = Highlighter(parse(query), (), ANALYSER)(Article("x", "", body))
    assert {place for h in found for place in range(h.start, h.end)} == covered
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("text", ["北", "é", "aé", "\u0301", "a\u0301", "'s", "x's ", "k", "k\u0301 "])
def test_a_text_without_spaces_takes_no_longer_than_any_other(text: str) -> None:
    article = Article("x", "", text * 100_000)
    started = time.process_time()
    Highlighter(parse("Kursk S-400 k"), (), ANALYSER)(article)
    assert time.process_time() - started < 5  # it was minutes where the way back to a word's beginning was quadratic
