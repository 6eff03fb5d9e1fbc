"""Where an archive lies: the nodes of its cluster, and its name there."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urlsplit

from archive.engines.cluster import ClusterSettings
from archive.errors import ArchiveError

__all__ = ["Address", "nodes"]

_FORBIDDEN_IN_NAMES = set('\\/*?"<>| ,#:@\N{REPLACEMENT CHARACTER}')


class Address:
    """`http://host:9200/news`: the server and the archive's name on it."""

    __slots__ = ("location", "name", "server")

    def __init__(self, location: str) -> None:
        """Raises ArchiveError for anything but a URL whose last part can name an index."""
        parts = _split(location)
        path, _, last = parts.path.strip("/").rpartition("/") if parts else ("", "", "")
        name = unquote(last)
        if not parts or not _is_name(name):
            raise ArchiveError(
                f"{_shown(location)} doesn't name an archive on a server: write http://HOST:9200/NAME, the name in "
                "small letters, digits and hyphens."
            )
        self.name = name
        self.location = _shown(location)
        """As messages show it: without user and password."""
        self.server = _server(parts, path)


def _is_name(name: str) -> bool:
    """Whether an index may be called so."""
    good = name == name.lower() and name[:1].isalnum() and name.isprintable() and not _FORBIDDEN_IN_NAMES & set(name)
    return good and len(name.encode()) <= 200


def nodes(address: Address, settings: ClusterSettings) -> list[str]:
    """The URLs to ask, the archive's own first, each with its port and with the user and password that open it.

    Raises ArchiveError where one of the settings' names no node.
    """
    user = urlsplit(address.server).netloc.rpartition("@")[0]
    found = [address.server]
    for url in settings.urls:
        parts = _split(url)
        if parts is None:
            raise ArchiveError(f"{_shown(url)} doesn't name a node of a cluster: write http://HOST:9200.")
        found.append(_server(parts, parts.path.strip("/"), user))
    if settings.api_key:  # a node's own user would go before it
        found = [_shown(url) for url in found]
    return list(dict.fromkeys(found))


def _split(url: str) -> SplitResult | None:
    """None where it isn't a URL of a server, or says more than where it is."""
    try:
        parts = urlsplit(url)
        reachable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        reachable = reachable and not {"?", "#"} & set(url)
    except ValueError:  # its port or its IPv6 address
        return None
    return parts if reachable else None


def _server(parts: SplitResult, path: str, user: str = "") -> str:
    """With its port, and with `user` where it has none of its own."""
    own, _, host = parts.netloc.rpartition("@")
    if parts.port is None:
        host = f"{host}:{443 if parts.scheme == 'https' else 9200}"
    before = own or user
    return f"{parts.scheme}://{before}{'@' if before else ''}{host}{'/' + path if path else ''}"


def _shown(url: str) -> str:
    """Without user and password, of whatever letters they are."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
