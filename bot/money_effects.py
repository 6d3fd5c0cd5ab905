"""What a decision can ask for where money is the matter. Values only, as in `effects`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing.negotiation import Offer


@dataclass(frozen=True)
class UnlockOnTrust:
    """Reserves a trust unlock and releases the signal for it. `shown_text` is what the customer agreed to."""

    contract_ref: str
    until: datetime
    amount_cents: int
    shown_text: str
    confirmed_text: str


@dataclass(frozen=True)
class AcceptOffer:
    """The customer agreed to an offer of the provider's table. `at_once` puts it into force; else finance or a person
    has to see it first. `shown_text` is what was agreed to."""

    contract_ref: str
    offer: Offer
    shown_text: str
    accepted_text: str
    at_once: bool


@dataclass(frozen=True)
class ReadProofs:
    """The files of the last minutes are said to prove a payment of this contract ("" where it is not known): they are
    read for the person, and the payment is looked for."""

    contract_ref: str


@dataclass(frozen=True)
class KeepWish:
    """The ERP is away: what the customer asked for waits until it is back."""

    intent: str


@dataclass(frozen=True)
class WishServed:
    """What waited for the ERP was answered."""

    intent: str
