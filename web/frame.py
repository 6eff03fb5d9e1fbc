"""What stands around every page: the navigation, and what the policy and forms need of each answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NAVIGATION", "NOBODY", "Frame", "NavigationEntry", "Reader", "Twin"]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    label: str
    href: str


NAVIGATION = (
    NavigationEntry("Search", "/"),
    NavigationEntry("Map", "/map"),
    NavigationEntry("Compare", "/compare"),
    NavigationEntry("Archive", "/archive"),
)
"""The entries of the header; further pages add theirs when they are mounted."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for a page, as far as it shows around the page."""

    account: tuple[NavigationEntry, ...] = ()
    """At the end of the header: who reads, and what belongs to them."""
    csrf: str | None = None
    """Carried by forms that change something (`macros.csrf`)."""


NOBODY = Reader()


@dataclass(frozen=True, slots=True)
class Frame:
    """Of one answer; the templates see it as `frame`."""

    nonce: str
    """Named by the policy: only scripts and styles that carry it are run."""
    path: str
    """Of the page, so that its entry is marked in the navigation."""
    navigation: tuple[NavigationEntry, ...] = NAVIGATION
    reader: Reader = NOBODY


@dataclass(frozen=True, slots=True)
class Twin:
    """The same answer in another form, told to programs by the page's head."""

    type: str
    title: str
    href: str
