"""What the simulated Messages API takes: every parameter is known, every limit holds, and why it says no."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from webhooks.simulator.twilio_content_rules import fill
from webhooks.simulator.twilio_refusal import TwilioRefusal

KNOWN = frozenset(
    {"To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback"}
)
ADDRESS = re.compile(r"whatsapp:(\+[1-9][0-9]{6,14}|[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128})")
CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
LONGEST_BODY = 1600


@dataclass(frozen=True)
class Sending:
    """A message that may be sent. `shown` is what the customer sees; `approved` says that it is a template that may
    begin a conversation."""

    to: str
    callback: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    approved: bool = False


def check_sending(
    form: MultiDict[str, str], *, senders: frozenset[str], content: Callable[[str], dict[str, Any] | None]
) -> Sending:
    """The message that a form asks for. Raises TwilioRefusal as the real one answers, and also for parameters that the
    real one would overlook: a misspelt one is a fault of ours."""
    if unknown := set(form) - KNOWN:
        raise TwilioRefusal(20001, f"Unknown parameters: {sorted(unknown)}")
    if twice := [name for name in form if name != "MediaUrl" and len(form.getlist(name)) > 1]:
        raise TwilioRefusal(20001, f"Given more than once: {twice}")
    _check_people(form, senders)
    callback = form.get("StatusCallback", "")
    if callback and not re.match(r"https?://[^/]+", callback):
        raise TwilioRefusal(21609, "Invalid StatusCallback")
    if "ContentSid" in form:
        return _with_content(form, callback, content)
    if "ContentVariables" in form:
        raise TwilioRefusal(21654, "ContentSid Required")
    return Sending(form["To"], callback, _plain(form))


def _check_people(form: MultiDict[str, str], senders: frozenset[str]) -> None:
    if not form.get("To"):
        raise TwilioRefusal(21604, "A 'To' phone number is required.")
    if not ADDRESS.fullmatch(form["To"]):
        raise TwilioRefusal(21211, "The 'To' number is not a valid phone number.")
    given = [form[name] for name in ("From", "MessagingServiceSid") if form.get(name)]
    if not given:
        raise TwilioRefusal(21603, "A 'From' phone number is required.")
    if not set(given) <= senders:
        raise TwilioRefusal(63007, "Twilio could not find a Channel with the specified From address")


def _plain(form: MultiDict[str, str]) -> dict[str, Any]:
    text, urls = form.get("Body", ""), form.getlist("MediaUrl")
    if not text.strip() and not urls:
        raise TwilioRefusal(21619, "A text message body or media urls must be specified.")
    if len(text) > LONGEST_BODY:
        raise TwilioRefusal(21617, "The concatenated message body exceeds the 1600 character limit")
    if len(urls) > 1:
        raise TwilioRefusal(21623, "Number of media files exceeds allowed limit: WhatsApp takes one")
    if urls and not re.match(r"https?://[^/]+/", urls[0]):
        raise TwilioRefusal(21620, "Invalid media URL(s)")
    return {"kind": "media" if urls else "text", "text": text, **({"url": urls[0]} if urls else {})}


def _with_content(form: MultiDict[str, str], callback: str, content: Callable[[str], dict[str, Any] | None]) -> Sending:
    found = content(form["ContentSid"]) if CONTENT_SID.fullmatch(form["ContentSid"]) else None
    if found is None:
        raise TwilioRefusal(21655, "The ContentSid is Invalid")
    if form.get("Body") or form.getlist("MediaUrl"):
        raise TwilioRefusal(20001, "Body and MediaUrl mean nothing beside a ContentSid")
    try:
        values = json.loads(form.get("ContentVariables") or "{}")
    except ValueError as error:
        raise TwilioRefusal(21656, "The ContentVariables Parameter is invalid") from error
    shown = {**fill(found, values), "content_sid": form["ContentSid"]}
    return Sending(form["To"], callback, shown, approved=bool(found["approval"]))
