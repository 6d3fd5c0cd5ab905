"""Tokens of the HTTP API: made, shown once, recognised by their hash, taken away."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant, attendant_of
from handoff.outcome import Denied, Done
from handoff.permits import API, Deed
from models import utc_now
from models.agent import Agent
from models.api_token import ApiToken

SCOPES: Mapping[str, str] = {
    "conversations.read": "ver conversas: fila, situação, protocolo, contato",
    "conversations.write": "assumir, transferir, encerrar e marcar conversas",
    "messages.read": "ler as mensagens e notas",
    "messages.write": "responder ao cliente e escrever notas",
    "customers.read": "ver clientes, com telefones e e-mail; documento mascarado",
    "customers.document": "ver o CPF ou CNPJ inteiro",
    "contracts.read": "ver contratos",
    "tickets.read": "ver chamados",
    "tickets.write": "abrir chamados",
    "jobs.read": "ver ações na rede",
    "jobs.write": "pedir ações na rede: diagnosticar, liberar, bloquear, reiniciar",
    "events.read": "acompanhar o que aconteceu",
}
"""Each scope and what it allows, in words for the console."""

NEEDS: Mapping[str, frozenset[Deed]] = {
    "conversations.read": frozenset({"conversation.answer"}),
    "conversations.write": frozenset({"conversation.answer"}),
    "messages.read": frozenset({"conversation.answer"}),
    "messages.write": frozenset({"conversation.answer"}),
    "customers.document": frozenset({"customer.reveal"}),
    "jobs.write": frozenset({"line.diagnose", "line.release", "line.block", "line.reboot"}),
}
"""What somebody must be able to do who gives another system this scope."""

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_USED_AGAIN = timedelta(minutes=1)
_NOBODY_SIGNS_IN = "!"

WRONG_NAME = Denied("O nome tem de 2 a 31 letras minúsculas, números ou hífens, e começa com uma letra.")
NAME_TAKEN = Denied("Já houve um token com este nome: escolha outro, para que os registros não se misturem.")
NO_SCOPES = Denied("Escolha pelo menos uma permissão da lista.")
BEYOND = Denied("Isto é mais do que você mesmo pode, e ninguém dá o que não tem.")
NOT_THERE = Denied("Este token não existe mais.")


@dataclass(frozen=True)
class NewToken:
    """A token that was just made. `secret` is shown once: nobody can read it again."""

    id: int
    secret: str


@dataclass(frozen=True)
class Caller:
    """Another system that came in: its token, what it may do, and who it acts as."""

    token_id: int
    scopes: frozenset[str]
    who: Attendant


def new_token(
    session: Session, *, name: str, scopes: Collection[str], by: Attendant, expires_at: datetime | None = None
) -> NewToken | Denied:
    """Makes a token, and the account `api:<name>` that its acts are written down under. Audited. Nobody gives it
    more than they may themselves: it sees every conversation."""
    if not _NAME.fullmatch(name):
        return WRONG_NAME
    if not scopes or not set(scopes) <= SCOPES.keys():
        return NO_SCOPES
    if not by.sees_all or not frozenset[Deed]().union(*(NEEDS.get(scope, ()) for scope in scopes)) <= by.deeds:
        return BEYOND
    if session.scalar(select(ApiToken.id).where(ApiToken.name == name)) is not None:
        return NAME_TAKEN
    agent = Agent(
        login=f"api:{name}",
        name=f"{name} (API)",
        role=API.name,
        password_hash=_NOBODY_SIGNS_IN,
        active=False,
        capacity=0,
    )
    session.add(agent)
    session.flush()
    secret = f"religa_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        name=name,
        token_hash=_hash(secret),
        prefix=secret[:12],
        scopes=sorted(set(scopes)),
        agent_id=agent.id,
        created_by=by.login,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    audit.record(session, by.login, "token.created", f"token:{name}", scopes=row.scopes)
    return NewToken(row.id, secret)


def revoke(session: Session, token_id: int, by: Attendant) -> Done | Denied:
    """The token opens nothing from now on. May be called again; what it did stays written down."""
    row = session.get(ApiToken, token_id, with_for_update=True)
    if row is None:
        return NOT_THERE
    if row.revoked_at is not None:
        return Done(0, repeated=True)
    row.revoked_at = utc_now()
    audit.record(session, by.login, "token.revoked", f"token:{row.name}")
    return Done(0)


def caller_with(session: Session, secret: str, now: datetime) -> Caller | None:
    """Who comes with this token; None for an unknown, expired or revoked one. Notes its use, once a minute."""
    row = session.scalars(select(ApiToken).where(ApiToken.token_hash == _hash(secret))).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    if row.last_used_at is None or row.last_used_at < now - _USED_AGAIN:
        row.last_used_at = now
    agent = session.get_one(Agent, row.agent_id)
    return Caller(row.id, frozenset(row.scopes), attendant_of(agent))


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()
