"""What stands around every page: the navigation, and what the policy and forms need of each answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NAVIGATION", "Frame", "NavigationEntry", "Twin"]


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
class Frame:
    """Of one answer; the templates see it as `frame`."""

    nonce: str
    """Named by the policy: only scripts and styles that carry it are run."""
    path: str
    """Of the page, so that its entry is marked in the navigation."""
    navigation: tuple[NavigationEntry, ...] = NAVIGATION
    account: tuple[NavigationEntry, ...] = ()
    """At the end of the header: who reads, and what belongs to them."""
    csrf: str | None = None
    """Carried by forms that change something (`macros.csrf`)."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The same answer in another form, told to programs by the page's head."""

    type: str
    title: str
    href: str
