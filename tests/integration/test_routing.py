"""A hand-over finds its queue by what the rows know of the customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.hand_over import hand_over
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.customer import Customer
from models.provider import Provider
from models.queue import QueueRow
from tests.integration.desk import a_conversation, a_provider, conversation, messages, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    a_provider(db)
    return the_cast(db)


def terms(db: Database, **values: object) -> None:
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"routing": values}))


def a_customer_writes(db: Database, kind: str = "residential", **contract: object) -> int:
    """A proved customer with one contract, in a conversation of the bot's. Its id."""
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        customer = Customer(ref="cli-1", name="Ana", document="52998224725", document_kind="cpf", kind=kind)
        session.add(customer)
        session.flush()
        fields = {"address": "Rua das Flores, 10 - Centro, Jacareí/SP", "status": "active", **contract}
        row = Contract(
            ref="1001", customer_id=customer.id, number="1001", plan="300", monthly_fee_cents=9990, pppoe_login="ana",
            **fields,
        )  # fmt: skip
        session.add(row)
        session.execute(update(Contact).values(customer_ref="cli-1", proved_by="phone"))
    return id_


def handed(db: Database, id_: int, queue: str = "N1", *, by_machine: bool = False) -> Conversation:
    with db.transaction() as session:
        assert hand_over(session, id_, queue=queue, reason="pediu uma pessoa", summary="Ana", by_machine=by_machine)
    return conversation(db, id_)


def had(db: Database, id_: int, who: Attendant, *, hours_ago: float = 0) -> None:
    """That person took it and gave it back."""
    with db.transaction() as session:
        desk.take(session, id_, who)
        desk.give_back(session, id_, who)
    with db.transaction() as session:
        at = utc_now() - timedelta(hours=hours_ago)
        session.execute(update(ConversationSpan).where(ConversationSpan.handler == "agent").values(ended_at=at))


def test_hand_over_brings_companies_to_their_people(db: Database, cast: dict[str, Attendant]) -> None:
    terms(db, urgent_classes=["ouro"])
    row = handed(db, a_customer_writes(db, "business", sla="ouro"))
    assert (row.queue, row.priority, row.sla_class) == ("Empresas", 2, "ouro")
    (event,) = messages(db, row.id, "event")
    assert event.text == "Passada para a fila Empresas: pediu uma pessoa"
    assert event.payload == {"queue": "Empresas", "wished": "N1", "priority": 2}


def test_hand_over_keeps_a_companys_money_with_the_money(db: Database, cast: dict[str, Attendant]) -> None:
    row = handed(db, a_customer_writes(db, "business"), "Financeiro")
    assert (row.queue, row.sla_class) == ("Financeiro", "business")


def test_hand_over_knows_the_town_of_the_contract(db: Database, cast: dict[str, Attendant]) -> None:
    with db.transaction() as session:
        session.add_all(
            [
                QueueRow(name="N1", position=1),
                QueueRow(name="N2", position=2),
                QueueRow(name="N2 Jacareí", position=3, terms={"about": "Técnicos de Jacareí", "level": 2}),
            ]
        )
    terms(db, territories=["Jacareí=N2 Jacareí"])
    assert handed(db, a_customer_writes(db), "N2").queue == "N2 Jacareí"


def test_hand_over_believes_no_number_that_nobody_proved(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_customer_writes(db, "business")
    with db.transaction() as session:
        session.execute(update(Contact).values(proved_by=None))
    assert handed(db, id_).queue == "N1"


def test_hand_over_comes_back_to_who_had_it(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, queue="N2")
    had(db, id_, cast["karina"])
    row = handed(db, id_)
    assert (row.queue, row.last_agent_id) == ("N2", cast["karina"].id)


def test_hand_over_forgets_who_had_it_long_ago(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, queue="N2")
    had(db, id_, cast["karina"], hours_ago=25)
    row = handed(db, id_)
    assert (row.queue, row.last_agent_id) == ("N1", None)


def test_hand_over_lets_another_machine_wait(db: Database, cast: dict[str, Attendant]) -> None:
    row = handed(db, a_conversation(db, handler="bot", queue=None), by_machine=True)
    assert (row.priority, row.told) == (-1, {"silent": True})


def test_hand_over_falls_back_where_a_queue_takes_nothing_new(db: Database, cast: dict[str, Attendant]) -> None:
    with db.transaction() as session:
        session.add(QueueRow(name="N1", position=1))
        session.add(QueueRow(name="Comercial", position=2, active=False))
    assert handed(db, a_conversation(db, handler="bot", queue=None), "Comercial").queue == "N1"


@pytest.mark.parametrize("policies", [{"routing": {"age_minutes": 0}}, {"routing": []}, {"routing": {"x": 1}}])
def test_hand_over_works_whatever_nonsense_the_policies_hold(
    db: Database, cast: dict[str, Attendant], policies: dict[str, object]
) -> None:
    with db.transaction() as session:
        session.execute(update(Provider).values(policies=policies))
    assert handed(db, a_conversation(db, handler="bot", queue=None)).queue == "N1"


def test_every_conversation_that_people_have_is_in_a_queue(db: Database, cast: dict[str, Attendant]) -> None:
    helena = cast["helena"]
    straight, waits, moved = (a_conversation(db, handler="bot", queue=None) for _ in range(3))
    handed(db, waits)
    with db.transaction() as session:
        desk.take(session, straight, helena)
        desk.take(session, moved, helena)
        desk.transfer(session, moved, helena, "Financeiro", "")
    with db.transaction() as session:
        people = select(Conversation.queue).where(Conversation.handler.in_(("queue", "agent")))
        assert sorted(filter(None, session.scalars(people))) == ["Financeiro", "N1", "N1"]
        assert list(session.scalars(people.where(Conversation.queue.is_(None)))) == []
