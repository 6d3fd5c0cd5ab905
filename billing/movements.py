"""What a charge says of its money, against what is known of it: only what is new moves, each movement by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.gateway import Registered, Settlement
from models import utc_now
from models.payment import Payment


@dataclass(frozen=True)
class Known:
    """The movements of one charge: those that stand, by name, their sum, and the sum that went back, in cents."""

    names: tuple[str, ...] = ()
    came: int = 0
    returned: int = 0


def known_of(session: Session, source: str, external_id: str) -> Known:
    """What is stored of the charge. Whoever goes on to write holds the charge's row."""
    mine = select(Payment).where(Payment.source == source, Payment.detail["charge"].astext == external_id)
    found = list(session.scalars(mine.order_by(Payment.id)))
    came = [payment for payment in found if payment.state != "returned"]
    return Known(
        tuple(payment.external_id for payment in came),
        sum(payment.amount_cents for payment in came),
        sum(payment.amount_cents for payment in found if payment.state == "returned"),
    )


def movements(told: Registered, known: Known, key: str | None = None) -> Iterator[Settlement]:
    """What moved since: a first payment, named like the charge; what came on top of it, named by the sum it makes; a
    part that went back, named likewise; or all of it, under the names that it came by."""
    if told.state not in ("paid", "reversed"):
        return
    came = told.paid_cents or told.amount_cents
    if not known.names:
        yield _settlement(told, told.external_id, came, key, reversed=told.state == "reversed")
    elif came > known.came:
        yield _settlement(told, f"{told.external_id}+{came}", came - known.came, key)
    if told.state == "reversed":
        for name in known.names:
            yield _settlement(told, name, came, key, reversed=True)
    elif told.returned_cents > known.returned:
        part = told.returned_cents - known.returned
        yield _settlement(told, f"{told.external_id}-{told.returned_cents}", part, key, returned=True)


def _settlement(
    told: Registered, name: str, cents: int, key: str | None, *, reversed: bool = False, returned: bool = False
) -> Settlement:
    return Settlement(
        external_id=name,
        amount_cents=cents,
        paid_at=utc_now() if returned else told.paid_at or utc_now(),
        method=told.method,
        charge_id=told.external_id,
        key=key,
        txid=told.txid,
        # A Pix is one movement: what came later, or went back, is another.
        e2e_id=told.e2e_id if name == told.external_id else None,
        reversed=reversed,
        returned=returned,
    )
