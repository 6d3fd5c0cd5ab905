"""A town in the database for tests of outages: one OLT in memory, its contracts, and people who write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from core.db import Database
from core.errors import Refused, Unreachable
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.device import Device
from models.incident import Incident, IncidentContract
from models.message import Message
from models.provider import Provider
from provisioning.cpe import Cpe
from provisioning.olt import Olt, OnuSeen, Sweep
from provisioning.outages.sweep import sweep_olt
from provisioning.ports import AccessControl


class TownOlt:
    """An OLT whose ONUs are as the test says."""

    def __init__(self, onus: list[OnuSeen]) -> None:
        self.onus = onus
        self.silent = False
        self.unread: tuple[str, ...] = ()
        self.now: Callable[[], datetime] = utc_now

    def put(self, where: Callable[[OnuSeen], bool], state: Any, cause: Any = "") -> None:
        """The ONUs that fit are in this state from now on."""
        self.onus = [
            replace(onu, state=state, cause=cause, changed_at=None) if where(onu) else onu for onu in self.onus
        ]

    def sweep(self) -> Sweep:
        """As they are."""
        if self.silent:
            raise Unreachable("olt")
        return Sweep(tuple(self.onus), self.now(), self.unread)

    def close(self) -> None:
        """Nothing is open."""


class TownPlant:
    """The OLTs of a town by name."""

    def __init__(self, **olts: TownOlt) -> None:
        self.olts = olts

    def access(self) -> AccessControl | None:
        """There is none."""
        return None

    def olt(self, name: str, job_id: int | None = None) -> Olt:
        """As given."""
        return cast(Olt, self.olts[name])

    def cpe(self, job_id: int | None = None) -> Cpe:
        """There is none."""
        raise Refused("no_driver", "acs")


def a_town(
    db: Database, pons: int = 3, ctos: int = 2, each: int = 4, policies: dict[str, Any] | None = None
) -> TownPlant:
    """OLT A with everybody online, swept once. Contract `0-1-2` is on PON 0/1/0, CTO 0-1."""
    onus = []
    with db.transaction() as session:
        place = {"name": "Vale", "cnpj": "11222333000181", "city": "São José", "state": "SP", "pix_key": "x"}
        session.add(Provider(timezone="America/Sao_Paulo", policies={"outages": policies or {}}, **place))
        session.add(Device(name="A", kind="simulator", role="olt", pop="POP 1"))
        for number, ref in enumerate(f"{p}-{c}-{n}" for p in range(pons) for c in range(ctos) for n in range(each)):
            customer = Customer(ref=f"cli-{ref}", name=f"Ana {ref}", document=f"{number:011d}", document_kind="cpf")
            session.add(customer)
            session.flush()
            pon, cto, _ = ref.split("-")
            serial = f"HWTC{number:08X}"
            onus.append(OnuSeen(f"0/1/{pon}", number, serial, "online"))
            session.add(
                Contract(
                    ref=ref,
                    customer_id=customer.id,
                    number=ref,
                    plan="Fibra",
                    monthly_fee_cents=9990,
                    address="Rua",
                    pppoe_login=f"u{ref}",
                    olt="A",
                    pon=f"0/1/{pon}",
                    cto=f"{pon}-{cto}",
                    onu=serial,
                    area=f"Bairro {cto}",
                )
            )
    plant = TownPlant(A=TownOlt(onus))
    swept(db, plant)
    return plant


def swept(db: Database, plant: TownPlant) -> None:
    """One sweep of OLT A."""
    with db.reading() as session:
        device_id = session.scalars(select(Device.id).where(Device.name == "A")).one()
    sweep_olt(device_id, db=db, plant=plant)


def on_pon(number: int) -> Callable[[OnuSeen], bool]:
    """The ONUs of a PON."""
    return lambda onu: onu.pon == f"0/1/{number}"


def writes(db: Database, ref: str, handler: str = "bot", inbound: datetime | None = None) -> int:
    """The subscriber of the contract has an open conversation; its id."""
    with db.transaction() as session:
        contact = Contact(channel="whatsapp", customer_ref=f"cli-{ref}", proved_by="phone")
        session.add(contact)
        session.flush()
        talk = Conversation(
            contact_id=contact.id,
            channel="whatsapp",
            protocol=f"p{contact.id}",
            handler=handler,
            contract_ref=ref,
            queue="N1" if handler == "queue" else None,
            last_inbound_at=inbound or utc_now(),
        )
        session.add(talk)
        session.flush()
        return talk.id


def incidents(db: Database) -> list[Incident]:
    """All of them, the oldest first."""
    with db.reading() as session:
        return list(session.scalars(select(Incident).order_by(Incident.id)))


def touched(db: Database, incident_id: int) -> dict[str, IncidentContract]:
    """The incident's contracts by their ref."""
    with db.reading() as session:
        rows = session.scalars(select(IncidentContract).where(IncidentContract.incident_id == incident_id))
        return {row.contract_ref: row for row in rows}


def said(db: Database) -> list[tuple[int, str, str]]:
    """(conversation, direction, kind) of everything written."""
    with db.reading() as session:
        rows = session.scalars(select(Message).order_by(Message.id))
        return [(row.conversation_id, row.direction, row.kind) for row in rows]
