"""A built-in stand-in for WhatsApp: a strict fake Graph API, signed webhooks, and a phone page to be the customer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint

from core.http import make_session
from webhooks.simulator.bank import PaymentAddress, bank_blueprint
from webhooks.simulator.control import control_blueprint
from webhooks.simulator.courier import Courier
from webhooks.simulator.graph import graph_blueprint
from webhooks.simulator.meta import BusinessNumber, WebhookAddress
from webhooks.simulator.people import Person
from webhooks.simulator.phone import PageFacts, phone_blueprint
from webhooks.simulator.store import Pace, Store
from webhooks.simulator.template_view import Approved

__all__ = ["Pace", "Person", "simulator_blueprints"]

ACCOUNT_ID = "100000000000001"


def _now() -> datetime:
    return datetime.now(UTC)


def simulator_blueprints(
    *,
    store_path: Path,
    base_url: str,
    app_secret: str,
    access_token: str,
    phone_number_id: str,
    display_phone: str,
    provider_name: str,
    people: Sequence[Person],
    clock: Callable[[], datetime] = _now,
    templates: Mapping[str, str] | None = None,
    pace: Pace | None = None,
    sleep: Callable[[float], None] = time.sleep,
    bank_token: str = "",
) -> list[Blueprint]:
    """Everything of the simulated WhatsApp, to be registered on the product's app without a prefix.

    `base_url` is where this app answers on loopback: webhooks go to `<base_url>/webhooks/whatsapp`, and the Graph API
    of the product is `<base_url>/simulator/graph`. `store_path` is the simulator's own file; several processes may
    share it. `display_phone` in digits. `people` are offered in the picker in this order. `templates` are the approved
    templates (name to body with {{1}}); without them every template name is accepted. With a `bank_token` there is a
    bank beside it: `<base_url>/simulator/bank`, whose webhooks go to `<base_url>/webhooks/payments/simulator`. May be
    called in every process.
    """
    store = Store(store_path, clock=clock, pace=pace)
    for position, person in enumerate(people):
        store.introduce(person, position)
    number = BusinessNumber(ACCOUNT_ID, phone_number_id, display_phone, provider_name)
    address = WebhookAddress(make_session(), f"{base_url.rstrip('/')}/webhooks/whatsapp", app_secret)
    courier = Courier(store, number, address.post)
    facts = PageFacts(provider_name, display_phone, bank=bool(bank_token))
    paid = PaymentAddress(make_session(), f"{base_url.rstrip('/')}/webhooks/payments/simulator", bank_token)
    return [
        *([bank_blueprint(store, payee=provider_name, address=paid)] if bank_token else []),
        phone_blueprint(store, facts=facts, courier=courier, clock=clock),
        graph_blueprint(
            store,
            number=number,
            access_token=access_token,
            base_url=base_url,
            courier=courier,
            templates={name: Approved(body) for name, body in (templates or {}).items()},
            sleep=sleep,
        ),
        control_blueprint(store),
    ]
