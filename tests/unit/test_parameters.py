"""Parameters of a search: what each one says, what a wrong one is answered with, and that links keep all of it."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.calendar import Interval, parse_range
from archive.engine import FACETS, IntervalName, Mode, Refinement, Sort, Timeline
from search_api.parameters import (
    FIELDS,
    MISSING,
    ParameterErrors,
    SearchRequest,
    parse_parameters,
    refuse_parameters,
    to_parameters,
)


def wrong(*items: tuple[str, str]) -> dict[str, str]:
    """name -> message of what is wrong."""
    with pytest.raises(ParameterErrors) as caught:
        parse_parameters(items)
    return {e.name: e.message for e in caught.value.errors}


def test_nothing_given_is_the_default_request() -> None:
    request = parse_parameters([])
    assert request == SearchRequest()
    assert (request.limit, request.facet_limit, request.sort, request.mode) == (20, 20, "relevance", None)
    assert request.fields == FIELDS


def test_every_parameter_has_its_place() -> None:
    request = parse_parameters(
        [
            ("q", "Storm Shadow"),
            ("mode", "semantic"),
            ("from", "2024-11"),
            ("to", "2024-11-25"),
            ("person", "Keir Starmer"),
            ("person", "Emmanuel Macron"),
            ("exclude.country", "France"),
            ("published", "2024-11-01..2024-11-25"),
            ("mentioned", "1918"),
            ("facet", "person"),
            ("facet", "class"),
            ("facet_limit", "1000"),
            ("timeline", "week"),
            ("timeline_field", "mentioned"),
            ("sort", "oldest"),
            ("limit", "0"),
            ("cursor", "abc"),
            ("fields", "mentions,title"),
            ("expand", "off"),
            ("explain", "true"),
            ("format", "json"),
        ]
    )
    assert request == SearchRequest(
        q="Storm Shadow",
        mode="semantic",
        from_="2024-11",
        to="2024-11-25",
        refinements=(
            Refinement("person", ("Keir Starmer", "Emmanuel Macron")),
            Refinement("country", (), ("France",)),
            Refinement("published", (parse_range("2024-11-01..2024-11-25"),)),
            Refinement("mentioned", (parse_range("1918"),)),
        ),
        facets=("person", "class"),
        facet_limit=1000,
        timeline=Timeline("week", "mentioned"),
        sort="oldest",
        limit=0,
        cursor="abc",
        fields=("id", "title", "mentions"),
        expand=False,
        explain=True,
    )
    assert request.within == Interval(date(2024, 11, 1), date(2024, 11, 25))


@pytest.mark.parametrize("name", FACETS)
def test_every_facet_refines_and_excludes_by_value_and_by_missing(name: str) -> None:
    value = "2024-11" if name in ("published", "mentioned") else "Kursk Oblast, Russia"
    parsed = parse_range(value) if name in ("published", "mentioned") else value
    (refinement,) = parse_parameters([(name, value), (name, MISSING), (f"exclude.{name}", value)]).refinements
    assert refinement == Refinement(name, (parsed, None), (parsed,))  # type: ignore[arg-type]


def test_a_range_may_be_open_at_one_end() -> None:
    assert parse_parameters([("from", "2024")]).within == Interval(date(2024, 1, 1), date.max)
    assert parse_parameters([("to", "2024")]).within == Interval(date.min, date(2024, 12, 31))
    assert parse_parameters([]).within is None


def test_a_value_given_twice_counts_once() -> None:
    items = [("person", "A"), ("person", "A"), ("facet", "person"), ("facet", "person")]
    request = parse_parameters(items)
    assert request.refinements == (Refinement("person", ("A",)),)
    assert request.facets == ("person",)


def test_the_id_is_always_among_the_fields() -> None:
    assert parse_parameters([("fields", "title")]).fields == ("id", "title")
    assert parse_parameters([("fields", " , ")]).fields == ("id",)


def test_blank_values_count_as_absent_for_all_known_names() -> None:
    for name in ("q", "mode", "from", "to", "limit", "fields", "cursor", "facet", "expand", "format", *FACETS):
        assert parse_parameters([(name, ""), (name, "  ")]) == SearchRequest()


def test_an_unknown_name_is_wrong_even_when_blank() -> None:
    assert "colour" in wrong(("colour", ""))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "-1"),
        ("limit", "1001"),
        ("limit", "1e2"),
        ("limit", "٣"),
        ("limit", "9" * 5000),
        ("facet_limit", "1001"),
        ("from", "2024-13"),
        ("from", "2024..2025"),
        ("to", "2024-11-25T08:00"),
        ("mode", "Hybrid"),
        ("sort", "date"),
        ("timeline", "hour"),
        ("timeline_field", "modified"),
        ("facet", "all"),
        ("fields", "id;title"),
        ("expand", "true"),
        ("explain", "on"),
        ("format", "xml"),
        ("published", "November"),
        ("exclude.mentioned", ".."),
    ],
)
def test_a_malformed_value_is_named(name: str, value: str) -> None:
    assert list(wrong((name, value))) == [name]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = wrong(("mode", "x"), ("limit", "y"), ("published", "z"), ("colour", "red"), ("q", "a"), ("q", "b"))
    assert set(found) == {"mode", "limit", "published", "colour", "q"}


def test_the_message_says_what_to_write_instead() -> None:
    assert "keyword, semantic, hybrid" in wrong(("mode", "x"))["mode"]
    assert "0 to 1000" in wrong(("limit", "x"))["limit"]
    assert "Did you mean person?" in wrong(("persn", "x"))["persn"]
    assert "earlier date" in wrong(("from", "2025"), ("to", "2024"))["to"]
    assert "once" in wrong(("sort", "newest"), ("sort", "oldest"))["sort"]


def test_more_parameters_than_a_search_takes_are_refused_by_the_name_that_is_too_many() -> None:
    found = wrong(("q", "Kursk"), *(("person", str(i)) for i in range(201)))
    assert list(found) == ["person"]


def test_where_nothing_is_taken_each_parameter_is_named() -> None:
    refuse_parameters([])
    with pytest.raises(ParameterErrors) as caught:
        refuse_parameters([("a", "1"), ("b", ""), ("a", "2")])
    assert [e.name for e in caught.value.errors] == ["a", "b"]


def test_links_leave_out_what_goes_without_saying() -> None:
    assert to_parameters(SearchRequest()) == []
    assert to_parameters(SearchRequest(q="Kursk", sort="newest")) == [("q", "Kursk"), ("sort", "newest")]


NAMES = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()) and text != MISSING)
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
RANGES = st.tuples(DAYS, DAYS).map(lambda days: Interval(min(days), max(days)))
WHOLE = st.integers(0, 1000)
DATES = st.none() | st.sampled_from(["2024", "2024-11", "2024-W47", "2024-11-25"])


@st.composite
def requests(draw: st.DrawFn) -> SearchRequest:
    """Any request that parameters can say."""
    refinements = []
    for name in FACETS:
        values: st.SearchStrategy[list[str | Interval | None]] = st.lists(
            st.none() | (RANGES if name in ("published", "mentioned") else NAMES), max_size=2, unique=True
        )
        include, exclude = tuple(draw(values)), tuple(draw(values))
        if include or exclude:
            refinements.append(Refinement(name, include, exclude))
    from_ = draw(DATES)
    chosen = draw(st.sets(st.sampled_from(FIELDS)))
    line = st.builds(Timeline, st.sampled_from(get_args(IntervalName)), st.sampled_from(["published", "mentioned"]))
    return SearchRequest(
        q=draw(st.just("") | NAMES),
        mode=draw(st.none() | st.sampled_from(get_args(Mode))),
        from_=from_,
        to=from_ and draw(st.sampled_from([None, from_, "2025"])),
        refinements=tuple(refinements),
        facets=tuple(draw(st.lists(st.sampled_from(FACETS), unique=True))),
        facet_limit=draw(WHOLE),
        timeline=draw(st.none() | line),
        sort=draw(st.sampled_from(get_args(Sort))),
        limit=draw(WHOLE),
        cursor=draw(st.none() | st.text("abc-_019", min_size=1)),
        fields=tuple(f for f in FIELDS if f == "id" or f in chosen),
        expand=draw(st.booleans()),
        explain=draw(st.booleans()),
    )


@given(requests())
def test_a_link_says_the_whole_request(request: SearchRequest) -> None:
    again = parse_parameters(to_parameters(request))
    assert again == request
    assert to_parameters(again) == to_parameters(request)


@given(
    st.lists(st.tuples(st.sampled_from([*FACETS, "q", "mode", "from", "to", "limit", "fields"]), st.text()), max_size=8)
)
def test_any_values_parse_or_are_named(items: list[tuple[str, str]]) -> None:
    try:
        request = parse_parameters(items)
    except ParameterErrors as errors:
        assert {e.name for e in errors.errors} <= {name for name, _ in items}
    else:
        assert parse_parameters(to_parameters(request)) == request


@pytest.mark.parametrize(
    ("format", "name", "value"),
    [
        ("rss", "sort", "oldest"),
        ("atom", "cursor", "x"),
        ("jsonfeed", "timeline", "month"),
        ("rss", "fields", "id"),
        ("csv", "facet", "person"),
        ("csv", "explain", "true"),
        ("jsonl", "timeline", "month"),
    ],
)
def test_what_a_format_has_no_place_for_is_named(format: str, name: str, value: str) -> None:
    assert "leave it out" in wrong(("format", format), (name, value))[name]
    assert list(wrong(("format", format), (name, value))) == [name]
    assert parse_parameters([("format", format)]).format == format
