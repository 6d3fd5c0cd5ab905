"""The provider's people: added, changed, switched off, by whoever may do at least as much as they."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.locks import hold
from handoff.access import Attendant
from handoff.accounts import reset_password
from handoff.login import brake, second_factor, visits
from handoff.login.passwords import hash_password, one_time_password
from handoff.permits import Role, beyond
from handoff.queues import organogram
from handoff.roles import administrators, role_named, roles
from models.agent import Agent

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class NotAllowed(ValueError):
    """It would give what nobody may give, or leave nobody to administrate; the text says so, in Portuguese."""


@dataclass(frozen=True)
class Person:
    """All of an account that an administrator writes."""

    name: str
    role: str
    queues: tuple[str, ...] = ()
    capacity: int = 5
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("pt_BR",)
    territories: tuple[str, ...] = ()
    shift: str = ""
    sso_name: str = ""

    @classmethod
    def of(cls, agent: Agent) -> Person:
        """The account as it is now."""
        return cls(
            name=agent.name,
            role=agent.role,
            queues=tuple(agent.queues),
            capacity=agent.capacity,
            skills=tuple(agent.skills),
            languages=tuple(agent.languages),
            territories=tuple(agent.territories),
            shift=agent.shift,
            sso_name=agent.sso_name or "",
        )

    def told(self) -> dict[str, Any]:
        """As the audit keeps it."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


def add_person(session: Session, actor: Attendant, login: str, person: Person) -> tuple[Agent, str]:
    """A new account and its one-time password, which is kept nowhere. Raises NotAllowed."""
    if not LOGIN.fullmatch(login):
        raise NotAllowed("O usuário tem de 2 a 40 letras minúsculas, números, ponto, hífen ou _.")
    if session.scalar(select(Agent.id).where(Agent.login == login)) is not None:
        raise NotAllowed("Já existe uma pessoa com este usuário.")
    password = one_time_password()
    agent = Agent(login=login, name=person.name, password_hash=hash_password(password), one_time_password=True)
    session.add(agent)
    _write(session, actor, agent, person)
    return agent, password


def change_person(session: Session, actor: Attendant, agent: Agent, person: Person) -> Person:
    """Writes the account anew; what it was before. Raises NotAllowed."""
    must_reach(session, actor, agent)
    before = Person.of(agent)
    hold(session, "administrators")
    _write(session, actor, agent, person)
    _somebody_is_left(session)
    return before


def switch_person(session: Session, actor: Attendant, agent: Agent, now: datetime, *, on: bool) -> bool:
    """On or off; off ends their sessions at once. Whether it changed anything. Raises NotAllowed."""
    must_reach(session, actor, agent)
    if agent.active == on:
        return False
    hold(session, "administrators")
    agent.active = on
    session.flush()
    if not on:
        visits.end_all(session, agent.id, now)
        _somebody_is_left(session)
    return True


def new_password(session: Session, actor: Attendant, agent: Agent, now: datetime) -> str:
    """A one-time password for them; their sessions end. Raises NotAllowed."""
    must_reach(session, actor, agent)
    return reset_password(session, agent, now)


def forget_codes(session: Session, actor: Attendant, agent: Agent, now: datetime) -> bool:
    """Takes their second factor away, for who lost the phone and the recovery codes; their sessions end. Whether there
    was one. Raises NotAllowed."""
    must_reach(session, actor, agent)
    visits.end_all(session, agent.id, now)
    return second_factor.forget(session, agent.id)


def unlock_person(session: Session, actor: Attendant, agent: Agent, now: datetime) -> bool:
    """Lets them try to sign in again at once, after too many wrong passwords or codes; whether they could not. Audited.
    Raises NotAllowed."""
    must_reach(session, actor, agent)
    return brake.unlock(session, agent.login, actor.login, now)


def must_reach(session: Session, actor: Attendant, agent: Agent) -> None:
    """Raises NotAllowed where the person may more than the actor: who could change their password could be them."""
    if _is_more(actor, role_named(session, agent.role)):
        raise NotAllowed(f"{agent.name} pode mais do que você: peça a quem administra.")


def must_give(actor: Attendant, role: Role) -> None:
    """Raises NotAllowed where the role may more than the actor."""
    if _is_more(actor, role):
        raise NotAllowed(f"O papel {role.title} pode mais do que você, e ninguém dá o que não tem.")


def _is_more(actor: Attendant, role: Role) -> bool:
    return bool(beyond(actor, role)) or (role.sees == "all" and not actor.sees_all)


def _write(session: Session, actor: Attendant, agent: Agent, person: Person) -> None:
    if not person.name:
        raise NotAllowed("Escreva o nome da pessoa.")
    known = {role.name: role for role in roles(session)}
    if person.role not in known:
        raise NotAllowed("Escolha um papel.")
    must_give(actor, known[person.role])
    if unknown := set(person.queues) - organogram(session).names - set(agent.queues or ()):
        raise NotAllowed(f"Não existe a fila {', '.join(sorted(unknown))}.")
    if person.sso_name and session.scalar(
        select(Agent.id).where(Agent.sso_name == person.sso_name, Agent.id != (agent.id or 0))
    ):
        raise NotAllowed("Outra pessoa já entra pelo acesso único com este nome.")
    agent.name, agent.role, agent.queues = person.name, person.role, list(person.queues)
    agent.capacity, agent.skills, agent.languages = person.capacity, list(person.skills), list(person.languages)
    agent.territories, agent.shift = list(person.territories), person.shift
    if (agent.sso_name or "") != person.sso_name:
        # Whoever came under the other name is let in no more.
        agent.sso_name, agent.sso_subject = person.sso_name or None, None
    session.flush()


def _somebody_is_left(session: Session) -> None:
    if not administrators(session):
        raise NotAllowed("É a última pessoa que administra: dê este papel a outra antes.")
