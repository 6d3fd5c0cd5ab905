"""Merging people is a supervisor's act: everything moves, two open conversations become one, and it can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff import consent
from handoff.access import Attendant, attendant_of
from handoff.life.merging import (
    GONE_ALREADY,
    HIDDEN,
    LEAVING,
    NOT_ALLOWED,
    OTHER_CHANNEL,
    OTHER_CUSTOMER,
    SAME,
    SAY_WHY,
    UNKNOWN,
    contact_of_protocol,
    merge,
)
from handoff.life.unmerging import LATER_ONE_FIRST, unmerge
from handoff.life.unmerging import UNKNOWN as UNDONE
from handoff.outcome import Denied, Done
from models import utc_now
from models.agent import Agent
from models.consent import Consent
from models.contact import Contact, ContactAlias
from models.contact_merge import ContactMerge
from models.conversation import Conversation
from models.message import Message
from models.role import RoleRow
from tests.integration.desk import a_conversation, audited, conversation, messages, the_cast
from tests.integration.doors import bring
from tests.unit.webhooks.payloads import ANA, BRUNO, meta, text, value


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def karina(cast: dict[str, Attendant]) -> Attendant:
    """A supervisor."""
    return cast["karina"]


def contact(db: Database, conversation_id: int) -> int:
    return conversation(db, conversation_id).contact_id


def join(db: Database, kept: int, gone: int, who: Attendant, why: str = "mesma pessoa, dois números") -> Done | Denied:
    """The contacts of two conversations."""
    with db.transaction() as session:
        return merge(session, kept, gone, who, why, now=utc_now())


def part(db: Database, done: Done | Denied, who: Attendant) -> Done | Denied:
    assert isinstance(done, Done)
    with db.transaction() as session:
        row = session.get_one(ContactMerge, done.message_id)
        return unmerge(session, row.id, row.kept_id, who, now=utc_now())


def everything(db: Database) -> dict[str, list[Any]]:
    """Whose everything is, and who has what."""
    with db.transaction() as session:
        return {
            "names": [tuple(row) for row in session.execute(select(ContactAlias.id, ContactAlias.contact_id))],
            "consents": [tuple(row) for row in session.execute(select(Consent.id, Consent.contact_id))],
            "proofs": [tuple(row) for row in session.execute(select(Contact.id, Contact.customer_ref))],
            "talks": [
                tuple(row)
                for row in session.execute(
                    select(
                        Conversation.id,
                        Conversation.contact_id,
                        Conversation.handler,
                        Conversation.queue,
                        Conversation.agent_id,
                        Conversation.closed_by,
                    )
                )
            ],
            "words": [
                tuple(row)
                for row in session.execute(select(Message.id, Message.conversation_id).where(Message.direction == "in"))
            ],
        }


def in_order(seen: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: sorted(rows) for name, rows in seen.items()}


def test_all_that_is_theirs_moves_and_comes_back(db: Database, cast: dict[str, Attendant], karina: Attendant) -> None:
    kept = a_conversation(db, handler="agent", owner=cast["helena"])
    gone = a_conversation(db, name="Ana (trabalho)", said="oi, sou eu de novo")
    a_conversation(db, name="Bruno")
    with db.transaction() as session:
        consent.record(session, contact(db, gone), "out", "customer", {}, utc_now(), "system")
        session.execute(update(Contact).where(Contact.id == contact(db, gone)).values(customer_ref="C-1"))
    before = in_order(everything(db))
    done = join(db, contact(db, kept), contact(db, gone), karina)
    assert isinstance(done, Done)
    with db.transaction() as session:
        mine = contact(db, kept)
        assert {row.contact_id for row in session.scalars(select(ContactAlias))} == {mine, 3}
        assert session.scalars(select(Consent.contact_id)).one() == mine
        # A number that proved nothing opens nobody's bills.
        assert session.get_one(Contact, mine).customer_ref is None
    assert isinstance(part(db, done, karina), Done)
    assert in_order(everything(db)) == before
    assert part(db, done, karina) == UNDONE
    assert audited(db, "contact.merged") == [("karina", "contact:1")]
    assert audited(db, "contact.unmerged") == [("karina", "contact:1")]


def test_of_two_open_conversations_the_one_of_people_goes_on(
    db: Database, cast: dict[str, Attendant], karina: Attendant
) -> None:
    bots = a_conversation(db, handler="bot", queue=None, said="oi")
    helenas = a_conversation(db, handler="agent", owner=cast["helena"])
    join(db, contact(db, bots), contact(db, helenas), karina)
    ended, goes_on = conversation(db, bots), conversation(db, helenas)
    assert (ended.handler, goes_on.handler, goes_on.contact_id) == ("closed", "agent", ended.contact_id)
    assert sorted(row.text for row in messages(db, helenas, "in")) == ["oi", "oi, caiu a internet"]
    (event,) = [row for row in messages(db, bots, "event") if "into" in row.payload]
    assert (event.payload["into"], goes_on.protocol in event.text) == (helenas, True)


def test_what_comes_under_either_name_is_one_persons(db: Database, karina: Attendant) -> None:
    for number, name in ((ANA, "wamid.1"), (BRUNO, "wamid.2")):
        bring(db, meta(value([text("oi", wa_id=number, message_id=name)])))
    done = join(db, 1, 2, karina)
    for number, name in ((ANA, "wamid.3"), (BRUNO, "wamid.4")):
        bring(db, meta(value([text("e aí?", wa_id=number, message_id=name)])))
    with db.transaction() as session:
        assert set(session.scalars(select(Conversation.handler).where(Conversation.contact_id == 1))) == {
            "bot",
            "closed",
        }
        said = select(Message.text).join(Conversation).where(Conversation.handler == "bot", Message.direction == "in")
        assert sorted(session.scalars(said)) == ["e aí?", "e aí?", "oi", "oi"]
    part(db, done, karina)
    bring(db, meta(value([text("agora sou eu", wa_id=BRUNO, message_id="wamid.5")])))
    with db.transaction() as session:
        mine = select(Message.text).join(Conversation).where(Conversation.contact_id == 2)
        assert "agora sou eu" in session.scalars(mine).all()


def test_only_the_newest_merge_of_a_contact_can_be_undone(db: Database, karina: Attendant) -> None:
    one, two, three = (contact(db, a_conversation(db)) for _ in range(3))
    first = join(db, one, two, karina)
    assert join(db, two, three, karina) == GONE_ALREADY
    second = join(db, one, three, karina)
    assert part(db, first, karina) == LATER_ONE_FIRST
    assert isinstance(part(db, second, karina), Done)
    assert isinstance(part(db, first, karina), Done)
    with db.transaction() as session:
        assert all(row.undone_by == "karina" for row in session.scalars(select(ContactMerge)))


def test_only_supervisors_and_only_what_can_be_one_person(
    db: Database, cast: dict[str, Attendant], karina: Attendant
) -> None:
    one, two = (contact(db, a_conversation(db)) for _ in range(2))
    assert join(db, one, two, cast["helena"]) == NOT_ALLOWED
    assert join(db, one, one, karina) == SAME
    assert join(db, one, two, karina, " ") == SAY_WHY
    assert join(db, one, 999, karina) == UNKNOWN
    with db.transaction() as session:
        for id_ in (one, two):
            session.get_one(Contact, id_).customer_ref = f"C-{id_}"
    assert join(db, one, two, karina) == OTHER_CUSTOMER
    with db.transaction() as session:
        session.get_one(Contact, two).channel = "twilio"
    assert join(db, one, two, karina) == OTHER_CHANNEL
    assert audited(db, "contact.merged") == []


def test_the_proof_lasts_where_both_had_proved_the_same(db: Database, karina: Attendant) -> None:
    one, two = (contact(db, a_conversation(db)) for _ in range(2))
    with db.transaction() as session:
        session.execute(update(Contact).values(customer_ref="C-1", proved_by="phone", proved_at=utc_now()))
    join(db, one, two, karina)
    with db.transaction() as session:
        assert session.get_one(Contact, one).customer_ref == "C-1"


def test_a_contact_is_found_by_a_protocol(db: Database, karina: Attendant) -> None:
    id_ = a_conversation(db)
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        assert contact_of_protocol(session, f" {row.protocol[:8]}-{row.protocol[8:]} ", karina) == row.contact_id
        assert contact_of_protocol(session, "nada", karina) is None


def who_merges(db: Database, login: str) -> Attendant:
    """A person of a role that the provider made: it merges, but supervises nothing, and sees its own queues alone."""
    with db.transaction() as session:
        deeds = ["conversation.answer", "contact.merge"]
        session.add(RoleRow(name="registry", title="Cadastro", deeds=deeds, sees="queues", by_queue={}))
        agent = session.scalars(select(Agent).where(Agent.login == login)).one()
        agent.role = "registry"
        session.flush()
        return attendant_of(agent)


def test_the_deed_decides_and_not_whether_they_supervise(db: Database, cast: dict[str, Attendant]) -> None:
    one, two = (contact(db, a_conversation(db)) for _ in range(2))
    helena = who_merges(db, "helena")
    done = join(db, one, two, helena)
    assert isinstance(done, Done)
    assert isinstance(part(db, done, helena), Done)


def test_nobody_merges_what_they_do_not_see(db: Database, cast: dict[str, Attendant], karina: Attendant) -> None:
    mine, hidden = a_conversation(db), a_conversation(db, queue="Financeiro")
    protocol, theirs = conversation(db, hidden).protocol, contact(db, hidden)
    helena = who_merges(db, "helena")
    with db.transaction() as session:
        assert contact_of_protocol(session, protocol, helena) is None
    assert join(db, contact(db, mine), theirs, helena) == HIDDEN
    done = join(db, theirs, contact(db, mine), karina)
    assert part(db, done, helena) == HIDDEN
    assert isinstance(part(db, done, karina), Done)


def test_a_merge_is_undone_only_from_one_of_its_two(db: Database, karina: Attendant) -> None:
    one, two, other = (contact(db, a_conversation(db)) for _ in range(3))
    done = join(db, one, two, karina)
    assert isinstance(done, Done)
    with db.transaction() as session:
        assert unmerge(session, done.message_id, other, karina, now=utc_now()) == UNDONE


def test_nothing_is_merged_while_a_message_leaves_for_one_of_the_numbers(db: Database, karina: Attendant) -> None:
    first, second = a_conversation(db), a_conversation(db, name="Bruno")
    with db.transaction() as session:
        bill = Message(conversation_id=first, channel="whatsapp", direction="out", text="boleto", status="queued")
        session.add(bill)
        session.flush()
        bill_id = bill.id
    assert join(db, contact(db, second), contact(db, first), karina) == LEAVING
    with db.transaction() as session:
        session.get_one(Message, bill_id).status = "accepted"
    assert isinstance(join(db, contact(db, second), contact(db, first), karina), Done)
