"""The circuit of an outside system: shared by processes, open after failures in a row, tried by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from billing.circuit import AWAY, WRONG, Circuit, Terms
from core.db import Database
from core.errors import Failure, Misconfigured, Refused, Unreachable
from models import utc_now
from models.alert import Alert
from models.erp_health import ErpHealth

TERMS = Terms(failures=3, open_seconds=60, cache_seconds=0)


class Outside:
    """Answers, or raises what it is told to; counts who comes through."""

    def __init__(self) -> None:
        self.failure: Failure | None = Unreachable("no_answer")
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.failure:
            raise self.failure
        return "answer"


def a_circuit(db: Database) -> Circuit:
    return Circuit(db, "ixc", "O ERP IXC", TERMS)


def fail(circuit: Circuit, outside: Outside, times: int = 1) -> str:
    code = ""
    for _ in range(times):
        with pytest.raises(Failure) as caught:
            circuit.call(outside)
        code = caught.value.code
    return code


def open_alerts(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None)).order_by(Alert.kind)))


def let_time_pass(db: Database) -> None:
    with db.transaction() as session:
        session.execute(update(ErpHealth).values(open_until=utc_now() - timedelta(seconds=1)))


def test_failures_in_a_row_close_the_door_for_every_process(db: Database) -> None:
    outside = Outside()
    fail(a_circuit(db), outside, 3)
    other = a_circuit(db)
    assert fail(other, outside) == "circuit_open"
    assert (outside.calls, other.gate(), open_alerts(db)) == (3, "open", [AWAY])


def test_only_one_tries_when_the_time_is_over(db: Database) -> None:
    outside = Outside()
    fail(a_circuit(db), outside, 3)
    let_time_pass(db)
    assert a_circuit(db).gate() == "probe"
    assert fail(a_circuit(db), outside) == "no_answer"
    assert fail(a_circuit(db), outside) == "circuit_open"
    assert outside.calls == 4


def test_answer_opens_the_door_again_and_ends_the_alert(db: Database) -> None:
    outside = Outside()
    fail(a_circuit(db), outside, 3)
    let_time_pass(db)
    outside.failure = None
    assert a_circuit(db).call(outside) == "answer"
    assert (a_circuit(db).gate(), open_alerts(db)) == ("closed", [])


def test_refusal_is_an_answer(db: Database) -> None:
    outside, circuit = Outside(), a_circuit(db)
    fail(circuit, outside, 2)
    outside.failure = Refused("erp_refused")
    fail(circuit, outside, 5)
    outside.failure = Unreachable("no_answer")
    fail(circuit, outside, 2)
    assert circuit.gate() == "closed"


def test_credentials_that_are_not_taken_raise_one_alert_of_their_own(db: Database) -> None:
    outside, circuit = Outside(), a_circuit(db)
    outside.failure = Misconfigured("erp_credentials")
    fail(circuit, outside, 4)
    with db.reading() as session:
        alert = session.scalars(select(Alert)).one()
    assert (alert.kind, alert.severity, alert.times, circuit.gate()) == (WRONG, "critical", 1, "closed")
    outside.failure = None
    circuit.call(outside)
    assert open_alerts(db) == []
