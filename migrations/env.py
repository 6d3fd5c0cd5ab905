"""Runs the migrations with the address from DATABASE_URL."""

from __future__ import annotations

from alembic import context

import models
from core.db import make_engine


def run() -> None:
    """Upgrades or compares over one connection, in one transaction per migration."""
    engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=models.Base.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
