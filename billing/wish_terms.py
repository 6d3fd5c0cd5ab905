"""How long a wish waits for the ERP to be back, and in which hours nobody is written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.dates import local_time
from core.errors import Misconfigured
from models.provider import Provider

# Somebody who asked late in the evening is still served when the night is over.
AFTER_THE_NIGHT = timedelta(hours=1)


@dataclass(frozen=True)
class WishTerms:
    """The policy `wishes`. A wish waits for `hours`; nothing is sent from `quiet_from` to `quiet_until` (hours of the
    provider's day). Source: ours; the hours are those in which collection calls are usually held back, and the
    customer asked for this themselves. Raises ValueError for hours that are none."""

    hours: int = 12
    quiet_from: int = 21
    quiet_until: int = 8

    def __post_init__(self) -> None:
        if not 1 <= self.hours <= 24:
            raise ValueError("hours: esperado de 1 a 24, a janela do WhatsApp")
        if not (0 <= self.quiet_from <= 23 and 0 <= self.quiet_until <= 23):
            raise ValueError("quiet_from e quiet_until: esperada uma hora do dia, de 0 a 23")

    def quiet(self, at: datetime, zone: str) -> bool:
        """Whether it is night at that moment, in the provider's zone."""
        hour = local_time(at, zone).hour
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def expiry(self, now: datetime, zone: str) -> datetime:
        """Until when a wish of `now` waits: never only for the night, an hour of the day remains."""
        end = now + timedelta(hours=self.hours)
        if not self.quiet(end - AFTER_THE_NIGHT, zone):
            return end
        local = local_time(end, zone)
        morning = local.replace(hour=self.quiet_until, minute=0, second=0, microsecond=0)
        if local.hour > self.quiet_until and self.quiet(end, zone):
            morning += timedelta(days=1)
        return (morning + AFTER_THE_NIGHT).astimezone(now.tzinfo)


def wish_terms_of(row: Provider) -> WishTerms:
    """The policy of the provider's row; what it leaves out is as in WishTerms. Raises Misconfigured `provider`."""
    terms: dict[str, Any] = row.policies.get("wishes") or {}
    try:
        return WishTerms(**terms)
    except (TypeError, ValueError) as error:
        raise Misconfigured("provider", f"policies.wishes: {error}") from error
