"""What the suite searches: awkward articles, and random ones around the same words, names, dates and vectors.

All of it is invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.article import Article, Kind, Mention, Passage, Prepared

__all__ = [
    "CENTRES",
    "DATES",
    "DIMENSIONS",
    "INTERVALS",
    "NAMES",
    "PHRASES",
    "WORDS",
    "awkward_articles",
    "crowd",
    "mixed",
    "prepared",
    "random_article",
    "vectors_at",
]

DIMENSIONS = 384
SCALE = 400

WORDS = (
    # The front ones are common, the last ones rare.
    "missile the of strike command said post a air base in Kursk drone to and forces was report city by "
    "people president Ukraine launched F 16 S 400 U Russia's university international emergency striking strikes "
    "2 000 U300 naïve café São Zürich Kyiv Київ війна صاروخ مَدِينَة مدينة e\u0301clair éclair Zelensky Zelenskyy "
    "zelenski O Neil co operative ﬁre １２ ΣΊΣΥΦΟΣ straße İzmir 北京 हिन्दी पानी tests test tested testing aa a1 1a "
    "x z word"
).split()

TOKENS = (
    *WORDS[:40],
    "F-16", "F-16s", "S-400", "S-400’s", "U.S.", "U.S.'s", "2,000", "Russia’s", "Russias", "the people's",
    "co-operative", "state-of-the-art", "“command post”", "‘air base’", "it's", "O'Neil", "rock'n'roll", "a/b", "x_y",
    "user@example.org", "https://example.org/a?b=c", "3.14", "1:0", "🚀", "🚀missile", "naïve—café", "a a a", "100%",
    "\u200bzero\u200bwidth", "soft\u00adhyphen", "tab\tline\nbreak", "\u202bمدينة\u202c", "ﬁre", "Σίσυφος",
)  # fmt: skip

PHRASES = (
    "F-16", "S-400", "U.S.", "2,000", "U.S.'s", "command post", "air base", "a a a", "a a", "the of", "of the",
    "in the", "missile strike", "strike missile", "the people's", "people's president", "co-operative", "it's",
    "state-of-the-art", "O'Neil", "“command post”", "Київ війна", "مدينة صاروخ", "university", "3.14",
    "missile strike command post", "title only", "naïve café", "test test", "post said a",
)  # fmt: skip


class Name(NamedTuple):
    """A name that articles mention, as its mention and its further names."""

    kind: Kind
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    weapon_class: str | None = None


NAMES = (
    Name("person", "Volodymyr Zelensky", ("Zelenskyy", "Zelenskiy", "Володимир Зеленський")),
    Name("person", "Vladimir Putin", ("Mr Putin",)),
    Name("person", "Jack O'Neil"),
    Name("person", 'John "Jack" Smith, Jr.', ("Jack Smith",)),
    Name("person", "Jean-Noël Barrot"),
    Name("person", "Sun"),
    Name("place", "Kyiv, Ukraine", ("Kiev", "Київ"), country="Ukraine"),
    Name("place", "Kursk Oblast, Russia", ("Kursk",), country="Russia"),
    Name("place", "São Paulo, Brazil", ("Sao Paulo",), country="Brazil"),
    Name("place", "Ukraine", (), country="Ukraine"),
    Name("place", "Europe"),
    Name("organisation", "Input/Output Bureau", ("I/O", "Bureau of Input")),
    Name("organisation", "AC/DC, Ltd."),
    Name("organisation", "United Nations", ("UN", "U.N.")),
    Name("weapon", "S-400 Triumf", ("SA-21 Growler",), weapon_class="air defence"),
    Name("weapon", "F-16 Fighting Falcon", ("F-16", "Viper"), weapon_class="aircraft"),
    Name("weapon", "Storm Shadow", ("SCALP-EG",), weapon_class="cruise missile"),
    Name("weapon", "Kinzhal"),
)

MENTIONED = (
    "2024-11-21", "2024-11", "2024-W47", "2024", "2024-11-18/2024-11-24", "2024-11-20/2024-12-05", "1918-11-11", "1918",
    "2023-12-28/2024-01-03", "2024-W01", "2020-W53", "1885-06", "1000", "9999-12-31", "2024-02-29", "2024-01/2024-06",
)  # fmt: skip

DATES = (
    "2024-11-25", "2024-11-25T08:45", "2024-11-25T08:45:59+02:00", "2024-11-25T00:30+14:00", "2024-11-25T23:30-11:00",
    "2024-11-24T10:30:00+00:00", "2024-11", "2024-12", "2024", "2024-W47", "2024-W48", "2024-12-31T23:59:59-11:00",
    "2025-01-01T00:00:00+14:00", "2024-12-30", "1969-12-31T23:59:59+00:00", "1970-01-01T00:00:00+00:00", "1969-07-20",
    "1899-12-31", "1885", "1871-03", "1618-05-23", "1600-02-29", "0999-01-01", "0001-01-01T00:00:00-11:00",
    "9999-12-31T23:59:59+14:00", "2024-02-29", "2023-W01",
)  # fmt: skip

INTERVALS = (
    "2024", "2024-11", "2024-11-25", "2024-W47", "2024-W48", "2024-11-24..2024-11-26", "..2024-11", "2024-11..",
    "..1969-12-31", "..1899", "1870..1970", "1918", "0001-01-01", "2025", "2024-11-18..2024-11-24", "1700",
    "2024-01-01..2024-12-30", "2020-12-28..2021-01-03",
)  # fmt: skip

SOURCES = (None, "Wire/Desk", "The Daily, Weekly", "«Правда»", 'The "Quote"', "wire/desk", "", "Tāmaki Herald", "???")
AUTHORS = ("Ann O'Hara", "Bo Li", "Анна К.", "A, B and C", "Ann", "ann o'hara", "", "—", "I")
SECTIONS = (None, "World", "World/Europe", "Sport & Leisure", "")
LANGUAGES = (None, "en", "uk", "ar", "pt-br")


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


CENTRES = _unit(np.random.default_rng(7).normal(size=(6, DIMENSIONS)))
"""(6, 384): the topics around which passages and queries lie."""


def vectors_at(centres: Sequence[int], seed: int, noise: float = 0.06) -> NDArray[np.int8]:
    """(len(centres), 384) codes near the numbered topics: cosines of a topic's own are .1 to .9, of others about 0."""
    rng = np.random.default_rng(seed)
    near = CENTRES[list(centres)] + rng.normal(size=(len(centres), DIMENSIONS)) * noise
    codes = np.rint(_unit(near) * SCALE) if len(centres) else near
    return np.clip(codes, -127, 127).astype(np.int8)


def prepared(article: Article, vectors: NDArray[np.int8] | None = None, names: Sequence[Name] = ()) -> Prepared:
    """The article with one passage for each vector, and with mentions of the names."""
    if vectors is None:
        vectors = vectors_at([], 0)
    size = len(article.body)
    mentions = tuple(
        Mention(n.kind, n.name, "body", 0, 0, n.name, "alias", country=n.country, weapon_class=n.weapon_class)
        for n in names
    )
    answers: dict[str, dict[str, None]] = {}
    for n in names:
        answers.setdefault(n.kind, {}).update(dict.fromkeys((n.name, *n.aliases)))
    article = replace(
        article,
        mentions=(*mentions, *article.mentions),
        passages=tuple(Passage(0, size) for _ in vectors),
    )
    return Prepared(article, vectors, {kind: tuple(found) for kind, found in answers.items()})


def dated(*values: str) -> tuple[Mention, ...]:
    """Date mentions with these values."""
    return tuple(Mention("date", v, "body", 0, 0, v, "model", value=v) for v in values)


def random_article(rng: random.Random, id: str, tokens: Sequence[str] = TOKENS) -> Prepared:
    """An article of up to 60 words with values in every facet."""
    weights = [1 / (i + 3) for i in range(len(tokens))]
    names = rng.sample(NAMES, rng.choice((0, 1, 1, 2, 4)))
    article = Article(
        id=id,
        title=" ".join(rng.choices(tokens, weights, k=rng.choice((0, 1, 4, 8)))),
        body=" ".join(rng.choices(tokens, weights, k=rng.choice((0, 1, 12, 30, 60)))),
        url=rng.choice((None, f"https://example.org/{id}")),
        published=rng.choice((None, rng.choice(DATES), *(_random_date(rng) for _ in range(3)))),
        source=rng.choice(SOURCES),
        authors=tuple(rng.sample(AUTHORS, rng.choice((0, 1, 2)))),
        section=rng.choice(SECTIONS),
        language=rng.choice(LANGUAGES),
        mentions=dated(*rng.sample(MENTIONED, rng.choice((0, 0, 1, 2)))),
    )
    centres = rng.choices(range(len(CENTRES)), k=rng.choice((0, 1, 2, 3)))
    return prepared(article, vectors_at(centres, rng.randrange(1 << 30)), names)


def _random_date(rng: random.Random) -> str:
    day = f"2024-{rng.randint(9, 12):02}-{rng.randint(1, 28):02}"
    return day + rng.choice(("", "", "T08:00", "T23:30:00-05:00", "T00:15:30+03:00"))


def awkward_articles() -> list[Prepared]:
    """One of every kind that has ever broken an index."""

    def plain(id: str, title: str, body: str, published: str | None = None) -> Prepared:
        return prepared(Article(id, title, body, published=published), vectors_at([len(id) % 6], len(body)))

    texts = [
        plain("possessive", "Russia's missile", "The people's president’s command post; the U.S.'s S-400s", "2024-11"),
        plain("hyphens", "F-16 and S-400", "A state-of-the-art co-operative F-16, not F16 nor S 400.", "2024-11-25"),
        plain("numbers", "2,000 men", "2,000 and 2000 and 2 000; 3.14; 1:0; １２", "1969-12-31T23:59:59+00:00"),
        plain("quotes", "“Command post”", '‘air base’ "missile" «strike» it’s it\'s', "2024-11-25T23:30-11:00"),
        plain("accents", "Naïve café", "São Paulo, Zürich, e\u0301clair, éclair, İzmir, straße, ﬁre", "2024-W47"),
        plain("cyrillic", "Київ", "Війна: Київ, Володимир Зеленський, ёлка, Йод", "2024-11-25T00:30+14:00"),
        plain("arabic", "صاروخ", "مَدِينَة مدينة صاروخ، القُدس", "1885"),
        plain("marks", "हिन्दी पानी", "a\u0301\u0302 o\u0308 ก็ หนึ่ง a\u20dd", "1871-03"),
        plain("emoji", "🚀", "🚀 🇺🇦 👩‍🚀", "2024"),
        plain("emoji-words", "🚀missile🚀strike", "missile🚀", "0001-01-01T00:00:00-11:00"),
        plain("no-title", "", "missile strike command post in Kursk", "9999-12-31T23:59:59+14:00"),
        plain("no-body", "missile strike command post", "", "1600-02-29"),
        plain("nothing", "", ""),
        plain("one-word", "", "missile"),
        plain("stop-words", "The of", "it is in the of a an and the their they", "2024-12-31T23:59:59-11:00"),
        plain("repeats", "a a a", "a a a a test test test missile missile missile", "2025-01-01T00:00:00+14:00"),
        plain("crossing", "ends with command", "post begins here; title only", "2024-11-24"),
        plain("title", "title only missile", "nothing else", "2024-11-24"),
        plain("https://example.org/a b/ü?x=1&y=2#z", "An id that is a URL", "missile", "2024-11-23"),
        plain("slash/and space\t\"quote'", "An id with marks", "missile", "2024-11-23"),
        plain("ID", "Ids in capitals", "missile report", "2024-11-22"),
        plain("id", "ids in small letters", "missile report", "2024-11-22"),
        plain("ідентифікатор", "An id in Cyrillic", "missile report", "2024-11-22"),
        plain("long-word", "x" * 300, "y" * 64 + " " + "y" * 65 + " missile", "2024-11-21"),
        plain("controls", "zero\u200bwidth", "soft\u00adhyphen tab\tline\nbreak\r\nform\x0cfeed a|b ||| |", "2024"),
    ]
    far = " ".join(["missile", *["x"] * 8, "strike", *["z"] * 300, "command", "of", "post", "strike", "missile"])
    texts.append(plain("distances", "missile the strike", far, "2024-11-20"))
    everything = Article("every-name", "Names", "All of them", published="2024-11-19", source="Wire/Desk")
    everything = replace(everything, authors=AUTHORS, mentions=dated(*MENTIONED))
    texts.append(prepared(everything, vectors_at([0, 1, 2, 3, 4, 5] * 7, 42), NAMES))
    twin = Article("twin-1", "Twin missile", "Twin strike on the air base", published="2024-11-18")
    same = vectors_at([2, 3], 9)
    texts += [prepared(replace(twin, id=f"twin-{i}"), same, NAMES[:3]) for i in range(1, 6)]
    texts += [prepared(replace(twin, id=f"twin-undated-{i}", published=None), same) for i in range(3)]
    texts += [prepared(replace(twin, id=f"twin-later-{i}", published="2024-11-18T00:00:00-01:00"), same) for i in "ab"]
    texts.append(prepared(Article("no-passages", "missile strike", "missile strike", source="Wire/Desk")))
    opposite = -vectors_at([0], 11)
    texts.append(prepared(Article("opposite", "missile strike", "strike", published="2024-11-17"), opposite))
    return texts


def mixed(seed: int = 1) -> list[Prepared]:
    """The awkward articles, 120 random ones, and copies of some under other ids and dates."""
    rng = random.Random(seed)
    found = awkward_articles()
    found += [random_article(rng, f"random/{i:03}") for i in range(120)]
    for i, original in enumerate(rng.sample(found, 12)):
        found.append(replace(original, article=replace(original.article, id=f"copy-{i}")))
    rng.shuffle(found)
    return found


def crowd(seed: int = 2) -> list[Prepared]:
    """240 short articles of few words, so that far more than 100 hold a word and lie near a vector."""
    rng = random.Random(seed)
    words = ("missile", "strike", "the", "command", "post", "air", "base", "Kursk", "drone", "missile strike", "F-16")
    found = [random_article(rng, f"{i:03}", words) for i in range(220)]
    for i, original in enumerate(rng.sample(found, 20)):
        found.append(replace(original, article=replace(original.article, id=f"copy-{i}")))
    return found
