"""The tables: saved searches, what matched them, whom to tell, and what was told.

    saved_searches --< matches
    saved_searches --< alerts --< deliveries
    leases: who works now

A search's position (`sequence`, `article`) says up to where the archive was matched for it, an alert's position up to
which match deliveries were made of it. Each moves in the transaction that records what it passed.
"""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

__all__ = ["Instant", "Number", "Verbatim", "alerts", "deliveries", "leases", "matches", "metadata", "saved_searches"]


class Instant(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC; SQLite itself knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


class Verbatim(TypeDecorator[str]):
    """Text of articles as it is: no database takes lone surrogates, and PostgreSQL no NUL, so these are escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        plain = value.replace("\\", "\\\\").replace("\0", "\\x00")
        return plain.encode("utf-8", "backslashreplace").decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or "\\" not in value:
            return value
        return _ESCAPE.sub(lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), value)


_ESCAPE = re.compile(r"\\(\\|x00|ud[0-9a-f]{3})")


Number = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts rows by itself in a column of this very type alone."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Number, primary_key=True),
    Column("archive", String(32), nullable=False, comment="Which archive: one database may serve several."),
    Column("owner", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("parameters", JSON, nullable=False, comment="Pairs, as of a URL."),
    Column("resolved", JSON, nullable=False, comment="Query tree, expansions, mode: what the parameters meant."),
    Column("vector", LargeBinary, comment="int8 codes of what is embedded."),
    Column("model", Text, comment="Of the vector."),
    Column("floor", Integer, nullable=False, comment="The least dot product that fires."),
    Column("revision", Integer, nullable=False, comment="Rises when what fires changes."),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("deleted", Instant, comment="Until it is purged, a deletion can be undone."),
    Column("began", BigInteger, nullable=False, comment="The archive's sequence when it was saved."),
    Column("sequence", BigInteger, nullable=False),
    Column("article", Verbatim, nullable=False),
    Column("seen", BigInteger, nullable=False, comment="The last match its owner has looked at."),
    Column("failing", Text, comment="Why it can't be matched."),
    Column("share", String(43), unique=True),
    Index(None, "archive", "owner"),
    sqlite_autoincrement=True,  # a number is never given twice: links and marks of what was seen outlive deletions
)

matches = Table(
    "matches",
    metadata,
    Column("id", Number, primary_key=True),
    Column("search", Number, ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    Column("article", Verbatim, nullable=False),
    Column("sequence", BigInteger, nullable=False, comment="Of the version that matched."),
    Column("found", Instant, nullable=False),
    Column("matched_by", String(8), nullable=False, comment="words or meaning"),
    Column("closeness", Integer, comment="Dot product of the best passage."),
    Column("title", Verbatim, nullable=False),
    Column("url", Verbatim),
    Column("published", String(40)),
    Column("source", Verbatim),
    UniqueConstraint("search", "article"),
    Index(None, "search", "id"),
    sqlite_autoincrement=True,  # a number is never given twice: links and marks of what was seen outlive deletions
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("search", Number, ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(10), nullable=False, comment="webhook or email"),
    Column("target", Text, nullable=False),
    Column("schedule", String(10), nullable=False, comment="at_once, hourly, daily or weekly"),
    Column("zone", String(64), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("weekday", Integer, nullable=False, comment="1: Monday"),
    Column("secret", String(64), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False, comment="The last match of which a delivery was made."),
    Column("due", Instant, comment="The next digest."),
    Column("created", Instant, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice: links and marks of what was seen outlive deletions
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("alert", Number, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(36), nullable=False, unique=True),
    Column("first", BigInteger, nullable=False, comment="Matches of its search from here ..."),
    Column("last", BigInteger, nullable=False, comment="... up to here."),
    Column("count", Integer, nullable=False),
    Column("state", String(10), nullable=False, comment="waiting, delivered or given_up"),
    Column("attempts", Integer, nullable=False),
    Column("next", Instant, comment="When it is tried again."),
    Column("created", Instant, nullable=False),
    Column("finished", Instant),
    Column("problem", Text, comment="Why the last attempt failed."),
    Index(None, "state", "next"),
    Index(None, "alert", "id"),
    sqlite_autoincrement=True,  # a number is never given twice: links and marks of what was seen outlive deletions
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String(60), nullable=False),
    Column("until", Instant, nullable=False),
    Column("problem", Text, comment="Why it can't go on."),
)
