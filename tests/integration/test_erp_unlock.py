"""A trust unlock that the ERP gives: asked for once, whatever is killed or told twice, and its word wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from billing.erp_unlock import UnlockDesk, erp_unlock, give_up
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.ports import Capability
from billing.provider_row import load_provider
from billing.records import Contract, Invoice, Unlocked
from billing.unlock_ledger import expire, job_finished, promises
from bot.texts import Texts
from bot.turns import Bot, take_turn
from bot.unlock_reminder import remind_unlock
from core.db import Database
from core.errors import Conflict, Failure, Misconfigured, Refused, Unreachable
from core.later import Later
from demo import DEMO_FILE, seed_demo
from models import utc_now
from models.alert import Alert
from models.conversation import Conversation
from models.invoice import Invoice as InvoiceRow
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.provider import Provider
from models.trust_unlock import TrustUnlock
from tests.integration.test_turns import BRUNO, a_bot, open_conversation, replies, write


class UnlockingErp(LocalErp):
    """Releases on trust itself: grants, or raises what it is told, after it did it where `does_it` says so."""

    def __init__(self, db: Database) -> None:
        super().__init__(SqlStore(db), lambda: load_provider(db))
        self.asked: list[tuple[str, int]] = []
        self.answer: Unlocked | Failure = Unlocked(protocol="260912153100")
        self.does_it = True
        self.active: set[str] = set()
        self.down = False

    def capabilities(self) -> frozenset[Capability]:
        return super().capabilities() | {"trust_unlock"}

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        every = super().contracts(customer_ref)
        return tuple(replace(c, status="active") if c.ref in self.active else c for c in every)

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        if self.down:
            raise Unreachable("erp_down")
        return super().open_invoices(contract_ref)

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        self.asked.append((contract_ref, days))
        if self.does_it and not isinstance(self.answer, Refused):
            self.active.add(contract_ref)
        if isinstance(self.answer, Failure):
            raise self.answer
        return self.answer


@pytest.fixture
def erp(db: Database) -> UnlockingErp:
    """The demo's provider, whose ERP unlocks."""
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return UnlockingErp(db)


def a_desk(db: Database, erp: UnlockingErp, *, network: bool = True) -> UnlockDesk:
    return UnlockDesk(db, erp, lambda: network, job_finished)


def agreed(db: Database, erp: UnlockingErp) -> tuple[int, int, Bot]:
    """Bruno has said yes: his conversation, the unlock's id, and the bot."""
    bot = a_bot(db)
    bot = replace(bot, sources=replace(bot.sources, erp=erp))
    talk = open_conversation(db, BRUNO)
    for text in ("libera meu sinal", "sim"):
        write(db, talk, text)
        take_turn(talk, bot=bot)
    with db.transaction() as session:
        return talk, session.scalars(select(TrustUnlock.id).where(TrustUnlock.state == "reserved")).one(), bot


def unlock(db: Database, number: int) -> TrustUnlock:
    with db.transaction() as session:
        return session.get_one(TrustUnlock, number)


def job(db: Database) -> NetworkJob:
    with db.transaction() as session:
        return session.scalars(select(NetworkJob)).one()


def works(db: Database, topic: str) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Outbox).where(Outbox.topic == topic)) or 0


def test_erp_is_asked_before_the_network_which_waits(db: Database, erp: UnlockingErp) -> None:
    _, number, _ = agreed(db, erp)
    assert (works(db, "erp_unlock"), works(db, "network"), job(db).state) == (1, 0, "asked")
    until = utc_now() + timedelta(hours=24)
    erp.answer = Unlocked(until, "260912153100")
    erp_unlock(number, desk=a_desk(db, erp))
    row = unlock(db, number)
    assert (row.erp_protocol, row.expires_at, row.state) == ("260912153100", until, "reserved")
    assert (works(db, "network"), job(db).state) == (1, "approved")
    erp_unlock(number, desk=a_desk(db, erp))
    assert erp.asked == [("1002", 3)]
    assert works(db, "network") == 1


def test_two_that_run_at_once_ask_the_erp_once(db: Database, erp: UnlockingErp) -> None:
    _, number, _ = agreed(db, erp)
    together = Barrier(2)

    def run(_: int) -> None:
        together.wait(10)
        try:
            erp_unlock(number, desk=a_desk(db, erp))
        except Conflict:
            erp_unlock(number, desk=a_desk(db, erp))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert len(erp.asked) == 1
    assert works(db, "network") == 1


def test_two_yes_in_parallel_conversations_are_one_unlock(db: Database, erp: UnlockingErp) -> None:
    bot = a_bot(db)
    bot = replace(bot, sources=replace(bot.sources, erp=erp))
    with db.transaction() as session:
        before = session.scalar(select(func.count()).select_from(TrustUnlock)) or 0
    talks = [open_conversation(db, BRUNO)]
    write(db, talks[0], "libera meu sinal")
    take_turn(talks[0], bot=bot)
    write(db, talks[0], "sim")
    together = Barrier(2)

    def answer(_: int) -> None:
        together.wait(10)
        try:
            take_turn(talks[0], bot=bot)
        except Conflict:
            take_turn(talks[0], bot=bot)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(answer, range(2)))
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(TrustUnlock)) == before + 1
    assert works(db, "erp_unlock") == 1


def test_killed_after_the_erp_did_it_reads_before_it_asks_again(db: Database, erp: UnlockingErp) -> None:
    _, number, _ = agreed(db, erp)
    erp.answer = Unreachable("read_timeout", ambiguous=True)
    with pytest.raises(Unreachable):
        erp_unlock(number, desk=a_desk(db, erp))
    erp_unlock(number, desk=a_desk(db, erp))
    assert len(erp.asked) == 1
    assert job(db).state == "approved"


def test_lost_request_is_asked_again_when_the_contract_is_still_blocked(db: Database, erp: UnlockingErp) -> None:
    _, number, _ = agreed(db, erp)
    erp.answer, erp.does_it = Unreachable("read_timeout", ambiguous=True), False
    with pytest.raises(Unreachable):
        erp_unlock(number, desk=a_desk(db, erp))
    erp.answer, erp.does_it = Unlocked(protocol="7"), True
    erp_unlock(number, desk=a_desk(db, erp))
    assert (len(erp.asked), unlock(db, number).erp_protocol) == (2, "7")


def test_refusal_of_the_erp_wins_and_is_told_by_its_rule(db: Database, erp: UnlockingErp) -> None:
    talk, number, bot = agreed(db, erp)
    erp.answer = Refused("already_used", "usada e não paga")
    erp_unlock(number, desk=a_desk(db, erp))
    row = unlock(db, number)
    assert (row.state, row.refusal, job(db).state, works(db, "network")) == ("refused", "already_used", "refused", 0)
    assert all(promise.granted_at != row.granted_at for promise in promises(db, "1002")), "it does not count as used"
    take_turn(talk, bot=bot)
    assert "já foi usada" in replies(db, talk)[-1]


def test_erp_that_says_it_is_free_already_leaves_only_the_network(db: Database, erp: UnlockingErp) -> None:
    _, number, _ = agreed(db, erp)
    erp.answer = Refused("not_blocked")
    erp_unlock(number, desk=a_desk(db, erp))
    assert (unlock(db, number).state, works(db, "network")) == ("reserved", 1)


@pytest.mark.parametrize(("asked", "state", "ledger"), [(False, "failed", "failed"), (True, "unknown", "reserved")])
def test_erp_that_never_answers_is_left_to_people(
    db: Database, erp: UnlockingErp, asked: bool, state: str, ledger: str
) -> None:
    talk, number, bot = agreed(db, erp)
    erp.answer, erp.does_it = Unreachable("connect_timeout", ambiguous=asked), False
    with pytest.raises(Unreachable):
        erp_unlock(number, desk=a_desk(db, erp))
    give_up(number, desk=a_desk(db, erp))
    assert (job(db).state, unlock(db, number).state) == (state, ledger)
    take_turn(talk, bot=bot)
    assert "não consegui confirmar" in replies(db, talk)[-1]


def test_erp_that_does_the_network_is_read_until_it_shows_the_contract_active(db: Database, erp: UnlockingErp) -> None:
    _, number, _ = agreed(db, erp)
    erp.does_it = False
    desk = a_desk(db, erp, network=False)
    with pytest.raises(Later):
        erp_unlock(number, desk=desk)
    erp.active.add("1002")
    erp_unlock(number, desk=desk)
    assert (len(erp.asked), job(db).state, unlock(db, number).state, works(db, "network")) == (
        1,
        "verified",
        "active",
        0,
    )


def ended(db: Database, erp: UnlockingErp, ago: timedelta, **policies: object) -> int:
    """An unlock of the ERP that was verified and whose time is over."""
    _, number, _ = agreed(db, erp)
    erp_unlock(number, desk=a_desk(db, erp, network=False))
    with db.transaction() as session:
        session.execute(update(TrustUnlock).where(TrustUnlock.id == number).values(expires_at=utc_now() - ago))
        row = session.scalars(select(Provider)).one()
        row.policies = {**row.policies, "unlock_end": policies}
    return number


@pytest.mark.parametrize(("reblock", "asked", "state"), [("", 0, "broken"), ("ours", 1, "active")])
def test_erp_blocks_again_what_it_released_unless_the_policy_says_ours(
    db: Database, erp: UnlockingErp, reblock: str, asked: int, state: str
) -> None:
    number = ended(db, erp, timedelta(minutes=1), reblock=reblock)
    blocks: list[int] = []
    expire(number, db=db, erp=erp, ask_block=lambda _, row: blocks.append(row.id))
    assert (len(blocks), unlock(db, number).state) == (asked, state)


@pytest.mark.parametrize("failure", [Unreachable("down"), Misconfigured("erp_credentials")])
def test_nobody_is_blocked_on_a_debt_that_was_not_read_and_people_hear_of_it(
    db: Database, erp: UnlockingErp, failure: Failure
) -> None:
    number = ended(db, erp, timedelta(hours=4), reblock="ours")

    class Away(UnlockingErp):
        def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
            raise failure

    blocks: list[int] = []
    with pytest.raises(Later if failure.permanent else Unreachable):
        expire(number, db=db, erp=Away(db), ask_block=lambda _, row: blocks.append(row.id))
    with db.transaction() as session:
        assert session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None))).all() == ["unlock_unread"]
    expire(number, db=db, erp=erp, ask_block=lambda _, row: blocks.append(row.id))
    with db.transaction() as session:
        assert session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None))).all() == []
    assert blocks == [number]


@pytest.mark.parametrize("paid", [False, True])
def test_end_is_told_once_and_not_when_it_was_paid(db: Database, erp: UnlockingErp, paid: bool) -> None:
    talk, number, _ = agreed(db, erp)
    erp_unlock(number, desk=a_desk(db, erp, network=False))
    row = unlock(db, number)
    soon = row.expires_at - timedelta(hours=1)

    def remind(at: datetime) -> None:
        remind_unlock(number, db=db, erp=erp, texts=Texts.load(), now=lambda: at)

    with pytest.raises(Later):
        remind(row.granted_at)
    erp.down = True
    with pytest.raises(Later):
        remind(soon)
    erp.down = False
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=soon))
        if paid:
            session.execute(update(InvoiceRow).values(status="paid", paid_at=utc_now()))
    before = len(replies(db, talk))
    for _ in range(2):
        remind(soon)
    assert unlock(db, number).reminded_at is not None
    news = replies(db, talk)[before:]
    assert len(news) == (0 if paid else 1)
    assert all("vale até" in text and "R$ 119,90" in text for text in news)
