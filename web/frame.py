"""What stands around every page: the navigation, and what the policy and forms need of each answer."""

from __future__ import annotations

from dataclasses import dataclass

from search_api.accounts.access import Caller
from search_api.accounts.sessions import masked

__all__ = ["NAVIGATION", "Frame", "NavigationEntry", "Reader", "Twin", "reader_of"]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    label: str
    href: str


NAVIGATION = (
    NavigationEntry("Search", "/"),
    NavigationEntry("Map", "/map"),
    NavigationEntry("Compare", "/compare"),
    NavigationEntry("Batch", "/batch"),
    NavigationEntry("Archive", "/archive"),
)
"""The entries of the header that are for everybody."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for a page, as far as it shows around the page."""

    account: tuple[NavigationEntry, ...] = ()
    """At the end of the header: who reads, and what belongs to them."""
    csrf: str | None = None
    """Carried by forms that change something (`macros.csrf`)."""


def reader_of(caller: Caller) -> Reader:
    """What stands in the header of their pages; nothing where nobody has logged in."""
    if caller.role is None:
        return Reader()
    own = NavigationEntry("Saved", "/saved")
    named = (own, NavigationEntry(caller.name, "/account")) if caller.name else (own,)
    return Reader(named, masked(caller.csrf) if caller.csrf else None)


@dataclass(frozen=True, slots=True)
class Frame:
    """Of one answer; the templates see it as `frame`."""

    nonce: str
    """Named by the policy: only scripts and styles that carry it are run."""
    path: str
    """Of the page, so that its entry is marked in the navigation."""
    reader: Reader
    navigation: tuple[NavigationEntry, ...] = NAVIGATION


@dataclass(frozen=True, slots=True)
class Twin:
    """The same answer in another form, told to programs by the page's head."""

    type: str
    title: str
    href: str
