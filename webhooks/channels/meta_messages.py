"""Messages of customers through Meta: arrived, edited, taken back, reacted to, and news about who writes."""

from __future__ import annotations

from typing import Any

from webhooks.channels.kinds import Kind
from webhooks.channels.meta_piece import CHANNEL, Piece, message_name, obj
from webhooks.cleaning import name_of, words
from webhooks.items import (
    CallArrived,
    ContactRenamed,
    IdentityChanged,
    Item,
    MessageArrived,
    MessageEdited,
    MessageRevoked,
    NotActedUpon,
    ReactionArrived,
    Sender,
)


def message(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """A message with what its kind holds."""
    provider_id, sender = name_of(piece.raw.get("id")), piece.person()
    if not provider_id or not sender.known:
        return not_told(piece, "no id or no sender")
    content = kind.content(piece.raw)
    arrived = MessageArrived(
        CHANNEL,
        provider_id,
        sender,
        piece.at,
        content.kind,
        content.text,
        content.reply_id,
        piece.raw,
        quoted_id=name_of(piece.sub("context").get("id")),
        media=content.media,
        details=content.details,
        marks=marks(piece.raw),
        opens=kind.opens,
        answered=kind.answered,
    )
    return [arrived]


def marks(raw: dict[str, Any]) -> dict[str, Any]:
    """What was said around a message: forwarded, the advertisement it came from, the product it asks about."""
    context, ad = obj(raw.get("context")), obj(raw.get("referral"))
    found: dict[str, Any] = {}
    if context.get("forwarded") or context.get("frequently_forwarded"):
        found["forwarded"] = "often" if context.get("frequently_forwarded") else "once"
    if ad:
        names = ("source_type", "source_id", "source_url", "headline", "body", "ctwa_clid")
        found["ad"] = {name: words(ad[name]) for name in names if words(ad.get(name))}
    if product := words(obj(context.get("referred_product")).get("product_retailer_id")):
        found["product"] = product
    return found


def edited(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """New words for a message that was sent before."""
    edit = piece.sub("edit")
    original, new = name_of(edit.get("original_message_id")), obj(edit.get("message"))
    if not original or not new:
        return not_told(piece, "no message that it speaks of")
    # Words, or the caption of a file. What has none cannot be edited into something else.
    text = piece.content({"type": _type_of(new), **new}).text
    edit_id = name_of(piece.raw.get("id"))
    return [MessageEdited(CHANNEL, original, edit_id, _side(piece), piece.at, text, piece.raw)]


def _type_of(inner: dict[str, Any]) -> str:
    return message_name(inner) or next((name for name, value in inner.items() if isinstance(value, dict)), "")


def revoked(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """A message that was sent before is taken back."""
    original = name_of(piece.sub("revoke").get("original_message_id"))
    if not original:
        return not_told(piece, "no message that it speaks of")
    return [MessageRevoked(CHANNEL, original, _side(piece), piece.at, piece.raw)]


def _side(piece: Piece) -> str:
    return "out" if piece.part == "message_echoes" else "in"


def reaction(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """An emoji on a message; without one it is taken back."""
    said = piece.sub("reaction")
    provider_id = name_of(said.get("message_id"))
    if not provider_id:
        return not_told(piece, "no message that it speaks of")
    return [ReactionArrived(CHANNEL, provider_id, piece.at, words(said.get("emoji"))[:20], piece.raw)]


def renamed(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """The person has another number or BSUID now. Where only the number is told, the old BSUID stays the old number's:
    WhatsApp gives a new one with a new number."""
    said = {**piece.raw, **piece.sub("system")}
    old = Sender(
        wa_id=name_of(piece.raw.get("from")),
        bsuid=name_of(said.get("previous_user_id")),
        parent_bsuid=name_of(said.get("previous_parent_user_id")),
    )
    new = Sender(
        wa_id=name_of(said.get("wa_id")) or name_of(said.get("new_wa_id")),
        bsuid=name_of(said.get("user_id")) or name_of(said.get("from_user_id")),
        parent_bsuid=name_of(said.get("parent_user_id")) or name_of(said.get("from_parent_user_id")),
    )
    if not old.known:
        old = piece.person()
    if not old.known or not new.known:
        return not_told(piece, "no old or no new name")
    return [ContactRenamed(CHANNEL, old, new, piece.at, piece.raw)]


def identity(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """The number is on another phone now."""
    sender = piece.person()
    return [IdentityChanged(CHANNEL, sender, piece.at, piece.raw)] if sender.known else not_told(piece, "no sender")


def call_permission(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """Whether we may call: noted, since nobody calls from here."""
    call_id, sender = name_of(piece.raw.get("id")), piece.person()
    if not call_id or not sender.known:
        return not_told(piece, "no id or no sender")
    yes = kind.content(piece.raw).details["response"] == "accept"
    summary = "O cliente permitiu que liguemos para ele." if yes else "O cliente não permitiu ligações."
    return [CallArrived(CHANNEL, call_id, sender, piece.at, "permission", True, summary, piece.raw)]


def ignored(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """Known, kept, and nothing to do."""
    return [NotActedUpon(f"{piece.part}.{piece.name}".rstrip("."), "ignored", kind.effect[:200], piece.raw)]


def unknown(piece: Piece, kind: Kind[Piece]) -> list[Item]:
    """Nothing that we know: kept for a person to look at."""
    return [NotActedUpon(f"{piece.part}.{piece.name}".rstrip("."), "unknown", "no such kind is known", piece.raw)]


def not_told(piece: Piece, why: str) -> list[Item]:
    """A known kind that does not say what it must: kept for a person to look at."""
    return [NotActedUpon(f"{piece.part}.{piece.name}".rstrip("."), "unknown", why, piece.raw)]
