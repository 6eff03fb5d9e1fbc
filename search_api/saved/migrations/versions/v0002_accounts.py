"""Users, tokens, sessions that have ended, failed logins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from search_api.saved.models import Instant

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("password", sa.Text(), nullable=False, comment="As argon2 writes it."),
        sa.Column("epoch", sa.Integer(), nullable=False, comment="Sessions begun in an earlier one have ended."),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("disabled", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("user", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the token, which nobody keeps."),
        sa.Column("created", Instant(), nullable=False),
        sa.Column("used", Instant(), nullable=True, comment="Within a minute."),
        sa.Column("revoked", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_tokens_user_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tokens_user"), "tokens", ["user"])
    op.create_table(
        "ended_sessions",
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("ended", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_ended_sessions")),
    )
    op.create_table(
        "login_failures",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column(
            "subject",
            sa.String(length=200),
            nullable=False,
            comment="A name that was tried, or the address it came from.",
        ),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failures")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_login_failures_subject_at"), "login_failures", ["subject", "at"])
