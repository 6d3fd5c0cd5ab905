"""A second copy asked for again within minutes: the same document, and the ERP is not asked for it again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.records import SecondCopy
from bot.bill_facts import SAME_WITHIN
from bot.turns import Bot, take_turn
from core.db import Database
from demo import DEMO_FILE, seed_demo
from models.invoice import Invoice
from models.message import Message
from tests.integration.desk import messages
from tests.integration.test_turns import BRUNO, a_bot, open_conversation, write


class CountingErp(LocalErp):
    """Counts what it is asked for, and gives Pix codes that a strict reader refuses, as real gateways do."""

    def __init__(self, db: Database) -> None:
        super().__init__(SqlStore(db), lambda: load_provider(db))
        self.copies: list[str] = []

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        self.copies.append(invoice_ref)
        return replace(super().second_copy(invoice_ref), pix=f"000201odd  {len(self.copies)}6304FFFF")


@pytest.fixture
def erp(db: Database) -> CountingErp:
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return CountingErp(db)


def asks(db: Database, erp: CountingErp, talk: int) -> Message:
    """Bruno asks for the bill; the bubble that he gets."""
    bot: Bot = a_bot(db)
    write(db, talk, "boleto")
    take_turn(talk, bot=replace(bot, sources=replace(bot.sources, erp=erp)))
    return messages(db, talk, "out")[-1]


def test_same_bill_is_sent_once_more_without_asking_the_erp(db: Database, erp: CountingErp) -> None:
    talk = open_conversation(db, BRUNO)
    first, second, third = (asks(db, erp, talk) for _ in range(3))
    assert len(erp.copies) == 1
    assert (first.attachment_id, first.attachment_id is None) == (second.attachment_id, False)
    assert all("000201odd  16304FFFF" in message.text.split("\n") for message in (first, second)), "byte for byte"
    assert "mesma fatura" in second.text
    assert third.attachment_id is None
    assert "pessoa te ajuda" in third.text


def test_bill_is_fetched_again_when_it_changed_or_time_went_by(db: Database, erp: CountingErp) -> None:
    talk = open_conversation(db, BRUNO)
    asks(db, erp, talk)
    with db.transaction() as session:
        number = session.scalars(select(Invoice.number).where(Invoice.ref == erp.copies[0])).one()
        session.execute(update(Invoice).where(Invoice.number == number).values(amount_cents=Invoice.amount_cents + 100))
    assert "mesma fatura" not in asks(db, erp, talk).text
    with db.transaction() as session:
        session.execute(update(Message).values(received_at=Message.received_at - SAME_WITHIN))
    asks(db, erp, talk)
    assert len(erp.copies) == 3
