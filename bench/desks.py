"""People at their desks for the measurements of the console: signed in, each with conversations of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

import requests
from sqlalchemy import update
from sqlalchemy.orm import Session

from bench.system import System, new_customer
from core.db import Database, make_engine
from handoff.accounts import ensure_agent
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation, open_conversation
from models.message import Message
from webhooks.channels.meta_inbound import CHANNEL
from webhooks.contacts import resolve_contact
from webhooks.items import Sender

PASSWORD = "a-password-of-the-bench"  # noqa: S105 - of a system that lives for minutes on loopback
EACH = 4
"""Conversations of one agent: one is on the screen, the others in the list alone."""
TABS = ("mine", "mine", "mine", "mine", "mine", "waiting", "waiting", "open", "open", "open")


@dataclass(frozen=True)
class Desk:
    """Somebody at work: whom they talk with (the first is the one they have open), and the tab beside it."""

    login: str
    customers: tuple[str, ...]
    open_id: int
    tab: str


def prepare(system: System, count: int) -> list[Desk]:
    """So many agents of one queue, each with EACH customers of their own, of whom they have the first one open."""
    db = Database(make_engine(system.database_url))
    desks = []
    with db.transaction() as session:
        first = ensure_agent(session, "agent0", "Agente 0", "agent", ["N1"], PASSWORD)
        for number in range(count):
            # One password for all: to hash it two hundred times is not what is measured.
            named = {"login": f"agent{number}", "name": f"Agente {number}", "role": "agent", "queues": ["N1"]}
            agent = Agent(**named, password_hash=first.password_hash) if number else first
            session.add(agent)
            session.flush()
            customers = tuple(new_customer() for _ in range(EACH))
            ids = [_held(session, customer, agent.id) for customer in customers]
            desks.append(Desk(agent.login, customers, ids[0], TABS[number % len(TABS)]))
    db.engine.dispose()
    return desks


def _held(session: Session, customer: str, agent_id: int) -> int:
    """A conversation of theirs, in which twenty messages were exchanged."""
    contact_id = resolve_contact(session, CHANNEL, Sender(wa_id=customer, profile_name="B"))
    conversation_id = open_conversation(session, contact_id, CHANNEL, f"bench-{customer}")
    assert conversation_id is not None, "nobody else makes customers of the bench"
    held = {"handler": "agent", "agent_id": agent_id, "queue": "N1", "last_inbound_at": utc_now()}
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**held))
    for number in range(20):
        side = {"direction": "out", "author": "bot", "status": "sent"} if number % 2 else {"direction": "in"}
        said = f"o que se disse antes, {number}"
        session.add(Message(conversation_id=conversation_id, channel=CHANNEL, text=said, handled_at=utc_now(), **side))
    return conversation_id


def signed_in(system: System, login: str) -> str:
    """The cookie of somebody who signed in by the form."""
    browser = requests.Session()
    page = browser.get(f"{system.url}/console/login", timeout=30).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    form = {"csrf": token[1] if token else "", "login": login, "password": PASSWORD}
    browser.post(f"{system.url}/console/login", data=form, timeout=30, allow_redirects=False)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
