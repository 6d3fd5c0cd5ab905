"""What a messaging channel can do for us, and what we ask it to send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from billing.payment import Payment as Payment

KINDS = (
    "text",
    "buttons",
    "list",
    "link",
    "document",
    "image",
    "audio",
    "video",
    "location_request",
    "contact_request",
    "reaction",
    "template",
    "payment",
    "payment_status",
)
"""Every kind of bubble."""


@dataclass(frozen=True)
class Recipient:
    """Whom to answer, by the name the channel gave us: a wa_id as received, else a BSUID, else an address."""

    wa_id: str = ""
    bsuid: str = ""
    address: str = ""


@dataclass(frozen=True)
class File:
    """A file to send. `link` is where the outside may fetch it, for channels that take no upload."""

    filename: str
    mime_type: str
    data: bytes
    link: str = ""


@dataclass(frozen=True)
class Link:
    """A button that opens `url` (http or https). `title` up to 20 characters."""

    title: str
    url: str


@dataclass(frozen=True)
class TemplateButton:
    """A button of a template that takes a value. `kind`: url (the end of the address), quick_reply (the id that comes
    back), copy_code, flow (its token) or order_details (the `payment` of the message)."""

    kind: str
    index: int
    value: str = ""


@dataclass(frozen=True)
class Template:
    """An approved template to send. `header` and `body` are the values of their placeholders, in order. With
    `header_file` its header holds the message's `file`, else a file is not sent. `category` as approved (UTILITY,
    MARKETING, AUTHENTICATION). `provider_id` is the channel's own id, where it sends by that (Twilio's content sid).
    """

    name: str
    language: str
    category: str = "UTILITY"
    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[TemplateButton, ...] = ()
    provider_id: str = ""
    header_file: bool = False


@dataclass(frozen=True)
class Reaction:
    """An emoji on the customer's message `provider_id`; an empty emoji takes it back."""

    provider_id: str
    emoji: str


@dataclass(frozen=True)
class Outgoing:
    """One bubble of a kind of `KINDS`. `options` are (id, title, description).

    `quoted_id` is the provider's name of the customer's message that this one answers, shown above it. `words` says the
    same where the channel cannot show this kind (see `webhooks.fallback`); without them, `text` does. With `preview`
    the first link in a text is shown with its picture.
    """

    key: str
    to: Recipient
    kind: str
    text: str
    options: tuple[tuple[str, str, str], ...] = ()
    list_button: str = ""
    file: File | None = None
    link: Link | None = None
    payment: Payment | None = None
    template: Template | None = None
    reaction: Reaction | None = None
    quoted_id: str = ""
    words: str = ""
    preview: bool = False


@dataclass(frozen=True)
class Sent:
    """The channel took the message; `provider_id` is its name for it. `wa_id` is whom it says it reached, where it
    tells: Brazilian numbers may be rewritten with or without the ninth digit."""

    provider_id: str
    wa_id: str = ""


class Channel(Protocol):
    """A way to reach customers. Every call has a timeout and raises `core.errors` kinds.

    `Unreachable.ambiguous` is True when the message may have left all the same: it must not be repeated blindly.
    `kinds` are those it can send as such; what else is asked for has to be put into words first. `longest_text` is how
    many characters one text may have.
    """

    captions_documents: bool
    longest_text: int
    kinds: frozenset[str]

    def send(self, message: Outgoing) -> Sent:
        """Sends one bubble of one of `kinds`."""
        ...

    def show_typing(self, provider_id: str) -> None:
        """Marks the customer's message as read and shows that an answer is being written."""
        ...


class ContentCache(Protocol):
    """The content resources that were made at a channel, by a name for their look."""

    def get(self, shape: str) -> str | None:
        """The channel's id of the content of this shape, if one was made."""
        ...

    def put(self, shape: str, content_id: str) -> str:
        """Remembers a new content, unless another was faster; returns the one to use."""
        ...

    def forget(self, shape: str, content_id: str) -> None:
        """The channel knows this content no more. One that has taken its place by now stays."""
        ...


@dataclass(frozen=True)
class MediaRef:
    """A customer's file as a webhook names it. `id` at Meta, `url` at Twilio (and at Meta where it is told).

    `mime_type` and `filename` are what was claimed; `sha256` in base64 as Meta writes it; empty where not told.
    """

    id: str = ""
    url: str = ""
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    voice: bool = False
    animated: bool = False


@dataclass(frozen=True)
class Fetched:
    """A customer's file, here. `mime_type` and `filename` as the channel says now, if it does; headers are no proof."""

    data: bytes
    mime_type: str = ""
    filename: str = ""
    detail: dict[str, str] = field(default_factory=dict)


class MediaSource(Protocol):
    """Where a channel keeps what customers sent."""

    def fetch(self, ref: MediaRef, *, limit: int) -> Fetched:
        """The bytes, at most `limit` of them. Raises Refused("media_gone") when the channel has it no more,
        Refused("media_too_large"), and the other kinds of `core.errors` as they are."""
        ...
