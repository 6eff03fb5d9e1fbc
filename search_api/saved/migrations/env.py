"""Run by Alembic: the migrations on the connection that `Database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from search_api.saved.models import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
