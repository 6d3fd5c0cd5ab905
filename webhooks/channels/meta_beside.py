"""What Meta sends beside messages of customers: echoes, receipts, calls, wishes about marketing, standby."""

from __future__ import annotations

from dataclasses import replace

from webhooks.channels.kinds import Kind
from webhooks.channels.meta_messages import not_told
from webhooks.channels.meta_piece import CHANNEL, Piece, dicts, obj
from webhooks.cleaning import name_of, words
from webhooks.items import CallArrived, EchoArrived, Item, MessageArrived, PreferenceChanged, ReceiptArrived

DECISIONS = {"stop": "out", "resume": "in", "signup": "in"}


def echo(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """A message that left our number without us."""
    provider_id, to = name_of(piece.raw.get("id")), piece.person("to", "to_user_id", "to_parent_user_id")
    if not provider_id or not to.known:
        return not_told(piece, "no id or no recipient")
    content = piece.content(piece.raw)
    arrived = EchoArrived(
        CHANNEL,
        provider_id,
        to,
        piece.at,
        content.kind,
        content.text or words(obj(piece.sub("interactive").get("body")).get("text")),
        key=name_of(piece.raw.get("biz_opaque_callback_data")),
        quoted_id=name_of(piece.sub("context").get("id")),
        media=content.media,
        details=content.details,
        payload=piece.raw,
    )
    return [arrived]


def receipt(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """How far a message of ours got; a voice note that was played was read."""
    provider_id = name_of(piece.raw.get("id"))
    if not provider_id:
        return not_told(piece, "no id")
    code = next((words(error.get("code"))[:40] for error in dicts(piece.raw.get("errors"))), "")
    key = name_of(piece.raw.get("biz_opaque_callback_data"))
    state = "read" if piece.name == "played" else piece.name
    return [ReceiptArrived(CHANNEL, provider_id, key, state, piece.at, code, piece.raw)]


def call(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """A call; the customer is whoever is not us."""
    by_customer = words(piece.raw.get("direction")).upper() != "BUSINESS_INITIATED"
    named = (
        ("from", "from_user_id", "from_parent_user_id") if by_customer else ("to", "to_user_id", "to_parent_user_id")
    )
    call_id, sender = name_of(piece.raw.get("id")), piece.person(*named)
    if not call_id or not sender.known:
        return not_told(piece, "no id or nobody who calls")
    return [CallArrived(CHANNEL, call_id, sender, piece.at, piece.name, by_customer, kind.seen, piece.raw)]


def preference(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """Whether the person wants messages of marketing."""
    person, decision = piece.person("wa_id", "user_id", "parent_user_id"), DECISIONS.get(words(piece.raw.get("value")))
    if not person.known or not decision:
        return not_told(piece, "no person or no known wish")
    return [PreferenceChanged(CHANNEL, person, piece.at, decision, "whatsapp", piece.raw)]


def standby(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """As its kind is read otherwise, but somebody else's automaton is in charge."""
    if not piece.standby:
        return not_told(piece, "nothing known in it")
    row = piece.kinds.find(piece.part, piece.name)
    items = row.read(piece, row)
    return [replace(one, standby=True) if isinstance(one, MessageArrived | EchoArrived) else one for one in items]
