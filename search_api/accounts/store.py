"""Accounts in the database: users, their passwords and tokens, and how often a login has failed."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive.errors import DatelineError, NotFound, ParameterError
from search_api.accounts.models import Role, Scope, ended_sessions, login_failures, tokens, users
from search_api.accounts.sessions import LASTS, Session
from search_api.saved.database import Database
from search_api.saved.models import saved_searches
from search_api.saved.saving import SINGLE_OWNER
from search_api.saved.store import Clock, utc_now

__all__ = ["Accounts", "LoginRefused", "NewToken", "Token", "User"]

SHORTEST_PASSWORD = 10
"""Code points; NIST SP 800-63B asks for 8 and against rules on what they are."""
LONGEST_PASSWORD = 1_000
"""Code points: hashing takes time, and nobody types more."""
FAILURES = 5
"""Logins in vain, for one name or from one address, after which the next must wait."""
WINDOW = dt.timedelta(minutes=15)
"""In which failures count."""
FROM_ADDRESS = 20
"""The same from one address, behind which many people may be."""
USED_AT_MOST_EVERY = dt.timedelta(minutes=1)
"""How exact a token's last use is: a write for every request would cost more than the request."""
PREFIX = "dateline_"
"""Of every token, so that scanners for leaked secrets know one."""

_log = logging.getLogger("dateline.accounts")
"""Who came in, who didn't, and what was changed: never a password or token, and a name only where it is an account's,
because what is typed into the wrong field is a password."""


class LoginRefused(DatelineError):
    """Name and password don't go together, the account is disabled, or there were too many such tries."""

    code = "login"

    def __init__(self, message: str, reason: str, wait: int | None = None) -> None:
        """`reason`: for the log alone."""
        super().__init__(message)
        self.reason = reason
        self.wait = wait
        """Seconds after which another try is looked at."""


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    role: Role
    epoch: int
    created: dt.datetime
    disabled: dt.datetime | None

    @property
    def owner(self) -> str:
        """What stands with this user's saved searches."""
        return f"user-{self.id}"


@dataclass(frozen=True, slots=True)
class Token:
    id: int
    name: str
    scope: Scope
    created: dt.datetime
    used: dt.datetime | None
    revoked: dt.datetime | None


@dataclass(frozen=True, slots=True)
class NewToken:
    token: Token
    text: str
    """Shown once: only its digest is kept."""


class Accounts:
    """The accounts of a service. Safe to share between threads and processes."""

    def __init__(self, database: Database, now: Clock = utc_now, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._now = now
        self._hasher = hasher or PasswordHasher()
        self._unknown = self._hasher.hash(secrets.token_hex(16))
        """Compared with where a name isn't known, so that the time taken doesn't tell."""

    # ---------------------------------------------------------------- users
    def any(self) -> bool:
        """Whether there is an account at all, disabled ones too: without one the service has a single user."""
        with self._database.read() as connection:
            return connection.execute(select(users.c.id).limit(1)).first() is not None

    def all(self) -> list[User]:
        with self._database.read() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]

    def get(self, id: int) -> User | None:
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.id == id)).first()
            return _user(row) if row else None

    def named(self, name: str) -> User:
        """Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == _name(name))).first()
        if row is None:
            raise NotFound(f"There is no account {name[:100]!r}: `dateline user list` shows them.")
        return _user(row)

    def add(self, name: str, password: str, role: Role) -> User:
        """The first account takes over what the single user saved. Raises ParameterError."""
        name = _name(name)
        if not name or len(name) > 100 or not name.isprintable():
            raise ParameterError("name", "name: give 1 to 100 characters.")
        hashed = self._hashed(password)
        try:
            with self._database.write() as connection:
                first = connection.execute(select(users.c.id).limit(1)).first() is None
                values = {"name": name, "role": role, "password": hashed, "epoch": 1, "created": self._now()}
                made = _user(connection.execute(insert(users).values(**values).returning(users)).one())
                if first:
                    own = saved_searches.c.owner == SINGLE_OWNER
                    connection.execute(update(saved_searches).where(own).values(owner=made.owner))
        except DatelineError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise ParameterError("name", f"name: there is an account {name!r} already.") from None
            raise
        _log.info("account added", extra={"account": made.name, "role": made.role})
        return made

    def set_password(self, user: User, password: str) -> User:
        """Ends every session of theirs. Raises ParameterError."""
        changed = self._change(user, password=self._hashed(password), epoch=user.epoch + 1)
        _log.info("password changed", extra={"account": user.name})
        return changed

    def disable(self, user: User, *, disabled: bool = True) -> User:
        """Sessions and tokens of a disabled account are refused; enabled again, its tokens work as before."""
        changed = self._change(user, disabled=self._now() if disabled else None, epoch=user.epoch + 1)
        _log.info("account disabled" if disabled else "account enabled", extra={"account": user.name})
        return changed

    def _change(self, user: User, **values: object) -> User:
        with self._database.write() as connection:
            changed = connection.execute(update(users).where(users.c.id == user.id).values(**values).returning(users))
            row = changed.first()
        if row is None:
            raise NotFound(f"There is no account {user.name!r} any more.")
        return _user(row)

    # ---------------------------------------------------------------- passwords
    def log_in(self, name: str, password: str, address: str) -> User:
        """Raises LoginRefused, which doesn't tell a wrong name from a wrong password."""
        try:
            user = self.verify(name, password, address)
        except LoginRefused as error:
            known = None if error.reason == "unknown name" else _name(name)
            _log.warning("login refused", extra={"account": known, "address": address, "reason": error.reason})
            raise
        _log.info("login", extra={"account": user.name, "role": user.role, "address": address})
        return user

    def verify(self, name: str, password: str, address: str) -> User:
        """As `log_in`, of someone who is in already and shows who they are once more."""
        name, now = _name(name), self._now()
        subjects = {f"name {name[:100]}": FAILURES, f"address {address[:100]}": FROM_ADDRESS}
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).first()
            for subject, most in subjects.items():
                self._refuse_often(connection, subject, most, now, known=row is not None)
        right = self._verified(row.password if row else self._unknown, password[:LONGEST_PASSWORD])
        if row is None or row.disabled is not None or not right:
            with self._database.write() as connection:
                connection.execute(insert(login_failures), [{"subject": s, "at": now} for s in subjects])
                connection.execute(delete(login_failures).where(login_failures.c.at < now - WINDOW))
            reason = "unknown name" if row is None else "disabled" if row.disabled is not None else "wrong password"
            raise LoginRefused("Name and password don't go together, or the account is disabled.", reason)
        with self._database.write() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.subject == next(iter(subjects))))
            if self._hasher.check_needs_rehash(row.password):
                hashed = self._hasher.hash(_normalised(password))
                connection.execute(update(users).where(users.c.id == row.id).values(password=hashed))
        return _user(row)

    def _refuse_often(self, connection: Connection, subject: str, most: int, now: dt.datetime, *, known: bool) -> None:
        failed = select(func.count(), func.min(login_failures.c.at)).where(
            login_failures.c.subject == subject, login_failures.c.at > now - WINDOW
        )
        count, first = connection.execute(failed).one()
        if count >= most:
            wait = max(1, int((first + WINDOW - now).total_seconds()))
            message = f"Too many logins have failed: try again in {-(-wait // 60)} minutes."
            raise LoginRefused(message, "too many" if known else "unknown name", wait)

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _normalised(password))
        except (VerificationError, InvalidHashError):
            return False

    def _hashed(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise ParameterError("password", f"password: give {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
        return self._hasher.hash(_normalised(password))

    # ---------------------------------------------------------------- sessions
    def of_session(self, session: Session) -> User | None:
        """Whose session this is; None where it has ended, or the account is disabled."""
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.id == session.user)).first()
            ended = select(ended_sessions.c.nonce).where(ended_sessions.c.nonce == session.nonce)
            if (
                row is None
                or row.disabled is not None
                or row.epoch != session.epoch
                or connection.execute(ended).first()
            ):
                return None
            return _user(row)

    def end_session(self, nonce: str) -> None:
        """Its cookie is worth nothing from now on."""
        if not nonce:
            return
        now = self._now()
        with self._database.write() as connection:
            expired = ended_sessions.c.ended < now - dt.timedelta(seconds=LASTS)
            connection.execute(delete(ended_sessions).where(expired | (ended_sessions.c.nonce == nonce)))
            connection.execute(insert(ended_sessions).values(nonce=nonce, ended=now))

    # ---------------------------------------------------------------- tokens
    def tokens(self, user: User) -> list[Token]:
        """Those that aren't revoked, the latest first."""
        valid = select(tokens).where(tokens.c.user == user.id, tokens.c.revoked.is_(None)).order_by(tokens.c.id.desc())
        with self._database.read() as connection:
            return [_token(row) for row in connection.execute(valid)]

    def make_token(self, user: User, name: str, scope: Scope) -> NewToken:
        """Raises ParameterError."""
        name = " ".join(name.split())
        if not name or len(name) > 100 or not name.isprintable():
            raise ParameterError("name", "name: say in 1 to 100 characters what the token is for.")
        text = PREFIX + secrets.token_urlsafe(32)
        values = {"user": user.id, "name": name, "scope": scope, "digest": _digest(text), "created": self._now()}
        with self._database.write() as connection:
            made = _token(connection.execute(insert(tokens).values(**values).returning(tokens)).one())
        _log.info("token made", extra={"account": user.name, "token": made.id, "scope": scope})
        return NewToken(made, text)

    def revoke(self, user: User, id: int) -> None:
        """Raises NotFound for what is no token of theirs."""
        own = (tokens.c.id == id, tokens.c.user == user.id, tokens.c.revoked.is_(None))
        with self._database.write() as connection:
            if not connection.execute(update(tokens).where(*own).values(revoked=self._now())).rowcount:
                raise NotFound("There is no such token of yours.")
        _log.info("token revoked", extra={"account": user.name, "token": id})

    def bearer(self, text: str) -> tuple[User, Token] | None:
        """Whose token this is; None for one that isn't known, is revoked, or whose account is disabled."""
        valid = (tokens.c.digest == _digest(text), tokens.c.revoked.is_(None), users.c.disabled.is_(None))
        with self._database.read() as connection:
            row = connection.execute(select(tokens).join(users, users.c.id == tokens.c.user).where(*valid)).first()
            if row is None:
                return None
            user = _user(connection.execute(select(users).where(users.c.id == row.user)).one())
        now = self._now()
        if row.used is None or now - row.used >= USED_AT_MOST_EVERY:
            with self._database.write() as connection:
                connection.execute(update(tokens).where(tokens.c.id == row.id).values(used=now))
        return user, _token(row)


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(row.id, row.name, row.role, row.epoch, row.created, row.disabled)


def _token(row: Row[tuple[object, ...]]) -> Token:
    return Token(row.id, row.name, row.scope, row.created, row.used, row.revoked)


def _name(text: str) -> str:
    """Names are told apart by their letters alone: not by case, nor by how these are encoded."""
    # PostgreSQL's texts can't hold U+0000, and nobody's name does.
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\0", "\ufffd").split())


def _normalised(password: str) -> str:
    """The same whatever keyboard it is typed on (RFC 8265 asks for it), and encodable."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
