"""Where webhooks may go: to public addresses, unless whoever runs the service allows others.

Whoever may save a search could otherwise make the service ask its neighbours: routers, databases, a cloud's metadata.
The addresses that are checked are those that are connected to: a name that resolves to another one a moment later
(DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

__all__ = ["AddressError", "is_public", "resolve"]

NAT64 = 0x0064_FF9B << 96
"""64:ff9b::/96, behind which some networks reach every IPv4 address."""


class AddressError(Exception):
    """Why a webhook can't go there: a sentence for its owner."""


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and int(address) >> 32 << 32 == NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        address = inner or address
    return address.is_global and not address.is_multicast


def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The addresses of a host, all of which may be connected to. Raises AddressError.

    One private address among public ones is enough to refuse the host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError(f"The host {host!r} isn't known.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private and any(not is_public(address) for address in addresses):
        raise AddressError(
            f"{host!r} is an address of this machine or of its own network, and webhooks may not go there "
            "(DATELINE_ALERTS_PRIVATE=true allows it)."
        )
    return addresses
