"""Once finance decided, a conversation that only waited for that is the bot's again; what people have stays theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff.events import add_note
from handoff.hand_over import hand_over
from handoff.negotiations import approve, refuse
from models import utc_now
from models.alert import Alert
from models.channel_template import ChannelTemplate
from models.conversation import Conversation
from models.message import Message
from models.negotiation import Negotiation
from models.sla import SlaClock
from tests.integration.debtors import invoice
from tests.integration.test_agreements import JOANA, accepted, said, tell


def waiting(db: Database) -> None:
    """Handed over for finance's word, as the bot does it."""
    with db.transaction() as session:
        accepted_at = session.get_one(Negotiation, 1).accepted_at
        assert hand_over(session, 1, queue="Cobrança", reason="espera aprovação", summary="")
        session.execute(update(Conversation).values(waiting_since=accepted_at))


def talk(db: Database) -> Conversation:
    with db.reading() as session:
        return session.get_one(Conversation, 1)


def wrote(db: Database, text: str = "e aí?") -> None:
    with db.transaction() as session:
        session.add(Message(conversation_id=1, channel="whatsapp", direction="in", text=text))


def decide(db: Database, *, yes: bool) -> None:
    with db.transaction() as session:
        if yes:
            approve(session, 1, JOANA, enters=True)
        else:
            refuse(session, 1, JOANA, "já houve um acordo quebrado")


def test_approved_agreement_is_told_with_what_to_pay_and_the_conversation_leaves_the_queue(db: Database) -> None:
    desk, _ = accepted(db, active=False)
    waiting(db)
    decide(db, yes=True)
    for _ in range(2):
        tell(desk)
    [words] = said(db)
    assert "R$ 33,34" in words
    assert "04/09/2026" in words
    assert (talk(db).handler, talk(db).queue, talk(db).waiting_since) == ("bot", None, None)
    with db.reading() as session:
        assert session.scalars(select(SlaClock.id).where(SlaClock.stopped_at.is_(None))).all() == []
        assert session.scalars(select(Message.kind).where(Message.direction == "event")).all()[-1] == "given_back"


def test_refused_agreement_is_told_with_the_way_to_people_and_the_conversation_leaves_the_queue(db: Database) -> None:
    desk, _ = accepted(db, active=False)
    waiting(db)
    decide(db, yes=False)
    tell(desk)
    [words] = said(db)
    assert "já houve um acordo quebrado." in words
    assert "escreva *atendente*" in words
    assert talk(db).handler == "bot"


@pytest.mark.parametrize("who", ["customer", "person"])
@pytest.mark.parametrize("yes", [True, False])
def test_conversation_in_which_somebody_did_something_stays_with_people(db: Database, who: str, yes: bool) -> None:
    desk, _ = accepted(db, active=False)
    waiting(db)
    if who == "customer":
        wrote(db)
    else:
        with db.transaction() as session:
            add_note(session, 1, "whatsapp", "ligar amanhã", author=JOANA.author)
    decide(db, yes=yes)
    tell(desk)
    [words] = said(db)
    assert "atendente" not in words
    assert (talk(db).handler, talk(db).queue) == ("queue", "Cobrança")


def test_who_waits_for_a_person_is_not_told_to_negotiate_with_the_bot_after_the_debt_changed(db: Database) -> None:
    desk, _ = accepted(db, active=False)
    waiting(db)
    wrote(db)
    invoice(db, "i-1", status="paid")
    decide(db, yes=True)
    tell(desk)
    assert "negociar" not in said(db)[0]
    assert talk(db).handler == "queue"


def test_conversation_whose_customer_could_not_be_told_stays_in_the_queue(db: Database) -> None:
    desk, _ = accepted(db, active=False)
    waiting(db)
    with db.transaction() as session:
        session.execute(update(Conversation).values(last_inbound_at=utc_now() - timedelta(days=2)))
        session.execute(update(ChannelTemplate).values(status="rejected"))
    decide(db, yes=False)
    tell(desk)
    assert talk(db).handler == "queue"
    with db.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["agreement.untold"]
