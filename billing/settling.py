"""From what a gateway tells to payments: every charge is read again before it counts, and those never told of too."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from billing.gateway import Gateway, Hint, Registered
from billing.movements import known_of, movements
from billing.payments import take_payment
from core.db import Database
from core.errors import Failure, Refused
from models import utc_now
from models.charge import Charge
from models.invoice import Invoice

log = logging.getLogger(__name__)

# A charge is looked at again after a quarter of its age, within these seconds; the youngest come first.
SOONEST, LATEST, PART = 600, 86_400, 0.25
GIVEN_UP_AFTER = timedelta(days=180)
AT_ONCE = 20
# A Pix can be given back for 90 days; most banks tell of it by a webhook, so a paid charge is looked at seldom:
# when half its age has passed since the last look.
RETURNED_WITHIN = timedelta(days=90)


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
        """Writes down what a charge says of itself: paid, paid on, given back, taken back, or over."""
        with self.db.transaction() as session:
            # Two who read the charge at once write one after the other: what moved is told by what is known.
            mine = select(Charge).where(Charge.gateway == self.kind, Charge.external_id == told.external_id)
            row = session.scalars(mine.with_for_update()).one_or_none()
            for movement in movements(told, known_of(session, self.kind, told.external_id), key):
                take_payment(session, movement, source=self.kind)
            if row is None:
                return
            row.looked_at = utc_now()
            if told.state in ("cancelled", "expired") and row.state == "open":
                row.state, row.changed_at = "cancelled", utc_now()

    def poll(self) -> None:
        """Looks at charges that are due for it, some of them at a time: their webhook may never have come. While the
        gateway is away the rest is left for the next time."""
        for charge in self._due():
            try:
                self.take(Hint(charge.external_id, charge.key))
            except Failure as failure:
                log.warning("charge %s could not be read: %s", charge.id, failure)
                if not failure.permanent:
                    return

    def _due(self) -> list[Charge]:
        """Open ones, and such as were paid in part, by their age; paid ones for as long as their money may go back."""
        now = utc_now()
        age = func.extract("epoch", now - Charge.created_at)
        soon, seldom = (func.make_interval(0, 0, 0, 0, 0, 0, rest) for rest in _rests(age))
        looked = func.coalesce(Charge.looked_at, Charge.created_at)
        owed = exists().where(Invoice.id == Charge.invoice_id, Invoice.status == "open")
        asked = (Charge.state == "open") | (Charge.state == "asked") & Charge.error.is_not(None)
        waits = (asked | (Charge.state == "paid") & owed) & (looked + soon < now)
        may_return = (Charge.state == "paid") & (Charge.changed_at > now - RETURNED_WITHIN) & (looked + seldom < now)
        wanted = (
            select(Charge)
            .where(Charge.gateway == self.kind, Charge.created_at > now - GIVEN_UP_AFTER, waits | may_return)
            .order_by(waits.desc(), Charge.created_at.desc())
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


def _rests(age: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Seconds between two looks at a charge of that age in seconds: while money is waited for, and after it came."""
    return func.greatest(SOONEST, func.least(LATEST, age * PART)), func.greatest(LATEST, age / 2)


def poll_charges(_ref_id: int, *, cashier: Cashier | None) -> None:
    """The chore; without a gateway there is nothing to look at."""
    if cashier is not None:
        cashier.poll()
