"""Errors as the Graph API gives them: HTTP status, code, message, details."""

from __future__ import annotations

import secrets
from typing import Any

TITLES = {
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    131000: "Something went wrong",
    131026: "Message undeliverable",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
}
DETAILS = {
    130429: "Cloud API message throughput reached.",
    131026: "Message Undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this"
    " number.",
    131056: "Too many messages sent from this number to the same person in a short time.",
}
BUSY = frozenset({4, 613, 80007, 130429, 131056})


class Refusal(Exception):
    """The Graph API says no. `code` is Meta's, `status` the HTTP status."""

    def __init__(
        self, code: int, message: str, details: str = "", *, status: int = 400, subcode: int | None = None
    ) -> None:
        super().__init__(f"{code} {message} {details}".strip())
        self.code = code
        self.message = message
        self.details = details
        self.status = status
        self.subcode = subcode

    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)[:22]
        return {"error": error}


def bad_value(details: str) -> Refusal:
    """131009: a value is not valid (too long, not unique, unknown id)."""
    return Refusal(131009, "(#131009) Parameter value is not valid", details)


def missing(name: str) -> Refusal:
    """131008: something required is absent."""
    return missing_part(f"Parameter {name} is required.")


def missing_part(details: str) -> Refusal:
    """131008, in words of one's own."""
    return Refusal(131008, "(#131008) Required parameter is missing", details)


def malformed(details: str) -> Refusal:
    """100: the shape itself is wrong (a type, an unexpected key)."""
    return Refusal(100, "(#100) Invalid parameter", details)


def bad_token() -> Refusal:
    """190: no token, or one that is not ours."""
    return Refusal(190, "Invalid OAuth access token - Cannot parse access token", status=401)


def unknown_object(name: str) -> Refusal:
    """100/33: the id in the path is nobody's."""
    text = f"Unsupported request. Object with ID '{name}' does not exist or cannot be loaded."
    return Refusal(100, text, status=400, subcode=33)


def switched_on(mode: str) -> Refusal:
    """The refusal behind trouble that was switched on: 500, or any code of the Graph API."""
    if mode == "500":
        return Refusal(131000, "(#131000) Something went wrong", status=500)
    if mode == "190":
        return bad_token()
    code = int(mode)
    title = TITLES.get(code, "Error")
    return Refusal(code, f"(#{code}) {title}", DETAILS.get(code, ""), status=429 if code in BUSY else 400)


def status_error(code: int) -> dict[str, Any]:
    """The error inside a `failed` status."""
    title = TITLES.get(code, "Error")
    return {"code": code, "title": title, "message": title, "error_data": {"details": DETAILS.get(code, title)}}
