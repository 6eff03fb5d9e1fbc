"""Dates at their precision: normalised text, intervals of days, ranges as people type them, instants."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.calendar import Interval, day_number, instant, interval, normalise_date, parse_range

days = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))


@pytest.mark.parametrize(
    ("given_text", "normalised"),
    [
        ("2024", "2024"),
        ("2024-11", "2024-11"),
        ("2024-W47", "2024-W47"),
        (" 2024-11-25 ", "2024-11-25"),
        ("2024-11-25T08:45", "2024-11-25T08:45"),
        ("2023-11-27 08:45:59.000000000Z", "2023-11-27T08:45:59+00:00"),
        ("2024-11-25T08:45+0200", "2024-11-25T08:45+02:00"),
        ("2024-11-25T08:45:00,5-05:30", "2024-11-25T08:45:00-05:30"),
        ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59+00:00"),
    ],
)
def test_a_date_is_normalised_at_its_own_precision(given_text: str, normalised: str) -> None:
    assert normalise_date(given_text) == normalised
    assert normalise_date(normalised) == normalised


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "24-11-25",
        "2024-13",
        "2024-02-30",
        "2023-W53",
        "0000",
        "2024-11-25T25:00",
        "2024-11-25T08",
        "2024-1-5",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        normalise_date(text)


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-W47", "2024-11-18", "2024-11-24"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2024-11-25", "2024-11-25", "2024-11-25"),
        ("1990-01-01/1999-12-31", "1990-01-01", "1999-12-31"),
        ("2024-05/2024-06", "2024-05-01", "2024-06-30"),
    ],
)
def test_a_date_covers_whole_days(date: str, first: str, last: str) -> None:
    assert interval(date) == Interval(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_a_time_lies_on_the_day_of_its_own_offset() -> None:
    assert str(interval("2024-11-25T23:30:00-08:00")) == "2024-11-25"
    assert str(interval("2024-11-25T00:30:00+14:00")) == "2024-11-25"


@given(days, st.integers(0, 4000))
def test_the_text_of_an_interval_reads_back_as_the_same_days(first: dt.date, length: int) -> None:
    last = dt.date.fromordinal(min(first.toordinal() + length, dt.date.max.toordinal()))
    days_covered = Interval(first, last)
    assert interval(str(days_covered)) == days_covered


@pytest.mark.parametrize("date", ["2024", "2024-11", "2024-W47", "2024-11-25", "2024-11-25/2024-11-26"])
def test_an_interval_is_written_in_its_shortest_form(date: str) -> None:
    assert str(interval(date)) == date


def test_an_interval_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends"):
        Interval(dt.date(2024, 2, 1), dt.date(2024, 1, 1))


def test_an_interval_holds_those_that_lie_within_it() -> None:
    assert interval("2024-11-25") in interval("2024-11")
    assert interval("2024") in interval("2024")
    assert interval("2024-W44") not in interval("2024-11")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-11", "2024-11-01", "2024-11-30"),
        ("2024-11-01..2024-11-25", "2024-11-01", "2024-11-25"),
        ("2023..2024", "2023-01-01", "2024-12-31"),
        ("2024-11-18/2024-11-24", "2024-11-18", "2024-11-24"),
        ("2023..", "2023-01-01", "9999-12-31"),
        ("..2024-W01", "0001-01-01", "2024-01-07"),
    ],
)
def test_a_range_is_read_as_people_type_it(text: str, first: str, last: str) -> None:
    assert parse_range(text) == Interval(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("text", ["..", "soon", "2024..soon", "2024-11-25T08:45..2024", "2024-02-30", ""])
def test_a_range_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date: write 2024"):
        parse_range(text)


def test_a_range_the_wrong_way_round_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match="write the earlier date first"):
        parse_range("2024..2023")


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("1970", 0),
        ("1970-01-01T00:00:00+00:00", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T00:00:10", 10),
        ("1969-12-31", -86400),
        ("2024-11", 1730419200),
    ],
)
def test_an_instant_counts_seconds_since_1970_in_utc(date: str, seconds: int) -> None:
    assert instant(date) == seconds


@given(days, days)
def test_instants_and_day_numbers_keep_the_order_of_days(a: dt.date, b: dt.date) -> None:
    assert (instant(a.isoformat()) < instant(b.isoformat())) == (a < b)
    assert (day_number(a) < day_number(b)) == (a < b)


def test_instants_reach_from_the_first_to_the_last_year() -> None:
    assert instant("0001") < instant("0001-01-01T00:00:00-12:00") < instant("9999-12-31T23:59:59+12:00")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_instants_reach_beyond_the_first_and_last_day_by_their_offset(date: str) -> None:
    assert isinstance(instant(normalise_date(date)), int)
