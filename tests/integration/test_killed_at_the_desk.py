"""Restart in the middle: all that the desk does is killed at each moment and done again; nothing is lost or twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count

import pytest

from bot.desk_jobs import DeskWork, do_desk_job
from core.db import Database
from core.later import Later
from handoff import desk
from handoff.desk_jobs import ask_second_copy, ask_ticket
from handoff.outcome import Denied, Done
from models import utc_now
from models.desk_job import DeskJob
from models.invoice import Invoice
from tests.conftest import emptied
from tests.fake_erp import FakeErp
from tests.integration.desk import a_conversation, a_provider, messages, the_cast
from tests.integration.desk_acts import ACTS, Act, Press
from tests.integration.killing import killed, outcome
from tests.integration.outgoing import a_chat, a_delivery, patience_ran_out, the_message, the_worry
from tests.integration.test_console_conversation import ana_is_known
from tests.integration.waiting import TEXTS
from tests.unit.billing.build import a_provider as provider_value
from tests.unit.billing.build import an_invoice
from webhooks.channels.fake import FakeChannel
from webhooks.deliver import deliver

Begin = Callable[[], tuple[Press, Callable[[], None]]]


def every_moment(db: Database, begin: Begin) -> int:
    """Begins anew for each moment, kills the act there, does it again, and lets `begin`'s second part judge. Returns
    how many moments there were."""
    for moment in count():
        emptied(db.engine)
        act, judge = begin()
        with killed(moment) as killer:
            act()
        act()
        judge()
        if not killer.died:
            return moment
    raise AssertionError


@pytest.mark.parametrize("act", ACTS, ids=[act.__name__ for act in ACTS])
def test_act_that_is_killed_at_any_moment_and_done_again_is_done_once(db: Database, act: Act) -> None:
    press = act(db)
    untouched = outcome(db)
    press()
    wanted = outcome(db)
    assert wanted != untouched

    def judge() -> None:
        assert outcome(db) == wanted

    assert every_moment(db, lambda: (act(db), judge)) >= 2


def test_answer_whose_sender_is_killed_leaves_once_or_a_person_is_told(db: Database) -> None:
    left: list[int] = []

    def begin() -> tuple[Press, Callable[[], None]]:
        helena, chat, channel = the_cast(db)["helena"], a_chat(db), FakeChannel()
        with db.transaction() as session:
            desk.take(session, chat, helena)
            done = desk.reply(session, chat, helena, "Bom dia!", "t", now=utc_now())
        assert isinstance(done, Done)
        delivery = a_delivery(db, {"meta": channel})

        def act() -> None:
            with contextlib.suppress(Later):
                deliver(done.message_id, delivery=delivery)
            if the_message(db, done.message_id).status == "sending":
                patience_ran_out(db, done.message_id)

        def judge() -> None:
            act()
            status = the_message(db, done.message_id).status
            left.append(len(channel.taken))
            assert (status, len(channel.taken)) == ("accepted", 1) or (
                status == "unknown" and len(channel.taken) <= 1 and "não sabemos" in the_worry(db, chat)
            )

        return act, judge

    assert every_moment(db, begin) >= 4
    assert left.count(1) >= 3


def _erp() -> FakeErp:
    erp = FakeErp()
    erp.add(an_invoice(ref="i1", contract_ref="1001", status="open", hold=""))
    return erp


def _asked_for(db: Database, what: str) -> tuple[int, int]:
    """The conversation, and the job that its owner asked for."""
    a_provider(db)
    helena = the_cast(db)["helena"]
    talk = a_conversation(db, handler="agent", owner=helena)
    ana_is_known(db, talk)
    with db.transaction() as session:
        if what == "ticket":
            asked: Done | Denied = ask_ticket(session, talk, helena, "Sem luz", "LOS desde ontem", "t")
        else:
            bill = session.query(Invoice.id).filter(Invoice.ref == "i1").scalar()
            asked = ask_second_copy(session, talk, helena, bill, "t", now=utc_now())
        assert isinstance(asked, Done), asked
        return talk, session.query(DeskJob.id).scalar()


@pytest.mark.parametrize("what", ["ticket", "second_copy"])
def test_erp_is_asked_once_or_a_person_is_told_whenever_the_worker_is_killed(db: Database, what: str) -> None:
    ends: list[str] = []

    def begin() -> tuple[Press, Callable[[], None]]:
        (talk, job), erp = _asked_for(db, what), _erp()
        work = DeskWork(db, erp, TEXTS, provider_value)

        def act() -> None:
            do_desk_job(job, work=work)

        def judge() -> None:
            with db.transaction() as session:
                row = session.get_one(DeskJob, job)
                ends.append(row.state)
                assert row.outcome
            assert erp.asked.count("open_ticket") <= 1
            assert len(messages(db, talk, "out")) == (1 if what == "second_copy" else 0)

        return act, judge

    every_moment(db, begin)
    assert set(ends) == ({"done"} if what == "second_copy" else {"done", "unknown"})
