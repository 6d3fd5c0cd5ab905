"""When customers are asked what they think, and how long an answer counts: the provider's policy `satisfaction`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.provider_row import terms_of
from models.provider import Provider


@dataclass(frozen=True)
class Satisfaction:
    """`ask`: whether at closing; with it, `ask_bot` whether also where the bot closes, and `ask_silent` where the
    conversation ends because the customer fell silent. A tap counts for `answer_hours`: as long as WhatsApp's window
    would be open for it. A score of `low` or less (of 5) is told to the supervision, and asks for a comment that is
    taken for `comment_minutes`.

    NPS costs a template each and needs the customer's yes to marketing: it is off until `nps_daily` customers a day are
    asked. Nobody is asked again within `nps_months`, nor before they had been served by us at all; a tap counts for
    `nps_answer_days`. Raises ValueError for what makes no sense.
    """

    ask: bool = True
    ask_bot: bool = True
    ask_silent: bool = True
    answer_hours: int = 24
    low: int = 2
    comment_minutes: int = 30
    nps_daily: int = 0
    nps_months: int = 6
    nps_answer_days: int = 7

    def __post_init__(self) -> None:
        """Refuses what makes no sense."""
        if not 1 <= self.low <= 4:
            raise ValueError("low: de 1 a 4")
        for name in ("answer_hours", "comment_minutes", "nps_months", "nps_answer_days"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: pelo menos 1")
        if self.nps_months > 120:
            raise ValueError("nps_months: no máximo 120")
        if not 0 <= self.nps_daily <= 1000:
            raise ValueError("nps_daily: de 0 a 1000")


def satisfaction_terms(session: Session) -> Satisfaction:
    """The policy as it stands now; the defaults before there is a provider. Raises Misconfigured `provider`."""
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1)).one_or_none()
    return Satisfaction() if row is None else terms_of(row, "satisfaction", Satisfaction)
