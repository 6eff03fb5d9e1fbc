"""Sessions of browsers: a signed cookie says who logged in, a second signature that a form is of this session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

__all__ = ["COOKIE", "LASTS", "Session", "Sessions", "masked"]

COOKIE = "dateline_session"
LASTS = 14 * 24 * 3600
"""Seconds from the login, after which it must be done again."""
CSRF_BYTES = 16


@dataclass(frozen=True, slots=True)
class Session:
    user: int
    epoch: int
    """The user's at the login: when it rises, this session has ended."""
    nonce: str
    """Which of the user's sessions."""
    csrf: str
    """What each form of this session holds: 32 hex digits."""


class Sessions:
    """Makes and reads the cookies of one archive's service, without keeping anything."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: the archive's own, so that every process reads what another has signed."""
        self._key = hashlib.blake2b(secret, person=b"sessions").digest()
        self._signer = URLSafeTimedSerializer(self._key, salt="session")

    def cookie(self, user: int, epoch: int) -> str:
        """Of a new session; no two are the same."""
        return str(self._signer.dumps([user, epoch, secrets.token_hex(16)]))

    def read(self, cookie: str) -> Session | None:
        """None for what wasn't signed here, or too long ago."""
        try:
            user, epoch, nonce = self._signer.loads(cookie, max_age=LASTS)
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(int(user), int(epoch), str(nonce), self._csrf(cookie))

    def holds(self, session: Session, given: str) -> bool:
        """Whether a form or header, masked or not, shows that it comes from a page of this session."""
        return hmac.compare_digest(session.csrf.encode(), _unmasked(given).encode("utf-8", "replace"))

    def _csrf(self, cookie: str) -> str:
        return hmac.new(self._key, b"csrf " + cookie.encode(), hashlib.sha256).digest()[:CSRF_BYTES].hex()


def masked(csrf: str) -> str:
    """What a form holds as its page shows it: never the same twice.

    Pages are sent compressed, and from the length of those that also hold what a stranger can choose (a query), the
    stranger could guess what stands in all of them (BREACH, https://www.breachattack.com).
    """
    value = bytes.fromhex(csrf)
    pad = secrets.token_bytes(len(value))
    return (pad + _xor(pad, value)).hex()


def _unmasked(given: str) -> str:
    try:
        value = bytes.fromhex(given)
    except ValueError:
        return given
    pad, hidden = value[:CSRF_BYTES], value[CSRF_BYTES:]
    return _xor(pad, hidden).hex() if len(hidden) == CSRF_BYTES else given


def _xor(pad: bytes, value: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(pad, value, strict=True))
