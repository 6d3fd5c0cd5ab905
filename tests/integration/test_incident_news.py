"""Telling those whom an incident touches: once, again when their own line is back, and nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from bot.incident_news import tell_incident
from bot.texts import Texts
from core.db import Database
from core.later import Later
from models import utc_now
from models.alert import Alert
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.customer import Customer, CustomerPhone
from models.incident import Incident, IncidentContract
from models.line_report import LineWatch
from models.message import Message
from provisioning.outages.incidents import end_by_person, open_by_person
from provisioning.outages.reports import add_report, told_in_chat
from provisioning.outages.watch import watch_incidents
from provisioning.request import target_of
from tests.integration.outage_rows import TownPlant, a_town, incidents, on_pon, said, swept, touched, writes
from tests.integration.template_rows import a_template

TEXTS = Texts.load("pt_BR")
LONG_AGO = timedelta(days=3)
MINE = "+5512981110002"


def body(words: str) -> list[dict[str, str]]:
    return [{"type": "BODY", "text": words}]


NOTICE = {"components": body("{{1}} {{2}} {{3}}"), "variables": ["name", "district", "eta"]}


def reported(db: Database, ref: str, conversation_id: int) -> None:
    with db.transaction() as session:
        add_report(session, target_of(session, ref), conversation_id)


def cut(db: Database, plant: TownPlant) -> int:
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    return incidents(db)[0].id


def mended(db: Database, plant: TownPlant) -> None:
    """The lines are back, and have been for a while."""
    plant.olts["A"].put(on_pon(0), "online")
    swept(db, plant)
    with db.transaction() as session:
        session.execute(update(IncidentContract).values(back_at=IncidentContract.back_at - timedelta(hours=1)))


def told(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_who_wrote_of_it_is_told_once_and_others_are_not(db: Database) -> None:
    plant = a_town(db)
    talk, _ = writes(db, "0-0-0"), writes(db, "0-0-1")
    reported(db, "0-0-0", talk)
    incident_id = cut(db, plant)
    for _ in range(3):
        tell_incident(incident_id, db=db, texts=TEXTS)
    assert said(db) == [(talk, "out", "text")]
    assert "rompimento de fibra" in told(db)[0]
    assert [ref for ref, row in touched(db, incident_id).items() if row.told_at] == ["0-0-0"]


def test_several_tellers_at_once_tell_once(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    talks = [writes(db, f"0-0-{number}") for number in range(4)]
    incident_id = cut(db, plant)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(tell_incident, incident_id, db=db, texts=TEXTS) for _ in range(4)]:
            done.result()
    assert sorted(said(db)) == [(talk, "out", "text") for talk in talks]


def test_killed_teller_leaves_the_rest_to_the_next(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    talks = [writes(db, f"0-0-{number}") for number in range(3)]
    incident_id = cut(db, plant)
    moments = iter([utc_now()] * 4)
    with pytest.raises(StopIteration):
        tell_incident(incident_id, db=db, texts=TEXTS, now=partial(next, moments))
    assert 0 < len(said(db)) < 3
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert sorted(said(db)) == [(talk, "out", "text") for talk in talks]


def test_widened_incident_tells_nobody_a_second_time(db: Database) -> None:
    plant = a_town(db, each=6, policies={"tell": "all"})
    first, second = writes(db, "0-0-0"), writes(db, "0-1-0")
    plant.olts["A"].put(lambda onu: (onu.number or 0) < 6, "los")
    swept(db, plant)
    tell_incident(1, db=db, texts=TEXTS)
    tell_incident(cut(db, plant), db=db, texts=TEXTS)
    assert said(db) == [(first, "out", "text"), (second, "out", "text")]


def test_back_is_told_once_and_only_to_those_whose_line_is_read_as_online(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    first, second = writes(db, "0-0-0"), writes(db, "0-1-0")
    incident_id = cut(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    mended(db, plant)
    plant.olts["A"].put(lambda onu: onu.number == 4, "los")
    swept(db, plant)
    for _ in range(2):
        tell_incident(incident_id, db=db, texts=TEXTS)
    assert said(db) == [(first, "out", "text"), (second, "out", "text"), (first, "out", "text")]


def test_line_that_is_just_back_must_hold_before_it_is_told(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    writes(db, "0-0-0")
    incident_id = cut(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    plant.olts["A"].put(on_pon(0), "online")
    swept(db, plant)
    with pytest.raises(Later):
        tell_incident(incident_id, db=db, texts=TEXTS)
    assert len(said(db)) == 1


def test_incident_ends_after_everybody_heard_that_it_is_over(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all", "steady_seconds": 0})
    writes(db, "0-0-0")
    incident_id = cut(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    mended(db, plant)
    watch_incidents(0, db=db)
    watch_incidents(0, db=db)
    assert incidents(db)[0].ended_at is None
    tell_incident(incident_id, db=db, texts=TEXTS)
    watch_incidents(0, db=db)
    assert incidents(db)[0].ended_at is not None
    assert len(said(db)) == 2


def test_outside_of_the_window_the_template_is_sent(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    a_template(db, "outage_notice", **NOTICE)
    a_template(db, "outage_over", components=body("{{1}} {{2}}"), variables=["name", "district"])
    talk = writes(db, "0-0-0", inbound=utc_now() - LONG_AGO)
    incident_id = cut(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    mended(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert said(db) == [(talk, "out", "template"), (talk, "out", "template")]


def test_missing_template_is_an_alert_and_is_tried_again(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    writes(db, "0-0-0", inbound=utc_now() - LONG_AGO)
    incident_id = cut(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    with db.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["incident.untold"]
    a_template(db, "outage_notice", **NOTICE)
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert [kind for _, _, kind in said(db)] == ["template"]


def test_conversation_of_a_person_gets_a_note_instead(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    talk = writes(db, "0-0-0", handler="queue")
    incident_id = cut(db, plant)
    for _ in range(2):
        tell_incident(incident_id, db=db, texts=TEXTS)
    assert [row[:2] for row in said(db)] == [(talk, "note")]


def test_who_was_answered_with_it_in_the_chat_is_not_told_again(db: Database) -> None:
    plant = a_town(db)
    talk = writes(db, "0-0-0")
    incident_id = cut(db, plant)
    with db.transaction() as session:
        session.add(LineWatch(contract_ref="0-0-0", conversation_id=talk, ends_at=utc_now() + timedelta(hours=1)))
        session.flush()
        told_in_chat(session, incident_id, "0-0-0", talk)
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert said(db) == []
    with db.reading() as session:
        assert session.scalars(select(LineWatch.outcome)).all() == ["replaced"]
    mended(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert said(db) == [(talk, "out", "text")]


def test_dismissed_incident_is_told_to_nobody(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    writes(db, "0-0-0")
    incident_id = cut(db, plant)
    with db.transaction() as session:
        session.execute(update(Incident).values(dismissed=True))
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert said(db) == []


def test_maintenance_is_told_to_everybody_before_the_legal_notice_and_not_long_before(db: Database) -> None:
    a_town(db, policies={"notice_hours": 72})
    talk = writes(db, "0-0-0")
    begins = utc_now() + timedelta(days=9)
    with db.transaction() as session:
        end = begins + timedelta(hours=3)
        row = open_by_person(session, "pon", "A 0/1/0", "x", "troca de poste", begins, end, "karina", True)
    tell_incident(row.id, db=db, texts=TEXTS)
    assert said(db) == []
    with db.transaction() as session:
        session.execute(
            update(Incident).values(started_at=utc_now() + timedelta(hours=100), eta=utc_now() + timedelta(hours=103))
        )
    tell_incident(row.id, db=db, texts=TEXTS)
    assert said(db) == [(talk, "out", "text")]
    assert "manutenção programada" in told(db)[0]


def test_incident_ended_by_a_person_is_told_only_where_the_line_is_read_as_online(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    first, second = writes(db, "0-0-0"), writes(db, "0-1-0")
    with db.transaction() as session:
        row = open_by_person(session, "pon", "A 0/1/0", "fibre", "cabo rompido", utc_now(), None, "karina", False)
    tell_incident(row.id, db=db, texts=TEXTS)
    plant.olts["A"].put(lambda onu: onu.number == 4, "los")
    swept(db, plant)
    with db.transaction() as session:
        end_by_person(session, row.id, "karina")
    swept(db, plant)
    with db.transaction() as session:
        session.execute(update(IncidentContract).values(back_at=IncidentContract.back_at - timedelta(hours=1)))
    tell_incident(row.id, db=db, texts=TEXTS)
    assert said(db) == [(first, "out", "text"), (second, "out", "text"), (first, "out", "text")]


def test_customer_without_a_name_silences_nobody(db: Database) -> None:
    plant = a_town(db, policies={"tell": "all"})
    talks = [writes(db, f"0-0-{number}") for number in range(2)]
    with db.transaction() as session:
        session.execute(update(Customer).where(Customer.ref == "cli-0-0-0").values(name=" "))
    tell_incident(cut(db, plant), db=db, texts=TEXTS)
    assert said(db) == [(talk, "out", "text") for talk in talks]
    assert told(db)[0].startswith("Cliente, ")


@pytest.mark.parametrize("others", [(), ("+5512977770000",)])
def test_nobody_is_told_through_a_contact_with_a_number_that_is_not_the_customers(
    db: Database, others: tuple[str, ...]
) -> None:
    plant = a_town(db)
    talk = writes(db, "0-0-0")
    reported(db, "0-0-0", talk)
    with db.transaction() as session:
        # As a merge leaves it: with the numbers of both, and without a proof that only one of them gave.
        contact = session.get_one(Contact, session.get_one(Conversation, talk).contact_id)
        contact.customer_ref = contact.proved_by = None
        owner = session.scalars(select(Customer.id).where(Customer.ref == "cli-0-0-0")).one()
        session.add(CustomerPhone(customer_id=owner, match_key=MINE))
        session.add_all(
            ContactAlias(contact_id=contact.id, channel="whatsapp", kind="match_key", value=phone)
            for phone in (MINE, *others)
        )
    incident_id = cut(db, plant)
    tell_incident(incident_id, db=db, texts=TEXTS)
    assert len(said(db)) == (0 if others else 1)
