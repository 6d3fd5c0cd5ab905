"""Whose terms hold: policies by queue and class, the class of a contract, and calendars as rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.apply import Applied, apply
from bot.effects import Effect, HandOff, Remember
from bot.snapshot import read_snapshot
from bot.texts import Texts
from core.db import Database
from core.errors import Misconfigured
from handoff.calendars import calendar_named, ensure_calendars
from handoff.hand_over import hand_over
from handoff.sla.contract_class import contract_known
from handoff.sla.terms import TEMPLATE, ensure_policies, terms_for
from handoff.sla.watch import refresh_sla
from models import utc_now
from models.calendar import CalendarRow
from models.sla import SlaPolicy
from tests.integration.billing_rows import store
from tests.integration.desk import a_conversation, a_provider, conversation
from tests.integration.sla_rows import a_policy, clock, clocks, kinds
from tests.unit.billing.build import a_contract, a_customer


def waiting(db: Database) -> int:
    """A conversation that the bot just handed over."""
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        assert hand_over(session, id_, queue="N1", reason="sem sinal", summary="ONU em LOS")
    return id_


POLICIES = {
    ("N1", "ouro"): "queue and class",
    ("N1", "prata"): "queue",
    ("N2", "ouro"): "class",
    ("N2", ""): "any",
}


@pytest.mark.parametrize(("queue", "sla_class"), POLICIES)
def test_the_policy_that_names_most_holds_the_queue_before_the_class(db: Database, queue: str, sla_class: str) -> None:
    for at, (row_queue, row_class) in enumerate((("", ""), ("", "ouro"), ("N1", ""), ("N1", "ouro"))):
        a_policy(db, row_queue, row_class, first_minutes=at + 1)
    names = ("any", "class", "queue", "queue and class")
    with db.transaction() as session:
        terms = terms_for(session, queue, sla_class)
    assert terms is not None
    assert names[terms.minutes["first"] - 1] == POLICIES[queue, sla_class]


def test_the_template_holds_before_and_after_it_is_written_and_companies_are_measured_day_and_night(
    db: Database,
) -> None:
    with db.transaction() as session:
        before = {(q, c): terms_for(session, q, c) for q in ("N1", "N3", "Empresas", "") for c in ("", "business")}
        assert ensure_policies(session)
        assert not ensure_policies(session)
        assert {key: terms_for(session, *key) for key in before} == before
        assert session.query(SlaPolicy).count() == len(TEMPLATE)
    company = before["N1", "business"]
    assert company is not None
    assert company.calendar == "sempre"


BAD_POLICIES: dict[str, dict[str, Any]] = {
    "no time at all": {"first_minutes": 0},
    "a warning after the end": {"warn_percent": 120},
    "a step without a share": {"chain": [{"tell": "supervisor"}]},
    "a step that does nothing": {"chain": [{"percent": 100}]},
    "a step that tells nobody": {"chain": [{"percent": 100, "tell": "todos"}]},
    "a step before the warning": {"chain": [{"percent": 50, "tell": "supervisor"}]},
}


@pytest.mark.parametrize("name", BAD_POLICIES)
def test_a_policy_without_sense_is_refused_and_keeps_nobody_from_people(db: Database, name: str) -> None:
    a_policy(db, **BAD_POLICIES[name])
    with db.transaction() as session, pytest.raises(Misconfigured):
        terms_for(session, "N1", "")
    assert conversation(db, waiting(db)).handler == "queue"
    assert clocks(db) == []


@pytest.mark.parametrize(
    ("kind", "sla", "sla_class", "minutes"),
    [("residential", "ouro", "ouro", 5), ("business", "ouro", "ouro", 5), ("business", None, "business", 7)],
)
def test_a_contract_gives_the_conversation_its_class_and_what_runs_is_measured_by_it(
    db: Database, kind: str, sla: str | None, sla_class: str, minutes: int
) -> None:
    a_policy(db)
    a_policy(db, sla_class="ouro", first_minutes=5, level_minutes=None)
    a_policy(db, sla_class="business", first_minutes=7, level_minutes=None)
    store(db, [a_customer(kind=kind)], [a_contract(sla=sla)])
    id_ = waiting(db)
    with db.transaction() as session:
        contract_known(session, id_, a_contract().ref, utc_now())
        contract_known(session, id_, "nobody's", utc_now())
    assert conversation(db, id_).sla_class == sla_class
    assert clock(db, "first").target_minutes == minutes
    assert kinds(db) == ["first", "resolution"]


def test_a_turn_that_learns_the_contract_gives_its_class_to_the_hand_over_in_the_same_turn(db: Database) -> None:
    a_policy(db)
    a_policy(db, sla_class="business", first_minutes=7)
    store(db, [a_customer(kind="business")], [a_contract(sla=None)])
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        snapshot = read_snapshot(session, id_)
        dialogue = replace(snapshot.dialogue, contract=a_contract().ref)
        effects: list[Effect] = [HandOff("N1", "asked_for_person", "sem sinal"), Remember(dialogue)]
        assert apply(session, snapshot, effects, Applied("k" * 32, Texts.load()))
    assert conversation(db, id_).sla_class == "business"
    assert clock(db, "first").target_minutes == 7


def test_calendars_are_the_template_until_they_are_rows_and_a_changed_one_moves_what_is_due(db: Database) -> None:
    a_provider(db)
    a_policy(db)
    waiting(db)
    due = clock(db, "first").due_at
    with db.transaction() as session:
        assert ensure_calendars(session)
        assert not ensure_calendars(session)
        assert calendar_named(session, "comercial").week[0] == ((480, 1200),)
        session.execute(update(CalendarRow).where(CalendarRow.name == "sempre").values(terms={"week": [[]] * 7}))
    refresh_sla(0, db=db)
    assert clock(db, "first").due_at is None
    with db.transaction() as session:
        session.execute(update(CalendarRow).where(CalendarRow.name == "sempre").values(terms={"week": "oito"}))
        with pytest.raises(Misconfigured, match="sete dias"):
            calendar_named(session, "sempre")
        with pytest.raises(Misconfigured, match="férias"):
            calendar_named(session, "férias")
    refresh_sla(0, db=db)
    assert clock(db, "first").due_at == due, "what cannot be read counts as always open"
