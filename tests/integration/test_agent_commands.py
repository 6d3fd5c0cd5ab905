"""`cli.py agents`: the first administrator of an installation, and a way back in."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cli import main
from core.db import Database
from handoff.roles import administrators
from models import utc_now
from models.agent import Agent
from models.agent_session import SecondFactor
from models.provider import Provider
from tests.integration.console import Person, console_app
from tests.integration.desk import a_provider, audited, the_cast

ADD = ("add", "Nina", "--name", "Nina Prado", "--role", "admin", "--queue", "N1")


class Commands:
    """`cli.py agents` on the database of the tests."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def __call__(self, *arguments: str, fails: bool = False) -> str:
        result = CliRunner().invoke(main, ["agents", *arguments, "--database-url", self._url])
        assert (result.exit_code != 0) == fails, result.output
        return result.output


@pytest.fixture
def run(database_url: str) -> Commands:
    """Runs a command."""
    return Commands(database_url)


def password_in(told: str) -> str:
    found = re.search(r"vez: (\S+)", told)
    assert found
    return found[1]


def test_first_administrator_comes_in_changes_the_password_and_sets_up_a_code(db: Database, run: Commands) -> None:
    a_provider(db)
    told = run(*ADD)
    with db.transaction() as session:
        assert session.scalars(select(Provider)).one().policies == {"access": {"totp_roles": ["admin", "supervisor"]}}
        assert len(administrators(session)) == 1
    nina = Person(console_app(db))
    assert nina.post("/console/login", {"login": "nina", "password": password_in(told)}).status_code == 303
    assert nina.get("/console/").location == "/console/account/password"
    run(*ADD, fails=True)
    assert len(audited(db, "person.added")) == 1
    assert "nina - Nina Prado (Administração) N1" in run("list")


def test_account_may_be_made_before_there_is_a_provider_and_of_known_roles_and_queues_only(
    db: Database, run: Commands
) -> None:
    run("add", "helena", "--name", "Helena", "--queue", "N9", fails=True)
    run("add", "helena", "--name", "Helena", "--role", "chefe", fails=True)
    run("add", "admin", "--name", "Administração", "--role", "admin")


def test_reset_lets_a_locked_out_administrator_in_again(db: Database, run: Commands) -> None:
    a_provider(db)
    the_cast(db, "admin")
    with db.transaction() as session:
        agent = session.scalars(select(Agent)).one()
        agent.active = False
        session.add(SecondFactor(agent_id=agent.id, secret="x", confirmed_at=utc_now(), recovery=[]))
    told = run("reset-password", "admin", "--codes", "--switch-on")
    person = Person(console_app(db))
    assert person.post("/console/login", {"login": "admin", "password": password_in(told)}).status_code == 303
    assert person.get("/console/").location == "/console/account/password"
    assert password_in(told) not in str(audited(db, "password.reset"))
    run("reset-password", "ninguem", fails=True)
