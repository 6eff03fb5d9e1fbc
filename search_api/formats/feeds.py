"""Feeds as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from search_api.formats.entries import NO_DATE, Entry, Feed
from search_api.http import json_bytes

__all__ = ["atom_bytes", "json_feed_bytes", "rss_bytes"]

DESCRIPTION = "What was added to the archive last."
# Prefixes are written as they are: the serialiser would number them otherwise.
ATOM, DC = "http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/"


def rss_bytes(feed: Feed) -> bytes:
    root = Element("rss", {"version": "2.0", "xmlns:atom": ATOM, "xmlns:dc": DC})
    channel = SubElement(root, "channel")
    _text(channel, "title", feed.title)
    _text(channel, "link", feed.page)
    _text(channel, "description", DESCRIPTION)
    SubElement(channel, "atom:link", {"rel": "self", "href": feed.address, "type": "application/rss+xml"})
    _text(channel, "generator", "Dateline")
    for entry in feed.entries:
        item = SubElement(channel, "item")
        _text(item, "title", entry.title)
        _text(item, "link", entry.url)
        SubElement(item, "guid", {"isPermaLink": "false"}).text = entry.id
        if entry.published:
            _text(item, "pubDate", format_datetime(entry.published, usegmt=True))
        _text(item, "description", entry.summary)
        for author in entry.authors:
            _text(item, "dc:creator", author)
        _text(item, "dc:publisher", entry.source)
        _text(item, "category", entry.section)
    return _xml(root)


def atom_bytes(feed: Feed) -> bytes:
    root = Element("feed", {"xmlns": ATOM})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _rfc3339(feed.updated))
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.address})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    _text(root, "generator", "Dateline")
    for entry in feed.entries:
        item = SubElement(root, "entry")
        _text(item, "id", entry.id)
        _text(item, "title", entry.title)
        _text(item, "updated", _rfc3339(entry.modified or entry.published or NO_DATE))
        if entry.published:
            _text(item, "published", _rfc3339(entry.published))
        SubElement(item, "link", {"rel": "alternate", "href": entry.url})
        # An entry needs an author; the outlet stands for one who isn't named.
        for author in entry.authors or (entry.source or "unknown",):
            _text(SubElement(item, "author"), "name", author)
        if entry.section:
            SubElement(item, "category", {"term": entry.section})
        _text(item, "summary", entry.summary)
    return _xml(root)


def json_feed_bytes(feed: Feed) -> bytes:
    return json_bytes(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.page,
            "feed_url": feed.address,
            "description": DESCRIPTION,
            "items": [_json_item(entry) for entry in feed.entries],
        }
    )


def _json_item(entry: Entry) -> dict[str, Any]:
    optional = {
        "date_published": _rfc3339(entry.published) if entry.published else None,
        "date_modified": _rfc3339(entry.modified) if entry.modified else None,
        "authors": [{"name": author} for author in entry.authors] or None,
        "tags": [entry.section] if entry.section else None,
        "language": entry.language,
    }
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.summary,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _text(parent: Element, name: str, text: str | None) -> None:
    if text is not None:
        SubElement(parent, name).text = text


def _rfc3339(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(root: Element) -> bytes:
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
