"""What was asked for while the ERP was away: told honestly, kept once, served once when it is back, or a person's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from billing.circuit import Gate
from bot.serve_wishes import plan_wishes, serve_wish
from bot.texts import Texts
from bot.turns import Bot, take_turn
from core.db import Database
from core.errors import Conflict
from models import utc_now
from models.conversation import Conversation
from models.outbox import Outbox
from models.wish import Wish
from tests.fake_erp import FakeErp
from tests.integration.billing_rows import store_provider
from tests.integration.test_turns import BRUNO, a_bot, open_conversation, replies, write
from tests.unit.billing.build import a_contract, a_customer, an_invoice

NOON, NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC), datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TEXTS = Texts.load("pt_BR")


@pytest.fixture
def erp() -> FakeErp:
    fake = FakeErp()
    fake.add(a_customer(), a_contract(status="active"), an_invoice())
    fake.switch_off()
    return fake


@pytest.fixture
def bot(db: Database, erp: FakeErp) -> Bot:
    store_provider(db)
    plain = a_bot(db)
    return replace(plain, sources=replace(plain.sources, erp=erp))


@pytest.fixture
def chat(db: Database, bot: Bot) -> int:
    """Bruno asked for his invoice while the ERP was away."""
    id_ = open_conversation(db, BRUNO)
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now()))
    ask(db, bot, id_)
    return id_


def ask(db: Database, bot: Bot, id_: int) -> None:
    write(db, id_, "boleto")
    take_turn(id_, bot=bot)


def wishes(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(one.intent, one.state) for one in session.scalars(select(Wish).order_by(Wish.id))]


def plan(db: Database, gate: Gate = "closed", at: datetime = NOON) -> int:
    """How many turns are planned then."""
    plan_wishes(0, db=db, texts=TEXTS, gate=lambda: gate, clock=lambda: at)
    with db.reading() as session:
        return len(session.scalars(select(Outbox.id).where(Outbox.topic == "wish")).all())


def owner(db: Database, id_: int) -> tuple[str, str | None]:
    with db.reading() as session:
        row = session.get_one(Conversation, id_)
        return row.handler, row.queue


def test_wish_is_kept_once_and_told_honestly_each_time(db: Database, bot: Bot, chat: int) -> None:
    ask(db, bot, chat)
    assert wishes(db) == [("invoice_second_copy", "waiting")]
    said = replies(db, chat)
    assert len(said) == 2
    assert all("não consigo ver as suas faturas" in text for text in said)
    assert owner(db, chat) == ("bot", None)


def test_wish_is_served_once_when_two_workers_race(db: Database, bot: Bot, erp: FakeErp, chat: int) -> None:
    erp.switch_on()

    def serve(_: int) -> None:
        try:
            serve_wish(1, bot=bot)
        except Conflict:
            serve_wish(1, bot=bot)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(serve, range(2)))
    assert wishes(db) == [("invoice_second_copy", "served")]
    back = [text for text in replies(db, chat) if "voltou" in text]
    assert len(back) == 1
    assert "119,90" in back[0]


def test_wish_goes_on_waiting_silently_while_the_erp_is_still_away(db: Database, bot: Bot, chat: int) -> None:
    serve_wish(1, bot=bot)
    assert wishes(db) == [("invoice_second_copy", "waiting")]
    assert len(replies(db, chat)) == 1


def test_wish_is_dropped_when_it_was_answered_otherwise(db: Database, bot: Bot, erp: FakeErp, chat: int) -> None:
    erp.switch_on()
    ask(db, bot, chat)
    assert wishes(db) == [("invoice_second_copy", "dropped")]
    serve_wish(1, bot=bot)
    assert len(replies(db, chat)) == 2


@pytest.mark.parametrize(("gate", "at"), [("open", NOON), ("closed", NIGHT)])
def test_nothing_is_tried_at_night_or_while_nobody_is_to_ask(db: Database, chat: int, gate: Gate, at: datetime) -> None:
    assert plan(db, gate, at) == 0


def test_turn_is_planned_once_when_the_erp_may_be_asked(db: Database, chat: int) -> None:
    assert plan(db, "probe") == 1
    assert plan(db) == 1


@pytest.mark.parametrize("closed", [False, True])
def test_person_gets_what_was_wanted_when_it_is_too_late(db: Database, chat: int, closed: bool) -> None:
    with db.transaction() as session:
        session.execute(update(Wish).values(expires_at=utc_now() - timedelta(seconds=1)))
        if closed:
            session.execute(update(Conversation).values(handler="closed", closed_at=utc_now()))
    assert plan(db) == 0
    assert (wishes(db), owner(db, chat)) == ([("invoice_second_copy", "lapsed")], ("queue", "Financeiro"))


def test_wish_is_left_to_the_person_who_has_the_conversation(db: Database, chat: int) -> None:
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="queue", queue="N1"))
    assert plan(db) == 0
    assert (wishes(db), owner(db, chat)) == ([("invoice_second_copy", "dropped")], ("queue", "N1"))
