"""A network worth looking at, for the tests with a browser: a cut CTO, a PON without power, a silent OLT."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from core.db import Database
from models import utc_now
from models.contract import Contract
from models.customer import Customer
from models.device import Device, DeviceLine
from models.incident import Incident, IncidentContract
from models.job_batch import JobBatch
from models.network_job import NetworkJob
from models.onu_status import OnuStatus

STREETS = ("Rua das Acácias", "Rua do Sol", "Avenida Brasil", "Rua da Serra")
PEOPLE = {
    "Ana Souza": "52998224725",
    "Bruno Lima": "11144477735",
    "Carla Dias": "39053344705",
    "Elisa Prado": "27634019100",
    "Fábio Nunes": "85739201659",
}


def a_network(db: Database, *, olts: int = 3, pons: int = 8, ctos: int = 4, lines: int = 6) -> None:
    """OLTs of equal shape. On the first a CTO is cut, on the second a PON without power, the last does not answer."""
    now = utc_now()
    with db.transaction() as session:
        customers = [
            Customer(ref=f"cli-{n}", name=name, document=document, document_kind="cpf")
            for n, (name, document) in enumerate(PEOPLE.items())
        ]
        session.add_all(customers)
        session.flush()
        for o in range(olts):
            olt, silent = f"OLT-{o + 1:02d}", o == olts - 1
            device = Device(name=olt, kind="simulator", role="olt", pop="POP Sul" if o % 2 else "POP Centro")
            device.fields = {"olt": olt, "pon_limit": "128"} if o == 0 else {"olt": olt}
            device.swept_at, device.answered_at = now - timedelta(seconds=40), now - timedelta(seconds=40)
            if silent:
                device.failures, device.last_error, device.failed_at = 4, "timeout", now - timedelta(minutes=2)
            session.add(device)
            for p in range(pons):
                for number in range(ctos * lines):
                    cto = number // lines
                    state = "online"
                    if o == 0 and p == 2 and cto == 1:
                        state = "los"
                    elif o == 1 and p == 1:
                        state = "dying_gasp"
                    elif number == 5 and p % 3 == 0:
                        state = "offline"
                    _line(session, customers, olt, o, p, number, f"CTO-{o + 1}-{p:02d}{cto + 1}", state)


def _line(
    session: Session, customers: list[Customer], olt: str, o: int, p: int, number: int, cto: str, state: str
) -> None:
    now, serial = utc_now(), f"HWTC{o:02X}{p:02X}{number:04X}"
    ref = f"{o + 1}{p:02d}{number:03d}"
    session.add(
        Contract(
            ref=ref,
            customer_id=customers[number % len(customers)].id,
            number=ref,
            plan="Fibra 500 Mega",
            monthly_fee_cents=9990,
            address=f"{STREETS[number % len(STREETS)]}, {10 + number}, Centro",
            pppoe_login=f"cliente.{ref}",
            olt=olt,
            pon=f"0/1/{p}",
            cto=cto,
            onu=serial,
            area="Centro",
        )
    )
    session.add(
        OnuStatus(
            olt=olt,
            serial=serial,
            pon=f"0/1/{p}",
            number=number,
            state=state,
            rx_dbm=-19.5 - number / 4 if state == "online" else None,
            changed_at=now - timedelta(minutes=42),
            seen_at=now - timedelta(seconds=40),
        )
    )


def an_incident(db: Database) -> int:
    """The cut CTO's, detected, with its six contracts. Its id."""
    now = utc_now()
    with db.transaction() as session:
        row = Incident(
            scope_kind="cto",
            scope="CTO-1-022",
            cause="rompimento de fibra na sua rua",
            kind="fibre",
            source="detected",
            started_at=now - timedelta(minutes=42),
            evidence={"down": 6, "judged": 6, "fibre": 6, "reports": 2},
            reports=2,
        )
        session.add(row)
        session.flush()
        session.add_all(
            IncidentContract(incident_id=row.id, contract_ref=f"102{n:03d}", told_at=now if n < 8 else None)
            for n in range(6, 12)
        )
        return row.id


def some_jobs(db: Database) -> tuple[int, int]:
    """A job that runs, with its log, and one that waits for approval, among others. Their ids."""
    now = utc_now()
    log = [
        {"at": (now - timedelta(seconds=9 - n)).isoformat(), "text": text}
        for n, text in enumerate(("Tentativa 1: release_signal", "Plano: blocked de sim para não", "CoA enviado"))
    ]
    target = {"contract_ref": "101001", "pppoe_login": "cliente.101001", "olt": "OLT-01", "pon": "0/1/1"}
    with db.transaction() as session:
        rows = [
            NetworkJob(action="diagnose", state="verified", outcome="partial", reason="sem internet", asked_by="bot"),
            NetworkJob(action="release_signal", state="unknown", outcome="timeout", reason="payment", asked_by="clock"),
            NetworkJob(action="release_signal", state="running", reason="pagou no caixa", asked_by="agent:helena"),
            NetworkJob(action="provision_onu", state="asked", reason="installation", asked_by="agent:lucas"),
        ]
        for number, row in enumerate(rows):
            row.idempotency_key, row.contract_ref, row.target = f"scene-{number}", "101001", target
            row.device, row.asked_at = "OLT-01", now - timedelta(minutes=9 - 2 * number)
        rows[2].log, rows[2].plan, rows[2].started_at = log, {"blocked": [True, False]}, now
        rows[3].needs_approvals = 1
        rows[3].plan = {"onu": [None, "HWTC1A2B3C4D"], "pon": [None, "0/1/1"], "used": [24, 25]}
        session.add_all(rows)
        session.flush()
        return rows[2].id, rows[3].id


def a_batch(db: Database, *, total: int = 40, done: int = 25, problems: int = 2) -> int:
    """A batch that runs. Its id."""
    now = utc_now()
    with db.transaction() as session:
        batch = JobBatch(
            action="release_signal",
            title="Pagamentos de sexta",
            reason="pagos no banco",
            asked_by="agent:karina",
            state="running",
            total=total,
            started_at=now,
            approvals=[{"by": "admin", "at": now.isoformat()}],
        )
        session.add(batch)
        session.flush()
        for n in range(total):
            state = "verified" if n < done else "failed" if n < done + problems else "approved"
            session.add(
                NetworkJob(
                    action="release_signal",
                    contract_ref=f"101{n:03d}",
                    idempotency_key=f"batch-{n}",
                    reason="pagos no banco",
                    asked_by="agent:karina",
                    state=state,
                    outcome="timeout" if state == "failed" else "",
                    batch_id=batch.id,
                )
            )
        return batch.id


def a_device_log(db: Database) -> None:
    """Lines in the log of the first device."""
    with db.transaction() as session:
        for text in ("> display ont info 0 1 all", "In port 0/1/0, the total of ONTs are: 24, online: 23"):
            session.add(DeviceLine(device_id=1, text=text))
