"""What Twilio itself wrote down: the messages of the account, to compare ours with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from core.errors import Unreachable
from webhooks.channels.twilio_client import API, said
from webhooks.channels.twilio_errors import ERRORS

PAGE_SIZE = 500


@dataclass(frozen=True)
class Recorded:
    """A message in Twilio's list. `status` is Twilio's word, `error_code` empty where there is none."""

    sid: str
    sender: str
    recipient: str
    text: str
    status: str
    error_code: str
    sent_at: datetime
    files: int


class TwilioRecord:
    """The account's list of messages to and from `sender`."""

    def __init__(self, client: Client, *, api_url: str, sender: str) -> None:
        self._client = client
        self._api_url = api_url
        self._sender = sender

    def received(self, since: datetime) -> Iterator[Recorded]:
        """What customers wrote from `since` on, the newest first. Raises the kinds of `core.errors`."""
        return self._listed(since, to=self._sender)

    def sent(self, since: datetime) -> Iterator[Recorded]:
        """What was sent to customers from `since` on, the newest first. Raises as above."""
        return self._listed(since, from_=self._sender)

    def form_of(self, message: Recorded) -> bytes:
        """The webhook that this message should have come by, as far as Twilio still knows it: a tap is its words."""
        digits = message.sender.removeprefix("whatsapp:+")
        fields = {
            "MessageSid": message.sid,
            "AccountSid": str(self._client.account_sid),
            "From": message.sender,
            "To": message.recipient,
            "Body": message.text,
            "NumMedia": str(message.files),
            **({"WaId": digits} if digits.isdigit() else {}),
            **(self._files(message.sid) if message.files else {}),
        }
        return urlencode(fields).encode()

    def _files(self, sid: str) -> dict[str, str]:
        try:
            found = self._client.messages(sid).media.list()
        except (TwilioException, ValueError, TypeError) as error:
            raise _failure(error) from error
        told = {}
        for place, media in enumerate(found):
            told[f"MediaUrl{place}"] = f"{self._api_url}{str(media.uri).removeprefix(API).removesuffix('.json')}"
            told[f"MediaContentType{place}"] = str(media.content_type)
        return told

    def _listed(self, since: datetime, **people: str) -> Iterator[Recorded]:
        try:
            for found in self._client.messages.stream(date_sent_after=since, page_size=PAGE_SIZE, **people):
                if found.sid and found.date_sent:
                    yield Recorded(
                        sid=str(found.sid),
                        sender=str(found.from_ or ""),
                        recipient=str(found.to or ""),
                        text=str(found.body or ""),
                        status=str(found.status or ""),
                        error_code=str(found.error_code or ""),
                        sent_at=found.date_sent,
                        files=int(found.num_media or 0),
                    )
        except (TwilioException, ValueError, TypeError) as error:
            raise _failure(error) from error


def _failure(error: Exception) -> Exception:
    if isinstance(error, TwilioException):
        return ERRORS.failure_of(*said(error))
    return Unreachable("answer_not_read", type(error).__name__)
