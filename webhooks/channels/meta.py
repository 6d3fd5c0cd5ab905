"""Meta's Cloud API, the sending half: five calls of the Graph API."""

from __future__ import annotations

import logging
from typing import Any

import requests

from core.errors import Unreachable
from core.http import send as call
from webhooks.channels.meta_errors import ERRORS
from webhooks.channels.meta_shapes import KINDS_OF_META, ORDERS, TEXT, body_of, fitting, uploaded
from webhooks.channels.ports import File, Outgoing, Sent

log = logging.getLogger(__name__)

TIMEOUT = (3.0, 10.0)
# With the send that follows it has to fit into the lease of the outbound queue.
UPLOAD_TIMEOUT = (3.0, 12.0)


class MetaChannel:
    """Speaks to `graph_url`, which is Meta's or, in tests and demos, a stand-in on loopback."""

    captions_documents = True
    longest_text = TEXT

    def __init__(
        self,
        session: requests.Session,
        *,
        graph_url: str,
        version: str,
        phone_number_id: str,
        access_token: str,
        order_details: bool = False,
    ) -> None:
        """`order_details`: whether the account may send orders to review and pay."""
        self.kinds = KINDS_OF_META if order_details else KINDS_OF_META - ORDERS
        self._session = session
        self._base = f"{graph_url}/{version}/{phone_number_id}"
        self._headers = {"Authorization": f"Bearer {access_token}"}

    def send(self, message: Outgoing) -> Sent:
        """Sends one bubble; a file is uploaded first and sent by its id, since links are fetched unreliably.

        What is too long for its kind goes as text, see `meta_shapes.fitting`.
        """
        message = fitting(message)
        file = uploaded(message)
        media_id = self._upload(file) if file else ""
        answer = self._post("messages", json=body_of(message, media_id))
        try:
            return Sent(str(answer["messages"][0]["id"]), _reached(answer))
        except (KeyError, IndexError, TypeError) as error:
            # It answered 200 but not in a way we know: it may well have left.
            raise Unreachable("answer_without_id", ambiguous=True) from error

    def show_typing(self, provider_id: str) -> None:
        """Read receipt and typing indicator in one call; it ends with our answer or after 25 s."""
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": provider_id,
            "typing_indicator": {"type": "text"},
        }
        self._post("messages", json=body)

    def _upload(self, attached: File) -> str:
        file = (attached.filename, attached.data, attached.mime_type)
        form = {"messaging_product": "whatsapp", "type": attached.mime_type}
        try:
            answer = self._post("media", data=form, files={"file": file}, timeout=UPLOAD_TIMEOUT)
        except Unreachable as failure:
            # An upload that got lost sends nothing to anybody: it can always be repeated.
            raise Unreachable(failure.code, failure.detail, retry_after=failure.retry_after) from failure
        return str(answer.get("id", ""))

    def _post(self, path: str, *, timeout: tuple[float, float] = TIMEOUT, **content: Any) -> dict[str, Any]:
        response = call(
            self._session, "POST", f"{self._base}/{path}", timeout=timeout, headers=self._headers, **content
        )
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if response.ok and not (isinstance(answer, dict) and "error" in answer):
            return answer if isinstance(answer, dict) else {}
        raise ERRORS.failure_of(response.status_code, answer, response.headers.get("Retry-After", ""))


def _reached(answer: dict[str, Any]) -> str:
    """Whom Meta says that it reached; empty where it does not tell a number."""
    contacts = answer.get("contacts")
    first = contacts[0] if isinstance(contacts, list) and contacts else None
    wa_id = first.get("wa_id") if isinstance(first, dict) else None
    return wa_id if isinstance(wa_id, str) else ""
