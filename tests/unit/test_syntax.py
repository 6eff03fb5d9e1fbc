"""The query syntax: what every construct means, where every error stands, and that nothing else is ever raised."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.analysis import Analyser
from archive.calendar import Interval
from archive.engine import FACETS
from archive.errors import QueryError
from archive.query import (
    NAME_FIELDS,
    And,
    Dates,
    Fuzzy,
    Has,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Window,
    Word,
    leaves,
)
from search_api.lexer import FIELDS, MAX_DEPTH, MAX_LEAVES, MAX_NEAR, OPERATORS
from search_api.syntax import MAX_LENGTH, parse, plain

ANALYSER = Analyser()
A, B, C, D = (Word(letter) for letter in "abcd")


def days(first: str, last: str) -> Interval:
    return Interval(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def published(first: str, last: str) -> Dates:
    return Dates("published", days(first, last))


TREES: dict[str, tuple[Node, ...]] = {
    # Words
    "": (),
    " \t\n ": (),
    "Storm Shadow Kursk": (Word("Storm"), Word("Shadow"), Word("Kursk")),
    "(the) Kremlin": (Phrase("the"), Word("Kremlin")),
    "Putin's, Putin’s": (Word("Putin"), Word("Putin")),
    "'word' [word] #tag $5": (Word("word"), Word("word"), Word("tag"), Word("5")),
    "F-16 S-400 U.S. 2,000 don't AT&T": (
        Phrase("F-16"),
        Phrase("S-400"),
        Phrase("U.S"),
        Phrase("2,000"),
        Phrase("don't"),
        Phrase("AT&T"),
    ),
    "a & b - c … !": (A, B, C),
    "Москва القاهرة café 北京": (Word("Москва"), Word("القاهرة"), Word("café"), Word("北京")),
    "cafe\u0301 🚀 x": (Word("cafe\u0301"), Word("x")),
    "and or not near": (Word("and"), Word("or"), Word("not"), Word("near")),
    "AND, -NOT 'OR'": (Word("and"), Not(Word("not")), Word("or")),
    "a\x00b": (Phrase("a\x00b"),),
    # Phrases and windows
    '"command post"': (Phrase("command post"),),
    '"command post." x': (Phrase("command post"), Word("x")),
    "“a b” „c d“ „a b” «c d» »a b« ”c d”": tuple(Phrase(t) for t in ("a b", "c d", "a b", "c d", "a b", "c d")),
    '"he said “no” twice"': (Phrase("he said “no” twice"),),
    '“he said "no" twice”': (Phrase("he said ”no” twice"),),
    '"a"': (Phrase("a"),),
    '"" a "…" -"" -… b': (A, B),
    'a"b c"d': (A, Phrase("b c"), D),
    '"post"-war (a b)-c': (Phrase("post"), Word("war"), And((A, B)), C),
    '"NOT (a* OR b~)"': (Phrase("NOT (a* OR b"),),
    '"a b"~5 “a b”~100, "a-b"~007': (Window("a b", 5), Window("a b", 100), Window("a-b", 7)),
    # Wildcards and fuzzy words
    "missil* #missil*, éa*": (Prefix("missil"), Prefix("missil"), Prefix("éa")),
    "40* a * ** b": (Prefix("40"), A, B),
    "zelensky~ 'zelensky~' a~": (Fuzzy("zelensky"), Fuzzy("zelensky"), Fuzzy("a")),
    "~500 a~b": (Word("500"), Phrase("a~b")),
    # Operators
    "x a AND b y": (Word("x"), And((A, B)), Word("y")),
    "a AND b AND c": (And((A, B, C)),),
    "a AND b c AND d": (And((A, B)), And((C, D))),
    "a OR b": (Or((A, B)),),
    "a b OR c": (Or((And((A, B)), C)),),
    "a OR b AND c OR d": (Or((A, And((B, C)), D)),),
    "a AND b c OR d": (Or((And((A, B, C)), D)),),
    "NOT a b": (Not(A), B),
    "a -b": (A, Not(B)),
    "a AND NOT b OR c": (Or((And((A, Not(B))), C)),),
    "-(a b) -F-16 -mis* -title:a": (Not(And((A, B))), Not(Phrase("F-16")), Not(Prefix("mis")), Not(Word("a", "title"))),
    '-"a b" -“a b”~3': (Not(Phrase("a b")), Not(Window("a b", 3))),
    "--a -->b ->c": (A, B, C),
    "-(-a)": (Not(Not(A)),),
    "NOT (NOT (NOT a))": (Not(Not(Not(A))),),
    # Brackets
    "(a b)": (And((A, B)),),
    "(a b) c": (And((A, B)), C),
    "(a)": (Phrase("a"),),
    "((a)) (b) c": (Phrase("a"), Phrase("b"), C),
    "(a) AND b": (And((A, B)),),
    "(a) OR b": (Or((A, B)),),
    "(a OR b) c": (Or((A, B)), C),
    "(a OR b)": (Or((A, B)),),
    "(a OR (b OR c)) OR d": (Or((A, B, C, D)),),
    "((a b) c) AND d": (And((A, B, C, D)),),
    "a(b c)d": (A, And((B, C)), D),
    "a AND(b OR c)": (And((A, Or((B, C)))),),
    # NEAR and BEFORE
    "a NEAR/5 b": (Near(A, B, 5),),
    "a BEFORE/100 b": (Near(A, B, 100, ordered=True),),
    "x a NEAR/5 b y": (Word("x"), Near(A, B, 5), Word("y")),
    "a NEAR/5 b AND c": (And((Near(A, B, 5), C)),),
    "a OR b NEAR/5 c": (Or((A, Near(B, C, 5))),),
    "NOT (a NEAR/5 b)": (Not(Near(A, B, 5)),),
    'mis* NEAR/2 "a b"': (Near(Prefix("mis"), Phrase("a b"), 2),),
    "(a OR F-16) BEFORE/3 zelensky~": (Near(Or((A, Phrase("F-16"))), Fuzzy("zelensky"), 3, ordered=True),),
    "title:a NEAR/5 title:(b OR c)": (Near(Word("a", "title"), Or((Word("b", "title"), Word("c", "title"))), 5),),
    "body:(a NEAR/5 b)": (Near(Word("a", "body"), Word("b", "body"), 5),),
    # Fields
    'title:a TITLE:"a b" body:"a b"~5': (Word("a", "title"), Phrase("a b", "title"), Window("a b", 5, "body")),
    "person:zelen* person:zelensky~": (Prefix("zelen", "person"), Fuzzy("zelensky", "person")),
    "place:Kursk-Oblast": (Phrase("Kursk-Oblast", "place"),),
    "organization:NATO language:en lang:en": (Word("NATO", "organisation"), Word("en", "lang"), Word("en", "lang")),
    "person:(Macron OR Starmer)": (Or((Word("Macron", "person"), Word("Starmer", "person"))),),
    'title:(a -b (c OR "a b"))': (
        And((Word("a", "title"), Not(Word("b", "title")), Or((Word("c", "title"), Phrase("a b", "title"))))),
    ),
    "title:(a)": (Word("a", "title"),),
    "title:AND title:(AND, OR b)": (Word("and", "title"), Or((Word("and", "title"), Word("b", "title")))),
    "Ukraine: Russia strikes": (Word("Ukraine"), Word("Russia"), Word("strikes")),
    "title: a before:": (Word("title"), A, Word("before")),
    "(Ukraine:) Ukraine:... :a": (Phrase("Ukraine"), Word("Ukraine"), A),
    "10:30 http://a.b/c?d=(e)": (Phrase("10:30"), Phrase("http://a.b/c?d"), Phrase("e")),
    # Dates and facets
    "published:2024-11": (published("2024-11-01", "2024-11-30"),),
    "published:2024-11-01..2024-11-25": (published("2024-11-01", "2024-11-25"),),
    "published:2024-11-18/2024-11-24 published:2024-W47": (published("2024-11-18", "2024-11-24"),) * 2,
    "published:2023.. published:..2024": (published("2023-01-01", "9999-12-31"), published("0001-01-01", "2024-12-31")),
    "mentioned:1918": (Dates("mentioned", days("1918-01-01", "1918-12-31")),),
    'mentioned:"1918" -mentioned:1919': (
        Dates("mentioned", days("1918-01-01", "1918-12-31")),
        Not(Dates("mentioned", days("1919-01-01", "1919-12-31"))),
    ),
    "published:(2023 OR 2024-02-29)": (
        Or((published("2023-01-01", "2023-12-31"), published("2024-02-29", "2024-02-29"))),
    ),
    "before:2024-11": (published("0001-01-01", "2024-10-31"),),
    "after:2024-11": (published("2024-12-01", "9999-12-31"),),
    "before:0002 after:9998": (published("0001-01-01", "0001-12-31"), published("9999-01-01", "9999-12-31")),
    "has:weapon has:date HAS:Lang has:class": (Has("weapon"), Has("mentioned"), Has("language"), Has("class")),
    "has:(person OR place)": (Or((Has("person"), Has("place"))),),
}

# The query, where the error stands, a part of the message, a part of the cure.
ERRORS: list[tuple[str, int, int, str, str]] = [
    ('a "b c', 2, 3, "never closed", 'Write " behind'),
    ("a „b c", 2, 3, "never closed", "behind the phrase"),
    ("a (b c", 2, 3, "never closed", "Write )"),
    ("((a) b", 0, 1, "never closed", "Write )"),
    ("a OR (", 5, 6, "never closed", "Write )"),
    ("(a OR", 0, 1, "never closed", "Write )"),
    ("a) b", 1, 2, "never opened", "Leave it out"),
    ("a OR b) c", 6, 7, "never opened", "Leave it out"),
    (")", 0, 1, "never opened", "Leave it out"),
    ("a () b", 2, 4, "Nothing", "between the brackets"),
    ("title:(…)", 6, 9, "Nothing", "between the brackets"),
    ("… ! 🚀", 0, 5, "no letter or digit", "at least one word"),
    ("*", 0, 1, "no letter or digit", "at least one word"),
    ("a\ud800b", 1, 2, "half a character", "Delete"),
    # Operators
    ("AND a", 0, 3, "both sides", "lower case"),
    ("a AND", 2, 5, "both sides", "lower case"),
    ("a AND AND b", 2, 5, "both sides", '"and"'),
    ("a AND OR b", 2, 5, "both sides", '"and"'),
    ("(a OR) b", 3, 5, "both sides", '"or"'),
    ("OR a", 0, 2, "both sides", '"or"'),
    ("a OR OR b", 2, 4, "both sides", '"or"'),
    ("a (AND b)", 3, 6, "both sides", '"and"'),
    ("a NOT", 2, 5, "behind it", '"not"'),
    ("NOT AND b", 0, 3, "behind it", '"not"'),
    ("NOT NOT a", 4, 7, "once more", "once"),
    ("NOT -a", 4, 5, "once more", "once"),
    # NEAR and BEFORE
    ("a NEAR b", 2, 6, "1 to 100", "NEAR/5"),
    ("a BEFORE b", 2, 8, "1 to 100", "before in lower case"),
    ("a NEAR/0 b", 2, 8, "1 to 100", "NEAR/5"),
    ("a NEAR/101 b", 2, 10, "1 to 100", "NEAR/5"),
    ("a NEAR/x b", 2, 8, "1 to 100", "NEAR/5"),
    ("a NEAR/٥ b", 2, 8, "1 to 100", "NEAR/5"),
    ("NEAR/5 b", 0, 6, "both sides", "NEAR/5"),
    ("a NEAR/5", 2, 8, "both sides", "NEAR/5"),
    ("a NEAR/5 b NEAR/3 c", 11, 17, "chained", "a NEAR/5 b AND b NEAR/5 c"),
    ("a BEFORE/5 (b NEAR/3 c)", 11, 12, "chained", "AND"),
    ("(a NEAR/5 b) NEAR/3 c", 0, 1, "chained", "AND"),
    ("a NEAR/5 -b", 9, 11, "stand between", "exclusions"),
    ("NOT a NEAR/5 b", 0, 5, "stand between", "exclusions"),
    ("(a b) NEAR/5 c", 0, 5, "stand between", "outside"),
    ("a NEAR/5 (b OR c d)", 9, 19, "stand between", "outside"),
    ('a NEAR/5 "b c"~3', 9, 16, "stand between", "outside"),
    ("person:a NEAR/5 person:b", 0, 8, "stand between", "other fields"),
    ("a NEAR/5 has:person", 9, 19, "stand between", "other fields"),
    ("a NEAR/5 before:2024", 9, 20, "stand between", "other fields"),
    ("title:a NEAR/5 b", 8, 14, "same field", "title:a NEAR/5 title:b"),
    ("(a OR title:b) NEAR/5 c", 15, 21, "same field", "no field at all"),
    # Windows
    ('"a b"~', 5, 6, "1 to 100", '"two words"~5'),
    ('"a b"~0', 5, 7, "1 to 100", '"two words"~5'),
    ('"a b"~101', 5, 9, "1 to 100", '"two words"~5'),
    ('"a b"~5x', 5, 8, "1 to 100", '"two words"~5'),
    (f'"a b"~{"9" * 5000}', 5, 5006, "1 to 100", '"two words"~5'),
    ('"a"~5', 0, 5, "two words", '"two words"~5'),
    ('""~5', 0, 4, "two words", '"two words"~5'),
    ("(a b)~5", 5, 6, "can't stand here", '"two words"~5'),
    # Wildcards and fuzzy words
    ("m*", 0, 2, "at least two", "Write more"),
    ("e\u0301*", 0, 3, "at least two", "Write more"),
    ("x *ile", 2, 3, "beginning", "missil*"),
    ("mi*sile", 2, 3, "last letter", '"misile"'),
    ("missil**", 6, 7, "last letter", "missil*"),
    ("missil*~", 6, 7, "last letter", "missil*"),
    ("Putin's*", 7, 8, "last letter", "missil*"),
    ("S-40*", 0, 5, "several", "S BEFORE/1 40*"),
    ("title:S-40*", 6, 11, "several", "title:S BEFORE/1 title:40*"),
    ("a-b-cd*", 0, 7, "several", '"a-b" BEFORE/1 cd*'),
    ("place:S-40*", 6, 11, "several", "place:40*"),
    ('"a b"*', 5, 6, "can't stand here", "missil*"),
    ("zelensky~1", 8, 10, "no number", "zelensky~:"),
    ("zelensky~0.8", 8, 12, "no number", "zelensky~:"),
    ("zelensky~~", 9, 10, "last letter", "zelensky~"),
    ("S-400~", 0, 6, "several", "S BEFORE/1 400~"),
    # Fields
    ("foo:bar", 0, 4, "no field foo:", "in quotes"),
    ("x foo:bar", 2, 6, "no field foo:", "published, section, source"),
    ("persn:bar", 0, 6, "no field persn:", "mean person:?"),
    ('foo:"a b"', 0, 4, "no field foo:", "space behind the colon"),
    ("foo:(a)", 0, 4, "no field foo:", "space behind the colon"),
    ("title:*", 0, 7, "nothing to search for", "behind the colon"),
    ('title:""', 0, 8, "nothing to search for", "behind the colon"),
    ("title:-a", 6, 7, "can't stand behind", "-title:a"),
    ("title:(person:a)", 7, 14, "within the brackets of title:", "Close the brackets"),
    ("title:(published:2024)", 7, 17, "within the brackets of title:", "Close the brackets"),
    # Dates and facets
    ("published:yesterday", 10, 19, "not a date", "2024-11-25"),
    ("published:2024-13", 10, 17, "not a date", "2024-11-25"),
    ("published:2023-02-29", 10, 20, "not a date", "2024-11-25"),
    ("published:0000", 10, 14, "not a date", "2024-11-25"),
    ("published:2024-11-25T10:00", 10, 26, "not a date", "2024-11-25"),
    ("published:9999-W53", 10, 18, "not a date", "2024-11-25"),
    ('published:"2023 2024"~5', 10, 23, "~ belongs to words", "Leave it out"),
    ("mentioned:2024..2023", 10, 20, "ends before it begins", "earlier date first"),
    ("before:0001", 7, 11, "No day lies before", "published:"),
    ("after:9999", 6, 10, "No day lies after", "published:"),
    ("has:tank", 4, 8, "knows no tank", "author, class, country, date, language"),
    # Limits
    ("a" * (MAX_LENGTH + 1), MAX_LENGTH, MAX_LENGTH + 1, "8,193 characters", "Shorten"),
    (" " * (MAX_LENGTH + 1), MAX_LENGTH, MAX_LENGTH + 1, "8,193 characters", "Shorten"),
    ("a " * (MAX_LEAVES + 1), 512, 514, "more than 256", "Leave some out"),
    ("a NEAR/5 b AND " * MAX_NEAR + "a BEFORE/5 b", 242, 250, "more than 16", "several searches"),
    ('"a b"~5 ' * (MAX_NEAR + 1), 128, 135, "more than 16", "several searches"),
    ("(" * 33 + "a" + ")" * 33, 32, 33, "deeper than 32", "Leave some out"),
    ("(" * 8000, 32, 33, "deeper than 32", "Leave some out"),
    ("-(" * 4000, 65, 66, "deeper than 32", "Leave some out"),
    ("x OR -(a b OR " * 20 + "y" + ")" * 20, 0, 301, "Written out in full", "Split"),
    ("organisation:(" + "abcdefghijklmnopqrstuvwxyzabc OR " * 240 + "a)", 0, 7936, "Written out in full", "Split"),
]


@pytest.mark.parametrize("text", TREES)
def test_a_query_becomes_its_tree(text: str) -> None:
    query = parse(text, ANALYSER)
    assert query.clauses == TREES[text]
    assert query.text == text
    assert parse(str(query), ANALYSER) == query


@pytest.mark.parametrize(("text", "position", "end", "message", "cure"), ERRORS, ids=lambda v: repr(v)[:40])
def test_an_error_names_its_place_and_the_cure(text: str, position: int, end: int, message: str, cure: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, ANALYSER)
    error = caught.value
    assert text[error.position : error.end] == text[position:end]
    assert (error.position, error.end) == (position, end)
    assert message in error.message
    assert cure in error.cure
    assert len(error.message) + len(error.cure) < 600


@pytest.mark.parametrize(
    ("wrong", "cured"),
    [
        ("S-40*", "S BEFORE/1 40*"),
        ("a-b-cd*", '"a-b" BEFORE/1 cd*'),
        ("title:S-400~", "title:S BEFORE/1 title:400~"),
        ("title:-a", "-title:a"),
    ],
)
def test_a_cure_that_is_a_query_can_be_searched(wrong: str, cured: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(wrong, ANALYSER)
    assert cured in caught.value.cure
    assert parse(cured, ANALYSER).clauses


def test_the_largest_queries_pass() -> None:
    assert len(parse("a " * MAX_LEAVES, ANALYSER).clauses) == MAX_LEAVES
    assert parse("a" * MAX_LENGTH, ANALYSER).clauses == (Word("a" * MAX_LENGTH),)
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, ANALYSER).clauses == (Phrase("a"),)
    deepest = "-(a OR " * MAX_DEPTH + "b" + ")" * MAX_DEPTH
    with pytest.raises(QueryError, match="Written out"):
        parse(f"c OR {deepest}", ANALYSER)


NASTY = ["(", ")", "a ", '"', '"a', "“", "-", "-(", "()", "OR ", "NOT ", "a:", "a*", "a~", "*", "\x00", "🚀", "\ud800"]


@pytest.mark.parametrize("kind", NASTY)
@pytest.mark.parametrize("length", [MAX_LENGTH, 100_000])
def test_long_and_nasty_queries_are_errors(kind: str, length: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(kind * (length // len(kind)), ANALYSER)
    assert caught.value.cure


def test_plain_text_has_no_syntax() -> None:
    text = 'NOT "F-16" title:Putin\'s mis* (AND'
    query = plain(text)
    words = ("not", "F", "16", "title", "Putin", "mis", "and")
    assert query.clauses == tuple(Word(w) for w in words)
    assert query.text == text
    assert parse(str(query), ANALYSER) == query


@pytest.mark.parametrize("text", ["…", "a" * (MAX_LENGTH + 1), "a " * (MAX_LEAVES + 1), "a\ud800"])
def test_plain_text_keeps_the_limits(text: str) -> None:
    with pytest.raises(QueryError):
        plain(text, ANALYSER)


def test_blank_plain_text_means_all_articles() -> None:
    assert plain(" ").clauses == ()


def test_every_field_reads_its_values() -> None:
    for name in FIELDS:
        value = "person" if name == "has" else "2024"
        [clause] = parse(f"{name.upper()}:{value}", ANALYSER).clauses
        assert isinstance(clause, (Word, Dates, Has))


# Canonical trees: what the parser makes, and so what survives printing and parsing.

runs = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=3) | st.sampled_from(
    "and near title person é\u0301 S s missil Зеленський 五 2024".split()
)
single = runs.filter(lambda text: ANALYSER.words(text) == [text] and text not in OPERATORS)
glue = st.sampled_from([" ", "-", ", ", ".", " (", ") ", "~", "*", ":", "'", "’", "”", "\n", " AND "])


@st.composite
def several(draw: st.DrawFn, least: int = 1) -> str:
    words = draw(st.lists(single, min_size=least, max_size=4))
    text = words[0] + "".join(draw(glue) + word for word in words[1:])
    tokens = ANALYSER.tokens(text)
    return text[tokens[0].start : tokens[-1].end]


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    first, last = sorted([draw(st.dates()), draw(st.dates())])
    return Interval(first, last)


@functools.cache  # Hypothesis is slow to set up a strategy, and each field needs one
def near_leaves(field: str) -> st.SearchStrategy[Leaf]:
    named = st.just(field)
    return st.one_of(
        st.builds(Word, single, named),
        st.builds(Phrase, several(), named),
        st.builds(Prefix, single.filter(lambda text: sum(c.isalnum() for c in text) > 1), named),
        st.builds(Fuzzy, single, named),
    )


@functools.cache
def operands(field: str) -> st.SearchStrategy[Node]:
    either = st.lists(near_leaves(field), min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    return near_leaves(field) | either


distances = st.integers(1, 100)
fields = st.sampled_from(["", "", "title", "body", *NAME_FIELDS])
windows = several(least=2).filter(lambda text: len(ANALYSER.words(text)) > 1)
all_leaves: st.SearchStrategy[Node] = st.one_of(
    fields.flatmap(near_leaves),
    st.builds(Window, windows, distances, fields),
    st.builds(Dates, st.sampled_from(["published", "mentioned"]), intervals()),
    st.builds(Has, st.sampled_from(FACETS)),
    *(st.builds(Near, operands(name), operands(name), distances, st.booleans()) for name in ("", "title")),
)


def composed(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def many(kind: Callable[[tuple[Node, ...]], Node], nested: type) -> st.SearchStrategy[Node]:
        parts = st.lists(children.filter(lambda node: not isinstance(node, nested)), min_size=2, max_size=4)
        return parts.map(lambda found: kind(tuple(found)))

    return many(And, And) | many(Or, Or) | st.builds(Not, children)


nodes = st.recursive(all_leaves, composed, max_leaves=6)
queries = st.lists(nodes, max_size=3).map(lambda clauses: Query(tuple(clauses)))

FRAGMENTS = (
    "AND | OR |NOT | NEAR/5 | BEFORE/2 |NEAR|title:|person:|has:person |published:2024.. |before:2024 |foo:|~5 |word |"
    "F-16 |mis* |zel~ |(a OR b)|\u0301|🚀|\ud800"
)
fragments = st.sampled_from([*"()\"“”„«»-*~: ,'’ab5", *FRAGMENTS.split("|")])
any_text = st.one_of(
    st.lists(fragments, max_size=30).map("".join),
    st.text(st.characters(exclude_categories=())),
    st.text(),
)


@settings(max_examples=200)
@given(queries)
def test_a_printed_tree_parses_back_to_itself(query: Query) -> None:
    assert parse(str(query), ANALYSER) == query


@settings(max_examples=1500)
@given(any_text)
def test_any_text_is_a_query_or_an_error_in_its_place(text: str) -> None:
    try:
        query = parse(text, ANALYSER)
    except QueryError as error:
        assert 0 <= error.position < error.end <= len(text)
        assert error.message.endswith((".", ")."))
        assert error.cure.endswith(".")
        return
    assert parse(str(query), ANALYSER) == query
    for clause in query.clauses:
        for leaf, _ in leaves(clause):
            assert_leaf_is_what_engines_expect(leaf)


@settings(max_examples=300)
@given(any_text)
def test_any_plain_text_is_words_or_an_error(text: str) -> None:
    try:
        query = plain(text, ANALYSER)
    except QueryError:
        return
    assert all(isinstance(clause, Word) for clause in query.clauses)
    assert ANALYSER.stems(str(query)) == ANALYSER.stems(text)
    assert parse(str(query), ANALYSER) == query


def assert_leaf_is_what_engines_expect(leaf: Leaf) -> None:
    match leaf:
        case Word(text) | Prefix(text) | Fuzzy(text):
            assert ANALYSER.words(text) == [text]
        case Phrase(text):
            assert ANALYSER.words(text)
        case Window(text, distance):
            assert len(ANALYSER.words(text)) > 1
            assert 1 <= distance <= 100
        case Has(facet):
            assert facet in FACETS
        case Dates():
            assert leaf.field in ("published", "mentioned")
