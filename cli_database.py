"""What the commands share: where the database is, and how its failures are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from core.db import Database, make_engine
from core.errors import Failure
from core.settings import SettingsError, load

database_url = click.option("--database-url", help="Endereço do PostgreSQL. Sem ele, vale a configuração do ambiente.")


def address(given: str | None) -> str:
    """The address that was given, else the environment's. Ends the command with what is wrong there."""
    if given:
        return given
    try:
        return load().database_url
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def database(given: str | None) -> Iterator[Database]:
    """The database for one command. Ends the command with a sentence when it does not answer."""
    engine = make_engine(address(given))
    try:
        yield Database(engine)
    except Failure as failure:
        raise click.ClickException(f"O banco de dados não respondeu ({failure.code}).") from failure
    finally:
        engine.dispose()
