"""What a decision can ask for. Values only: nothing happens until `bot.apply` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from billing.payment import Payment
from billing.records import Invoice, SecondCopy
from bot.article_effects import ArticleHelped, ArticleQuoted
from bot.dialogue import Dialogue
from bot.money_effects import AcceptOffer, KeepWish, ReadProofs, UnlockOnTrust, WishServed


@dataclass(frozen=True)
class Option:
    """A button (title up to 20 characters) or a row of a list (title up to 24, about up to 72)."""

    id: str
    title: str
    about: str = ""


@dataclass(frozen=True)
class Document:
    """A file to send with a caption."""

    filename: str
    mime_type: str
    data: bytes


@dataclass(frozen=True)
class LinkButton:
    """A button (title up to 20 characters) that opens an address."""

    title: str
    url: str


@dataclass(frozen=True)
class Bill:
    """A second copy that is sent, and the invoice as the ERP listed it: asked for again, it is the same document."""

    listed: Invoice
    copy: SecondCopy


@dataclass(frozen=True)
class Say:
    """One bubble. Up to three options are buttons, more are a list behind `list_button`.

    A `link` or a `payment` is the only thing to tap in its bubble. Where a channel cannot show a payment, `document`
    is sent in its place; where it cannot show the bubble at all, `words` are said instead of `text`.
    `ask` puts a button below it by which the customer shares a "contact" (their own number) or a "location"; then it
    has no options and no document. `bill` is the second copy that it carries.
    """

    text: str
    options: tuple[Option, ...] = ()
    list_button: str = ""
    document: Document | None = None
    link: LinkButton | None = None
    payment: Payment | None = None
    words: str = ""
    ask: str = ""
    bill: Bill | None = None


# Why a release is asked for that needs no trust.
PAID = "payment"


@dataclass(frozen=True)
class AskNetwork:
    """An action on the network: `action` as in provisioning.actions; `cause` makes two equal requests one job.

    `secrets` are locked already (provisioning.devices.Vault). `fresh`: a measurement of minutes ago will not do.
    """

    action: str
    contract_ref: str
    reason: str
    cause: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    secrets: str = field(default="", repr=False)
    fresh: bool = False


@dataclass(frozen=True)
class WatchLine:
    """The customer is told once when the line is back; it is looked at from `first_seconds` on."""

    contract_ref: str
    first_seconds: float = 60.0


@dataclass(frozen=True)
class StopWatching:
    """The customer knows that the line is back."""

    contract_ref: str


@dataclass(frozen=True)
class HideWords:
    """What the customer wrote in this message is a secret, and was used: it is shown and kept no longer."""

    message_id: int


@dataclass(frozen=True)
class OpenTicket:
    """A ticket with what was measured."""

    contract_ref: str
    subject: str
    text: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class HandOff:
    """Gives the conversation to people, with what the bot learnt."""

    queue: str
    reason: str
    summary: str


@dataclass(frozen=True)
class BindIdentity:
    """The contact is this customer, proved by phone, two_facts or code."""

    customer_ref: str
    proved_by: str


@dataclass(frozen=True)
class RecordAttempt:
    """An attempt to prove an identity, counted by contact and by document."""

    document: str
    succeeded: bool


@dataclass(frozen=True)
class SendCode:
    """Sends a one-time code to the registered WhatsApp of the customer with this document, if there is one."""

    document: str
    code: str


@dataclass(frozen=True)
class JobTold:
    """The customer has heard of this network job's result."""

    job_id: int


@dataclass(frozen=True)
class Contradicted:
    """The customer said that the bot had read `intent` where something else was meant: `meant`, empty while that is
    not known yet."""

    intent: str
    meant: str


@dataclass(frozen=True)
class ConsentChanged:
    """The customer refused marketing (`decision` out) or asked for it (in), in these words of this message."""

    decision: Literal["in", "out"]
    words: str
    message_id: int


@dataclass(frozen=True)
class IncidentTold:
    """The customer has heard of this incident, which touches their contract."""

    incident_id: int
    contract_ref: str


@dataclass(frozen=True)
class Remember:
    """What the bot knows of the dialogue from now on."""

    dialogue: Dialogue


@dataclass(frozen=True)
class Wait:
    """The waiting messages stay waiting: what is under way will answer them."""


@dataclass(frozen=True)
class Close:
    """The conversation is over."""


Effect = (
    Say
    | AskNetwork
    | WatchLine
    | StopWatching
    | HideWords
    | UnlockOnTrust
    | AcceptOffer
    | OpenTicket
    | ReadProofs
    | HandOff
    | BindIdentity
    | RecordAttempt
    | SendCode
    | JobTold
    | Contradicted
    | ConsentChanged
    | IncidentTold
    | ArticleQuoted
    | ArticleHelped
    | KeepWish
    | WishServed
    | Remember
    | Wait
    | Close
)
