"""The tables of accounts, in the database of saved searches.

users --< tokens
login_failures: who tried to log in in vain, and when
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from search_api.saved.models import Instant, Number, metadata

__all__ = ["Role", "Scope", "ended_sessions", "login_failures", "tokens", "users"]

Role = Literal["reader", "editor", "admin"]
"""Each may do what those before it may. reader: search, and keep saved searches; editor: add and delete articles too;
admin: see the accounts too."""
Scope = Literal["read", "write", "admin"]
"""What a token may do of what its user may. read: only look; write: change saved searches, and articles for editors;
admin: all of it."""

users = Table(
    "users",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("role", String(10), nullable=False),
    Column("password", Text, nullable=False, comment="As argon2 writes it."),
    Column("epoch", Integer, nullable=False, comment="Sessions begun in an earlier one have ended."),
    Column("created", Instant, nullable=False),
    Column("disabled", Instant),
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Number, primary_key=True),
    Column("user", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("digest", String(64), nullable=False, unique=True, comment="SHA-256 of the token, which nobody keeps."),
    Column("created", Instant, nullable=False),
    Column("used", Instant, comment="Within a minute."),
    Column("revoked", Instant),
    sqlite_autoincrement=True,
)

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("nonce", String(32), primary_key=True),
    Column("ended", Instant, nullable=False),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subject", String(200), nullable=False, comment="A name that was tried, or the address it came from."),
    Column("at", Instant, nullable=False),
    Index(None, "subject", "at"),
    sqlite_autoincrement=True,
)
