"""The migrations and the rows must tell the same story."""

from __future__ import annotations

from alembic import command

import migrations
from core.db import Database
from models.conversation import check_digit, new_protocol


def test_migrations_make_exactly_the_schema_of_the_models(database_url: str) -> None:
    command.check(migrations.configuration(database_url))


def test_migrations_can_be_run_again_on_a_present_database(database_url: str) -> None:
    migrations.upgrade(database_url)


def test_protocol_numbers_are_unique_digits_with_a_check_digit(db: Database) -> None:
    with db.transaction() as session:
        numbers = [new_protocol(session, "20261122") for _ in range(50)]
    assert len(set(numbers)) == 50
    assert all(number.isdigit() and number.startswith("20261122") for number in numbers)
    assert all(number[-1] == check_digit(number[:-1]) for number in numbers)
