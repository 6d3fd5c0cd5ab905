"""What the gateways' adapters share: how they write money and read days, lines, Pix codes and proofs of origin."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing import boleto, pix
from billing.erp_kind import web_address
from billing.gateway import Registered
from billing.reading import Unreadable
from core.errors import Misconfigured, Refused

log = logging.getLogger(__name__)


def reais(cents: int) -> float:
    """The amount as JSON's number with two places; exact, since a double has fifteen digits."""
    return float(Decimal(cents) / 100)


def digits(value: Any) -> str | None:
    """Only the digits of a line or a barcode; None where there are none."""
    return re.sub(r"[^0-9]", "", str(value or "")) or None


def verbatim(value: Any) -> str | None:
    """The text byte for byte; None where there is none."""
    return value if isinstance(value, str) and value else None


def noon(day: date, zone: str) -> datetime:
    """Where only the day of a payment is told: its noon in the provider's zone, so that it stays that day."""
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)


def moment(text: str, zone: str) -> datetime:
    """A time as ISO text, in the provider's zone where it says none, in UTC. Raises Unreadable `time`."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("time") from None
    return (told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def checked(charge: Registered) -> Registered:
    """The charge as it is. What looks wrong in its codes is only logged: sandboxes give lines and Pix codes that no
    reader takes, and the customer's bank has the last word."""
    if charge.line and boleto.parse(charge.line) is None:
        log.warning("charge %s: the line does not fit its check digits", charge.external_id)
    if charge.pix and (problems := pix.check(charge.pix)):
        log.warning("charge %s: the Pix code looks wrong (%s)", charge.external_id, ", ".join(problems))
    return charge


def prove(given: str, own: str) -> None:
    """Compares secrets in constant time. Raises Refused `bad_signature`, also where none is configured."""
    if not own or not hmac.compare_digest(given.encode(), own.encode()):
        raise Refused("bad_signature")


def webhook_json(body: bytes) -> Any:
    """The body as JSON, decimal numbers exact. Raises Unreadable `webhook`."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, UnicodeDecodeError):
        raise Unreadable("webhook") from None


def address(fields: Mapping[str, str], name: str) -> str:
    """The field as the address of a system, without a slash at its end. Raises Misconfigured `gateway`."""
    try:
        return web_address(fields[name])
    except Misconfigured as problem:
        raise Misconfigured("gateway", f"{name}: {problem.detail}") from None


def take_back(external_id: str, ask: Callable[[], object], state: Callable[[str], Registered]) -> None:
    """Cancels with `ask`. Where that is refused, the charge itself says why: `already_paid`, or it is done already."""
    try:
        ask()
    except Refused:
        charge = state(external_id)
        if charge.state == "paid":
            raise Refused("already_paid") from None
        if charge.state == "open":
            raise


def whole_number(fields: Mapping[str, str], name: str) -> int:
    """The field as a number from 0 on. Raises Misconfigured `gateway`."""
    if not fields[name].isdecimal():
        raise Misconfigured("gateway", name)
    return int(fields[name])
