"""Saved searches, matches, alerts, deliveries, leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from search_api.saved.models import Instant, Verbatim

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True, comment="Why it can't go on."),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "saved_searches",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column(
            "archive", sa.String(length=32), nullable=False, comment="Which archive: one database may serve several."
        ),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False, comment="Pairs, as of a URL."),
        sa.Column(
            "resolved", sa.JSON(), nullable=False, comment="Query tree, expansions, mode: what the parameters meant."
        ),
        sa.Column("vector", sa.LargeBinary(), nullable=True, comment="int8 codes of what is embedded."),
        sa.Column("model", sa.Text(), nullable=True, comment="Of the vector."),
        sa.Column("floor", sa.Integer(), nullable=False, comment="The least dot product that fires."),
        sa.Column("revision", sa.Integer(), nullable=False, comment="Rises when what fires changes."),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("changed", Instant(), nullable=False),
        sa.Column("deleted", Instant(), nullable=True, comment="Until it is purged, a deletion can be undone."),
        sa.Column("began", sa.BigInteger(), nullable=False, comment="The archive's sequence when it was saved."),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("article", Verbatim(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False, comment="The last match its owner has looked at."),
        sa.Column("failing", sa.Text(), nullable=True, comment="Why it can't be matched."),
        sa.Column("share", sa.String(length=43), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("share", name=op.f("uq_saved_searches_share")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_searches_archive_owner"), "saved_searches", ["archive", "owner"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("search", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="webhook or email"),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("schedule", sa.String(length=10), nullable=False, comment="at_once, hourly, daily or weekly"),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="1: Monday"),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="The last match of which a delivery was made."),
        sa.Column("due", Instant(), nullable=True, comment="The next digest."),
        sa.Column("created", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["search"], ["saved_searches.id"], name=op.f("fk_alerts_search"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alerts_search"), "alerts", ["search"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("search", NUMBER, nullable=False),
        sa.Column("article", Verbatim(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False, comment="Of the version that matched."),
        sa.Column("found", Instant(), nullable=False),
        sa.Column("matched_by", sa.String(length=8), nullable=False, comment="words or meaning"),
        sa.Column("closeness", sa.Integer(), nullable=True, comment="Dot product of the best passage."),
        sa.Column("title", Verbatim(), nullable=False),
        sa.Column("url", Verbatim(), nullable=True),
        sa.Column("published", sa.String(length=40), nullable=True),
        sa.Column("source", Verbatim(), nullable=True),
        sa.ForeignKeyConstraint(["search"], ["saved_searches.id"], name=op.f("fk_matches_search"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("search", "article", name=op.f("uq_matches_search_article")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_matches_search_id"), "matches", ["search", "id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False, comment="Matches of its search from here ..."),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="... up to here."),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False, comment="waiting, delivered or given_up"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next", Instant(), nullable=True, comment="When it is tried again."),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("finished", Instant(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True, comment="Why the last attempt failed."),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_deliveries_alert"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deliveries_alert_id"), "deliveries", ["alert", "id"], unique=False)
    op.create_index(op.f("ix_deliveries_state_next"), "deliveries", ["state", "next"], unique=False)


def downgrade() -> None:
    for table in ("deliveries", "matches", "alerts", "saved_searches", "leases"):
        op.drop_table(table)
