"""Random queries made of an archive's own words and names, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from archive.analysis import STOP_WORDS, Analyser
from archive.article import Article

__all__ = ["questions"]


def questions(articles: Sequence[Article], count: int, seed: int = 7) -> Iterator[str]:
    """Query texts of every construct of the syntax that find something more often than not."""
    chance = random.Random(seed)
    analyser = Analyser()
    words = [[w for w in analyser.words(a.body) if w.isalpha() and w.lower() not in STOP_WORDS] for a in articles]
    rich = [(a, w) for a, w in zip(articles, words, strict=True) if len(w) > 20]
    for _ in range(count):
        article, own = chance.choice(rich)
        a, b, c = (_plain(chance.choice(own)) for _ in range(3))
        place = chance.randrange(len(own) - 3)
        near, then = _plain(own[place]), _plain(own[place + 1])
        name = next((m for m in chance.sample(article.mentions, len(article.mentions)) if m.kind != "date"), None)
        shapes = [
            a,
            f"{a} {b}",
            f"{a} {b} {c}",
            f'"{near} {then}"',
            f"{a} OR {b}",
            f"{a} -{b}",
            f"({a} OR {b}) {c}",
            f"{near} NEAR/9 {then}",
            f"{near} BEFORE/5 {then} {a}",
            f"{a[:4]}* {b}" if len(a) > 3 else a,
            f"{a}~" if len(a) > 4 else a,
            f"title:{a} OR body:{b}",
            f"{a} published:{(article.published or '2022')[:7]}",
            f"{a} has:weapon",
            f"mentioned:{chance.randint(2018, 2024)} {a}",
        ]
        if name is not None:
            text = name.name.replace('"', " ")
            shapes += [f'{name.kind}:"{text}"', f'{a} {name.kind}:"{text}"']
        yield chance.choice(shapes)


def _plain(word: str) -> str:
    """Capitals alone would be an operator."""
    return word.lower() if word in ("AND", "OR", "NOT", "NEAR", "BEFORE") else word
