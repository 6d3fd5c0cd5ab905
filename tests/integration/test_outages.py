"""From a cut to the incident: sweeps stored, incidents opened, widened, answered for, and ended line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.db import Database
from models import utc_now
from models.alert import Alert
from models.contract import Contract
from models.incident import Incident, IncidentContract
from models.line_report import LineReport
from models.onu_status import OnuStatus
from models.outbox import Outbox
from models.ticket import Ticket
from provisioning.outages.incidents import dismiss, end_by_person, incident_of, open_by_person, set_eta
from provisioning.outages.reports import add_report
from provisioning.outages.settle import _merge
from provisioning.outages.sweep import sweep_olts
from provisioning.outages.watch import watch_incidents
from provisioning.request import target_of
from tests.integration.outage_rows import a_town, incidents, on_pon, swept, touched


def touching(db: Database, ref: str) -> Incident | None:
    with db.reading() as session:
        return incident_of(session, ref, utc_now())


def statuses(db: Database) -> dict[str, OnuStatus]:
    with db.reading() as session:
        return {row.serial: row for row in session.scalars(select(OnuStatus))}


def report(db: Database, *refs: str) -> None:
    for ref in refs:
        with db.transaction() as session:
            add_report(session, target_of(session, ref), None)


def test_cut_of_a_pon_is_one_incident_that_touches_its_contracts_alone(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(1), "los", "los")
    swept(db, plant)
    swept(db, plant)
    (incident,) = incidents(db)
    assert (incident.scope_kind, incident.scope, incident.kind, incident.source) == (
        "pon",
        "A 0/1/1",
        "fibre",
        "detected",
    )
    assert len(touched(db, incident.id)) == 8
    assert touching(db, "1-0-0") is not None
    assert touching(db, "0-0-0") is None


def test_incident_widens_from_cto_to_pon_and_stays_the_same(db: Database) -> None:
    plant = a_town(db, each=6)
    plant.olts["A"].put(lambda onu: (onu.number or 0) < 6, "los")
    swept(db, plant)
    assert [(row.scope_kind, row.scope) for row in incidents(db)] == [("cto", "0-0")]
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    (incident,) = incidents(db)
    assert (incident.scope_kind, incident.scope, len(touched(db, incident.id))) == ("pon", "A 0/1/0", 12)


def test_two_ctos_become_one_incident_when_the_pon_goes(db: Database) -> None:
    plant = a_town(db, ctos=4, each=6)
    plant.olts["A"].put(lambda onu: (onu.number or 0) < 6, "los")
    swept(db, plant)
    plant.olts["A"].put(lambda onu: 6 <= (onu.number or 0) < 12, "dying_gasp")
    swept(db, plant)
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    still = [row for row in incidents(db) if row.ended_at is None]
    assert [(row.scope_kind, len(touched(db, row.id))) for row in still] == [("pon", 24)]


def test_failed_sweep_makes_nobody_offline_and_is_told_after_three(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].silent = True
    before = statuses(db)
    for _ in range(3):
        swept(db, plant)
    assert {serial: row.state for serial, row in statuses(db).items()} == {serial: "online" for serial in before}
    assert incidents(db) == []
    with db.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["device.silent"]
    plant.olts["A"].silent = False
    swept(db, plant)
    with db.reading() as session:
        assert session.scalars(select(Alert.ended_at)).one() is not None


def test_reports_behind_a_silent_olt_make_an_incident_of_unknown_kind(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].silent = True
    with db.transaction() as session:
        session.execute(update(OnuStatus).values(seen_at=utc_now() - timedelta(hours=1)))
    report(db, "0-0-0", "0-0-1", "0-0-2", "0-1-0", "0-1-1")
    for _ in range(3):
        swept(db, plant)
    assert [(row.scope, row.kind) for row in incidents(db)] == [("A 0/1/0", "unknown")]
    plant.olts["A"].silent = False
    swept(db, plant)
    watch_incidents(0, db=db)
    assert incidents(db)[0].restored_at is not None


def test_unread_pon_leaves_its_rows_as_they_are(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].unread = ("0/1/0",)
    plant.olts["A"].put(on_pon(0), "offline")
    swept(db, plant)
    assert {row.state for row in statuses(db).values()} == {"online"}


def test_clock_of_2000_counts_as_our_own_observation(db: Database) -> None:
    plant = a_town(db)
    born = datetime(2000, 1, 1, tzinfo=UTC)
    plant.olts["A"].onus = [replace(onu, state="los", changed_at=born) for onu in plant.olts["A"].onus]
    swept(db, plant)
    assert all(utc_now() - row.changed_at < timedelta(minutes=1) for row in statuses(db).values())
    assert [row.scope for row in incidents(db)] == ["A"]


def test_line_that_stays_down_keeps_when_it_dropped(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    first = {serial: row.changed_at for serial, row in statuses(db).items()}
    plant.olts["A"].put(on_pon(0), "offline", "dying_gasp")
    swept(db, plant)
    assert {serial: row.changed_at for serial, row in statuses(db).items()} == first


def test_onus_first_seen_down_make_no_incident_when_the_olt_tells_no_times(db: Database) -> None:
    plant = a_town(db)
    with db.transaction() as session:
        session.execute(OnuStatus.__table__.delete())  # type: ignore[attr-defined]
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    assert incidents(db) == []


def test_incident_ends_only_when_the_lines_are_read_as_back(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    plant.olts["A"].put(lambda onu: onu.number in (0, 1), "online")
    swept(db, plant)
    watch_incidents(0, db=db)
    (incident,) = incidents(db)
    assert incident.restored_at is None
    assert touching(db, "0-0-0") is None
    assert touching(db, "0-1-0") is not None
    plant.olts["A"].put(on_pon(0), "online")
    swept(db, plant)
    watch_incidents(0, db=db)
    assert incidents(db)[0].restored_at is not None
    with db.transaction() as session:
        session.execute(update(Incident).values(restored_at=utc_now() - timedelta(hours=1)))
    watch_incidents(0, db=db)
    assert incidents(db)[0].ended_at is not None


def test_flapping_pon_stays_one_incident(db: Database) -> None:
    plant = a_town(db)
    for state in ("los", "online", "los", "online", "los"):
        plant.olts["A"].put(on_pon(0), state)
        swept(db, plant)
        watch_incidents(0, db=db)
    (incident,) = incidents(db)
    assert incident.restored_at is None
    assert touching(db, "0-0-0") is not None


def test_cancelled_contracts_count_for_nothing(db: Database) -> None:
    plant = a_town(db)
    with db.transaction() as session:
        session.execute(update(Contract).where(Contract.pon == "0/1/0").values(status="cancelled"))
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    assert incidents(db) == []


def test_dismissed_incident_stays_shut_while_the_same_fault_lasts(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    with db.transaction() as session:
        dismiss(session, incidents(db)[0].id, "karina")
    swept(db, plant)
    assert len(incidents(db)) == 1
    assert touching(db, "0-0-0") is None


def test_tickets_of_touched_contracts_join_the_incident(db: Database) -> None:
    plant = a_town(db)
    with db.transaction() as session:
        session.add_all(Ticket(protocol=ref, contract_ref=ref, subject="s", text="t") for ref in ("0-0-0", "2-0-0"))
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    with db.reading() as session:
        joined = dict(session.execute(select(Ticket.contract_ref, Ticket.incident_id)).all())
    assert joined == {"0-0-0": incidents(db)[0].id, "2-0-0": None}


def test_third_report_from_a_cto_has_the_olt_swept_at_once(db: Database) -> None:
    a_town(db)
    waiting = select(Outbox).where(Outbox.topic == "sweep_olt", Outbox.done_at.is_(None))
    report(db, "0-0-0", "0-0-0", "0-0-1")
    with db.reading() as session:
        assert session.scalars(waiting).all() == []
    report(db, "0-0-2", "0-0-3")
    with db.reading() as session:
        assert len(session.scalars(waiting).all()) == 1


def test_report_of_a_known_incident_only_counts(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(0), "los")
    swept(db, plant)
    report(db, "0-0-0")
    assert incidents(db)[0].reports == 1
    with db.reading() as session:
        assert session.scalars(select(LineReport)).all() == []


def test_sweeps_are_planned_once_for_each_olt(db: Database) -> None:
    a_town(db)
    sweep_olts(0, db=db, every_seconds=20)
    with db.reading() as session:
        assert session.scalars(select(Outbox.id).where(Outbox.topic == "sweep_olt")).all() == []
    for _ in range(3):
        sweep_olts(0, db=db, every_seconds=0.001)
    with db.reading() as session:
        assert len(session.scalars(select(Outbox.id).where(Outbox.topic == "sweep_olt")).all()) == 1


def test_incident_of_a_person_touches_its_place_until_they_say_it_is_over(db: Database) -> None:
    a_town(db)
    now = utc_now()
    with db.transaction() as session:
        opened = open_by_person(session, "area", "Bairro 1", "power", "falta de luz", now, None, "karina", False)
        again = open_by_person(session, "area", "Bairro 1", "power", "falta de luz", now, None, "karina", False)
        assert opened.id == again.id
    assert touching(db, "2-1-0") is not None
    assert touching(db, "2-0-0") is None
    with db.transaction() as session:
        end_by_person(session, opened.id, "karina")
    assert touching(db, "2-1-0") is None


def test_maintenance_touches_nobody_before_it_begins_and_its_overrun_is_noticed(db: Database) -> None:
    a_town(db)
    now = utc_now()
    with db.transaction() as session:
        ahead = now + timedelta(days=9)
        open_by_person(
            session, "pon", "A 0/1/0", "x", "troca de poste", ahead, ahead + timedelta(hours=3), "karina", True
        )
    assert touching(db, "0-0-0") is None
    with db.transaction() as session:
        session.execute(update(Incident).values(started_at=now - timedelta(hours=4), eta=now - timedelta(hours=1)))
    watch_incidents(0, db=db)
    assert touching(db, "0-0-0") is not None
    with db.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["maintenance.overrun"]
        assert len(session.scalars(select(IncidentContract)).all()) == 8


def test_maintenance_that_begins_too_soon_for_its_notice_is_an_alert(db: Database) -> None:
    a_town(db, policies={"notice_hours": 72})
    with db.transaction() as session:
        for place, hours in (("A 0/1/0", 71), ("A 0/1/1", 73)):
            begins = utc_now() + timedelta(hours=hours)
            open_by_person(session, "pon", place, "x", "poda", begins, begins + timedelta(hours=3), "karina", True)
    with db.reading() as session:
        found = session.execute(select(Alert.kind, Alert.subject)).all()
    assert [tuple(row) for row in found] == [("maintenance.late_notice", "1")]


def test_few_lines_that_never_come_back_do_not_hold_an_incident_open(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(0), "los", "los")
    swept(db, plant)
    plant.olts["A"].put(lambda onu: (onu.number or 0) >= 2, "online")
    swept(db, plant)
    watch_incidents(0, db=db)
    assert incidents(db)[0].restored_at is None
    with db.transaction() as session:
        session.execute(update(IncidentContract).values(back_at=IncidentContract.back_at - timedelta(hours=1)))
    watch_incidents(0, db=db)
    assert incidents(db)[0].restored_at is not None


def test_merged_incident_keeps_whose_line_is_back_and_who_was_told(db: Database) -> None:
    plant = a_town(db)
    plant.olts["A"].put(on_pon(0), "los", "los")
    swept(db, plant)
    with db.transaction() as session:
        session.execute(update(IncidentContract).values(told_at=utc_now(), back_at=utc_now(), told_back_at=utc_now()))
        other = incidents(db)[0].id
        into = Incident(scope_kind="pon", scope="A 0/1/9", cause="x", source="detected")
        session.add(into)
        session.flush()
        _merge(session, session.get_one(Incident, other), into, utc_now())
        into_id = into.id
    kept = touched(db, into_id)
    assert kept
    assert all(row.told_at and row.back_at and row.told_back_at for row in kept.values())


def test_maintenance_is_never_left_without_its_end(db: Database) -> None:
    a_town(db)
    ahead = utc_now() + timedelta(days=9)
    with db.transaction() as session:
        row = open_by_person(session, "cto", "1-0", "x", "poda", ahead, ahead + timedelta(hours=3), "karina", True)
        with pytest.raises(ValueError, match="eta"):
            set_eta(session, row.id, None, "karina")
        assert row.eta is not None
