"""People at their desks for the measurements of the console: signed in, each with conversations of their own."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import requests
from sqlalchemy import select, update

from bench.load import Connection
from bench.system import System, new_customer, text_webhook
from core.db import Database, make_engine
from handoff.accounts import ensure_agent
from models.agent import Agent
from models.contact import ContactAlias
from models.conversation import Conversation

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
    customers = [new_customer() for _ in range(count * EACH)]
    connection = Connection(system.url)
    for customer in customers:
        connection.request(text_webhook(customer, "oi, caiu a internet"))
    connection.close()
    db = Database(make_engine(system.database_url))
    found = _conversations(db, customers)
    desks = []
    with db.transaction() as session:
        first = ensure_agent(session, "agent0", "Agente 0", "agent", ["N1"], PASSWORD)
        for number in range(count):
            # One password for all: to hash it two hundred times is not what is measured.
            named = {"login": f"agent{number}", "name": f"Agente {number}", "role": "agent", "queues": ["N1"]}
            agent = Agent(**named, password_hash=first.password_hash) if number else first
            session.add(agent)
            session.flush()
            own = tuple(customers[number * EACH : (number + 1) * EACH])
            held = {"handler": "agent", "agent_id": agent.id, "queue": "N1", "version": Conversation.version + 1}
            ids = [found[customer] for customer in own]
            session.execute(update(Conversation).where(Conversation.id.in_(ids)).values(**held))
            desks.append(Desk(agent.login, own, ids[0], TABS[number % len(TABS)]))
    db.engine.dispose()
    return desks


def _conversations(db: Database, customers: list[str]) -> dict[str, int]:
    wanted = (
        select(ContactAlias.value, Conversation.id)
        .join(Conversation, Conversation.contact_id == ContactAlias.contact_id)
        .where(ContactAlias.value.in_(customers))
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with db.reading() as session:
            found = {row.value: row.id for row in session.execute(wanted)}
        if len(found) == len(customers):
            return found
        time.sleep(0.5)
    raise SystemExit("not every customer got a conversation")


def signed_in(system: System, login: str) -> str:
    """The cookie of somebody who signed in by the form."""
    browser = requests.Session()
    page = browser.get(f"{system.url}/console/login", timeout=30).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    form = {"csrf": token[1] if token else "", "login": login, "password": PASSWORD}
    browser.post(f"{system.url}/console/login", data=form, timeout=30, allow_redirects=False)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
