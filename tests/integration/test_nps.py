"""NPS: some customers a day, each seldom, only who agreed, and a tap that opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.db import Database
from handoff import consent
from handoff.satisfaction.nps import ask, whom_to_ask
from handoff.satisfaction.voting import count_vote, vote_in
from models import utc_now
from models.calendar import CalendarRow
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.incident import Incident, IncidentContract
from models.message import Message
from models.survey import Survey
from tests.integration.billing_rows import store_provider
from tests.integration.desk import a_conversation
from tests.integration.doors import rows
from tests.integration.template_rows import a_template

NOW = utc_now()


def set_up(db: Database, customers: int, *, daily: int = 2, agreed: bool = True) -> list[int]:
    """Customers whom we served once, and an office that is always open; their contacts."""
    store_provider(db, policies={"satisfaction": {"nps_daily": daily}})
    a_template(db, "nps", category="MARKETING", variables=["name", "provider"])
    found = []
    for number in range(customers):
        id_ = a_conversation(db, name=f"Cliente {number}", handler="closed", queue=None)
        with db.transaction() as session:
            contact = session.get_one(Contact, session.get_one(Conversation, id_).contact_id)
            contact.customer_ref = f"k-{number}"
            customer = Customer(ref=f"k-{number}", name="x", document=f"{number}", document_kind="cpf")
            session.add(customer)
            session.flush()
            terms: dict[str, Any] = {
                "number": f"{number}",
                "plan": "Fibra",
                "monthly_fee_cents": 9990,
                "address": "Rua",
            }
            session.add(
                Contract(ref=f"c-{number}", customer_id=customer.id, pppoe_login=f"u{number}", cto="CTO-1", **terms)
            )
            if agreed:
                consent.record(session, contact.id, "in", "customer", {"message_id": number}, NOW, "bot")
            found.append(contact.id)
    with db.transaction() as session:
        session.add(CalendarRow(name="comercial", terms={"always_open": True}))
    return found


def asked(db: Database) -> list[int]:
    """What the chore does at this moment: whom it asked."""
    with db.transaction() as session:
        due = whom_to_ask(session, NOW)
        return [contact for contact in due if ask(session, contact, "pt_BR", NOW)]


def test_only_so_many_are_asked_a_day_and_nobody_twice(db: Database) -> None:
    set_up(db, 4, daily=2)
    first = asked(db)
    assert len(first) == 2
    assert asked(db) == []
    with db.transaction() as session:
        session.execute(update(Survey).values(asked_at=NOW - timedelta(days=2)))
        session.execute(update(Conversation).values(handler="closed"))
    second = asked(db)
    assert len(second) == 2
    assert not set(first) & set(second)
    assert {row.cto for row in rows(db, Survey)} == {"CTO-1"}


def test_months_later_the_same_customer_may_be_asked_again(db: Database) -> None:
    set_up(db, 1)
    assert len(asked(db)) == 1
    with db.transaction() as session:
        session.execute(update(Survey).values(asked_at=NOW - timedelta(days=181), key="before"))
        session.execute(update(Message).values(key=None))
        session.execute(update(Conversation).values(handler="closed"))
    assert len(asked(db)) == 1


@pytest.mark.parametrize("why", ["never agreed", "talks", "fault", "off", "closed office"])
def test_who_is_not_due_is_not_asked(db: Database, why: str) -> None:
    (contact,) = set_up(db, 1, agreed=why != "never agreed", daily=0 if why == "off" else 2)
    with db.transaction() as session:
        if why == "talks":
            session.execute(update(Conversation).values(handler="bot"))
        if why == "fault":
            row = Incident(scope_kind="cto", scope="CTO-1", cause="fibra", started_at=NOW)
            session.add(row)
            session.flush()
            session.add(IncidentContract(incident_id=row.id, contract_ref="c-0"))
        if why == "closed office":
            session.execute(update(CalendarRow).values(terms={"week": [[], [], [], [], [], [], []], "holidays": []}))
    assert asked(db) == []
    assert not rows(db, Survey)
    assert not rows(db, Message, Message.direction == "out")
    assert contact


def test_tap_counts_as_its_group_and_alarms_nobody(db: Database) -> None:
    (contact,) = set_up(db, 1)
    asked(db)
    with db.transaction() as session:
        assert vote_in(session, contact, "whatsapp", "nps:other", "") is None
        vote = vote_in(session, contact, "whatsapp", "nps:detractor", "")
        assert vote is not None
        assert count_vote(session, vote, "pt_BR", NOW)
    (row,) = rows(db, Survey)
    assert (row.kind, row.score, row.comment_until) == ("nps", 0, None)
    assert len(rows(db, Message, Message.direction == "out")) == 1
