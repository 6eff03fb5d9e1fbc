"""Articles as objects and as what an archive keeps of them."""

from __future__ import annotations

import json

from archive.article import Article, KeptMentions, Mention, Passage

WRITTEN = Article(
    id="a",
    title="Storm Shadow over Kursk",
    body="They flew on 21 November 2024.",
    authors=("Ada", "Bo"),
    mentions=(
        Mention("weapon", "Storm Shadow", "title", 0, 12, "Storm Shadow", "alias", weapon_class="cruise missile"),
        Mention("place", "Kursk, Russia", "title", 18, 23, "Kursk", "context", 51.7, 36.2, 538560, "Russia"),
        Mention("date", "2024-11-21", "body", 13, 29, "21 November 2024", "model", value="2024-11-21"),
    ),
    passages=(Passage(0, 30),),
)


def kept(article: Article) -> Article:
    """As it comes out of an archive."""
    return Article.from_json(json.loads(json.dumps(article.to_json())))


def test_what_an_archive_keeps_of_an_article_is_the_article() -> None:
    article = kept(WRITTEN)
    assert article == WRITTEN and {article} == {WRITTEN}
    assert article.to_json() == WRITTEN.to_json()
    assert kept(article) == article
    assert article != Article(**{**article.to_json(), "mentions": WRITTEN.mentions[:2], "passages": article.passages})


def test_kept_mentions_are_a_sequence_like_any_other() -> None:
    mentions = kept(WRITTEN).mentions
    assert len(mentions) == 3 and mentions[0].weapon_class == "cruise missile"
    assert mentions[1:] == WRITTEN.mentions[1:]
    assert list(mentions) == list(WRITTEN.mentions) and repr(mentions) == repr(WRITTEN.mentions)
    assert KeptMentions(()) == () and not KeptMentions(())


def test_mentions_are_shown_without_being_read() -> None:
    mentions = KeptMentions([{"no": "mention"}])
    assert Article("a", "", "", mentions=mentions).mention_objects() == [{"no": "mention"}]
