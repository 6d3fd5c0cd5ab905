"""Twilio's WhatsApp API, the sending half, through Twilio's own client."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from core.errors import Refused, Unreachable
from webhooks.channels.ports import ContentCache, Outgoing, Recipient, Sent
from webhooks.channels.twilio_client import said
from webhooks.channels.twilio_content import PLAIN, SHAPES, Content, content_of, fitting, in_words, template_variables
from webhooks.channels.twilio_errors import ERRORS
from webhooks.channels.twilio_inbound import KEY

log = logging.getLogger(__name__)

# The content was deleted, or belongs to another account.
UNKNOWN_CONTENT = frozenset({20404, 21655})
CONTENT_AGAIN_SECONDS = 1.0


class TwilioChannel:
    """Sends as `sender`, or through the messaging service where one is given. `contents` remembers the content
    resources that carry buttons, lists and links; each shape is created once."""

    captions_documents = False
    # A longer one is refused (21617), although WhatsApp itself would take it.
    longest_text = 1600
    kinds = frozenset({*PLAIN, "template", *SHAPES})

    def __init__(
        self,
        client: Client,
        *,
        contents: ContentCache,
        sender: str,
        status_callback: str,
        messaging_service: str = "",
        language: str = "pt_BR",
    ) -> None:
        self._client = client
        self._contents = contents
        self._from = {"messaging_service_sid": messaging_service} if messaging_service else {"from_": sender}
        self._status_callback = status_callback
        self._language = language

    def send(self, message: Outgoing) -> Sent:
        """Sends one bubble. A file goes as a link of ours, which Twilio fetches.

        A content that Twilio knows no more is forgotten and Unreachable raised: the next call makes it anew.
        """
        if message.kind == "template":
            return self._create(message, **self._template(message))
        message = fitting(message)
        content = content_of(message)
        if content is None:
            return self._create(message, **_plain(message))
        shape = content.shape(str(self._client.account_sid), self._language)
        remembered = self._contents.get(shape)
        try:
            sid = remembered or self._make_content(shape, content)
        except Refused as failure:
            log.warning("Twilio takes no content for %s (%s); it goes in words", message.kind, failure.code)
            return self._create(message, **_plain(in_words(message)))
        return self._send_content(message, shape, sid, content, known=bool(remembered))

    def show_typing(self, provider_id: str) -> None:
        """Twilio's Messages API has no such call."""

    def _send_content(self, message: Outgoing, shape: str, sid: str, content: Content, *, known: bool) -> Sent:
        try:
            return self._create(message, content_sid=sid, content_variables=json.dumps(content.variables))
        except Refused as failure:
            if not (known and failure.code in {f"twilio_{code}" for code in UNKNOWN_CONTENT}):
                raise
            self._contents.forget(shape, sid)
            raise Unreachable(failure.code, retry_after=CONTENT_AGAIN_SECONDS) from failure

    def _template(self, message: Outgoing) -> dict[str, str]:
        used = message.template
        if used is None or not used.provider_id:
            raise Refused("no_template")
        values = template_variables(used)
        return {"content_sid": used.provider_id, **({"content_variables": json.dumps(values)} if values else {})}

    def _make_content(self, shape: str, content: Content) -> str:
        """Two workers may make the same at once: both then use the one that was remembered first."""
        wanted = {
            "friendly_name": f"religa_{shape[:16]}",
            "language": self._language,
            "variables": content.samples(),
            "types": content.types,
        }
        try:
            made = self._client.content.v1.contents.create(ContentList.ContentCreateRequest(wanted))
        except TwilioException as error:
            raise ERRORS.failure_of(*said(error)) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise Unreachable("answer_without_id") from error
        except Unreachable as failure:
            # Nobody was sent anything yet: it can always be repeated.
            raise Unreachable(failure.code, failure.detail, retry_after=failure.retry_after) from failure
        if not made.sid:
            raise Unreachable("answer_without_id")
        return self._contents.put(shape, str(made.sid))

    def _create(self, message: Outgoing, **content: Any) -> Sent:
        # Twilio keeps nothing of ours with a message: only the address of its callbacks can say which one it was.
        callback = f"{self._status_callback}?{urlencode({KEY: message.key})}" if message.key else self._status_callback
        to = {"to": _address(message.to), "status_callback": callback, **self._from}
        try:
            created = self._client.messages.create(**to, **content)
        except TwilioException as error:
            raise ERRORS.failure_of(*said(error)) from error
        except (ValueError, TypeError, AttributeError) as error:
            # It took the message but answered in a way that the client cannot read: it may well have left.
            raise Unreachable("answer_without_id", ambiguous=True) from error
        if not created.sid:
            raise Unreachable("answer_without_id", ambiguous=True)
        return Sent(str(created.sid))


def _plain(message: Outgoing) -> dict[str, Any]:
    body = {"body": message.text} if message.text else {}
    return {**body, "media_url": [message.file.link]} if message.file else body


def _address(to: Recipient) -> str:
    return to.address or (f"whatsapp:+{to.wa_id}" if to.wa_id else f"whatsapp:{to.bsuid}")
