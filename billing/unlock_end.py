"""The end of a trust unlock: when the customer is reminded of it, when and by whom the signal is blocked again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from billing.business_days import next_business_day
from core.dates import local_time

Reblock = Literal["", "ours", "erp"]
Blocking = Literal["always", "business_hours"]
# A reminder that comes later than this leaves no time to pay.
AT_LEAST = timedelta(hours=1)


@dataclass(frozen=True)
class EndTerms:
    """Policy `unlock_end`; no rule asks for any of it. Nobody is written to from `quiet_from` to `quiet_until` o'clock
    (21h to 8h, as for all that customers did not ask for).

    `reblock` says who blocks again: ours (a job on the network), erp, or empty: whoever released it. `block_when`
    business_hours blocks on business days from `opens` to `closes` o'clock only, when somebody can take a call. An ERP
    that does not say what is owed raises an alert after `alert_after_hours`.
    """

    remind_hours_before: int = 12
    quiet_from: int = 21
    quiet_until: int = 8
    reblock: Reblock = ""
    block_when: Blocking = "always"
    opens: int = 8
    closes: int = 18
    alert_after_hours: int = 3

    def __post_init__(self) -> None:
        if self.reblock not in ("", "ours", "erp"):
            raise ValueError("reblock: ours, erp ou vazio")
        if self.block_when not in ("always", "business_hours"):
            raise ValueError("block_when: always ou business_hours")
        if not 0 <= self.quiet_until < self.quiet_from <= 24 or not 0 <= self.opens < self.closes <= 24:
            raise ValueError("horas de 0 a 24: quiet_until antes de quiet_from, opens antes de closes")
        if self.remind_hours_before < 0 or self.alert_after_hours < 0:
            raise ValueError("remind_hours_before e alert_after_hours: 0 ou mais")

    def erp_reblocks(self, *, released_by_erp: bool) -> bool:
        """Whether the ERP blocks again by itself."""
        return self.reblock == "erp" or (not self.reblock and released_by_erp)


def remind_at(granted_at: datetime, expires_at: datetime, terms: EndTerms, zone: str) -> datetime | None:
    """When the customer is reminded; None where no reminder is wanted, or the unlock is shorter than its notice.

    A moment in the quiet hours is put off to their end, or where that is too late to pay, to the hour before they
    begin.
    """
    wanted = expires_at - timedelta(hours=terms.remind_hours_before)
    if not terms.remind_hours_before or wanted <= granted_at:
        return None
    local = local_time(wanted, zone)
    if terms.quiet_until <= local.hour < terms.quiet_from:
        return wanted
    day = local.date() + timedelta(days=local.hour >= terms.quiet_from)
    morning = datetime.combine(day, time(terms.quiet_until), local.tzinfo)
    if morning + AT_LEAST <= expires_at:
        return morning
    evening = datetime.combine(day - timedelta(days=1), time(terms.quiet_from - 1), local.tzinfo)
    return evening if evening > granted_at else None


def wait_to_block(now: datetime, terms: EndTerms, zone: str, state: str) -> float:
    """The seconds until the signal may be blocked again; 0 when it may be now."""
    if terms.block_when == "always":
        return 0.0
    local = local_time(now, zone)
    today = next_business_day(local.date(), state)
    if today == local.date() and terms.opens <= local.hour < terms.closes:
        return 0.0
    after = local.date() + timedelta(days=local.hour >= terms.opens)
    opening = datetime.combine(next_business_day(after, state), time(terms.opens), local.tzinfo)
    return (opening - now).total_seconds()
