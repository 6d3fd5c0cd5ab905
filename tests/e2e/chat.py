"""A customer's phone and an agent's browser for black-box conversations, and what the access network says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests

from tests.e2e.outside import buttons, eventually, words
from tests.e2e.system import System

BUSY = (
    "SELECT 1 FROM webhook_event WHERE state = 'new'"
    " UNION ALL SELECT 1 FROM outbox WHERE done_at IS NULL AND (run_after < now() + interval '1 s' OR tries > 0)"
    " UNION ALL SELECT 1 FROM message WHERE direction = 'out' AND status IN ('queued', 'sending')"
)
SUSPENDED = "suspenso"


@dataclass
class Chat:
    """One customer's phone: writes and waits for the next bubble."""

    system: System
    wa_id: str
    read: int = field(default=0)

    def say(self, text: str) -> dict[str, Any]:
        """Writes, and returns the bubble that answers."""
        self.system.customers.write(self.wa_id, text)
        return self.next()

    def tap(self, message: dict[str, Any], option: str) -> dict[str, Any]:
        """Taps one of the bubble's buttons or rows, and returns the bubble that answers."""
        self.system.customers.press(self.wa_id, buttons(message)[option])
        return self.next()

    def next(self) -> dict[str, Any]:
        """The next bubble that was not looked at yet."""
        eventually(lambda: len(self.bubbles) > self.read, 30, f"a bubble after {[words(m) for m in self.bubbles]}")
        self.read += 1
        return self.bubbles[self.read - 1]

    @property
    def bubbles(self) -> list[dict[str, Any]]:
        """Everything this customer got."""
        return self.system.graph.to(self.wa_id)

    def nothing_more(self) -> None:
        """All that was sent is processed, and brought no further bubble."""
        idle(self.system)
        assert [words(message) for message in self.bubbles[self.read :]] == []

    @property
    def conversation(self) -> dict[str, Any]:
        """The row of the customer's last conversation."""
        names = ("id", "protocol", "handler", "queue", "summary", "needs_person")
        rows = self.system.rows(
            f"SELECT {', '.join('c.' + name for name in names)} FROM conversation c"  # noqa: S608
            " JOIN contact_alias a ON a.contact_id = c.contact_id AND a.kind = 'wa_id' AND a.value = %s"
            " ORDER BY c.id DESC LIMIT 1",
            self.wa_id,
        )
        return dict(zip(names, rows[0], strict=True))


def idle(system: System) -> None:
    """Returns once everything that came in is processed and everything that was to leave has left."""
    eventually(lambda: not system.rows(BUSY), 40, "all work done")


def environment(system: System) -> dict[str, str]:
    """The settings that the running system has, as commands get them."""
    kept: dict[str, str] = json.loads((system.data_dir / "environment.json").read_text())
    return kept


def radius(system: System, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Asks or changes the RADIUS server's database."""
    with psycopg.connect(environment(system)["RADIUS_DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def suspended(system: System, login: str) -> bool:
    """Whether RADIUS holds the subscriber back."""
    rows = radius(system, "SELECT groupname FROM radusergroup WHERE username = %s", login)
    assert rows, f"RADIUS does not know {login}"
    return (SUSPENDED,) in rows


class Browser:
    """An agent's browser at the console: signed in with the demo's password, forms with their tokens."""

    def __init__(self, system: System, login: str) -> None:
        self._base = f"{system.base_url}/console"
        self._session = requests.Session()
        page = self._session.get(f"{self._base}/login", timeout=10).text
        form = {"csrf": hidden(page, "csrf"), "login": login, "password": system.demo_password()}
        answer = self._session.post(f"{self._base}/login", data=form, timeout=10)
        assert answer.url.rstrip("/") == self._base, answer.status_code

    def inbox(self, query: str = "") -> str:
        """The list of conversations."""
        return self._session.get(f"{self._base}/{query}", timeout=10).text

    def page(self, conversation_id: int) -> str:
        """One conversation."""
        answer = self._session.get(f"{self._base}/c/{conversation_id}", timeout=10)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def act(self, conversation_id: int, name: str, **form: str) -> requests.Response:
        """Presses a button of the conversation."""
        page = self.page(conversation_id)
        tokens = {"csrf": hidden(page, "csrf"), "token": hidden(page, "token")}
        return self._session.post(f"{self._base}/c/{conversation_id}/{name}", data={**tokens, **form}, timeout=10)


def hidden(page: str, name: str) -> str:
    """The value of a form's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found[1] if found else ""
