"""Asks the Graph API how the number, its account and the access token are doing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import requests

from core.errors import Failure, Unreachable
from core.http import send as call
from webhooks.channels.health_ports import NumberState
from webhooks.channels.meta_errors import ERRORS

TIMEOUT = (3.0, 10.0)
FIELDS = "verified_name,quality_rating,throughput,status,name_status,whatsapp_business_manager_messaging_limit"
WELL = frozenset({"", "CONNECTED", "UNKNOWN"})


class MetaHealth:
    """Two questions to `graph_url`: about the number and about the token. What one version of the API does not know,
    or an answer leaves out, is empty."""

    def __init__(
        self, session: requests.Session, *, graph_url: str, version: str, phone_number_id: str, access_token: str
    ) -> None:
        self._session = session
        self._base = f"{graph_url}/{version}"
        self._number = phone_number_id
        self._token = access_token

    def check(self) -> NumberState:
        """The state now. Raises Misconfigured when the token is not (or no longer) valid, Unreachable otherwise."""
        number = self._get(self._number, {"fields": FIELDS})
        status = _word(number.get("status")).upper()
        throughput = number.get("throughput")
        return NumberState(
            name=_word(number.get("verified_name")),
            quality=_word(number.get("quality_rating")).upper(),
            throughput=_word(throughput.get("level") if isinstance(throughput, dict) else throughput).upper(),
            messaging_limit=_word(number.get("whatsapp_business_manager_messaging_limit")).upper(),
            account_status="" if status in WELL else status,
            token_expires_at=self._token_end(),
            detail={key: value for key, value in number.items() if key in FIELDS.split(",")},
        )

    def _token_end(self) -> datetime | None:
        """Until when the token holds. A token that may not be asked about is no failure: then nobody knows."""
        try:
            answer = self._get("debug_token", {"input_token": self._token})
        except Unreachable:
            raise
        except Failure:
            return None
        data = answer.get("data")
        seconds = data.get("expires_at") if isinstance(data, dict) else None
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
            return None
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            return None

    def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"{self._base}/{path}"
        response = call(self._session, "GET", url, timeout=TIMEOUT, headers=headers, params=query)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if not response.ok or not isinstance(answer, dict) or "error" in answer:
            raise ERRORS.failure_of(response.status_code, answer)
        return answer


def _word(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""
