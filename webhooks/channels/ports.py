"""What a messaging channel can do for us, and what we ask it to send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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
class Outgoing:
    """One bubble. `kind` is text, buttons, list, document, image or template; `options` are (id, title, description).

    A template is named by its purpose (`template`, such as code), not by its name at the channel.
    """

    key: str
    to: Recipient
    kind: str
    text: str
    options: tuple[tuple[str, str, str], ...] = ()
    list_button: str = ""
    file: File | None = None
    template: str = ""
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The channel took the message; `provider_id` is its name for it."""

    provider_id: str


class Channel(Protocol):
    """A way to reach customers. Every call has a timeout and raises `core.errors` kinds.

    `Unreachable.ambiguous` is True when the message may have left all the same: it must not be repeated blindly.
    """

    captions_documents: bool

    def send(self, message: Outgoing) -> Sent:
        """Sends one bubble."""
        ...

    def show_typing(self, provider_id: str) -> None:
        """Marks the customer's message as read and shows that an answer is being written."""
        ...
