"""Date expressions in news text: what is found, and what day, week, month or year it means."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.calendar import interval
from indexer.date_grammar import RULES
from indexer.date_tokens import CLASSES, LEXICON
from indexer.dates import read_dates
from tests.unit.forms import Form

PUBLISHED = "2024-11-25"  # a Monday
SEED = Path(__file__).resolve().parents[3] / "shared" / "data" / "seed"


def values(text: str, published: str | None = PUBLISHED) -> list[str]:
    return [mention.name for mention in read_dates(text, published, "body")]


@pytest.mark.parametrize(
    "text",
    [
        "It began on November 25, 2024.",
        "It began on Monday, November 25, 2024.",
        "It began on Nov. 25, 2024, in Kyiv.",
        "It began on November 25th 2024.",
        "It began on 25 November 2024.",
        "It began on the 25th of November, 2024.",
        "It began on Monday 25 Nov 2024.",
        "IT BEGAN ON 25 NOVEMBER 2024.",
        "KYIV, 25 NOV 24 (AFP) -- It began.",
        "Kyiv, 25 Nov 24 (AFP) -- It began.",
        "It began on 2024-11-25.",
        "It began at 2024-11-25T08:45.",
        "It began on 2024/11/25.",
        "It began on 25/11/2024.",
        "It began on 11/25/2024.",
        "It began on 25.11.2024.",
    ],
)
def test_a_full_date_is_read_in_every_usual_order(text: str) -> None:
    assert values(text, None) == ["2024-11-25"]


@pytest.mark.parametrize("text", ["on 3/4/2024", "on 31/31/2024", "on February 30, 2024", "on 2024-02-30"])
def test_an_ambiguous_or_impossible_day_gives_no_mention(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("during the November 11 ceremonies", "2024-11-11"),
        ("The ministers met on Nov. 30.", "2024-11-30"),
        ("The vote was held on 5 December.", "2024-12-05"),
        ("The vote was held on 5 December last year.", "2023-12-05"),
        ("The court will rule on March 3.", "2025-03-03"),
        ("The court ruled on March 3.", "2024-03-03"),
        ("a summit to be held on 7 June", "2025-06-07"),
        ("The editorial appeared on Sunday, 1 December.", "2024-12-01"),
        ("In February, Mr Macron caused a stir.", "2024-02"),
        ("In March Russia attacked.", "2024-03"),
        ("They have argued since March.", "2024-03"),
        ("The talks will resume in February.", "2025-02"),
        ("They must answer by May.", "2025-05"),
        ("It fell in early January.", "2024-01"),
        ("It was opened last June.", "2024-06"),
        ("It was opened in June last year.", "2023-06"),
        ("prices in January 2024", "2024-01"),
        ("the fourth Thursday of November", "2024-11-28"),
        ("the last Sunday in March 2024", "2024-03-31"),
    ],
)
def test_a_month_or_day_without_its_year_is_placed_by_tense_and_nearness(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("He said so on Saturday.", "2024-11-23"),
        ("On Thursday, Russia used a new missile.", "2024-11-21"),
        ("On Thursday, the board will decide.", "2024-11-28"),
        ("He plans to visit Kyiv on Thursday.", "2024-11-28"),
        ("The report is due Friday.", "2024-11-29"),
        ("The spokesman said Friday that the army will leave.", "2024-11-22"),
        ("He failed to appear on Friday.", "2024-11-22"),
        ("They met last Thursday.", "2024-11-21"),
        ("They meet this coming Thursday.", "2024-11-28"),
        ("They meet this upcoming Thursday.", "2024-11-28"),
        ("They meet this upcoming month.", "2024-12"),
        ("They meet this upcoming June.", "2025-06"),
        ("They met last Monday.", "2024-11-18"),
        ("They meet next Monday.", "2024-12-02"),
        ("They met on Friday of last week.", "2024-11-22"),
        ("They met on Saturday night.", "2024-11-23"),
        ("today", "2024-11-25"),
        ("yesterday morning", "2024-11-24"),
        ("the day before yesterday", "2024-11-23"),
        ("tomorrow", "2024-11-26"),
        ("Tonight", "2024-11-25"),
        ("this morning", "2024-11-25"),
        ("last night", "2024-11-24"),
    ],
)
def test_days_are_counted_from_the_day_of_publication(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Just last week, it fell.", "2024-W47"),
        ("this week", "2024-W48"),
        ("over the weekend", "2024-11-23/2024-11-24"),
        ("Earlier this month, it fell.", "2024-11"),
        ("next month", "2024-12"),
        ("last year", "2023"),
        ("later this year", "2024"),
        ("by the end of the year", "2024"),
        ("two years ago", "2022"),
        ("a decade ago", "2014"),
        ("five months ago", "2024-06"),
        ("two weeks ago", "2024-W46"),
        ("10 days ago", "2024-11-15"),
        ("a week ago Friday", "2024-11-15"),
        ("It will end in two weeks.", "2024-W50"),
        ("three months from now", "2025-02"),
        ("last summer", "2024-06-01/2024-08-31"),
        ("the summer of 2023", "2023-06-01/2023-08-31"),
        ("winter 2023", "2023-12-01/2024-02-29"),
        ("the first quarter of 2024", "2024-01-01/2024-03-31"),
        ("third-quarter profit fell", "2024-07-01/2024-09-30"),
        ("sales in Q2 2024", "2024-04-01/2024-06-30"),
        ("the second half of 2023", "2023-07-01/2023-12-31"),
        ("on Christmas Eve", "2024-12-24"),
        ("since the 9/11 attacks", "2001-09-11"),
    ],
)
def test_longer_periods_are_counted_from_publication_too(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the 1918 Armistice", "1918"),
        ("in 2014", "2014"),
        ("in 1815", "1815"),
        ("the 2008 elections", "2008"),
        ("early 2023", "2023"),
        ("the 1990s", "1990-01-01/1999-12-31"),
        ("the 1980's", "1980-01-01/1989-12-31"),
        ("the late '90s", "1990-01-01/1999-12-31"),
        ("the sixties", "1960-01-01/1969-12-31"),
        ("the 20th century", "1900-01-01/1999-12-31"),
        ("the 2022-23 season", "2022-01-01/2023-12-31"),
        ("from 2014 to 2018", "2014-01-01/2018-12-31"),
        ("in 2014-2018", "2014-01-01/2018-12-31"),
        ("between 3 and 5 May", "2024-05-03/2024-05-05"),
        ("May 3-5, 2023", "2023-05-03/2023-05-05"),
        ("from May 28 to June 3, 2023", "2023-05-28/2023-06-03"),
        ("between December and February 2024", "2023-12-01/2024-02-29"),
    ],
)
def test_years_decades_and_ranges_are_read(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "2000 people", "some 1,500 men", "$2000 a head", "1900 GMT", "at 1900 hours", "the 1500 metres", "Windows 2000",
        "for two weeks", "a three-year deal", "90 minutes", "over the last year", "for the first time in two years",
        "now", "recently", "at 10:30", "at 9 a.m.", "won 3-2", "an F-16", "a Boeing 737", "a MiG-2023", "UR-2010",
        "the 106th anniversary", "aged 45", "He may march on.", "Theresa May said no.", "June Squibb starred.",
        "Black Friday sales", "every Friday", "the Sunday Times", "a quarter of them", "spring water", "1.2024",
        "20245", "file_2024_11", "the fall of Kabul", "a few years ago", "a touchdown in the fourth quarter",
    ],
)  # fmt: skip
def test_what_is_no_date_gives_no_mention(text: str) -> None:
    assert values(text) == []


def test_expressions_that_hang_on_an_earlier_date_are_counted_from_it() -> None:
    assert values("He left on 3 May 2022 and came back three days later.") == ["2022-05-03", "2022-05-06"]
    assert values("It began in 1939. The following year France fell.") == ["1939", "1940"]
    text = "Net rose in the third quarter from a year earlier. In the latest quarter it fell from the year-ago quarter."
    third, third_before = "2024-07-01/2024-09-30", "2023-07-01/2023-09-30"
    assert values(text) == [third, third_before, third, third_before]
    assert values("The following day he left.") == []


def test_an_undated_article_gives_absolute_dates_only() -> None:
    assert values("On Thursday, two years ago, in May, last week and on 1 May 1945.", None) == ["1945-05-01"]


def test_a_coarse_publication_date_resolves_what_it_can() -> None:
    text = "On Thursday, yesterday, last week, last month, in May and last year."
    assert values(text, "2024-11") == ["2024-10", "2024-05", "2023"]
    assert values(text, "2024") == ["2023"]


def test_the_day_of_publication_is_that_of_its_own_offset() -> None:
    assert values("today", "2024-11-25T23:30:00-08:00") == ["2024-11-25"]
    assert values("today", "2024-11-25T00:30:00+14:00") == ["2024-11-25"]


def test_dates_beyond_the_calendar_are_left_out() -> None:
    assert values("next year", "9999-12-31") == []
    assert values("yesterday", "0001-01-01") == []
    assert values("last week, a decade ago, on Friday", "0001") == []


def test_mentions_carry_field_kind_and_exact_offsets() -> None:
    text = "Ещё 🙂 — on Saturday, 23 November."
    (mention,) = read_dates(text, PUBLISHED, "title")
    assert (mention.kind, mention.field, mention.why, mention.name, mention.value) == (
        "date", "title", "model", "2024-11-23", "2024-11-23",
    )  # fmt: skip
    assert mention.text == text[mention.start : mention.end] == "Saturday, 23 November"


def test_line_ends_and_long_dashes_inside_an_expression_change_nothing() -> None:
    assert values("this\npast  weekend, twenty–five days ago, 2014—2018") == [
        "2024-11-23/2024-11-24",
        "2024-10-31",
        "2014-01-01/2018-12-31",
    ]


def test_a_date_does_not_reach_over_a_paragraph() -> None:
    assert values("Signed in May\n\n2024 people came.") == ["2024-05"]


words = st.sampled_from(
    (
        "the last next this past coming of in on from to between and a couple two twenty five nineteen ninety years ago"
        " earlier later early week month quarter half first May March Nov . , - – / ' ’ ( 3 25 31 2024 1990 90 00 s th"
        " Friday today summer Christmas Eve year 's Q night was will \n \n\n"
    ).split(" ")
)
dates = ["2024-02-29", "2024-11", "2024", "2024-W01", "0001-01-01", "9999-12-31", "2024-11-25T08:45+02:00"]


@given(
    st.one_of(st.text(), st.lists(words, max_size=40).map(" ".join), st.lists(words, max_size=40).map("".join)),
    st.none() | st.sampled_from(dates),
)
def test_any_text_gives_valid_dates_in_order_without_overlaps(text: str, published: str | None) -> None:
    end = 0
    for mention in read_dates(text, published, "body"):
        assert end <= mention.start < mention.end
        assert mention.text == text[mention.start : mention.end]
        assert mention.value == mention.name == str(interval(mention.name))
        end = mention.end


WORDS_OF = {sign: sorted(w for w in LEXICON if LEXICON[w] == sign) for sign in set(LEXICON.values())}
WORDS_OF[CLASSES["NUMBER"]] = ["007", "2500", "100000"]
FEW = 6
"""Numbers and names that stand for their class; all of them are resolved alike."""
PHRASES = 1_000


@pytest.mark.parametrize("place", range(len(RULES)), ids=lambda i: f"{RULES[i][0]}-{i}")
def test_every_form_of_every_rule_is_read_or_left(place: int) -> None:
    chosen = Random(place)
    forms = Form(RULES[place][1].pattern, chosen)
    for _ in range(PHRASES):
        words = "".join(chosen.choice(WORDS_OF[sign][:: -(-len(WORDS_OF[sign]) // FEW)]) for sign in forms.draw())
        text = chosen.choice(["", "It will start ", "They met in "]) + words
        for mention in read_dates(text, chosen.choice(dates), "body"):
            assert mention.value == str(interval(mention.name))


@pytest.mark.parametrize(
    "unit", ["1", "May ", "the last ", "2014-", "twenty twenty-", " ", "\n ", "Nov. ", "from 2014 to ", "'90 ", "1/1/"]
)
def test_time_grows_no_faster_than_a_hostile_text(unit: str) -> None:
    def seconds(count: int) -> float:
        """Of the quickest of three: what else this process collects and remembers says nothing."""
        taken = []
        for _ in range(3):
            begin = time.process_time()
            read_dates(unit * count, PUBLISHED, "body")
            taken.append(time.process_time() - begin)
        return min(taken)

    assert seconds(16_000) < 16 * max(seconds(4_000), 0.02)  # four times the text; quadratic work would take sixteen


def test_the_seed_article_gives_its_dates() -> None:
    if not SEED.is_dir():
        pytest.skip("the seed article lies in ../shared/data/seed, which is absent here")
    _, body = next(SEED.glob("*.txt")).read_text(encoding="utf-8").split("\n", 1)
    assert values(body) == ["2024-02", "2024-11-11", "1918", "2024-11-23", "2024-11", "2024-W47", "2024-11-21"]


def test_the_eighteen_hundreds_are_a_century_and_the_two_thousands_a_decade() -> None:
    text = "The mill of the 1800s burnt down in the 1950s and was rebuilt in the 2000s."
    found = [m.name for m in read_dates(text, "2013-03-20", "body")]
    assert found == ["1800-01-01/1899-12-31", "1950-01-01/1959-12-31", "2000-01-01/2009-12-31"]
