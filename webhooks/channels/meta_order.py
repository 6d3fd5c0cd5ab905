"""A payment as Meta's order to review and pay (Brazil): Pix, boleto and link, and how far it got."""

from __future__ import annotations

import re
from typing import Any

from billing.payment import LONGEST_REFERENCE, Payment
from core.errors import Refused
from webhooks.channels.cutting import cut

CENTS = 100
ITEM = 60
NOTE = 120
REFERENCE = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST_REFERENCE}}}")
KEY_TYPES = frozenset({"CPF", "CNPJ", "EMAIL", "PHONE", "EVP"})


def order_details(payment: Payment | None) -> dict[str, Any]:
    """The parameters of an order with one item that costs all of it. Raises Refused where WhatsApp could not show it:
    then the bill has to be said in words."""
    if payment is None or payment.total_cents < 1:
        raise Refused("no_payment")
    total = _money(payment.total_cents)
    item = {
        "retailer_id": _reference(payment),
        "name": cut(payment.item or payment.reference, ITEM),
        "amount": total,
        "quantity": 1,
    }
    return {
        "reference_id": _reference(payment),
        "type": "digital-goods",
        "payment_type": "br",
        "payment_settings": _ways(payment),
        "currency": "BRL",
        "total_amount": total,
        "order": {"status": "pending", "tax": _money(0), "items": [item], "subtotal": total},
    }


def order_status(payment: Payment | None) -> dict[str, Any]:
    """The parameters that tell how far an earlier order got."""
    if payment is None:
        raise Refused("no_payment")
    note = {"description": cut(payment.note, NOTE)} if payment.note else {}
    return {"reference_id": _reference(payment), "order": {"status": payment.status, **note}}


def _ways(payment: Payment) -> list[dict[str, Any]]:
    ways: list[dict[str, Any]] = []
    if payment.pix_code:
        if not (payment.pix_merchant and payment.pix_key and payment.pix_key_type in KEY_TYPES):
            raise Refused("pix_without_receiver")
        pix = {
            "code": payment.pix_code,
            "merchant_name": payment.pix_merchant,
            "key": payment.pix_key,
            "key_type": payment.pix_key_type,
        }
        ways.append({"type": "pix_dynamic_code", "pix_dynamic_code": pix})
    if payment.boleto_line:
        ways.append({"type": "boleto", "boleto": {"digitable_line": payment.boleto_line}})
    if payment.link:
        ways.append({"type": "payment_link", "payment_link": {"uri": payment.link}})
    if not ways:
        raise Refused("no_way_to_pay")
    return ways


def _reference(payment: Payment) -> str:
    if not REFERENCE.fullmatch(payment.reference):
        raise Refused("bad_reference")
    return payment.reference


def _money(cents: int) -> dict[str, int]:
    return {"value": cents, "offset": CENTS}
