"""Recorded states of a Huawei OLT, stored as a sweep and judged: the verdict, its place and its number of lines."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from core.db import Database
from core.onu_serial import onu_serial
from models.contract import Contract
from models.customer import Customer
from models.device import Device
from provisioning.olt import OnuSeen, Sweep
from provisioning.outages.detect import detect
from provisioning.outages.limits import Limits
from provisioning.outages.line import Verdict
from provisioning.outages.read_lines import read_evidence
from provisioning.outages.statuses import store_sweep
from provisioning.ports import DownCause
from tests.vectors import load

TABLE = "1.3.6.1.4.1.2011.6.128.1.1.2.46.1."
STATE, DOWN_AT, WHY = (f"{TABLE}{column}." for column in (15, 23, 24))
SCENARIOS = ("pon_cut", "chronic_offline", "baseline_few_isolated")
KINDS = {"fibra": "fibre", "energia": "power"}
CAUSES: dict[str, DownCause] = {"1": "los", "2": "los", "13": "dying_gasp"}
LIMITS = Limits()


def folder(shared_data: Path) -> Path:
    return shared_data / "network" / "olt_scenarios"


def columns(path: Path) -> dict[str, str]:
    """OID -> value of a .snmprec."""
    lines = (line.split("|", 2) for line in path.read_text().splitlines() if line)
    return {oid: value for oid, _, value in lines}


def moment(octets: str) -> datetime | None:
    """A DateAndTime; the OLT's clock is read as UTC."""
    raw = bytes.fromhex(octets)
    if len(raw) < 7 or not any(raw):
        return None
    year, (month, day, hour, minute, second) = raw[0] * 256 + raw[1], raw[2:7]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def seen(values: dict[str, str], serials: dict[tuple[str, str], str]) -> list[OnuSeen]:
    onus = []
    for oid, state in values.items():
        if not oid.startswith(STATE):
            continue
        index = oid.removeprefix(STATE)
        port, number = index.split(".")
        slot, rest = divmod(int(port) - 4194304000, 8192)
        pon = f"0/{slot}/{rest // 256}"
        serial = onu_serial(serials[pon, number])
        if state == "1":
            onus.append(OnuSeen(pon, int(number), serial, "online"))
        elif state == "2":
            cause = CAUSES.get(values[WHY + index], "unknown")
            onus.append(OnuSeen(pon, int(number), serial, "offline", cause, moment(values[DOWN_AT + index])))
        else:
            onus.append(OnuSeen(pon, int(number), serial, "unknown", "unknown"))
    return onus


def judged(db: Database, where: Path, name: str, now: datetime) -> tuple[Verdict, ...]:
    with (where / f"{name}.topology.csv").open() as rows:
        lines = list(csv.DictReader(rows))
    serials = {(row["port"], row["ont_id"]): row["sn"] for row in lines}
    onus = seen(columns(where / f"{name}.snmprec"), serials)
    with db.transaction() as session:
        session.add(Device(name="OLT-SINT-01", kind="simulator", role="olt"))
        customer = Customer(ref="cli", name="Ana", document="1", document_kind="cpf")
        session.add(customer)
        session.flush()
        for row in lines:
            place = {"olt": "OLT-SINT-01", "pon": row["port"], "cto": row["cto"], "area": row["bairro"]}
            plan = {"number": "1", "plan": "Fibra", "monthly_fee_cents": 1, "address": "Rua"}
            ref, onu = row["login"], onu_serial(row["sn"])
            session.add(Contract(ref=ref, customer_id=customer.id, pppoe_login=ref, onu=onu, **plan, **place))
        store_sweep(session, "OLT-SINT-01", Sweep(tuple(onus), now))
    with db.reading() as session:
        evidence = read_evidence(session, now, LIMITS)
    return detect(evidence.lines, evidence.reports, now, LIMITS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_recorded_states_give_the_expected_verdict(db: Database, shared_data: Path, name: str) -> None:
    expected = load(f"network/olt_scenarios/{name}.expected.json")
    now = datetime.fromisoformat(expected["now"]).replace(tzinfo=UTC)
    where = folder(shared_data)
    verdicts = judged(db, where, name, now)
    assert bool(verdicts) == expected["mass_outage"]
    for verdict in verdicts:
        assert (verdict.scope_kind, verdict.scope) == (expected["scope"].lower(), f"OLT-SINT-01 {expected['element']}")
        assert verdict.kind == KINDS[expected["cause"]]
        on_pon = [onu for onu in _offline(where, name) if onu.pon == expected["element"]]
        assert len(verdict.contracts) <= len(on_pon) <= expected["offline"]
        assert verdict.evidence["down"] == len(verdict.contracts) > 0.9 * len(on_pon)


def _offline(where: Path, name: str) -> list[OnuSeen]:
    with (where / f"{name}.topology.csv").open() as rows:
        serials = {(row["port"], row["ont_id"]): row["sn"] for row in csv.DictReader(rows)}
    onus = seen(columns(where / f"{name}.snmprec"), serials)
    return [onu for onu in onus if onu.state == "offline"]


def test_causes_are_those_that_provisioning_knows() -> None:
    assert set(CAUSES.values()) <= set(get_args(DownCause))
