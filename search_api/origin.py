"""Who may change things: not the pages of other sites that are open in a browser which reaches this service."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

__all__ = ["is_loopback", "refuse_foreign"]


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own, whoever is asked about it."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def refuse_foreign(request: Request, *, local: bool) -> None:
    """Raises HTTPException 403 for what a page of another site sends.

    `local`: the service listens on this machine alone, and without a login its name is all there is: another site's
    name that was pointed at this machine is refused.
    """
    host = request.headers.get("host", "")
    if local and not is_loopback(_name_of(host)):
        raise HTTPException(403, "Changes are taken at localhost alone: set DATELINE_WRITES=on for other names.")
    origin = request.headers.get("origin")
    # `Origin: null` is what a browser says of a form on a page that hides where it comes from.
    foreign = origin is not None and origin.partition("://")[2].lower() != host.lower()
    if foreign or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "Pages of other sites may not change anything here.")


def _name_of(host: str) -> str:
    """The name in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
