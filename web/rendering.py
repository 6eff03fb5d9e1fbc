"""From a view model to an answer: HTML under a strict policy, complete without scripts."""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from archive.errors import DatelineError
from search_api.accounts.gate import caller_of
from search_api.errors import RETRY_AFTER, error_body, status_of
from web.frame import Frame, reader_of

__all__ = ["ProblemPage", "Renderer", "security_headers"]

LEVEL = 1
"""Of compression: a search page of 83 KB becomes 21 in 0.5 ms; level 6 makes it 18 in 1.6."""


def security_headers(nonce: str) -> dict[str, str]:
    """Nothing is loaded but our own, nothing is run or styled but what carries the nonce."""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }


Steps = tuple[tuple[str, str], ...]
"""(label, link) of where to go from a page that says what is wrong."""
ONWARD: Steps = (("All articles", "/"), ("What the archive holds", "/archive"))


@dataclass(frozen=True, slots=True)
class ProblemPage:
    title: str
    message: str
    steps: Steps = ONWARD


class Renderer:
    """Renders the templates of this room. Safe to share between threads."""

    def __init__(self, assets: Mapping[str, str]) -> None:
        """`assets`: file name -> where pages find it (`Assets.links`)."""
        self._environment = Environment(
            loader=PackageLoader("web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["assets"] = dict(assets)

    def __call__(self, request: Request, name: str, page: object, status: int = 200) -> Response:
        reader = reader_of(caller_of(request))
        frame = Frame(secrets.token_urlsafe(16), request.url.path, reader)
        text = self._environment.get_template(name).render(page=page, frame=frame)
        headers = security_headers(frame.nonce)
        if status == 503:
            headers["Retry-After"] = str(RETRY_AFTER)
        # Lone surrogates of an article can't be written as UTF-8: they are replaced, never an error.
        content = text.encode("utf-8", "replace")
        headers["Vary"] = "Accept-Encoding"
        if _takes_gzip(request.headers.get("Accept-Encoding", "")):
            content = gzip.compress(content, LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return HTMLResponse(content, status, headers)

    def problem(
        self, request: Request, title: str, error: DatelineError | str, status: int = 404, steps: Steps = ONWARD
    ) -> Response:
        """A page that says what is wrong, and where to go from there; an error of ours brings its own status."""
        if isinstance(error, DatelineError):
            status, error = status_of(error), str(error_body(error)["error"]["message"])
        return self(request, "problem.html", ProblemPage(title, error, steps), status)


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header asks for it, and not with a weight of zero."""
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name == "gzip":
            return not any(re.fullmatch(r"q=0(\.0*)?", parameter) for parameter in parameters)
    return False
