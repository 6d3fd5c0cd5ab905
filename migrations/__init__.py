"""Brings a database to the present schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def configuration(database_url: str) -> Config:
    """Alembic's configuration for a database; the address may hold percent signs."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def upgrade(database_url: str) -> None:
    """Applies every migration that is missing. May be called again."""
    command.upgrade(configuration(database_url), "head")
