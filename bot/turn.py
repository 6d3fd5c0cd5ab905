"""Everything a decision may look at: the messages, what is remembered, and facts that are fetched when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from billing.negotiation import Negotiating
from billing.provider import Provider
from billing.records import Contract, Customer, Invoice, SecondCopy
from billing.settlement import Settlement
from billing.trust_unlock import Policy, Promise
from bot.dialogue import Dialogue
from bot.needs import Missing, NeedsChoice, NeedsIdentity, SourceDown
from bot.replies import Replies, replies_in
from bot.texts import Texts
from core.dates import format_when, local_date
from core.hearing import SURE_HEARING
from nlu.understanding import Understanding


@dataclass(frozen=True)
class Inbound:
    """A customer's message that waits for an answer.

    `text` are the customer's own words: typed, a caption, or a voice note's transcript, with its `confidence` (0 to 1).
    `place` is where a location message points to.
    """

    id: int
    kind: str
    text: str
    reply_id: str = ""
    confidence: float | None = None
    place: str = ""


@dataclass(frozen=True)
class JobResult:
    """A network job of this conversation that ended, or still runs (`state`), and that the customer was not told of."""

    id: int
    action: str
    contract_ref: str
    state: str
    outcome: str
    facts: Mapping[str, Any]
    age_seconds: float


@dataclass(frozen=True)
class OpenIncident:
    """A known fault that touches the contract. `planned` only while maintenance keeps to its time; `kind` as in
    models.incident."""

    cause: str
    planned: bool
    started_at: datetime
    eta: datetime | None
    id: int = 0
    kind: str = "unknown"


@dataclass(frozen=True)
class Identified:
    """Who writes. `how` is phone, two_facts or code; `candidates` share the phone when it is not clear who of them."""

    customer: Customer | None
    how: str = ""
    candidates: tuple[Customer, ...] = ()


class Down:
    """Stands for a fact that its source does not tell, now or until a person has mended something."""


class Away(Down):
    """Stands for a fact whose source did not answer."""


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation. Values only; the same Turn always gives the same decision.

    `part` is the beginning of the text that answers our question, where the rest of it asks for something more.
    `pays_in_chat`: whether the customer's app can show an order to review and pay.
    `kept` are the wishes that wait for the ERP; `recalled` are those of them whose turn this is: it is back.
    `can_ask` is what the channel has a button for (contact, location). `phone_hidden` says that the channel gave no
    number. `voice` is what becomes of a voice note without a transcript: ask_text or hand_over.
    """

    protocol: str
    dialogue: Dialogue
    inbound: tuple[Inbound, ...]
    jobs: tuple[JobResult, ...]
    now: datetime
    provider: Provider
    policy: Policy
    texts: Texts
    proof: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    pays_in_chat: bool = False
    can_ask: frozenset[str] = frozenset()
    phone_hidden: bool = False
    voice: str = "ask_text"
    kept: frozenset[str] = frozenset()
    recalled: tuple[str, ...] = ()
    settlement: Settlement = field(default_factory=Settlement)

    @property
    def today(self) -> date:
        """The provider's calendar day."""
        return local_date(self.now, self.provider.timezone)

    @property
    def replies(self) -> Replies:
        """The reader of short answers in the customer's language."""
        return replies_in(self.texts.language)

    def when(self, at: datetime) -> str:
        """A moment as one says it, seen from now."""
        return format_when(at, self.now, self.provider.timezone, self.texts.language)

    @property
    def text(self) -> str:
        """The texts of all waiting messages, as one."""
        return "\n".join(message.text for message in self.inbound if message.text).strip()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of the waiting messages."""
        return frozenset(message.kind for message in self.inbound)

    @property
    def heard_badly(self) -> bool:
        """Whether some of the words may be other ones: nothing is done on them before it is confirmed."""
        heard = (message.confidence for message in self.inbound if message.text)
        return any(sure is not None and sure < SURE_HEARING for sure in heard)

    @property
    def answer(self) -> str:
        """The words that answer a question of ours: a tapped button's title is none, its question may be another."""
        typed = "\n".join(message.text for message in self.inbound if message.text and not message.reply_id)
        return self.part or typed.strip()

    @property
    def reply_id(self) -> str:
        """The id of the last button or row that was tapped, or nothing."""
        return next((message.reply_id for message in reversed(self.inbound) if message.reply_id), "")

    def fact(self, key: str) -> Any:
        """A fetched fact. Raises Missing when it was not fetched yet, SourceDown when its source does not answer."""
        if key not in self.facts:
            raise Missing(key)
        found = self.facts[key]
        if found is Down or found is Away:
            raise SourceDown(key, away=found is Away)
        return found

    def understanding(self) -> Understanding:
        """What the messages mean; only to be asked back where they were heard badly."""
        found: Understanding = self.fact("understanding")
        return found.doubted() if self.heard_badly else found

    def identified(self) -> Identified:
        """Who writes, as far as it is proved."""
        found: Identified = self.fact("identified")
        return found

    def customer(self) -> Customer:
        """The proved customer. Raises NeedsIdentity."""
        customer = self.identified().customer
        if customer is None:
            raise NeedsIdentity
        return customer

    def contracts(self) -> tuple[Contract, ...]:
        """The customer's contracts that are not cancelled. Raises NeedsIdentity."""
        every: tuple[Contract, ...] = self.fact(f"contracts:{self.customer().ref}")
        return tuple(contract for contract in every if contract.status != "cancelled") or every

    def contract(self) -> Contract:
        """The contract this is about. Raises NeedsIdentity, or NeedsChoice when there are several."""
        contracts = self.contracts()
        chosen = [contract for contract in contracts if contract.ref == self.dialogue.contract]
        if chosen:
            return chosen[0]
        if len(contracts) != 1:
            raise NeedsChoice(contracts)
        return contracts[0]

    def invoices(self, contract: Contract) -> tuple[Invoice, ...]:
        """The contract's open invoices."""
        found: tuple[Invoice, ...] = self.fact(f"invoices:{contract.ref}")
        return found

    def second_copy(self, invoice: Invoice) -> SecondCopy | None:
        """What the invoice is paid with; None when the ERP gives nothing."""
        found: SecondCopy | None = self.fact(f"copy:{invoice.ref}")
        return found

    def promises(self, contract: Contract) -> tuple[Promise, ...]:
        """Earlier trust unlocks of the contract."""
        found: tuple[Promise, ...] = self.fact(f"promises:{contract.ref}")
        return found

    def negotiating(self) -> Negotiating:
        """What the provider's table offers for debts, and whether the ERP takes what was agreed."""
        found: Negotiating = self.fact("negotiating")
        return found

    def agreement(self, contract: Contract) -> bool:
        """Whether an agreement on the contract's debt waits or is in force."""
        return bool(self.fact(f"agreement:{contract.ref}"))

    def incident(self, contract: Contract) -> OpenIncident | None:
        """A known fault on the contract's CTO, PON or OLT."""
        found: OpenIncident | None = self.fact(f"incident:{contract.ref}")
        return found

    def first_name(self) -> str:
        """How to address the customer, or nothing while it is not known who writes. Never fails."""
        try:
            customer = self.identified().customer
        except SourceDown:
            return ""
        return customer.first_name if customer else ""
