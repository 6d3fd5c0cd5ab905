"""What the commands share: where the database is, how its failures are told, and what a setting says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from core.db import Database, make_engine
from core.errors import Failure
from core.settings import Settings, SettingsError, load
from environment import kept_environment, read_dotenv
from wiring_settings import read_settings

ROOT = Path(__file__).resolve().parent
database_url = click.option(
    "--database-url",
    envvar="DATABASE_URL",
    help="Endereço do PostgreSQL. Sem ele, o do ambiente (DATABASE_URL), senão o do `make run` desta pasta.",
)


def address(given: str | None) -> str:
    """The address that was given, else the environment's, else that of `make run` here. Ends the command with what is
    wrong there."""
    if given:
        return given
    try:
        return load().database_url
    except SettingsError as error:
        kept = kept_environment(kept_where()).get("DATABASE_URL")
        if kept:
            return kept
        raise click.ClickException(str(error)) from error


def kept_where() -> Path:
    """What `make run` wrote down of the system that it started: in its `DATA_DIR`, as the environment or .env says."""
    told = dict(os.environ)
    read_dotenv(ROOT / ".env", told)
    return ROOT / (told.get("DATA_DIR") or ".religa") / "environment.json"


def told(name: str) -> str:
    """A setting of the environment or of the file that its `NAME_FILE` names, else of `make run` here; "" for none.

    Ends the command when the file cannot be read.
    """
    path = os.environ.get(f"{name}_FILE")
    try:
        given = Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name)
    except OSError as error:
        raise click.ClickException(f"{name}_FILE: o arquivo não pôde ser lido ({error.strerror}).") from error
    return given or kept_environment(kept_where()).get(name, "")


def settings(database_url: str | None) -> Settings:
    """Every setting: of the environment, else of `make run` here. Ends the command with all that is wrong with them."""
    given = {"DATABASE_URL": database_url} if database_url else {}
    try:
        return read_settings({**kept_environment(kept_where()), **os.environ, **given})
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def database(given: str | None) -> Iterator[Database]:
    """The database for one command. Ends the command with a sentence when it does not answer."""
    engine = make_engine(address(given))
    db = Database(engine)
    try:
        with db.reading() as session:
            session.connection()
        yield db
    except Failure as failure:
        raise click.ClickException(f"O banco de dados não respondeu ({failure.code}).") from failure
    finally:
        engine.dispose()
