"""Meta's Cloud API, the sending half: five calls of the Graph API."""

from __future__ import annotations

import logging
from typing import Any

import requests

from core.errors import Refused, Unreachable
from core.http import send as call
from webhooks.channels.meta_errors import ERRORS
from webhooks.channels.ports import File, Outgoing, Recipient, Sent

log = logging.getLogger(__name__)

TIMEOUT = (3.0, 10.0)
# With the send that follows it has to fit into the lease of the outbound queue.
UPLOAD_TIMEOUT = (3.0, 12.0)


class MetaChannel:
    """Speaks to `graph_url`, which is Meta's or, in tests and demos, a stand-in on loopback."""

    captions_documents = True
    kinds = frozenset({"text", "buttons", "list", "document", "image", "template"})

    def __init__(
        self,
        session: requests.Session,
        *,
        graph_url: str,
        version: str,
        phone_number_id: str,
        access_token: str,
    ) -> None:
        self._session = session
        self._base = f"{graph_url}/{version}/{phone_number_id}"
        self._headers = {"Authorization": f"Bearer {access_token}"}

    def send(self, message: Outgoing) -> Sent:
        """Sends one bubble; a file is uploaded first and sent by its id, since links are fetched unreliably."""
        media_id = self._upload(message.file) if message.file else ""
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.to),
            "biz_opaque_callback_data": message.key,
            **SHAPES[message.kind](message, media_id),
        }
        answer = self._post("messages", json=body)
        try:
            return Sent(str(answer["messages"][0]["id"]))
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


def _recipient(to: Recipient) -> dict[str, str]:
    """A phone goes in `to`. A BSUID goes in `recipient`: in `to` it would be accepted and silently dropped."""
    return {"to": to.wa_id} if to.wa_id else {"recipient": to.bsuid}


def _text(message: Outgoing, media_id: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": message.text, "preview_url": False}}


def _buttons(message: Outgoing, media_id: str) -> dict[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": name, "title": title}} for name, title, _ in message.options]
    interactive = {"type": "button", "body": {"text": message.text}, "action": {"buttons": buttons}}
    return {"type": "interactive", "interactive": interactive}


def _list(message: Outgoing, media_id: str) -> dict[str, Any]:
    rows = [
        {"id": name, "title": title, **({"description": about} if about else {})}
        for name, title, about in message.options
    ]
    action = {"button": message.list_button, "sections": [{"title": message.list_button, "rows": rows}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": message.text}, "action": action}}


def _document(message: Outgoing, media_id: str) -> dict[str, Any]:
    filename = message.file.filename if message.file else ""
    caption = {"caption": message.text} if message.text else {}
    return {"type": "document", "document": {"id": media_id, "filename": filename, **caption}}


def _image(message: Outgoing, media_id: str) -> dict[str, Any]:
    caption = {"caption": message.text} if message.text else {}
    return {"type": "image", "image": {"id": media_id, **caption}}


def _template(message: Outgoing, media_id: str) -> dict[str, Any]:
    used = message.template
    if used is None:
        raise Refused("no_template")
    components: list[dict[str, Any]] = [
        {"type": kind, "parameters": [{"type": "text", "text": value} for value in values]}
        for kind, values in (("header", used.header), ("body", used.body))
        if values
    ]
    for button in used.buttons:
        parameters = [{"type": "text", "text": button.value}]
        components.append(
            {"type": "button", "sub_type": button.kind, "index": str(button.index), "parameters": parameters}
        )
    template = {"name": used.name, "language": {"code": used.language}, "components": components}
    return {"type": "template", "template": template}


SHAPES = {
    "text": _text,
    "buttons": _buttons,
    "list": _list,
    "document": _document,
    "image": _image,
    "template": _template,
}
