"""Binds what has to do with money: the gateway, its charges and webhooks, and what follows from a payment."""

from __future__ import annotations

import json
from functools import partial

from sqlalchemy.orm import Session

from billing.charging import GatewayDesk, register_charge
from billing.gateway import Gateway, gateway_kinds
from billing.payment_follow import Wanted, follow_payment
from billing.ports import Erp
from billing.settling import Cashier, poll_charges
from bot.payment_thanks import job_conversation, thank
from bot.texts import Texts
from core.db import Database
from core.errors import Misconfigured
from core.field import fill_in
from core.http import make_session
from core.route import Route
from core.settings import Settings
from models.payment import Payment
from provisioning.action import RELEASE_SIGNAL
from provisioning.request import ask, target_of
from webhooks.payments import take_payments

MONEY_CHORES: dict[str, float] = {}
# As long as there is a gateway.
GATEWAY_CHORES = {"poll_charges": 60.0}
# What gateways' times without a zone mean.
GATEWAY_ZONE = "America/Sao_Paulo"


def money_routes(settings: Settings, db: Database, erp: Erp) -> dict[str, Route]:
    """Charges registered, webhooks read, payments followed."""
    gateway = gateway_of(settings)
    cashier = Cashier(db, gateway, settings.gateway) if gateway else None
    wanted = Wanted(_release, partial(thank, texts=Texts.load(settings.customer_language)))
    return {
        "payment_known": Route(partial(follow_payment, db=db, wanted=wanted)),
        "take_payments": Route(partial(take_payments, db=db, cashier=cashier)),
        "poll_charges": Route(partial(poll_charges, cashier=cashier), most_tries=3),
        "register_charge": Route(partial(register_charge, db=db, desk=desk_of(settings, db))),
    }


def gateway_of(settings: Settings) -> Gateway | None:
    """The gateway of the settings; None where there is none. Raises Misconfigured `gateway`, in Portuguese."""
    if not settings.gateway:
        return None
    kind = gateway_kinds().get(settings.gateway)
    if kind is None:
        raise Misconfigured("gateway", f"GATEWAY: esperado um de {', '.join(sorted(gateway_kinds()))}")
    try:
        given = json.loads(settings.gateway_options or "{}")
        fields = fill_in(kind.fields, {str(name): str(value) for name, value in given.items()})
    except (ValueError, AttributeError) as error:
        # What json says of a text that it cannot read would show a secret.
        why = "esperado um objeto JSON" if isinstance(error, json.JSONDecodeError | AttributeError) else str(error)
        raise Misconfigured("gateway", f"GATEWAY_OPTIONS: {why}") from None
    return kind.connect(fields, make_session(), GATEWAY_ZONE)


def desk_of(settings: Settings, db: Database) -> GatewayDesk | None:
    """Where charges are registered for the local ERP; None without a gateway."""
    gateway = gateway_of(settings)
    return GatewayDesk(db, gateway, settings.gateway) if gateway else None


def _release(session: Session, payment: Payment) -> None:
    """Paid: the same door to the network as everybody's. The bot tells how it ended where it has the conversation."""
    contract_ref = str(payment.contract_ref)
    ask(
        session,
        RELEASE_SIGNAL,
        target=target_of(session, contract_ref),
        reason="paid",
        asked_by="payment",
        cause=f"payment:{payment.id}",
        conversation_id=job_conversation(session, contract_ref),
    )
