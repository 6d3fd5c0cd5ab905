"""What a turn about bills will ask next, asked beside the question who writes: only the questions are guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from bot.people import PAPERS
from bot.snapshot import Snapshot
from core.db import Database
from core.phone import forms
from nlu.understanding import Understanding

# A customer without a living contract has one row too, and of two who share the number nothing is foreseen.
_KNOWN = text(
    "SELECT customer.ref AS customer, contract.ref AS contract FROM customer"
    " LEFT JOIN contract ON contract.customer_id = customer.id AND contract.status <> 'cancelled'"
    " WHERE customer.id IN (SELECT customer_id FROM customer_phone WHERE match_key = ANY(:phones))"
)


class Foresight:
    """Reads facts by their keys with `read`, which raises nothing and may be called by several threads. Those that were
    begun are waited for instead of read again, each once. One turn's own."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read
        self._begun: dict[str, Future[Any]] = {}

    def begin(self, keys: Sequence[str]) -> None:
        """Starts to read these. What nobody takes ends by the limits of whom it asks."""
        if keys:
            pool = ThreadPoolExecutor(len(keys), thread_name_prefix="foreseen")
            self._begun = {key: pool.submit(self._read, key) for key in keys}
            pool.shutdown(wait=False)

    def take(self, key: str) -> Any:
        """The fact: begun before, or read now."""
        begun = self._begun.pop(key, None)
        return begun.result() if begun else self._read(key)


def is_about_bills(snapshot: Snapshot, understanding: Understanding | None) -> bool:
    """Whether what waits will surely be answered from contracts and their invoices."""
    asked = {snapshot.dialogue.intent, *(message.reply_id.removeprefix("intent:") for message in snapshot.inbound)}
    return bool(asked & PAPERS) or (understanding is not None and understanding.intent in PAPERS)


def foreseen(db: Database, snapshot: Snapshot) -> tuple[str, ...]:
    """The keys of the facts that follow once the ERP says that the phone is whose our rows say it is, however old they
    are: the contracts, and the invoices of the one that this will be about. None where rows do not tell who."""
    phones = [form for phone in snapshot.phones for form in forms(phone)]
    with db.reading() as session:
        rows = session.execute(_KNOWN, {"phones": phones}).all()
    customers = {row.customer for row in rows}
    if len(customers) != 1:
        return ()
    contracts = [row.contract for row in rows if row.contract]
    chosen = [ref for ref in contracts if ref == snapshot.dialogue.contract] or contracts
    return (f"contracts:{customers.pop()}", *(f"invoices:{ref}" for ref in chosen if len(chosen) == 1))
