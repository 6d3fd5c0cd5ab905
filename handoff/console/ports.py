"""What the console's views are given, and whom they serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import abort, g
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from core.media_store import MediaStore
from core.sentence import Sentence
from handoff.access import Attendant
from handoff.console.sessions import Sessions, Visit
from handoff.login.seal import Seal
from handoff.login.single_sign_on import SingleSignOn
from handoff.login.visits import Guest
from handoff.permits import Deed, may
from models.provider import FALLBACK_ZONE, Provider
from provisioning.vault import Vault

# No row has a larger one; PostgreSQL would not even look for it.
LARGEST_ID = 2**31 - 1
DIGITS = len(str(LARGEST_ID))
REFUSAL = "Seu perfil não permite isto. Se precisar, fale com a supervisão."


Probe = Callable[[str], tuple[bool, str]]


def no_probe(name: str) -> tuple[bool, str]:
    """Where nothing was given that could ask."""
    return False, f"Não há como testar {name} daqui."


@dataclass(frozen=True)
class Ports:
    """The console's ports: the database, the session cookie, what seals the secrets of codes, the time, where
    customers' files are, and the language of the customers; what locks devices' secrets (None without a key), what
    tests whether a device answers, whether our own tables are the ERP, the provider's own sign-on (None without one),
    the key under which what people look for is written down, whether this machine itself may be told of events,
    and what customers read of the bot as it is shipped, by language and name."""

    db: Database
    sessions: Sessions
    seal: Seal
    now: Callable[[], datetime]
    store: MediaStore
    language: str = "pt_BR"
    vault: Vault | None = None
    probe: Probe = no_probe
    own_erp: bool = True
    sso: SingleSignOn | None = None
    search_key: bytes = b""
    loopback_hooks: bool = False
    sentences: Mapping[str, Mapping[str, Sentence]] = field(default_factory=dict)


@dataclass(frozen=True)
class House:
    """The provider as the console shows it."""

    name: str
    zone: str


def house(session: Session) -> House:
    """The provider's name and time zone; before it is set up, a plain name and São Paulo's."""
    row = session.execute(select(Provider.name, Provider.timezone).limit(1)).one_or_none()
    return House(row.name, row.timezone) if row else House("Religa", FALLBACK_ZONE)


def attendant() -> Attendant:
    """Who is signed in. Only for views behind the gate."""
    return guest().who


def guest() -> Guest:
    """Their session. Only for views behind the gate."""
    return cast(Guest, g.console_guest)


def permitted(deed: Deed) -> Attendant:
    """Who is signed in, where they may do this: anybody else gets a 403."""
    if not may(attendant(), deed):
        abort(403, REFUSAL)
    return attendant()


def visit() -> Visit:
    """The session of this request."""
    return cast(Visit, g.console_visit)


def row_id(text: str) -> int:
    """The id that a form or an address names; 0, which no row has, for whatever else stands there."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else 0
    return number if number <= LARGEST_ID else 0
