"""What a turn about bills will ask is asked side by side; what is said is the ERP's word of now, never our rows'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from billing.mirror import MirroredErp
from bot.turns import Bot, take_turn
from core.db import Database
from tests.fake_erp import FakeErp
from tests.integration.billing_rows import store_provider
from tests.integration.test_turns import BRUNO, a_bot, open_conversation, replies, write
from tests.unit.billing.build import a_contract, a_customer, an_invoice

PHONE = "+5512981110002"
WAITS = 10.0


@pytest.fixture
def erp() -> FakeErp:
    fake = FakeErp()
    fake.add(a_customer(), a_contract(status="active"), an_invoice())
    return fake


def a_far_bot(db: Database, erp: FakeErp, far: Callable[[], bool] = lambda: True) -> Bot:
    """A bot over the mirror of an ERP that told everything once."""
    store_provider(db)
    mirror = MirroredErp(erp, db, timedelta(minutes=15))
    mirror.find_by_phone(PHONE)
    mirror.contracts("bruno")
    mirror.open_invoices("c-1002")
    erp.asked.clear()
    plain = a_bot(db)
    return replace(plain, sources=replace(plain.sources, erp=mirror, far=far))


def says(db: Database, bot: Bot, words: str) -> list[str]:
    id_ = open_conversation(db, BRUNO)
    write(db, id_, words)
    take_turn(id_, bot=bot)
    return replies(db, id_)


def test_what_does_not_wait_for_each_other_is_asked_side_by_side(db: Database, erp: FakeErp) -> None:
    bot, together = a_far_bot(db, erp), Barrier(3)

    def meet(name: str) -> None:
        # One after another, the first would wait here in vain.
        if name != "second_copy":
            together.wait(WAITS)

    erp.before = meet
    (said,) = says(db, bot, "boleto")
    assert "119,90" in said
    assert sorted(erp.asked) == ["contracts", "find_by_phone", "open_invoices", "second_copy"]


def test_what_our_rows_say_is_not_what_is_said(db: Database, erp: FakeErp) -> None:
    bot = a_far_bot(db, erp)
    erp.add(an_invoice(amount_cents=5000))
    (said,) = says(db, bot, "boleto")
    assert "50,00" in said
    assert "119,90" not in said


def test_nothing_of_the_former_owner_is_said_when_the_number_moved(db: Database, erp: FakeErp) -> None:
    bot = a_far_bot(db, erp)
    erp.add(replace(a_customer(), phones=()))
    (said,) = says(db, bot, "boleto")
    assert "119,90" not in said
    assert "CPF" in said
    assert "second_copy" not in erp.asked


def test_nothing_is_foreseen_of_a_number_that_two_share(db: Database, erp: FakeErp) -> None:
    erp.add(replace(a_customer(), ref="irene"))
    bot = a_far_bot(db, erp)
    says(db, bot, "boleto")
    assert erp.asked == ["find_by_phone"]


def test_a_greeting_asks_no_bills(db: Database, erp: FakeErp) -> None:
    says(db, a_far_bot(db, erp), "bom dia")
    assert not {"contracts", "open_invoices"} & set(erp.asked)


def test_one_thing_at_a_time_is_asked_while_the_erp_is_being_tried(db: Database, erp: FakeErp) -> None:
    bot = a_far_bot(db, erp, far=lambda: False)
    says(db, bot, "boleto")
    assert erp.asked == ["find_by_phone", "contracts", "open_invoices", "second_copy"]


def test_an_erp_that_goes_away_in_between_is_told_as_away(db: Database, erp: FakeErp) -> None:
    bot = a_far_bot(db, erp)
    erp.switch_off()
    (said,) = says(db, bot, "boleto")
    assert "não consigo ver as suas faturas" in said
