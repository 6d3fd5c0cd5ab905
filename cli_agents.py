"""Commands about the people who use the console: the first administrator of an installation, and a way back in."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli_database import database, database_url
from core.errors import Misconfigured
from handoff import audit
from handoff.access import Attendant
from handoff.permits import ADMIN, TEMPLATE
from handoff.policies import change_policy
from handoff.queues import ensure_organogram
from handoff.roles import ensure_roles, roles
from handoff.staff import NotAllowed, Person, add_person, forget_codes, new_password, switch_person
from models import utc_now
from models.agent import Agent
from models.provider import Provider

# Whoever reaches the database may do everything there anyway.
OPERATOR = Attendant(0, "cli", "Linha de comando", ADMIN, frozenset(), next(r for r in TEMPLATE if r.name == ADMIN))
WITH_CODES = [ADMIN, "supervisor"]


@click.group()
def agents() -> None:
    """Pessoas que usam o console."""


@agents.command("list")
@database_url
def list_command(database_url: str | None) -> None:
    """Mostra as contas, sem segredos."""
    with database(database_url) as db, db.reading() as session:
        titles = {role.name: role.title for role in roles(session)}
        for row in session.scalars(select(Agent).order_by(Agent.login)):
            state = "" if row.active else ", desligada"
            click.echo(f"{row.login} - {row.name} ({titles.get(row.role, row.role)}{state}) {', '.join(row.queues)}")


@agents.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Nome da pessoa.")
@click.option("--role", default="agent", show_default=True, help="Um papel; admin para quem administra.")
@click.option("--queue", "queues", multiple=True, help="Uma fila; pode ser repetido.")
@database_url
def add_command(login: str, name: str, role: str, queues: tuple[str, ...], database_url: str | None) -> None:
    """Cria uma conta e mostra a senha para a primeira vez. A primeira administração liga o código de acesso."""
    try:
        with database(database_url) as db, db.transaction() as session:
            ensure_roles(session)
            ensure_organogram(session)
            agent, password = add_person(session, OPERATOR, login.lower(), Person(name, role, queues))
            audit.record(
                session, "cli", "person.added", f"agent:{agent.id}", after={"login": agent.login, "role": role}
            )
            codes = role == ADMIN and _ask_for_codes(session)
    except NotAllowed as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Conta {login.lower()} criada. Senha para a primeira vez: {password}")
    if codes:
        click.echo("Administração e supervisão precisam também de um código (aplicativo autenticador).")


@agents.command("reset-password")
@click.argument("login")
@click.option("--codes", is_flag=True, help="Tira também o código de acesso, para quem perdeu o celular.")
@click.option("--switch-on", is_flag=True, help="Liga a conta, se estiver desligada.")
@database_url
def reset_command(login: str, codes: bool, switch_on: bool, database_url: str | None) -> None:
    """Mostra uma senha nova, que tem de ser trocada ao entrar; encerra as sessões da pessoa."""
    with database(database_url) as db, db.transaction() as session:
        agent = session.scalars(select(Agent).where(Agent.login == login.lower()).with_for_update()).one_or_none()
        if agent is None:
            raise click.ClickException(f"Não existe a conta {login}.")
        now = utc_now()
        password = new_password(session, OPERATOR, agent, now)
        if codes:
            forget_codes(session, OPERATOR, agent, now)
        if switch_on:
            switch_person(session, OPERATOR, agent, now, on=True)
        audit.record(session, "cli", "password.reset", f"agent:{agent.id}", codes=codes, switch_on=switch_on)
    click.echo(f"Senha para a próxima vez: {password}")


def _ask_for_codes(session: Session) -> bool:
    """Turns the second factor on for those who may most, where nobody has decided about it; whether it did."""
    given = session.scalar(select(Provider.policies).order_by(Provider.id).limit(1))
    if given is None or "access" in given:
        return False
    try:
        _, after = change_policy(session, "access", {"totp_roles": WITH_CODES})
    except Misconfigured as error:
        raise click.ClickException(error.detail) from error
    audit.record(session, "cli", "policy.changed", "policy:access", before={}, after=after)
    return True
