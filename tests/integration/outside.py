"""Bruno's debt in an outside ERP, seen through the mirror by a desk of ours that collects and suspends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from billing.mirror import MirroredErp
from billing.payments import take_payment
from billing.records import Invoice
from core.db import Database
from handoff.debt_desk import DebtDesk
from handoff.suspending import restore, suspend
from models.contact import Contact
from models.contract import Contract
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.payment import Payment
from models.suspension import Suspension
from tests.fake_erp import FakeErp
from tests.integration.debtors import Clock, at, set_up, steps, work_off
from tests.integration.paying import money
from tests.unit.billing.build import a_contract, a_customer, an_invoice
from wiring_network import job_finished

DUE = date(2026, 8, 12)
NOTICE = "suspension_notice"


@dataclass
class Outside:
    """The ERP, its mirror and the desk, on Thursday, 27 August, 10h: the day of the notice."""

    db: Database
    erp: FakeErp = field(default_factory=FakeErp)
    clock: Clock = field(default_factory=lambda: Clock(at("2026-08-27T10:00")))

    def __post_init__(self) -> None:
        set_up(self.db, enabled=True, suspends="ours")
        self.erp.add(a_customer(), a_contract(status="active"), an_invoice(due_date=DUE))
        self.mirror = MirroredErp(self.erp, self.db, timedelta(minutes=15), self.clock)
        self.desk = DebtDesk(self.db, self.mirror, "pt_BR", local=False, now=self.clock)
        self.mirror.contracts("bruno")
        self.read()
        with self.db.transaction() as session:
            session.add(Contact(channel="whatsapp", customer_ref="bruno", proved_by="phone"))

    def read(self) -> tuple[Invoice, ...]:
        """What the house sees of the ERP's open invoices."""
        return self.mirror.open_invoices("c-1002")

    def lose(self) -> None:
        """The ERP stammers: the invoice is in none of its lists."""
        self.erp.invoices.pop("i-1", None)
        self.read()

    def find(self, **changes: Any) -> None:
        """It is there again."""
        self.erp.add(an_invoice(due_date=DUE, **changes))
        self.read()

    def go_to(self, moment: str) -> None:
        """The steps and suspensions of that moment are done."""
        self.clock.now = at(moment)
        self.work()

    def work(self) -> None:
        work_off(self.desk)
        suspend(0, desk=self.desk)
        self.follow()

    def pay(self, cents: int = 11990, name: str = "pay-1", **more: Any) -> None:
        """The gateway tells of money for the invoice, and what hangs on it is done."""
        with self.db.transaction() as session:
            take_payment(session, money(cents, name, **more), source="asaas", invoice_ref="i-1")
            session.execute(update(Payment).where(Payment.external_id == name).values(known_at=self.clock()))
        self.follow()

    def follow(self) -> None:
        """Does the work that waits for the restoration."""
        with self.db.transaction() as session:
            waiting = session.scalars(select(Outbox.ref_id).where(Outbox.topic == "restore")).all()
            session.execute(update(Outbox).where(Outbox.topic == "restore").values(topic="collect"))
        for contract_id in set(waiting):
            restore(contract_id, desk=self.desk)

    def end(self, action: str) -> None:
        """The newest job of that kind is verified on the network."""
        with self.db.transaction() as session:
            wanted = select(NetworkJob).where(NetworkJob.action == action).order_by(NetworkJob.id.desc()).limit(1)
            job = session.scalars(wanted).one()
            job.state, job.finished_at = "verified", self.clock()
            job_finished(session, job)
            session.execute(update(Contract).values(status="blocked" if action == "block_signal" else "active"))

    def jobs(self) -> list[tuple[str, str]]:
        with self.db.reading() as session:
            found = session.scalars(select(NetworkJob).order_by(NetworkJob.id))
            return [(job.action, job.state) for job in found]

    def notices(self) -> list[tuple[str, date]]:
        """What became of each notice, and from which day it suspends."""
        with self.db.reading() as session:
            found = session.scalars(select(Suspension).order_by(Suspension.id))
            return [(row.state, row.suspend_from) for row in found]

    def sent(self) -> int:
        """How many notices went out."""
        return len(steps(self.db, step=NOTICE, state="sent"))


def all_unread(db: Database) -> None:
    """Nothing was read yet, so that it is due to be read."""
    with db.transaction() as session:
        session.execute(update(Contract).values(invoices_seen_at=None))
