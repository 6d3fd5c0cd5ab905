"""What the database adds to a measurement: limits, neighbours, the line's past, tickets; and asking again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from core.db import Database
from demo import DEMO_FILE, seed_demo
from models.contract import Contract
from models.incident import Incident
from models.network_job import NetworkJob
from models.onu_status import OpticalReading
from models.outbox import Outbox
from models.ticket import Ticket
from provisioning.diagnosis import Around, Diagnosis
from provisioning.diagnosis_context import complete, recent_diagnosis, tell_again
from provisioning.verdict import judge
from tests.integration.billing_rows import a_job
from tests.integration.diagnosed import DAVI, ask_diagnosis, diagnose, job_of, read_before, rows, swept
from tests.integration.test_turns import open_conversation


@pytest.fixture
def demo(db: Database) -> Database:
    """The demo provider."""
    assert seed_demo(db, DEMO_FILE, "senha-de-teste")
    return db


def diagnosed(db: Database, **line: object) -> Diagnosis:
    job = diagnose(db, ask_diagnosis(db, f"turn:{datetime.now(UTC).timestamp()}"), **line)  # type: ignore[arg-type]
    return Diagnosis.from_facts(job.facts)


def test_limits_are_the_vendors_of_the_olt_with_the_providers_own(demo: Database) -> None:
    limits = diagnosed(demo).limits

    assert (limits.weak_dbm, limits.olt_weak_dbm) == (-27.0, -32.0)


def test_power_is_kept_and_compared_with_the_median_of_the_past(demo: Database) -> None:
    read_before(demo, -18.0, -18.4, -25.0, -18.2, -18.1)

    found = diagnosed(demo, rx_dbm=-21.6)

    assert found.past
    assert (found.past.median_dbm, found.past.count) == (-18.2, 5)
    assert judge(found).cause == "dropped_signal"
    assert sorted(row.rx_dbm for row in rows(demo, OpticalReading))[1] == -21.6


def test_two_readings_are_no_past_to_judge_by(demo: Database) -> None:
    read_before(demo, -15.0, -15.0)

    assert diagnosed(demo).past is None


def test_power_of_a_line_without_light_is_not_kept(demo: Database) -> None:
    diagnosed(demo, state="los")

    assert rows(demo, OpticalReading) == []


def _neighbours(db: Database, count: int) -> list[str]:
    """So many further contracts on Davi's CTO."""
    serials = [f"ZTEG0000010{number}" for number in range(count)]
    with db.transaction() as session:
        for number, serial in enumerate(serials):
            row = Contract(
                ref=f"n{number}",
                customer_id=1,
                number=f"n{number}",
                plan="Fibra",
                monthly_fee_cents=9990,
                address="Rua da Serra, 5",
                pppoe_login=f"vizinho.{number}",
                olt="OLT-SUL",
                pon="1/2/1",
                cto="CTO-S-001",
                onu=serial,
            )
            session.add(row)
    return serials


def test_neighbours_that_are_down_too_make_it_a_problem_of_the_area(demo: Database) -> None:
    for serial, state in zip(_neighbours(demo, 4), ("los", "los", "dying_gasp", "online"), strict=True):
        swept(demo, serial, state, since=timedelta(minutes=10))

    found = diagnosed(demo, state="los")

    assert found.neighbours
    assert found.neighbours.cto
    assert (found.neighbours.cto.total, found.neighbours.cto.down) == (4, 3)
    assert judge(found).cause == "area_problem"


def test_neighbours_cancelled_long_gone_or_not_swept_lately_do_not_count(demo: Database) -> None:
    gone, old, cancelled, up = _neighbours(demo, 4)
    swept(demo, gone, "los", since=timedelta(days=30))
    swept(demo, old, "los", ago=timedelta(hours=2))
    swept(demo, cancelled, "los")
    swept(demo, up, "online")
    with demo.transaction() as session:
        session.execute(update(Contract).where(Contract.onu == cancelled).values(status="cancelled"))

    found = diagnosed(demo, state="los")

    assert found.neighbours
    assert found.neighbours.cto == Around("CTO-S-001", 1, 0, None)
    assert judge(found).cause == "fibre_cut"


def test_incident_and_open_tickets_stand_in_the_diagnosis(demo: Database) -> None:
    with demo.transaction() as session:
        session.add(Incident(scope_kind="cto", scope="CTO-S-001", cause="cabo rompido", kind="fibre"))
        session.add(Ticket(protocol="p1", contract_ref=DAVI, subject="sem luz", text=""))
        session.add(Ticket(protocol="p2", contract_ref=DAVI, subject="antigo", text="", state="closed"))

    found = diagnosed(demo, state="los")

    assert found.incident
    assert found.incident.cause == "cabo rompido"
    assert [ticket.protocol for ticket in found.tickets] == ["p1"]


def test_completing_twice_changes_nothing_and_other_jobs_are_left_alone(demo: Database) -> None:
    job_id = ask_diagnosis(demo)
    facts = diagnose(demo, job_id).facts
    with demo.transaction() as session:
        complete(session, session.get_one(NetworkJob, job_id))
        other = a_job("release_signal", "verified", contract_ref=DAVI)
        complete(session, other)
        assert "limits" not in (other.facts or {})

    assert job_of(demo, job_id).facts == facts
    assert len(rows(demo, OpticalReading)) == 1


def test_recent_diagnosis_is_told_again_without_reading(demo: Database) -> None:
    conversation = open_conversation(demo, "5512981110004")
    first = diagnose(demo, ask_diagnosis(demo))
    with demo.transaction() as session:
        known = recent_diagnosis(session, DAVI, 120)
        assert known
        assert known.id == first.id
        for _ in range(2):
            tell_again(session, known, conversation, "customer_reported", "turn:9")

    copies = [job for job in rows(demo, NetworkJob) if job.id != first.id]
    assert [(job.state, job.conversation_id, job.facts["copy_of"]) for job in copies] == [
        ("verified", conversation, first.id)
    ]
    assert [row.topic for row in rows(demo, Outbox) if row.topic == "turn"] == ["turn"]
    with demo.transaction() as session:
        again = recent_diagnosis(session, DAVI, 120)
        assert again
        assert again.id == first.id, "a copy does not make it younger"


def test_diagnosis_is_not_recent_when_it_is_old_failed_or_the_line_was_changed_since(demo: Database) -> None:
    job_id = ask_diagnosis(demo)
    diagnose(demo, job_id)
    with demo.transaction() as session:
        assert recent_diagnosis(session, DAVI, 0) is None
        assert recent_diagnosis(session, "1001", 120) is None
        session.add(a_job("release_signal", "verified", contract_ref=DAVI, finished_at=datetime.now(UTC)))
        session.flush()
        assert recent_diagnosis(session, DAVI, 120) is None
