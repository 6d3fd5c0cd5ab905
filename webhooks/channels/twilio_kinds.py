"""The table of all that Twilio can send, row by row; its readers make the items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webhooks.channels import twilio_form as holds
from webhooks.channels.kinds import Content, Kind, Kinds
from webhooks.channels.twilio_form import CHANNEL, KEY, Form
from webhooks.cleaning import name_of
from webhooks.items import Item, MessageArrived, NotActedUpon, PreferenceChanged, ReceiptArrived

# Twilio's word for how far a message got, and ours.
STATES = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}
_DECISIONS = {"STOP": "out", "START": "in"}


@dataclass(frozen=True)
class _Message:
    """Reads a message whose contents are found by `holds`; several contents are several messages."""

    holds: Callable[[Form], list[Content]]

    def __call__(self, form: Form, kind: Kind[Form]) -> list[Item]:
        sender = form.sender
        if not sender.address:
            return [NotActedUpon("twilio", "unknown", "no From", form.fields)]
        arrived: list[Item] = []
        for place, content in enumerate(self.holds(form)):
            arrived.append(
                MessageArrived(
                    CHANNEL,
                    f"{form.provider_id}/{place}" if place else form.provider_id,
                    sender,
                    form.received_at,
                    content.kind,
                    content.text,
                    content.reply_id,
                    form.fields,
                    quoted_id=name_of(form.said("OriginalRepliedMessageSid")),
                    media=content.media,
                    details=content.details,
                    marks=form.marks,
                    opens=kind.opens,
                    answered=kind.answered,
                )
            )
        if decision := _DECISIONS.get(form.said("OptOutType").upper()):
            arrived.append(PreferenceChanged(CHANNEL, sender, form.received_at, decision, "twilio", form.fields))
        return arrived


def _receipt(form: Form, kind: Kind[Form]) -> list[Item]:
    code = form.said("ErrorCode")[:40]
    state = STATES[kind.name]
    return [ReceiptArrived(CHANNEL, form.provider_id, form.said(KEY), state, form.received_at, code, form.fields)]


def _unknown(form: Form, kind: Kind[Form]) -> list[Item]:
    what = f"twilio.{kind.where}" + (f".{form.state}" if form.state else "")
    return [NotActedUpon(what, "unknown", kind.effect, form.fields)]


def _asks(name: str, found_by: Callable[[Form], list[Content]], effect: str, seen: str) -> Kind[Form]:
    return Kind("message", name, _Message(found_by), effect, seen, answered=True, opens=True)


KINDS: Kinds[Form] = Kinds(
    (
        _asks("text", holds.words, "a message", "the words"),
        _asks("tap", holds.tap, "a tap on a button or a chosen row of ours or of a template", "its title"),
        _asks("location", holds.place, "a message", "place, address and coordinates"),
        _asks("contacts", holds.cards, "a message; the card is a file", "the card's file"),
        _asks(
            "media", holds.files, "one message for each file, which is fetched; the words go with the first", "files"
        ),
        _asks("*", holds.odd, "a type that nobody knows yet", "a placeholder; the bot asks once for text"),
        *(Kind("status", name, _receipt, f"our message moves forward: {state}") for name, state in STATES.items()),
        Kind("status", "*", _unknown, "kept: no such state is known"),
        Kind("nothing", "*", _unknown, "kept: no MessageSid"),
        Kind("*", "*", _unknown, "kept, counted"),
    )
)
