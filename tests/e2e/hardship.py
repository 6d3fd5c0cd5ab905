"""Customers who write while processes die, and the reckoning afterwards: answered once, or visible to a person."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests

from tests.e2e.chat import BUSY, radius
from tests.e2e.outside import Customers, eventually, words
from tests.e2e.system import System

STILL_WORKING = "Ainda estou trabalhando"
PATIENCE = 90.0
INVOICE = ("bom dia", "segunda via do boleto", "276.340.191-00", "contrato 1005, casa 55")
DIAGNOSIS = ("estou sem internet", "529.982.247-25", "contrato 1001, casa 10", "voltou, obrigada")
RELEASE = ("libera meu sinal", "sim")
BRUNO = "5512981110002"


@dataclass
class Moments:
    """Counts what happens outside (a webhook delivered, a message sent) and acts at the moments that were drawn."""

    act: Callable[[], object]
    at: frozenset[int]
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tick(self, body: dict[str, Any] | None = None) -> None:
        """One more thing happened."""
        with self.lock:
            self.count += 1
            due = self.count in self.at
        if due:
            self.act()


@dataclass
class Killer:
    """Kills a process as a crash would; once it is back, what it held is given to others."""

    system: System
    name: str
    how: signal.Signals = signal.SIGKILL
    aftermath: list[threading.Thread] = field(default_factory=list)

    def __call__(self) -> None:
        """May be called while the process is down already: then there is nothing to kill."""
        try:
            old = self.system.pid(self.name)
            os.kill(old, self.how)
        except ProcessLookupError:
            return
        thread = threading.Thread(target=self._after, args=(old,))
        thread.start()
        self.aftermath.append(thread)

    def _after(self, old: int) -> None:
        self.system.restarted(self.name, old)
        eventually(self._leases_run_out, PATIENCE, "the database answers")

    def _leases_run_out(self) -> bool:
        try:
            leases_run_out(self.system)
        except psycopg.OperationalError:
            return False
        return True

    def done(self) -> int:
        """Waits until everything killed is back; returns how often it was killed."""
        for thread in self.aftermath:
            thread.join()
        return len(self.aftermath)


def drawn(seed: str, times: int, among: int) -> frozenset[int]:
    """So many different moments, always the same ones for a seed."""
    return frozenset(random.Random(seed).sample(range(2, among), times))


@dataclass
class Writer:
    """A customer who repeats each delivery until it is accepted, as Meta does, and waits for the answer."""

    system: System
    wa_id: str
    moments: Moments | None = None

    def write(self, texts: Sequence[str]) -> None:
        """One text after the other, each once the one before was answered; ends where a person is to answer."""
        for text in texts:
            if self.visible():
                return
            before = len(self.system.graph.to(self.wa_id))
            self.deliver(text)
            eventually(lambda n=before: self._answered(n) or self.visible(), PATIENCE, f"an answer to {text!r}")  # type: ignore[misc]

    def deliver(self, text: str) -> str:
        """Delivers one message, however often that takes."""
        customers = Customers(self.system.base_url, self.system.customers.app_secret)
        message = customers.text(self.wa_id, text)
        body = customers.webhook(message, wa_id=self.wa_id)
        eventually(lambda: _accepted(customers, body), PATIENCE, "the webhook is accepted")
        if self.moments:
            self.moments.tick()
        return str(message["id"])

    def _answered(self, before: int) -> bool:
        new = self.system.graph.to(self.wa_id)[before:]
        return any(STILL_WORKING not in words(message) for message in new)

    def visible(self) -> bool:
        """Whether a person sees that this customer waits."""
        query = (
            "SELECT 1 FROM conversation c JOIN contact_alias a ON a.contact_id = c.contact_id"
            " WHERE a.kind = 'wa_id' AND a.value = %s AND c.handler <> 'closed'"
            " AND (c.handler IN ('queue', 'agent') OR c.needs_person IS NOT NULL)"
        )
        try:
            return bool(self.system.rows(query, self.wa_id))
        except psycopg.OperationalError:
            return False


def _accepted(customers: Customers, body: bytes) -> bool:
    try:
        return customers.post(body).status_code == 200
    except requests.RequestException:
        return False


def crowd(system: System, area: str, moments: Moments | None = None) -> None:
    """Ten customers at once: nine of unknown numbers with two kinds of wishes, and Bruno, who wants to be released."""
    block_bruno(system)
    before = len(system.graph.to(BRUNO))
    scripts = {f"55129812{area}{n:02d}": INVOICE if n % 2 else DIAGNOSIS for n in range(9)}
    with ThreadPoolExecutor(10) as pool:
        work = [pool.submit(Writer(system, wa_id, moments).write, texts) for wa_id, texts in scripts.items()]
        work.append(pool.submit(Writer(system, BRUNO, moments).write, RELEASE))
        for one in work:
            one.result()
    assert len(system.graph.to(BRUNO)) > before


def block_bruno(system: System) -> None:
    """Bruno as the demo starts: blocked, with no promise; every change of his state in RADIUS is counted from now."""
    for statement in FORGET_BRUNO:
        system.rows(statement)
    for statement in COUNT_CHANGES:
        radius(system, statement)


FORGET_BRUNO = (
    "UPDATE message SET handled_at = now(), outcome = 'person' WHERE direction = 'in' AND handled_at IS NULL"
    " AND conversation_id IN (SELECT id FROM conversation WHERE contact_id IN"
    " (SELECT contact_id FROM contact_alias WHERE value = '5512981110002'))",
    "UPDATE conversation SET handler = 'closed', needs_person = coalesce(needs_person, handed_off_for)"
    " WHERE handler <> 'closed' AND contact_id IN"
    " (SELECT contact_id FROM contact_alias WHERE value = '5512981110002')",
    "UPDATE network_job SET trust_unlock_id = NULL, told_at = now() WHERE contract_ref = '1002'",
    "UPDATE outbox SET done_at = now() WHERE topic = 'unlock_expiry' AND done_at IS NULL",
    "DELETE FROM trust_unlock WHERE contract_ref = '1002'",
    "UPDATE contract SET status = 'blocked' WHERE ref = '1002'",
)
COUNT_CHANGES = (
    "DROP TRIGGER IF EXISTS counting ON radusergroup",
    "INSERT INTO radusergroup (username, groupname, priority) SELECT 'bruno.lima', 'suspenso', 0 WHERE NOT EXISTS"
    " (SELECT 1 FROM radusergroup WHERE username = 'bruno.lima' AND groupname = 'suspenso')",
    "CREATE TABLE IF NOT EXISTS changes (kind text)",
    "TRUNCATE changes",
    "CREATE OR REPLACE FUNCTION count_change() RETURNS trigger AS"
    " $$ BEGIN INSERT INTO changes VALUES (TG_OP); RETURN NULL; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER counting AFTER INSERT OR DELETE ON radusergroup FOR EACH ROW EXECUTE FUNCTION count_change()",
)


def leases_run_out(system: System) -> None:
    """As if the time of every lease had passed: what a dead worker held is free, and what lives is done twice."""
    system.rows("UPDATE outbox SET run_after = now() WHERE done_at IS NULL AND tries > 0")


def settled(system: System) -> None:
    """Returns once every process answers again and no work is left."""

    def ready() -> bool:
        try:
            return all(requests.get(f"{system.base_url}/readyz", timeout=5).json().values())
        except (requests.RequestException, ValueError):
            return False

    eventually(ready, PATIENCE, "ready")
    leases_run_out(system)
    eventually(lambda: not system.rows(BUSY), PATIENCE, "all work done")


def reckon(system: System) -> None:
    """Every message answered exactly once and in order, or visible to a person; nothing given up unseen."""
    keys = [message["biz_opaque_callback_data"] for message in system.graph.messages]
    assert [key for key, times in Counter(keys).items() if times > 1] == [], "sent twice"
    assert system.rows(UNSEEN_INBOUND) == [], "neither answered nor visible"
    assert system.rows(UNSEEN_OUTBOUND, keys) == [], "neither sent nor visible"
    assert system.rows(TOO_MANY_ANSWERS, f"{STILL_WORKING}%", f"{STILL_WORKING}%") == [], "answered twice"
    assert system.rows(GIVEN_UP) == [], "given up unseen"
    order = [key for (key,) in system.rows("SELECT key FROM message WHERE direction = 'out' ORDER BY id")]
    place = {key: n for n, key in enumerate(order)}
    for wa_id in {message["to"] for message in system.graph.messages}:
        sent = [place[message["biz_opaque_callback_data"]] for message in system.graph.to(wa_id)]
        assert sent == sorted(sent), f"out of order: {[words(m) for m in system.graph.to(wa_id)]}"


def released_once(system: System) -> None:
    """Bruno's state in RADIUS changed once for his promise, whatever was repeated; not at all if he never promised.

    Where the NAS did not confirm it, the promise stays reserved and a person has the conversation.
    """
    promises = system.rows("SELECT state FROM trust_unlock WHERE contract_ref = '1002'")
    assert len(promises) <= 1
    assert radius(system, "SELECT kind FROM changes") == [("DELETE",)] * len(promises)
    if promises != [("active",)]:
        assert Writer(system, BRUNO).visible()


VISIBLE = "(c.handler IN ('queue', 'agent') OR c.needs_person IS NOT NULL)"
UNSEEN_INBOUND = (
    "SELECT m.id, m.text FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.direction = 'in'"  # noqa: S608
    f" AND m.handled_at IS NULL AND NOT {VISIBLE}"
)
UNSEEN_OUTBOUND = (
    "SELECT m.id, m.status, m.error FROM message m JOIN conversation c ON c.id = m.conversation_id"  # noqa: S608
    " WHERE m.direction = 'out' AND (m.status IN ('queued', 'sending', 'unknown', 'failed')"
    f" OR NOT m.key = ANY(%s)) AND NOT {VISIBLE}"
)
TOO_MANY_ANSWERS = (
    "SELECT c.id, count(*) FILTER (WHERE m.direction = 'in') AS asked,"
    " count(*) FILTER (WHERE m.direction = 'out' AND m.text NOT LIKE %s) AS said"
    " FROM conversation c JOIN message m ON m.conversation_id = c.id GROUP BY c.id"
    " HAVING count(*) FILTER (WHERE m.direction = 'out' AND m.text NOT LIKE %s)"
    " > count(*) FILTER (WHERE m.direction = 'in')"
)
GIVEN_UP = (
    "SELECT o.topic, o.ref_id, o.error FROM outbox o WHERE o.done_at IS NOT NULL AND o.error IS NOT NULL"
    " AND o.topic <> 'typing' AND NOT (o.topic = 'turn' AND EXISTS"
    " (SELECT 1 FROM conversation c WHERE c.id = o.ref_id AND c.handler IN ('queue', 'agent')))"
)
