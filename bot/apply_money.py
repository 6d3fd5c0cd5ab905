"""Writes the effects of money: a promise reserved, an agreement accepted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from billing import agreements
from billing.erp_unlock import TOPIC as ERP_UNLOCK
from billing.unlock_ledger import reserve
from bot.effects import AskNetwork
from bot.money_effects import AcceptOffer, UnlockOnTrust
from models.outbox import add_work
from provisioning.action import RELEASE_SIGNAL


def unlock(
    session: Session,
    effect: UnlockOnTrust,
    conversation_id: int,
    by_erp: bool,
    ask: Callable[[AskNetwork, int], None],
) -> None:
    """Reserves the promise, and releases the signal for it by `ask`, or after the ERP where that gives unlocks."""
    row = reserve(
        session,
        contract_ref=effect.contract_ref,
        conversation_id=conversation_id,
        until=effect.until,
        amount_cents=effect.amount_cents,
        shown_text=effect.shown_text,
        confirmed_text=effect.confirmed_text,
    )
    # Already reserved or active: the first request's job answers, there is nothing to do twice.
    if row is None:
        return
    ask(AskNetwork(RELEASE_SIGNAL, effect.contract_ref, "trust_unlock", f"trust:{row.id}"), row.id)
    if by_erp:
        add_work(session, ERP_UNLOCK, row.id)


def accept(session: Session, effect: AcceptOffer, conversation_id: int) -> None:
    """Writes the agreement down, and puts it into force where nobody else has to say yes."""
    # Where an agreement lives already, a second yes changes nothing.
    agreements.accept(
        session,
        contract_ref=effect.contract_ref,
        conversation_id=conversation_id,
        offer=effect.offer,
        shown_text=effect.shown_text,
        accepted_text=effect.accepted_text,
        at_once=effect.at_once,
    )
