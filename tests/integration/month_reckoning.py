"""The last night: the books of the test against every row of the ledger, the network and the ERP."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.db import Database
from models.collection_step import CollectionStep
from models.contract import Contract
from models.invoice import Invoice
from models.message import Message
from models.negotiation import Negotiation
from models.payment import Payment
from models.suspension import Suspension
from models.trust_unlock import TrustUnlock
from tests.integration.month_books import Books
from tests.integration.month_office import Office
from tests.integration.month_world import number_of

ZONE = ZoneInfo("America/Sao_Paulo")
HOLIDAYS = {date(2026, 9, 7), date(2026, 10, 12)}
NOTICE = "suspension_notice"


@dataclass(frozen=True)
class Sent:
    """A step of collection that went out."""

    number: int
    bill: str
    step: str
    at: datetime

    @property
    def local(self) -> datetime:
        """On the provider's clock."""
        return self.at.astimezone(ZONE)


@dataclass(frozen=True)
class Block:
    """Somebody lost the signal, with the bills that were asked for then, and since when each was."""

    number: int
    day: date
    asked: dict[str, datetime]


def sent_steps(db: Database) -> list[Sent]:
    """By the messages that were made, not by what the steps say of themselves."""
    with db.reading() as session:
        steps = {f"collection:{row.id}": row for row in session.scalars(select(CollectionStep))}
        messages = session.scalars(select(Message).where(Message.key.like("collection:%"))).all()
    rows = [(steps[str(message.key)], message.received_at) for message in messages]
    assert len(rows) == sum(row.state == "sent" for row in steps.values())
    return [Sent(number_of(row.contract_ref), row.invoice_ref, row.step, at) for row, at in rows]


def check_money(db: Database, books: Books) -> None:
    """Every invoice, payment, promise and agreement, and the sums in cents."""
    with db.reading() as session:
        invoices = {
            row.ref: (row.status, row.amount_cents, row.paid_cents, row.hold, row.due_date)
            for row in session.scalars(select(Invoice))
        }
        payments = {
            row.external_id: (str(row.invoice_ref), row.amount_cents, row.state)
            for row in session.scalars(select(Payment))
        }
        unlocks = defaultdict(list)
        for promise in session.scalars(select(TrustUnlock).order_by(TrustUnlock.id)):
            unlocks[number_of(promise.contract_ref)].append(promise.state)
        deals = session.scalars(select(Negotiation).order_by(Negotiation.id)).all()
    _same(invoices, {ref: bill.row for ref, bill in books.bills.items()})
    _same(payments, {name: (one.ref, one.cents, one.state) for name, one in books.money.items()})
    _same(unlocks, books.unlocks)
    assert [(number_of(row.contract_ref), row.state) for row in deals] == [
        (one.number, one.state) for one in books.deals
    ]
    counted = sum(cents for _, cents, state in payments.values() if state in ("settled", "partial"))
    paid = {one.ref for one in books.money.values()}
    came_in = sum(row[2] for ref, row in invoices.items() if ref in paid)
    assert counted == came_in == sum(one.cents for one in books.money.values() if one.state in ("settled", "partial"))


def _same(found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> None:
    names = sorted(found.keys() | wanted.keys())
    differing = {name: (found.get(name), wanted.get(name)) for name in names if found.get(name) != wanted.get(name)}
    assert not differing, "\n".join(f"{name}: {of[0]}, in the books {of[1]}" for name, of in differing.items())


def check_messages(sent: list[Sent], books: Books, quiet: dict[str, list[tuple[datetime, datetime]]]) -> None:
    """Nothing in quiet hours, nothing more often than agreed, nothing for a bill that was not asked for. `quiet` are
    the times in which each bill was paid or held."""
    for one in sent:
        day, hour = one.local.date(), one.local.hour
        first, last = (8, 20) if day.weekday() < 5 else (9, 14)
        assert day.weekday() < 6, one
        assert day not in HOLIDAYS, one
        assert first <= hour < last, one
        assert not any(begin < one.at <= end for begin, end in quiet.get(one.bill, ())), one
    for (bill, _), times in Counter((one.bill, one.step) for one in sent).items():
        # Once, and once more after each time that it was held or paid and is asked for again.
        assert times <= 1 + sum(end.year < 9999 for _, end in quiet.get(bill, ())), bill
    mine = defaultdict(list)
    for one in sent:
        if one.step != NOTICE:
            mine[one.number].append(one.at)
    for moments in mine.values():
        assert all(sum(timedelta() <= at - other < timedelta(days=7) for other in moments) <= 3 for at in moments)


def first_block_day(noticed: date) -> date:
    """The first day on which a contract may be blocked whose notice went out on that one."""
    day = noticed + timedelta(days=15)
    while _rests(day) or _rests(day + timedelta(days=1)):
        day += timedelta(days=1)
    return day


def _rests(day: date) -> bool:
    return day.weekday() >= 5 or day in HOLIDAYS


def blocked_by_right(sent: list[Sent], books: Books, today: date) -> set[int]:
    """Who has to be without signal at the end: asked without a break since a notice whose days are over, or blocked
    since then and not done with paying."""
    found = set()
    for one in sent:
        bill = books.bills[one.bill]
        asked = bill in books.owes(one.number, today) and bill.since <= one.at
        if one.step == NOTICE and asked and first_block_day(one.local.date()) <= today:
            found.add(one.number)
    return found | books.without_signal()


def check_blocks(sent: list[Sent], blocks: list[Block]) -> None:
    """Every block had its notice at least 15 days before, of a bill that was asked for without a break since then."""
    notices = [one for one in sent if one.step == NOTICE]
    for block in blocks:
        told = [one for one in notices if one.bill in block.asked and block.asked[one.bill] <= one.at]
        assert any((block.day - one.local.date()).days >= 15 for one in told), block


def check_network(db: Database, office: Office, held: set[int], rightly: set[int]) -> None:
    """RADIUS, the contracts, what the ERP says of them and the ledger of suspensions name the same ones."""
    with db.reading() as session:
        contracts = session.scalars(select(Contract).where(Contract.status == "blocked")).all()
        suspended = session.scalars(select(Suspension.contract_ref).where(Suspension.state == "suspended")).all()
    assert held == rightly, (sorted(held - rightly), sorted(rightly - held))
    assert {number_of(row.ref) for row in contracts} == held
    assert {number_of(ref) for ref in suspended} == held
    told = [one for number in held for one in office.erp.contracts(office.customer(number))]
    assert {number_of(one.ref) for one in told if one.status == "blocked"} == held
