"""Twilio's message templates: content resources of the account, and their approval by WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import requests

from core.errors import Refused, Unreachable
from core.http import send as call
from core.template_text import SLOT
from webhooks.channels.template_ports import Components, Draft, Listed
from webhooks.channels.twilio_errors import ERRORS

PAGE = 100
MOST_PAGES = 100
TIMEOUT = (3.0, 15.0)
# Twilio's word where it is not Meta's.
STATUS = {"RECEIVED": "PENDING"}
PLAIN, CARD, CODE = "twilio/text", "whatsapp/card", "whatsapp/authentication"
_ACTIONS = frozenset({"QUICK_REPLY", "URL", "COPY_CODE"})


class TwilioTemplates:
    """Speaks to `content_url` (the Content API)."""

    def __init__(self, session: requests.Session, *, content_url: str, account_sid: str, auth_token: str) -> None:
        self._session = session
        self._base = f"{content_url}/v1"
        self._auth = (account_sid, auth_token)

    def listed(self) -> list[Listed]:
        """All contents that have a name, with what WhatsApp says of them. Raises the kinds of `core.errors`."""
        found: list[Listed] = []
        url = f"{self._base}/ContentAndApprovals?PageSize={PAGE}"
        for _ in range(MOST_PAGES):
            answer = self._call("GET", url)
            rows = (row for row in answer.get("contents") or () if isinstance(row, Mapping))
            # Contents made to send one list or one set of buttons are no templates: they were never handed in.
            found += [_listed(row) for row in rows if (row.get("approval_requests") or {}).get("name")]
            following = str((answer.get("meta") or {}).get("next_page_url") or "")
            if not following:
                return found
            parts = urlsplit(following)
            # Our own host and path: credentials go nowhere else, whatever the answer says.
            url = f"{self._base}/{parts.path.rpartition('/')[2]}?{parts.query}"
        raise Unreachable("template_list_without_end")

    def create(self, draft: Draft) -> Listed:
        """Makes the content and hands it in. Raises Refused when it is against the rules or has a part that Twilio has
        no shape for. Where the second of the two calls gets lost, a content stays behind that nobody asked WhatsApp
        about; it is in no list of templates, and the next call makes another.
        """
        kind, shape, examples = _content(draft)
        body = {
            "friendly_name": draft.name,
            "language": draft.language,
            "variables": {str(place): example for place, example in enumerate(examples, start=1)},
            "types": {kind: shape},
        }
        sid = str(self._call("POST", f"{self._base}/Content", json=body).get("sid") or "")
        if not sid:
            raise Unreachable("answer_without_id", ambiguous=True)
        request = {"name": draft.name, "category": draft.category}
        answer = self._call("POST", f"{self._base}/Content/{sid}/ApprovalRequests/whatsapp", json=request)
        return Listed(
            provider_id=sid,
            name=draft.name,
            language=draft.language,
            status=_status(answer.get("status")),
            category=str(answer.get("category") or draft.category).upper(),
            components=draft.components,
        )

    def _call(self, method: str, url: str, **content: Any) -> dict[str, Any]:
        response = call(self._session, method, url, timeout=TIMEOUT, auth=self._auth, **content)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if response.ok and isinstance(answer, dict):
            return answer
        raise ERRORS.failure_of(response.status_code, answer)


def _status(told: Any) -> str:
    word = str(told or "").upper()
    return STATUS.get(word, word) or "PENDING"


def _content(draft: Draft) -> tuple[str, dict[str, Any], list[str]]:
    """(type, shape, examples in order). Twilio counts values through the whole content: header, body, buttons."""
    parts = {part["type"]: part for part in draft.components}
    header, body, footer = (parts.get(kind, {}) for kind in ("HEADER", "BODY", "FOOTER"))
    buttons = parts.get("BUTTONS", {}).get("buttons", ())
    if draft.category == "AUTHENTICATION":
        action = {"type": "COPY_CODE", "copy_code_text": buttons[0]["text"]}
        return CODE, {"add_security_recommendation": True, "actions": [action]}, ["123456"]
    if header and header.get("format") != "TEXT":
        raise Refused("twilio_header_of_a_file", str(header.get("format")))
    numbers = count(1)
    examples = [*header.get("example", {}).get("header_text", ()), *body.get("example", {}).get("body_text", [[]])[0]]
    head, text = (_renumbered(str(part.get("text", "")), numbers) for part in (header, body))
    if not (head or footer or buttons):
        return PLAIN, {"body": text}, examples
    actions = [_action(button, numbers) for button in buttons]
    examples += [_example(button) for button in buttons if button.get("example")]
    shape = {"body": text, "header_text": head, "footer": footer.get("text", ""), "actions": actions}
    return CARD, {key: value for key, value in shape.items() if value}, examples


def _action(button: Mapping[str, Any], numbers: count[int]) -> dict[str, str]:
    kind = str(button["type"])
    if kind not in _ACTIONS:
        raise Refused("twilio_button", kind)
    if kind == "QUICK_REPLY":
        return {"type": kind, "title": button["text"], "id": button["id"]}
    if kind == "URL":
        return {"type": kind, "title": button["text"], "url": _renumbered(button["url"], numbers)}
    return {"type": kind, "title": button["text"], "code": f"{{{{{next(numbers)}}}}}"}


def _example(button: Mapping[str, Any]) -> str:
    """Of an address only its end is the value."""
    example = button["example"]
    if button["type"] != "URL":
        return str(example)
    return str(example[0]).removeprefix(SLOT.sub("", str(button["url"])))


def _renumbered(text: str, numbers: count[int]) -> str:
    return SLOT.sub(lambda _: f"{{{{{next(numbers)}}}}}", text)


def _listed(row: Mapping[str, Any]) -> Listed:
    approval = row["approval_requests"]
    types = row.get("types") or {}
    kind = next((name for name in (CODE, CARD, PLAIN) if name in types), "")
    return Listed(
        provider_id=str(row.get("sid") or ""),
        name=str(approval.get("name") or ""),
        language=str(row.get("language") or ""),
        status=_status(approval.get("status")),
        category=str(approval.get("category") or "").upper(),
        reason=str(approval.get("rejection_reason") or ""),
        components=_components(kind, types.get(kind) or {}),
    )


def _components(kind: str, shape: Mapping[str, Any]) -> Components:
    """Twilio's shape as Meta's, each part counted anew."""
    if not kind:
        return ()
    if kind == CODE:
        titles = [str(action.get("copy_code_text", "")) for action in shape.get("actions") or ()]
        return ({"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": t} for t in titles]})
    parts: list[dict[str, Any]] = []
    if head := shape.get("header_text"):
        parts.append({"type": "HEADER", "format": "TEXT", "text": _renumbered(str(head), count(1))})
    parts.append({"type": "BODY", "text": _renumbered(str(shape.get("body", "")), count(1))})
    if footer := shape.get("footer"):
        parts.append({"type": "FOOTER", "text": str(footer)})
    if actions := shape.get("actions"):
        parts.append({"type": "BUTTONS", "buttons": [_button(action) for action in actions]})
    return tuple(parts)


def _button(action: Mapping[str, Any]) -> dict[str, Any]:
    button = {"type": str(action.get("type", "")), "text": str(action.get("title", ""))}
    if "url" in action:
        button["url"] = _renumbered(str(action["url"]), count(1))
    if "id" in action:
        button["id"] = str(action["id"])
    return button
