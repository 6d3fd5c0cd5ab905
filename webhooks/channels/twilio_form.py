"""The form of a Twilio webhook, and what the kinds of messages in it hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webhooks.channels.kinds import Content
from webhooks.channels.ports import MediaRef
from webhooks.cleaning import name_of
from webhooks.items import Sender

CHANNEL = "twilio"
# Our own key of a message: in the address of its callbacks, and as a field of theirs once the door has read it there.
KEY = "OurKey"
_MEDIA_URL = re.compile(r"MediaUrl(\d{1,2})")


@dataclass(frozen=True)
class Form:
    """The fields of one webhook. Twilio gives no time of sending, so the time of receipt stands for it."""

    fields: dict[str, Any]
    received_at: datetime

    def said(self, *names: str) -> str:
        """The first of these fields that is not blank, or an empty string."""
        return next((str(self.fields[name]) for name in names if self.fields.get(name)), "")

    @property
    def provider_id(self) -> str:
        """Twilio's name of the message; older webhooks say SmsSid only."""
        return name_of(self.said("MessageSid", "SmsSid", "SmsMessageSid"))

    @property
    def state(self) -> str:
        """How far a message of ours got; empty where the form brings a customer's message."""
        state = self.said("MessageStatus", "SmsStatus")
        return "" if state == "received" else state

    @property
    def sender(self) -> Sender:
        """Who wrote. `From` is a phone or, where WhatsApp hides it, a BSUID."""
        address = name_of(self.fields.get("From"))
        name = address.removeprefix("whatsapp:").removeprefix("+")
        digits = name.isascii() and name.isdigit()
        return Sender(
            wa_id=name_of(self.said("WaId")).removeprefix("+") or (name if digits else ""),
            bsuid=_external(self.said("ExternalUserId")) or ("" if digits else name_of(name)),
            parent_bsuid=_external(self.said("ParentExternalUserId")),
            address=address,
            profile_name=self.said("ProfileName"),
        )

    @property
    def files(self) -> list[MediaRef]:
        """The files that came with it, in Twilio's order."""
        numbers = sorted(int(found[1]) for name in self.fields if (found := _MEDIA_URL.fullmatch(name)))
        return list(self._files(numbers))

    def _files(self, numbers: list[int]) -> Iterator[MediaRef]:
        for number in numbers:
            url, mime_type = self.said(f"MediaUrl{number}"), self.said(f"MediaContentType{number}")[:200]
            if url:
                # WhatsApp's own recordings are Ogg; a file that was attached rarely is.
                yield MediaRef(url=url, mime_type=mime_type, voice=mime_type.startswith("audio/ogg"))

    @property
    def marks(self) -> dict[str, Any]:
        """What was said around the message: forwarded, the advertisement it came from."""
        marks: dict[str, Any] = {}
        if self.said("Forwarded", "FrequentlyForwarded").lower() == "true":
            marks["forwarded"] = "often" if self.said("FrequentlyForwarded").lower() == "true" else "once"
        ad = {
            "source_type": self.said("ReferralSourceType"),
            "source_id": self.said("ReferralSourceId"),
            "source_url": self.said("ReferralSourceUrl"),
            "headline": self.said("ReferralHeadline"),
            "body": self.said("ReferralBody"),
            "ctwa_clid": self.said("ReferralCtwaClid"),
        }
        if any(ad.values()):
            marks["ad"] = {name: value for name, value in ad.items() if value}
        return marks


def _external(said: str) -> str:
    return name_of(said.removeprefix("whatsapp:"))


def words(form: Form) -> list[Content]:
    """Words, or nothing at all."""
    return [Content("text", form.said("Body"))]


def tap(form: Form) -> list[Content]:
    """A tapped button or a chosen row; where Twilio gives no id, its title stands for it."""
    chosen = form.said("ListId", "ListTitle")
    title = form.said("ButtonText", "ListTitle", "Body")
    return [Content("list" if chosen else "button", title, form.said("ButtonPayload", "ListId"))]


def place(form: Form) -> list[Content]:
    """A place."""
    names = {"latitude": "Latitude", "longitude": "Longitude", "name": "Label", "address": "Address"}
    details = {name: form.said(field) for name, field in names.items() if form.said(field)}
    return [Content("location", details=details)]


def cards(form: Form) -> list[Content]:
    """Cards of contacts, each a file."""
    contents = [Content("contacts", media=file, details={"cards": []}) for file in form.files]
    return contents or [Content("contacts", details={"cards": []})]


def files(form: Form) -> list[Content]:
    """One message for each file; the words go with the first."""
    contents = [
        Content(_family(form, file.mime_type), form.said("Body") if first else "", media=file)
        for first, file in zip([True, *[False] * 99], form.files, strict=False)
    ]
    return contents or [Content(_family(form, form.said("MediaContentType0")), form.said("Body"))]


def _family(form: Form, mime_type: str) -> str:
    if form.said("MessageType") == "sticker":
        return "sticker"
    family = mime_type.split("/")[0]
    return family if family in {"image", "video", "audio"} else "document"


def odd(form: Form) -> list[Content]:
    """A kind that nobody knows."""
    return [Content("unsupported", form.said("Body"), details={"type": form.said("MessageType")[:60]})]
