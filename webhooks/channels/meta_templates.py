"""Meta's message templates: the list of a WhatsApp Business account, and handing a new one in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from core.errors import Unreachable
from core.http import send as call
from webhooks.channels.meta_errors import ERRORS
from webhooks.channels.template_ports import Components, Draft, Listed

FIELDS = "id,name,language,status,category,quality_score,rejected_reason,components"
PAGE = 100
# An account has 6,000 templates at most; a list that never ends must not hold the worker for ever.
MOST_PAGES = 100
TIMEOUT = (3.0, 20.0)


class MetaTemplates:
    """Templates of the account `account_id` (WABA). `graph_url` is Meta's or a stand-in on loopback."""

    def __init__(
        self,
        session: requests.Session,
        *,
        graph_url: str,
        version: str,
        account_id: str,
        access_token: str,
        page: int = PAGE,
    ) -> None:
        self._session = session
        self._url = f"{graph_url}/{version}/{account_id}/message_templates"
        self._page = page
        self._headers = {"Authorization": f"Bearer {access_token}"}

    def listed(self) -> list[Listed]:
        """All templates, page by page. Raises the kinds of `core.errors`."""
        found: list[Listed] = []
        query = {"fields": FIELDS, "limit": str(self._page)}
        for _ in range(MOST_PAGES):
            answer = self._call("GET", params=query)
            found += [_listed(row) for row in answer.get("data") or () if isinstance(row, Mapping)]
            paging = answer.get("paging") or {}
            after = str((paging.get("cursors") or {}).get("after") or "")
            if not paging.get("next") or not after:
                return found
            query["after"] = after
        raise Unreachable("template_list_without_end")

    def create(self, draft: Draft) -> Listed:
        """Hands it in; it is PENDING until somebody at Meta, or a machine of theirs, has looked.

        Raises Refused with Meta's code when it is against the rules or the name is taken. Asked again after an answer
        that got lost, it is refused: the list tells that it is there.
        """
        body = {
            "name": draft.name,
            "language": draft.language,
            "category": draft.category,
            "components": [_for_meta(part, draft.category) for part in draft.components],
        }
        answer = self._call("POST", json=body)
        status, category = (str(answer.get(key) or "").upper() for key in ("status", "category"))
        return Listed(
            provider_id=str(answer.get("id") or ""),
            name=draft.name,
            language=draft.language,
            status=status or "PENDING",
            category=category or draft.category,
            components=draft.components,
        )

    def _call(self, method: str, **content: Any) -> dict[str, Any]:
        response = call(self._session, method, self._url, timeout=TIMEOUT, headers=self._headers, **content)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if response.ok and isinstance(answer, dict) and "error" not in answer:
            return answer
        raise ERRORS.failure_of(response.status_code, answer, response.headers.get("Retry-After", ""))


def _listed(row: Mapping[str, Any]) -> Listed:
    quality = row.get("quality_score")
    score = quality.get("score") if isinstance(quality, Mapping) else quality
    reason = str(row.get("rejected_reason") or "")
    components: Components = tuple(dict(part) for part in row.get("components") or () if isinstance(part, Mapping))
    return Listed(
        provider_id=str(row.get("id") or ""),
        name=str(row.get("name") or ""),
        language=str(row.get("language") or ""),
        status=str(row.get("status") or "").upper(),
        category=str(row.get("category") or "").upper(),
        quality=str(score or "").upper(),
        reason="" if reason.upper() == "NONE" else reason,
        components=components,
    )


def _for_meta(part: Mapping[str, Any], category: str) -> dict[str, Any]:
    """A component without what only we know: the ids of quick replies, and the words of a one-time code."""
    if part["type"] == "BODY" and category == "AUTHENTICATION":
        return {"type": "BODY", "add_security_recommendation": True}
    if part["type"] != "BUTTONS":
        return dict(part)
    buttons = [{key: value for key, value in button.items() if key != "id"} for button in part["buttons"]]
    return {"type": "BUTTONS", "buttons": buttons}
