"""What a customer's message brings besides words: a place, contact cards, ordered items, the ad that led here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.phone import mask_phone
from handoff.place import place_in
from models.message import Message

MOST_SHOWN = 10
# What WhatsApp calls the kinds that it does not hand on, where people have a word for them.
UNSUPPORTED = {
    "poll_creation": "enquete",
    "poll_update": "voto em enquete",
    "edit": "edição",
    "pin": "mensagem fixada",
    "group_invite": "convite para grupo",
    "gif": "GIF",
    "view_once": "mídia de visualização única",
}


@dataclass(frozen=True)
class Part:
    """One line below the bubble's label. `link` is a geo: address or nothing."""

    text: str
    link: str = ""


def particulars(message: Message) -> tuple[Part, ...]:
    """The lines, in the order of the message; phones are masked."""
    raw = message.payload.get("raw")
    if message.direction != "in" or not isinstance(raw, Mapping):
        return ()
    return (*_of_kind(message.kind, raw), *_ad(raw))


def unsupported_kind(message: Message) -> str:
    """What the customer sent that WhatsApp does not hand on, where it says so."""
    raw = message.payload.get("raw")
    said = raw.get("unsupported") if isinstance(raw, Mapping) else None
    return UNSUPPORTED.get(str(said.get("type")), "") if isinstance(said, Mapping) else ""


def _of_kind(kind: str, raw: Mapping[str, Any]) -> Iterator[Part]:
    if kind == "location":
        place = place_in(raw)
        if place:
            yield Part(place.words, f"geo:{place.coordinates}")
    elif kind == "contacts":
        yield from (Part(_card(card)) for card in _dicts(raw.get("contacts"))[:MOST_SHOWN])
    elif kind == "order":
        order = raw.get("order")
        items = _dicts(order.get("product_items")) if isinstance(order, Mapping) else []
        yield from (Part(_item(item)) for item in items[:MOST_SHOWN])


def _card(card: Mapping[str, Any]) -> str:
    name = card.get("name")
    called = str(name.get("formatted_name") or name.get("first_name") or "") if isinstance(name, Mapping) else ""
    phones = [mask_phone(str(one.get("phone") or one.get("wa_id") or "")) for one in _dicts(card.get("phones"))]
    return " · ".join(filter(None, (called[:80] or "Sem nome", *phones[:3])))


def _item(item: Mapping[str, Any]) -> str:
    price = item.get("item_price")
    cost = f" · {item.get('currency') or ''} {price:.2f}".replace(".", ",") if isinstance(price, int | float) else ""
    return f"{item.get('quantity') or '?'} × {str(item.get('product_retailer_id') or 'item')[:80]}{cost}"


def _ad(raw: Mapping[str, Any]) -> Iterator[Part]:
    said = raw.get("referral")
    ad = (
        said
        if isinstance(said, Mapping)
        else {"headline": raw.get("ReferralHeadline"), "body": raw.get("ReferralBody")}
    )
    told = " — ".join(filter(None, (str(ad.get(name) or "").strip()[:120] for name in ("headline", "body"))))
    if told:
        yield Part(f"Veio pelo anúncio: {told}")


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
