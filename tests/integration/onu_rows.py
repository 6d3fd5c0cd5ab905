"""A provider with an OLT, contracts and people: what the tests of jobs on ONUs begin with."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.fernet import Fernet
from sqlalchemy.orm import Session

from core.db import Database
from core.field import Field
from core.later import Later
from models.contract import Contract
from models.customer import Customer
from models.device import Device
from models.network_job import NetworkJob
from models.provider import Provider
from provisioning.approval import approve
from provisioning.devices import DevicePlant
from provisioning.driver import Driver, Log
from provisioning.fake_olt import FakeOlt
from provisioning.onu_request import ask_onu, onu_changed
from provisioning.run import run
from provisioning.vault import Vault

OLT, PON, SERIAL = "OLT-CENTRO", "0/1/0", "HWTC0A0B0C0D"
PASSWORD = "senha-da-olt-9"
VAULT = Vault(Fernet.generate_key().decode())
POLICIES = {"onu": {"line_profile": "LP", "service_profile": "SP", "vlan": 100, "description": "{contract}-{name}"}}


def kinds_of(olt: FakeOlt) -> Mapping[str, Driver]:
    """One kind, `fake`, whose driver tells its log the password, as a careless driver would."""

    def connect(fields: Mapping[str, str], log: Log) -> FakeOlt:
        log(f"login {fields['user']} {fields.get('password', '')}")
        return olt

    fields = (
        Field("host", "Endereço"),
        Field("user", "Usuário", default="religa"),
        Field("password", "Senha", secret=True),
        Field("enable", "Senha de enable", required=False, secret=True),
    )
    return {"fake": Driver("fake", "OLT de teste", "olt", fields, connect)}


def plant_of(db: Database, olt: FakeOlt, vault: Vault | None = VAULT) -> DevicePlant:
    """The configured equipment, which never really waits."""
    return DevicePlant(db, vault, None, kinds=kinds_of(olt), sleep=lambda seconds: None)


def a_provider(db: Database, contracts: int = 1) -> None:
    """The provider with its policies, contracts 2000, 2001... without ONUs, and the OLT."""
    with db.transaction() as session:
        session.add(
            Provider(
                name="P", cnpj="1", city="C", state="SP", timezone="America/Sao_Paulo", pix_key="k", policies=POLICIES
            )
        )
        session.add(
            Device(name=OLT, kind="fake", role="olt", fields={"host": "h"}, secrets=VAULT.lock({"password": PASSWORD}))
        )
        customer = Customer(ref="c1", name="Ana Souza", document="11144477735", document_kind="cpf")
        session.add(customer)
        session.flush()
        for number in range(contracts):
            session.add(
                Contract(
                    ref=str(2000 + number),
                    customer_id=customer.id,
                    number=str(2000 + number),
                    plan="Fibra 600",
                    monthly_fee_cents=9990,
                    address="Rua A, 1",
                    pppoe_login=f"ana{number}",
                )
            )


def ask_for(
    db: Database, contract: str = "2000", serial: str = SERIAL, *, cause: str = "form:1", secrets: bytes | None = None
) -> int:
    """A technician's wish that the desk passed on: the job's id."""
    with db.transaction() as session:
        job = ask_onu(
            session,
            contract,
            serial,
            olt=OLT,
            pon=PON,
            confirmed_by="tecnico",
            asked_by="agent:carla",
            cause=cause,
            secrets=secrets,
        )
        assert isinstance(job, NetworkJob), job
        return job.id


def job_of(db: Database, job_id: int) -> NetworkJob:
    """The row as it is now."""
    with db.transaction() as session:
        return session.get_one(NetworkJob, job_id)


def contract_of(db: Database, ref: str = "2000") -> Contract:
    """The row as it is now."""
    with db.transaction() as session:
        return session.query(Contract).filter_by(ref=ref).one()


def go(db: Database, job_id: int, plant: DevicePlant) -> NetworkJob:
    """One run of the job, and the row after it."""
    run(job_id, db=db, plant=plant, finished=onu_changed, vault=VAULT, sleep=lambda seconds: None)
    return job_of(db, job_id)


def approved(db: Database, job_id: int, by: str = "chefe") -> str:
    """One person's word."""
    with db.transaction() as session:
        return approve(session, job_id, by)


def through(db: Database, job_id: int, plant: DevicePlant) -> NetworkJob:
    """Planned, approved by one, and done."""
    go(db, job_id, plant)
    assert approved(db, job_id) == ""
    return go(db, job_id, plant)


def until_done(db: Database, job_id: int, plant: DevicePlant) -> NetworkJob:
    """Runs as a worker would, which comes back when it was not the job's turn."""
    while True:
        try:
            return go(db, job_id, plant)
        except Later:
            continue


def device_of(session: Session, name: str = OLT) -> Device:
    """The OLT's row."""
    return session.query(Device).filter_by(name=name).one()
