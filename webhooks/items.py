"""What a webhook can bring, in our own words: messages, changes of them, receipts, news of the account, the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webhooks.channels.ports import MediaRef


@dataclass(frozen=True)
class Sender:
    """Who wrote, by every name that the channel gave; an empty string means that it gave none."""

    wa_id: str = ""
    bsuid: str = ""
    parent_bsuid: str = ""
    address: str = ""
    profile_name: str = ""

    @property
    def known(self) -> bool:
        """Whether there is any name at all to answer to."""
        return bool(self.wa_id or self.bsuid or self.address)


@dataclass(frozen=True)
class MessageArrived:
    """One inbound message.

    `kind` is text, button, list, image, video, audio, document, sticker, location, contacts, order, flow, welcome or
    unsupported. `text` are the customer's own words (a caption too); `reply_id` is the id of the button or row that was
    tapped, `quoted_id` the provider's name of the message that this one answers. `media` is the file to fetch, if it
    has one. `details` is what the kind holds besides words, in our own form (a place, cards of contacts, a form's
    answers), `marks` what was said around it (forwarded, the ad it came from). `payload` keeps what the channel said.

    Where `opens` is False it is shown in an open conversation and opens none. Where `answered` is False the bot does
    not answer it; with `standby` somebody else's automaton does.
    """

    channel: str
    provider_id: str
    sender: Sender
    at: datetime
    kind: str
    text: str = ""
    reply_id: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    quoted_id: str = ""
    media: MediaRef | None = None
    details: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    opens: bool = True
    answered: bool = True
    standby: bool = False


@dataclass(frozen=True)
class MessageEdited:
    """The message `provider_id` says `text` now. `side` is who wrote it: in (the customer) or out (a person of ours,
    in the phone's app). `edit_id` is the channel's name of the edit itself."""

    channel: str
    provider_id: str
    edit_id: str
    side: str
    at: datetime
    text: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MessageRevoked:
    """The message `provider_id` was taken back by whoever wrote it (`side` as in MessageEdited)."""

    channel: str
    provider_id: str
    side: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReactionArrived:
    """An emoji on the message `provider_id`; an empty one takes it back. It asks for nothing."""

    channel: str
    provider_id: str
    at: datetime
    emoji: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EchoArrived:
    """A message that left our number without us: a person answered from the phone's app, or, with `standby`, somebody
    else's automaton did. `to` is the customer; `key` is our own key if the channel gave one back."""

    channel: str
    provider_id: str
    to: Sender
    at: datetime
    kind: str
    text: str = ""
    key: str = ""
    quoted_id: str = ""
    media: MediaRef | None = None
    details: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    standby: bool = False


@dataclass(frozen=True)
class ContactRenamed:
    """The person known by `old` names is called by `new` ones now (another number, another BSUID)."""

    channel: str
    old: Sender
    new: Sender
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class IdentityChanged:
    """The same number is on another phone or installation now: it may be somebody else who holds it."""

    channel: str
    sender: Sender
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PreferenceChanged:
    """What the person wants to receive, told to the channel: `decision` is in or out, for messages of marketing.
    `source` as in the register of consents: whatsapp or twilio."""

    channel: str
    sender: Sender
    at: datetime
    decision: str
    source: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CallArrived:
    """A call that we do not take. `event` is connect, terminate or permission; `by_customer` who called.
    `summary` tells people about it in a few Portuguese words."""

    channel: str
    call_id: str
    sender: Sender
    at: datetime
    event: str
    by_customer: bool
    summary: str
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountChanged:
    """Something about our account or number that an operator must know.

    `alert` is the alert's kind and `subject` its subject; `text` is for people, in Portuguese. `ends` are the alerts of
    the same subject whose cause is gone by this. `state` are new values for the columns of the channel's state.
    """

    channel: str
    alert: str
    subject: str
    severity: str
    text: str
    ends: tuple[str, ...] = ()
    state: dict[str, str] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TemplateChanged:
    """Meta changed one of our templates: `what` is the webhook's field (message_template_status_update ...), `payload`
    its value."""

    channel: str
    what: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReceiptArrived:
    """How far an outbound message of ours got. `key` is our own key when the channel gave it back."""

    channel: str
    provider_id: str
    key: str
    status: str
    at: datetime
    error_code: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotActedUpon:
    """An item that is kept and counted but changes nothing. `outcome` is ignored (known, nothing to do) or unknown."""

    kind: str
    outcome: str
    reason: str
    raw: dict[str, Any] = field(default_factory=dict)


Item = (
    MessageArrived
    | MessageEdited
    | MessageRevoked
    | ReactionArrived
    | EchoArrived
    | ContactRenamed
    | IdentityChanged
    | PreferenceChanged
    | CallArrived
    | AccountChanged
    | TemplateChanged
    | ReceiptArrived
    | NotActedUpon
)
