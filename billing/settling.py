"""From what a gateway tells to payments: every charge is read again before it counts, and those never told of too."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select

from billing.gateway import Gateway, Hint, Registered, Settlement
from billing.payments import take_payment
from core.db import Database
from core.errors import Failure, Refused
from models import utc_now
from models.charge import Charge

log = logging.getLogger(__name__)

# A charge is looked at again after a quarter of its age, within these seconds; the youngest come first.
SOONEST, LATEST, PART = 600, 86_400, 0.25
GIVEN_UP_AFTER = timedelta(days=180)
AT_ONCE = 20


@dataclass(frozen=True)
class Cashier:
    """A gateway and the name that its payments carry as their source."""

    db: Database
    gateway: Gateway
    kind: str

    def take(self, hint: Hint) -> None:
        """Reads the charge that was spoken of and writes down what became of it. May be called twice. Raises what the
        gateway raises; a charge that does not exist is nothing."""
        external_id = self._external_id(hint)
        try:
            if external_id is not None:
                told: Registered | None = self.gateway.state(external_id)
            else:
                told = self.gateway.find(hint.key) if hint.key else None
        except Refused as refused:
            if refused.code != "unknown_charge":
                raise
            told = None
        if told is not None:
            self.settle(told, hint.key)

    def settle(self, told: Registered, key: str | None = None) -> None:
        """Writes down what a charge says of itself: paid, taken back, or over."""
        settlement = settlement_of(told, key)
        with self.db.transaction() as session:
            if settlement is not None:
                take_payment(session, settlement, source=self.kind)
            row = session.scalars(
                select(Charge).where(Charge.gateway == self.kind, Charge.external_id == told.external_id)
            ).one_or_none()
            if row is None:
                return
            row.looked_at = utc_now()
            if told.state in ("cancelled", "expired") and row.state == "open":
                row.state, row.changed_at = "cancelled", utc_now()

    def poll(self) -> None:
        """Looks at open charges that are due for it, some of them at a time: their webhook may never have come. While
        the gateway is away the rest is left for the next time."""
        for charge in self._due():
            try:
                self.take(Hint(charge.external_id, charge.key))
            except Failure as failure:
                log.warning("charge %s could not be read: %s", charge.id, failure)
                if not failure.permanent:
                    return

    def _due(self) -> list[Charge]:
        now = utc_now()
        age = func.extract("epoch", now - Charge.created_at) * PART
        rest = func.make_interval(0, 0, 0, 0, 0, 0, func.greatest(SOONEST, func.least(LATEST, age)))
        looked = func.coalesce(Charge.looked_at, Charge.created_at)
        wanted = (
            select(Charge)
            .where(
                Charge.gateway == self.kind,
                or_(Charge.state == "open", (Charge.state == "asked") & (Charge.error.is_not(None))),
                Charge.created_at > now - GIVEN_UP_AFTER,
                looked + rest < now,
            )
            .order_by(Charge.created_at.desc())
            .limit(AT_ONCE)
        )
        with self.db.reading() as session:
            return list(session.scalars(wanted))

    def _external_id(self, hint: Hint) -> str | None:
        """The gateway's own id; ours is looked up where the hint has only another name."""
        if hint.charge_id:
            return hint.charge_id
        with self.db.reading() as session:
            known = select(Charge.external_id).where(Charge.gateway == self.kind, Charge.external_id.is_not(None))
            named = Charge.key == hint.key if hint.key else Charge.txid == hint.txid
            return session.scalar(known.where(named).limit(1))


def settlement_of(told: Registered, key: str | None = None) -> Settlement | None:
    """The money of a charge that was paid or taken back; None of any other. A charge is paid once: its id names it."""
    if told.state not in ("paid", "reversed"):
        return None
    return Settlement(
        external_id=told.external_id,
        amount_cents=told.paid_cents or told.amount_cents,
        paid_at=told.paid_at or utc_now(),
        method=told.method,
        charge_id=told.external_id,
        key=key,
        txid=told.txid,
        e2e_id=told.e2e_id,
        reversed=told.state == "reversed",
    )


def poll_charges(_ref_id: int, *, cashier: Cashier | None) -> None:
    """The chore; without a gateway there is nothing to look at."""
    if cashier is not None:
        cashier.poll()
