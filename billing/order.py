"""An invoice as an order to pay in the chat: the ways to pay it that are there, under the receiver's Pix key. Pure."""

from __future__ import annotations

import re

from billing.payment import LONGEST_REFERENCE, Payment
from billing.pix import key_type
from billing.provider import Provider
from billing.records import SecondCopy

# Room for what tells one sending of the same invoice from the next.
ROOM_BEHIND = 9
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_.-]")


def order_for(copy: SecondCopy, provider: Provider, item: str) -> Payment | None:
    """The order for an invoice, named `item`; None when there is no code or address to pay it with.

    Its reference is the invoice's, in the characters that are allowed and with room for a suffix. A Pix code goes in
    only under a key whose type is known, since WhatsApp asks for it.
    """
    kind = key_type(provider.pix_key) if copy.pix else None
    if not (kind or copy.line or copy.link) or copy.invoice.amount_cents < 1:
        return None
    pix = {}
    if copy.pix and kind:
        pix = {
            "pix_code": copy.pix,
            "pix_merchant": provider.name,
            "pix_key": provider.pix_key,
            "pix_key_type": kind,
        }
    return Payment(
        reference_of(copy.invoice.ref),
        item=item,
        total_cents=copy.invoice.amount_cents,
        boleto_line=copy.line or "",
        link=copy.link or "",
        **pix,
    )


def reference_of(invoice_ref: str) -> str:
    """What the reference of every order for this invoice begins with."""
    return _NOT_ALLOWED.sub("-", invoice_ref)[: LONGEST_REFERENCE - ROOM_BEHIND]
