"""Fetches the facts that a decision asks for, by name, with no transaction open while the outside is spoken to."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from billing.agreements import negotiation_policy_of
from billing.negotiation import Negotiating
from billing.ports import Erp
from billing.provider_row import provider_row
from billing.unlock_ledger import promises
from bot import bill_facts
from bot.foresight import Foresight, foreseen, is_about_bills
from bot.fragments import read_together
from bot.quoted import find_quote
from bot.routers import wifi_can_change, wifi_names
from bot.snapshot import Snapshot
from bot.turn import Away, Down, Identified, OpenIncident
from core.db import Database
from core.document import parse_document
from core.errors import Failure, Misconfigured, Unreachable
from models import utc_now
from models.identity_attempt import IdentityAttempt
from nlu.languages import PORTUGUESE
from nlu.ports import Parser
from nlu.understanding import Understanding
from provisioning.devices import Vault
from provisioning.outages.incidents import incident_of

# A proof other than the phone is believed for so long; after that it is asked for again.
PROOF_LASTS = timedelta(days=30)
MOST_ATTEMPTS_A_DAY = 5
CODE_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Sources:
    """Where facts come from. Without a `vault` no secret can be kept, and none is asked for. `far` says whether the ERP
    is worth asking several things at a time now: it is outside, and answers."""

    db: Database
    erp: Erp
    parser: Parser
    secret_key: str
    vault: Vault | None = None
    document_allowance: int = MOST_ATTEMPTS_A_DAY
    language: str = PORTUGUESE
    far: Callable[[], bool] = lambda: False


class FactFinder:
    """Finds facts for one turn. Fact names: see `turn.Turn`."""

    def __init__(self, sources: Sources, snapshot: Snapshot) -> None:
        self._sources = sources
        self._snapshot = snapshot
        self._understood: Understanding | None = None
        self._foresight = Foresight(self._read)
        self._finders: dict[str, Callable[[str], Any]] = {
            "understanding": lambda _: self._understanding(),
            "identified": lambda _: self._identified(),
            "contracts": sources.erp.contracts,
            "invoices": sources.erp.open_invoices,
            "copy": lambda ref: bill_facts.second_copy(sources.erp, ref),
            "sent": lambda ref: bill_facts.sent_copy(sources.db, snapshot.contact_id, ref),
            "paid": lambda ref: bill_facts.paid_lately(sources.erp, ref, utc_now().date()),
            "agreement": lambda ref: bill_facts.agreement(sources.db, ref),
            "document": self._by_document,
            "promises": lambda ref: promises(sources.db, ref),
            "negotiating": lambda _: self._negotiating(),
            "incident": self._incident,
            "article": lambda intent: find_quote(sources.db, intent),
            "attempts": self._locked_out,
            "wifi_changes": lambda _: sources.vault is not None and wifi_can_change(sources.db),
            "wifi_names": lambda ref: wifi_names(sources.db, ref),
            "locked": self._locked,
            "code": lambda _: f"{secrets.randbelow(10**6):06d}",
            "code_digest": lambda code: digest(sources.secret_key, "code", code),
            "code_fresh": lambda _: self._code_fresh(),
        }

    def find(self, key: str) -> Any:
        """The fact, or the class Away when its source does not answer, Down when it cannot tell."""
        if key == "identified" and is_about_bills(self._snapshot, self._understood) and self._sources.far():
            self._foresight.begin(foreseen(self._sources.db, self._snapshot))
        return self._foresight.take(key)

    def _read(self, key: str) -> Any:
        name, _, argument = key.partition(":")
        try:
            return self._finders[name](argument)
        except Unreachable:
            return Away
        except Failure:
            return Down

    def _understanding(self) -> Understanding:
        texts = [message.text for message in self._snapshot.inbound if message.text.strip()]
        self._understood = read_together(texts, self._sources.parser, self._sources.language)
        return self._understood

    def _identified(self) -> Identified:
        snapshot, erp = self._snapshot, self._sources.erp
        found = [erp.find_by_phone(phone) for phone in snapshot.phones]
        # Of several numbers, which only a merge gives, any may be who writes: each of them has to prove it.
        by_phone = tuple(one for one in dict.fromkeys(found[0] if found else ()) if all(one in each for each in found))
        if len(by_phone) == 1:
            return Identified(by_phone[0], "phone")
        proved = snapshot.customer_ref and snapshot.proved_by and self._proof_fresh(snapshot.proved_at)
        if proved:
            customer = erp.customer(str(snapshot.customer_ref))
            # A number may have gone to other people since: then it no longer proves what it proved.
            if customer and (snapshot.proved_by != "phone" or customer in by_phone):
                return Identified(customer, str(snapshot.proved_by), by_phone)
        return Identified(None, "", by_phone)

    def _proof_fresh(self, proved_at: datetime | None) -> bool:
        return proved_at is not None and utc_now() - proved_at < PROOF_LASTS

    def _by_document(self, number: str) -> Any:
        document = parse_document(number)
        return self._sources.erp.find_by_document(document) if document else None

    def _negotiating(self) -> Negotiating:
        with self._sources.db.reading() as session:
            policies = provider_row(session).policies
        return Negotiating(negotiation_policy_of(policies), "agreements" in self._sources.erp.capabilities())

    def _incident(self, contract_ref: str) -> OpenIncident | None:
        """The known fault that touches the contract. Maintenance that takes longer than said is a fault like others."""
        now = utc_now()
        with self._sources.db.reading() as session:
            row = incident_of(session, contract_ref, now)
        if row is None:
            return None
        late = row.eta is not None and row.eta < now
        # A time that has passed is no promise.
        eta = None if late else row.eta
        return OpenIncident(row.cause, row.planned and not late, row.started_at, eta, row.id, row.kind)

    def _locked_out(self, number: str) -> bool:
        """Whether this contact, or anybody with this document, failed too often in the last day."""
        attempt = IdentityAttempt
        hashed = digest(self._sources.secret_key, "document", number)
        mine = or_(attempt.contact_id == self._snapshot.contact_id, attempt.document_hash == hashed)
        since = utc_now() - timedelta(days=1)
        failed = select(func.count()).select_from(attempt).where(mine, ~attempt.succeeded, attempt.at > since)
        with self._sources.db.transaction() as session:
            return (session.scalar(failed) or 0) >= self._sources.document_allowance

    def _locked(self, password: str) -> str:
        """The password as it may be kept until it is used."""
        if self._sources.vault is None:
            raise Misconfigured("device_key", "DEVICE_KEY is not set")
        return self._sources.vault.lock({"wifi_password": password}).decode()

    def _code_fresh(self) -> bool:
        sent_at = self._snapshot.dialogue.data.get("sent_at")
        return bool(sent_at) and utc_now() - datetime.fromisoformat(str(sent_at)) < CODE_LASTS


def digest(secret_key: str, purpose: str, text: str) -> str:
    """A keyed hash: the same text gives the same digest, and the digest alone tells nothing."""
    return hmac.new(secret_key.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
