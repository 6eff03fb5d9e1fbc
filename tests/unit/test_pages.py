"""The pages as data: links, snippets, the timeline, what is marked; no HTML and no server."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import replace
from itertools import combinations
from math import dist
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader

from archive.article import Article, Mention
from archive.calendar import interval
from archive.errors import CursorError, ParameterError, QueryError
from archive.gazetteer import Gazetteer
from search_api.accounts.access import ANONYMOUS, SINGLE, Caller
from search_api.accounts.sessions import Sessions
from search_api.excerpts import first_sentence
from search_api.formats.citations import bibtex_entry
from search_api.highlighting import Highlight
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters, value_text
from search_api.syntax import parse
from web import article_page, network, search_page
from web.asked import parse_page
from web.assets import Assets
from web.date_line import draw_dates
from web.dates import readable
from web.frame import Frame, Reader, reader_of
from web.lines import draw_lines
from web.links import (
    ValueLinks,
    article_link,
    as_clause,
    excluded,
    json_search_link,
    narrowed,
    refined,
    removed,
    search_link,
)
from web.network import draw_network
from web.rendering import Renderer
from web.results import build_result
from web.sidebar import FACET_TITLES, build_chips, build_facets
from web.snippets import SNIPPET, Piece, marked, snippet
from web.timeline import WIDTH, draw, most_bars, percent
from web.world import Place, around, draw_world, whole

NAMES = st.text(min_size=1).filter(lambda t: t.strip() and t != "missing" and t.isprintable())


def asked(query: str) -> SearchRequest:
    return parse_parameters(parse_qsl(query, keep_blank_values=True))


def followed(href: str) -> SearchRequest:
    """The request that a click on a link makes."""
    return asked(urlsplit(href).query)


def text_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(p.text for p in pieces)


# ------------------------------------------------------------------------------------------------ links
@given(NAMES, NAMES)
def test_a_search_link_leads_back_to_its_request(q: str, name: str) -> None:
    request = refined(excluded(SearchRequest(q=q), "place", name), "person", name)
    assert followed(search_link(request)) == request


def test_a_changed_search_begins_at_its_first_page() -> None:
    assert refined(asked("q=x&cursor=abc"), "person", "Ada").cursor is None


def test_choosing_an_excluded_value_takes_it_in_again() -> None:
    request = refined(asked("exclude.person=Ada"), "person", "Ada")
    assert search_link(request) == "/?person=Ada"


def test_excluding_a_chosen_value_leaves_it_out() -> None:
    assert search_link(excluded(asked("person=Ada&person=Bo"), "person", "Ada")) == "/?person=Bo&exclude.person=Ada"


def test_removing_the_only_value_leaves_no_refinement() -> None:
    assert search_link(removed(asked("exclude.person=Ada"), "person", "Ada")) == "/"


def test_a_month_clicked_within_a_chosen_year_narrows_to_the_month() -> None:
    request = narrowed(asked("published=2024"), "published", interval("2024-11"))
    assert search_link(request) == "/?published=2024-11"


@pytest.mark.parametrize("id", ["a/b?c=d", "https://example.org/x y", "%2F", "ключ", "#1"])
def test_any_id_stays_within_one_segment_of_the_path(id: str) -> None:
    link = urlsplit(article_link(id, "a & b"))
    assert link.path.count("/") == 2
    assert (link.query, link.fragment) == ("q=a+%26+b", "")


@given(NAMES, st.booleans())
def test_a_refinement_put_into_the_query_always_parses(name: str, exclude: bool) -> None:
    clause = as_clause("person", name, exclude=exclude)
    try:
        parse(clause)
    except QueryError as error:
        # A name without a letter or digit has no words to search for.
        assert not any(c.isalnum() for c in name), error.message


# ------------------------------------------------------------------------------------------------ dates
@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2024", "2024"),
        ("2024-11", "November 2024"),
        ("2024-W47", "18–24 November 2024"),
        ("2024-11-05", "5 November 2024"),
        ("2024-11-28/2024-12-03", "28 November – 3 December 2024"),
        ("2024-12-28/2025-01-03", "28 December 2024 – 3 January 2025"),
        ("2022-04-15T08:30+01:00", "15 April 2022, 08:30 UTC+01:00"),
        ("2022-04-15T08:30:59+00:00", "15 April 2022, 08:30 UTC"),
        ("2022-04-15T08:30", "15 April 2022, 08:30"),
    ],
)
def test_dates_are_readable_at_their_precision(date: str, text: str) -> None:
    assert readable(date, time=True) == text


# ------------------------------------------------------------------------------------------------ snippets
SPANS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 9))).map(
    lambda found: [(a, a + n) for a, n in sorted(dict(found).items())]
)


@given(st.text(max_size=900), SPANS)
def test_marking_neither_adds_nor_loses_a_character(text: str, spans: list[tuple[int, int]]) -> None:
    assert text_of(marked(text, spans)) == text


@given(st.text(alphabet="ab \n", max_size=900), SPANS)
def test_a_snippet_is_short_whatever_the_text(body: str, spans: list[tuple[int, int]]) -> None:
    shown = text_of(snippet(body, [s for s in spans if s[1] <= len(body)]))
    assert len(shown) <= 3 * SNIPPET + 4  # each line end becomes three characters


def test_a_snippet_shows_where_most_marks_stand() -> None:
    body = "Kursk. " + "word " * 200 + "Storm Shadow fell on Kursk " + "word " * 200
    spans = [m.span() for m in re.finditer("Kursk|Storm|Shadow", body)]
    hits = [p.text for p in snippet(body, spans) if p.hit]
    assert hits == ["Storm", "Shadow", "Kursk"]


def test_without_marks_a_snippet_begins_behind_caption_and_byline() -> None:
    body = "A ship. Picture: a friend\n\nBy A. Writer\n\n" + "The ship sank on Thursday while it was under tow. " * 9
    assert text_of(snippet(body, [])).startswith("… The ship sank")


def test_thousands_of_marks_take_no_time() -> None:
    body = "missile " * 30_000
    started = time.process_time()
    snippet(body, [(i * 8, i * 8 + 7) for i in range(30_000)])
    assert time.process_time() - started < 0.5


def test_the_first_sentence_stands_for_a_headline() -> None:
    assert first_sentence("\n  It sank. Nobody knew? Why.") == "It sank."
    assert first_sentence("") == ""
    assert len(first_sentence("word " * 99)) <= 120


# ------------------------------------------------------------------------------------------------ timeline
def timeline(*buckets: tuple[str, int], interval: str = "month", undated: int = 0) -> dict[str, object]:
    return {
        "interval": interval,
        "field": "published",
        "buckets": [{"date": d, "count": c} for d, c in buckets],
        "undated": undated,
        "coarser": 0,
    }


def test_bars_stand_in_order_within_the_drawing_and_to_scale() -> None:
    view = draw(timeline(("1931-05", 1), ("2024-10", 5), ("2024-11", 10)), str)
    assert view
    assert [b.x for b in view.bars] == sorted(b.x for b in view.bars)
    assert all(b.x >= 0 and b.x + b.width <= WIDTH for b in view.bars)
    assert view.bars[1].height == view.bars[2].height / 2
    assert view.bars[2].label == "November 2024: 10 articles"
    assert view.bars[2].href == "2024-11"


def test_a_timeline_of_nothing_is_not_drawn() -> None:
    assert draw(timeline(), str) is None


def test_what_no_bar_shows_is_said() -> None:
    view = draw(timeline(("2024", 1), interval="year", undated=1234), str)
    assert view and view.note == "1,234 undated"


# ------------------------------------------------------------------------------------------------ sidebar
def facets(**given: list[tuple[str, int]]) -> dict[str, object]:
    return {
        name: {"values": [{"value": v, "count": c} for v, c in given.get(name, [])], "missing": 0, "other": 0}
        for name in FACET_TITLES
    }


def test_a_chosen_value_links_to_the_search_without_it() -> None:
    (facet,) = build_facets(facets(person=[("Ada", 4), ("Bo", 2)]), asked("q=x&person=Ada"))
    assert [(v.label, v.chosen, v.href, v.step) for v in facet.values] == [
        ("Ada", True, "/?q=x", 20),
        ("Bo", False, "/?q=x&person=Ada&person=Bo", 10),
    ]


def test_an_excluded_value_can_be_taken_in_again() -> None:
    (facet,) = build_facets(facets(person=[("Ada", 4)]), asked("q=x&exclude.person=Ada"))
    assert facet.values[0].excluded
    assert facet.values[0].exclude == "/?q=x"


def test_one_language_alone_is_no_facet() -> None:
    assert build_facets(facets(language=[("en", 4)]), SearchRequest()) == ()


def test_a_chip_removes_its_value_or_puts_it_into_the_query() -> None:
    (chip,) = build_chips(asked('q=x OR y&exclude.person=A "B" C'))
    assert chip.label == 'not person: A "B" C'
    assert chip.href == "/?q=x+OR+y"
    assert followed(chip.within).q == '(x OR y) -person:"A ”B” C"'


def test_missing_goes_into_the_query_as_has() -> None:
    (chip,) = build_chips(asked("weapon=missing"))
    assert followed(chip.within).q == "-has:weapon"


# ------------------------------------------------------------------------------------------------ results
def result(**changes: object) -> dict[str, object]:
    return {
        "id": "a",
        "title": "",
        "published": None,
        "source": None,
        "authors": [],
        "section": None,
        "language": None,
        "matched_by": "words",
        "highlights": [],
        "passage": None,
        "mentions": [],
        **changes,
    }


def test_an_article_without_a_title_shows_its_first_sentence() -> None:
    view = build_result(result(), "It sank. Then it was gone.", SearchRequest())
    assert text_of(view.headline) == "It sank."


def test_where_only_the_meaning_matched_the_passage_is_shown() -> None:
    passage = {"start": 9, "end": 30, "text": "Then it was gone."}
    view = build_result(result(passage=passage), "It sank. Then it was gone.", SearchRequest(q="vanish"))
    assert text_of(view.snippet) == "Then it was gone."


def test_names_that_the_search_found_in_the_headline_come_first() -> None:
    def mention(name: str, field: str, start: int) -> dict[str, object]:
        return {"kind": "weapon", "name": name, "field": field, "start": start, "end": start + 5}

    found = [mention("ATACMS", "body", i * 9) for i in range(9)] + [mention("Storm Shadow", "title", 0)]
    highlights = [{"field": "title", "start": 0, "end": 5}]
    view = build_result(result(title="Storm Shadow", mentions=found, highlights=highlights), "", SearchRequest())
    assert [e.name for e in view.entities] == ["Storm Shadow", "ATACMS"]


# ------------------------------------------------------------------------------------------------ errors
def test_the_place_of_a_syntax_error_is_marked() -> None:
    page = search_page.failed(SearchRequest(q='a "b'), QueryError("Open.", position=2, cure="Close it."))
    assert page.form.error == "Open. Close it."
    assert [p.text for p in page.form.marked if p.hit] == ['"']


def test_an_error_behind_the_end_is_marked_there() -> None:
    page = search_page.failed(SearchRequest(q="a AND"), QueryError("Ends.", position=5, cure="Go on."))
    assert [(p.text, p.hit) for p in page.form.marked] == [("a AND", False), (" ", True)]


def test_a_wrong_date_stays_in_its_field_and_all_else_is_kept() -> None:
    items = [("q", "x"), ("from", "2024-13"), ("person", "Ada")]
    form = search_page.failed(
        search_page.understandable(items, ParameterErrors([ParameterError("from", "No date.")])), CursorError("No.")
    ).form
    assert (form.q, form.from_, form.hidden) == ("x", "2024-13", (("person", "Ada"),))


def test_a_damaged_cursor_offers_the_first_page() -> None:
    page = search_page.failed(asked("q=x&person=Ada&cursor=abc"), CursorError("Damaged."))
    assert page.form.retry == "/?q=x&person=Ada"


def test_the_form_sends_nothing_for_what_goes_without_saying() -> None:
    page = search_page.failed(asked("sort=newest"), CursorError("No."))
    assert [(m.value, m.chosen) for m in page.form.modes] == [("hybrid", False), ("", True), ("semantic", False)]


# ------------------------------------------------------------------------------------------------ the article
def mention(kind: str, start: int, end: int, body: str, **more: object) -> Mention:
    return Mention(kind, body[start:end], "body", start, end, body[start:end], "alias", **more)  # type: ignore[arg-type]


def test_search_words_stay_marked_within_mentions() -> None:
    body = "A Storm Shadow fell."
    page = article_page.build(
        Article("a", "", body, mentions=(mention("weapon", 2, 14, body),)), [Highlight("body", 2, 7)]
    )
    assert [(p.text, p.kind, p.hit) for p in page.paragraphs[0]] == [
        ("A ", "", False),
        ("Storm", "weapon", True),
        (" Shadow", "weapon", False),
        (" fell.", "", False),
    ]


@given(
    st.text(alphabet="ab \n\r\u2028é", max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30))),
    st.lists(st.integers(0, 60), unique=True),
)
def test_overlapping_mentions_and_marks_leave_the_text_whole(
    body: str, spans: list[tuple[int, int]], hits: list[int]
) -> None:
    mentions = tuple(mention("place", a, min(a + n, len(body)), body) for a, n in spans if a < len(body))
    highlights = [Highlight("body", at, at + 1) for at in sorted(hits) if at < len(body)]
    page = article_page.build(Article("a", "t", body, mentions=mentions), highlights)
    shown = "".join(text_of(p) for p in page.paragraphs)
    assert "".join(shown.split()) == "".join(body.split())


def test_a_long_article_full_of_names_is_laid_out_whole() -> None:
    body = "Kyiv fell\n" * 20_000
    mentions = tuple(mention("place", i * 10, i * 10 + 4, body) for i in range(20_000))
    assert len(article_page.build(Article("a", "", body, mentions=mentions), []).paragraphs) == 20_000


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "//example.org"])
def test_only_web_addresses_become_links_to_the_source(url: str) -> None:
    assert article_page.build(Article("a", "t", "b", url=url), []).source_url is None


def test_dates_of_an_article_are_listed_once_in_their_order() -> None:
    body = "2024 1979 2024"
    dates = tuple(mention("date", a, a + 4, body, value=body[a : a + 4]) for a in (0, 5, 10))
    page = article_page.build(Article("a", "t", body, mentions=dates), [])
    assert [(value, followed(href).q) for value, _, href in page.dates] == [
        ("1979", "mentioned:1979"),
        ("2024", "mentioned:2024"),
    ]


def test_an_article_says_how_each_wording_was_read() -> None:
    body = "Patriot and Patriot on Thursday."
    mentions = (
        Mention("weapon", "Patriot", "body", 0, 7, "Patriot", "context", weapon_class="air defence system"),
        Mention("weapon", "Patriot", "body", 12, 19, "Patriot", "context", weapon_class="air defence system"),
        Mention("date", "2024-11-21", "body", 23, 31, "Thursday", "model", value="2024-11-21"),
    )
    page = article_page.build(Article("a", title="", body=body, mentions=mentions), ())
    assert [(r.text, r.resolution, r.why, r.count) for r in page.readings] == [
        ("Patriot", "Patriot, air defence system", "context", 2),
        ("Thursday", "21 November 2024", "date grammar", 1),
    ]
    (first,) = page.paragraphs
    assert [p.title for p in first if p.kind] == [
        "Patriot, air defence system (context)",
        "Patriot, air defence system (context)",
        "21 November 2024 (date grammar)",
    ]


# ------------------------------------------------------------------------------------------------ what pages add
def test_what_a_page_draws_stays_chosen_through_its_links() -> None:
    request = parse_page([("q", "x"), ("share", "on"), ("find", "ignored")])
    assert search_link(refined(request, "person", "Ada")) == "/?q=x&person=Ada&share=on"
    assert "share" not in json_search_link(request)


@pytest.mark.parametrize("items", [[("share", "yes")], [("share", "on"), ("share", "off")]])
def test_a_wrong_share_is_named_beside_other_errors(items: list[tuple[str, str]]) -> None:
    with pytest.raises(ParameterErrors) as caught:
        parse_page([*items, ("limit", "many")])
    assert [error.name for error in caught.value.errors] == ["limit", "share"]


@given(NAMES, NAMES, NAMES)
def test_quick_links_are_those_made_one_by_one(q: str, chosen: str, value: str) -> None:
    base = refined(asked(""), "person", chosen)
    base = replace(base, q=q)
    links = ValueLinks(base, "person")
    if value != chosen:
        assert links.refined(value) == search_link(refined(base, "person", value))
        assert links.excluded(value) == search_link(excluded(base, "person", value))


def test_bars_of_shares_are_to_the_scale_of_shares() -> None:
    buckets = [{"date": "2024-10", "count": 5, "all": 10}, {"date": "2024-11", "count": 6, "all": 60}]
    view = draw({**timeline(), "buckets": buckets}, value_text, share=True)
    assert view and view.top == "50 %"
    assert view.bars[0].height == pytest.approx(5 * view.bars[1].height)
    assert view.bars[1].label == "November 2024: 10 % of 60 articles"
    assert (view.begins, view.ends, view.range) == ("2024-10-01", "2024-11-30", "0001-01-01..0001-01-02")


@pytest.mark.parametrize(("share", "text"), [(0.004, "0.4 %"), (0.0999, "10.0 %"), (0.12, "12 %"), (1.0, "100 %")])
def test_a_share_has_as_many_figures_as_say_something(share: float, text: str) -> None:
    assert percent(share) == text


def lines_of(*counts: dict[str, int]) -> list[list[dict[str, object]]]:
    return [[{"date": d, "count": n, "all": 10} for d, n in found.items()] for found in counts]


def test_lines_of_several_searches_have_one_scale_and_no_gaps() -> None:
    view = draw_lines(
        lines_of({"2024-01": 4, "2024-04": 2}, {"2024-03": 1}),
        ("a", "b"),
        "month",
        lambda number, days: f"{number} {days}",
        share=False,
    )
    assert view and view.top == "4"
    assert [len(line.path.split(" ")) for line in view.lines] == [8, 8], "four months, an x and a y of each"
    assert [p.label for p in view.lines[0].points] == ["a, January 2024: 4 articles", "a, April 2024: 2 articles"]
    assert [when for when, _ in view.rows] == ["April 2024", "March 2024", "January 2024"]
    assert [cell.text for cell in view.rows[1][1]] == ["0", "1"]
    assert view.rows[1][1][1].href == "1 2024-03"


def test_no_lines_are_drawn_of_nothing() -> None:
    assert draw_lines([[], []], ("a", "b"), "month", lambda *_: "", share=True) is None


def test_the_names_beside_an_entity_stand_apart_and_inside_the_drawing() -> None:
    beside = [("person", f"Person {i}", 12 - i) for i in range(6)] + [("place", f"Place {i}", 6 - i) for i in range(6)]
    view = draw_network(beside, {(0, 1): 3, (2, 9): 1})
    assert view and len(view.edges) == 12 + 2
    places = [(n.x, n.y) for n in view.nodes]
    assert all(0 < x < network.WIDTH and 0 < y < network.HEIGHT for x, y in places)
    assert min(dist(a, b) for a, b in combinations(places, 2)) > 40
    assert view.nodes[0].label == "Person 0: 12 articles"
    assert draw_network([], {}) is None


GAZETTEER = Gazetteer.load()


def place_at(name: str, lat: float, lon: float, count: int = 1) -> Place:
    return Place(name, count, lat, lon, False, f"/{name}")


def test_a_map_holds_most_of_its_places_and_is_true_to_scale() -> None:
    places = [place_at("Kyiv", 50.45, 30.52, 9), place_at("Odesa", 46.48, 30.73, 5), place_at("Lviv", 49.84, 24.03, 4)]
    view = around(places)
    world = draw_world(GAZETTEER, places, view)
    assert world.outside == 0
    circles = {c.name: c for c in world.circles}
    assert circles["Kyiv"].y < circles["Odesa"].y and circles["Lviv"].x < circles["Kyiv"].x
    # Kyiv to Odesa 442 km, Kyiv to Lviv 469 km
    kyiv, odesa, lviv = ((circles[n].x, circles[n].y) for n in ("Kyiv", "Odesa", "Lviv"))
    assert dist(kyiv, odesa) / dist(kyiv, lviv) == pytest.approx(442 / 469, rel=0.05)
    assert world.land.startswith("M") and len(world.land) < 40_000


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.integers(1, 99)), max_size=30))
def test_a_map_can_be_drawn_of_any_places(found: list[tuple[float, float, int]]) -> None:
    places = [place_at(f"P{i}", lat, lon, n) for i, (lat, lon, n) in enumerate(found)]
    for view in (around(places), whole()):
        world = draw_world(GAZETTEER, places, view)
        assert len(world.circles) + world.outside == len(places)
        assert all(0 <= c.x <= 960 and 0 <= c.y <= view.height for c in world.circles)


def test_dates_of_an_article_stand_in_their_order_on_a_line() -> None:
    spans = [(interval(d), d, f"/{d}") for d in ("1979", "2022-02-24", "2022-04-14")]
    view = draw_dates(spans, interval("2022-04-15"))
    assert view and [m.label for m in view.marks] == ["1979", "2022-02-24", "2022-04-14"]
    assert all(m.x >= 0 and m.x + m.width <= 280 and m.y >= 0 for m in view.marks)
    assert (view.first, view.last) == ("1979", "2022")
    assert view.published is not None and view.published > view.marks[1].x
    assert draw_dates(spans[:1], None) is None, "one date alone is no line"


def test_an_article_is_cited_as_a_sentence_and_as_the_entry_that_an_export_holds() -> None:
    article = Article("a", "100% {sure} & safe_", "", url="https://example.org/a", published="2024-05-02T08:00",
                      source="The Courier", authors=("Ann Lee", "Bo Ek"))  # fmt: skip
    page = article_page.build(article, [])
    assert page.cite == "Ann Lee and Bo Ek, “100% {sure} & safe_”, The Courier, 2 May 2024, https://example.org/a"
    assert page.bibtex.startswith("@article{thecourier2024-") and page.bibtex + "\n\n" == bibtex_entry(article)


def test_a_mention_leads_to_the_line_that_explains_it_and_the_tab_key_halts_once() -> None:
    body = "Kyiv and Kyiv"
    mentions = (mention("place", 0, 4, body), mention("place", 9, 13, body))
    page = article_page.build(Article("a", "t", body, mentions=mentions), [])
    assert [(p.reading, p.stop) for p in page.paragraphs[0] if p.kind] == [(1, True), (1, False)]
    assert [(r.number, r.href) for r in page.readings] == [(1, "/entity/place/Kyiv")]


# ------------------------------------------------------------------------------------------------ around a page
RENDERER = Renderer(Assets().links)


def request_of(path: str, caller: Caller = SINGLE, accept_encoding: str = "") -> Request:
    headers = [(b"accept-encoding", accept_encoding.encode())] if accept_encoding else []
    scope = {"type": "http", "path": path, "headers": headers, "query_string": b"", "server": ("here", 80)}
    return Request({**scope, "state": {"caller": caller}})


def test_the_header_says_where_one_is_and_who_reads() -> None:
    ann = Caller("session", "user-1", "Ann & Co", "reader", csrf="00" * 16)
    shown = bytes(RENDERER.problem(request_of("/map", ann), "None", "Nothing here.").body).decode()
    assert '<a href="/map" aria-current="page">Map</a>' in shown
    assert re.search('class="own".*<a href="/account" dir="auto">Ann &amp; Co</a>', shown)
    nobody = bytes(RENDERER.problem(request_of("/map", ANONYMOUS), "None", "Nothing here.").body).decode()
    assert 'class="own"' not in nobody


def test_forms_that_change_something_carry_the_readers_token() -> None:
    template = Environment(loader=PackageLoader("web"), autoescape=True).from_string(
        "{% from 'macros.html' import csrf %}{{ csrf(frame) }}"
    )
    assert template.render(frame=Frame("n", "/", reader=Reader(csrf='a"b'))) == (
        '<input type="hidden" name="csrf" value="a&#34;b">'
    )
    assert template.render(frame=Frame("n", "/", Reader())) == ""


def test_a_forms_token_is_another_in_each_answer() -> None:
    """Or else its compressed length would tell it to who can choose what else stands in the page."""
    sessions = Sessions(b"secret")
    session, other = (sessions.read(sessions.cookie(1, 1)) for _ in range(2))
    assert session and other
    ann = Caller("session", "user-1", "Ann", "reader", csrf=session.csrf)
    shown = [reader_of(ann).csrf or "" for _ in range(2)]
    assert shown[0] != shown[1] and session.csrf not in "".join(shown)
    assert all(sessions.holds(session, token) for token in (*shown, session.csrf))
    assert not any(sessions.holds(other, token) for token in (*shown, session.csrf))
    for wrong in ("", "0", shown[0][:-1], shown[0][:-2] + "zz", shown[0] + "00", "00" * 32, "é" * 64):
        assert not sessions.holds(session, wrong), wrong


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        *(("gzip, deflate, br", True), ("GZIP;q=0.5", True), ("br, gzip ; q=1", True)),
        *(("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.00, br", False), ("x-gzip", False)),
    ],
)
def test_a_page_is_compressed_for_who_takes_it_so(accepted: str, compressed: bool) -> None:
    answer = RENDERER.problem(request_of("/", accept_encoding=accepted), "None", "Nothing here.")
    content = bytes(answer.body)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers.get("content-encoding") == ("gzip" if compressed else None)
    text = gzip.decompress(content) if compressed else content
    assert text.rstrip().endswith(b"</html>")


def test_only_what_carries_the_nonce_of_its_answer_is_run() -> None:
    answers = [RENDERER.problem(request_of("/"), "None", "Nothing here.") for _ in range(2)]
    nonces = [re.findall(r"script-src 'nonce-([\w-]{20,})'", a.headers["content-security-policy"])[0] for a in answers]
    assert nonces[0] != nonces[1]
    shown = bytes(answers[0].body).decode()
    assert set(re.findall(r'<(?:script|link rel="stylesheet")[^>]* nonce="([^"]*)"', shown)) == {nonces[0]}
    assert shown.count("<script") == 1


@pytest.mark.parametrize(("link", "most"), [("/?q=x", 160), ("/?q=" + "x" * 1000, 31), ("x" * 100_000, 1)])
def test_long_queries_make_coarser_timelines(link: str, most: int) -> None:
    assert most_bars(link) == most
