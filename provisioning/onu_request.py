"""Asks for an ONU to be configured, replaced, removed or put back, and mirrors into the contract what became of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from core.locks import hold
from core.onu_serial import onu_serial
from models.contract import Contract
from models.customer import Customer
from models.device import Device
from models.network_job import OPEN_STATES, NetworkJob
from models.provider import provider_policies
from provisioning.action import DEPROVISION_ONU, PROVISION_ONU, REPLACE_ONU
from provisioning.onu_template import onu_order
from provisioning.ports import Target
from provisioning.request import ask, target_of

NO_SERIAL = "Serial inválido: são 4 letras e 8 dígitos (HWTC1A2B3C4D), como na etiqueta da ONU."


def ask_onu(
    session: Session,
    contract_ref: str,
    serial: str,
    *,
    olt: str,
    confirmed_by: str,
    asked_by: str,
    cause: str,
    pon: str = "",
    secrets: bytes | None = None,
) -> NetworkJob | str:
    """The job that configures the ONU `serial` for the contract: replacing the one that it has, if it has one.

    `confirmed_by` is the login of the person who read the serial off the ONU. `pon` is where that person stands, empty
    to take where the OLT found it. Returns why it cannot be asked, in Portuguese, in place of a job.
    """
    number = onu_serial(serial)
    if not number:
        return NO_SERIAL
    contract = session.scalars(select(Contract).where(Contract.ref == contract_ref)).one_or_none()
    if contract is None or contract.status == "cancelled":
        return "Contrato não encontrado ou cancelado."
    if other := _contract_with(session, number, contract_ref):
        return f"Esta ONU está no contrato {other}: remova-a de lá antes."
    if open_job := _open_elsewhere(session, contract_ref, number, cause):
        return f"A ação {open_job} sobre esta ONU ou este contrato ainda está aberta: espere o fim ou cancele-a."
    if (
        session.scalars(select(Device.id).where(Device.name == olt, Device.role == "olt", Device.enabled)).first()
        is None
    ):
        return "Esta OLT não está cadastrada ou está desligada."
    if contract.onu and contract.olt and contract.olt != olt:
        return f"O contrato tem uma ONU na {contract.olt}: remova-a antes de usar outra OLT."
    try:
        arguments = _arguments(session, contract, number, olt, pon, confirmed_by)
    except Misconfigured as problem:
        return f"O modelo de ONU do provedor está errado: {problem.detail}."
    target = replace(target_of(session, contract_ref), olt=olt, pon=contract.pon if contract.onu else pon)
    action = REPLACE_ONU if contract.onu and contract.onu != number else PROVISION_ONU
    return ask(
        session,
        action,
        target=target if action == REPLACE_ONU else replace(target, onu=number),
        reason="installation" if action == PROVISION_ONU else "replacement",
        asked_by=asked_by,
        cause=cause,
        arguments=arguments,
        secrets=secrets,
    )


def ask_removal(session: Session, contract_ref: str, *, asked_by: str, cause: str) -> NetworkJob | str:
    """The job that removes the contract's ONU and keeps what is needed to put it back."""
    contract = session.scalars(select(Contract).where(Contract.ref == contract_ref)).one_or_none()
    if contract is None or not contract.onu:
        return "Este contrato não tem ONU cadastrada."
    if other := _open_elsewhere(session, contract_ref, contract.onu, cause):
        return f"A ação {other} ainda mexe nesta ONU: espere que termine ou cancele-a."
    target = target_of(session, contract_ref)
    return ask(session, DEPROVISION_ONU, target=target, reason="removal", asked_by=asked_by, cause=cause)


def ask_undo(session: Session, job_id: int, *, asked_by: str, cause: str) -> NetworkJob | str:
    """The job that puts back what the removal `job_id` took away."""
    removed = session.get(NetworkJob, job_id)
    kept = removed.facts.get("undo") if removed else None
    if removed is None or not kept or removed.action != DEPROVISION_ONU:
        return "Esta ação não guardou nada que se possa desfazer."
    if removed.state not in ("verified", "unknown"):
        return "A remoção não foi feita: não há o que desfazer."
    before, serial = Target.from_json(removed.target), str(kept["serial"])
    contract = session.scalars(select(Contract).where(Contract.ref == before.contract_ref)).one_or_none()
    if contract is None or contract.status == "cancelled":
        return "Contrato não encontrado ou cancelado."
    if contract.onu and contract.onu != serial:
        return f"O contrato tem outra ONU agora ({contract.onu}): remova-a antes de desfazer."
    if other := _open_elsewhere(session, before.contract_ref, serial, cause):
        return f"A ação {other} ainda mexe nesta ONU: espere que termine ou cancele-a."
    if taken := _contract_with(session, serial, before.contract_ref):
        return f"Esta ONU está no contrato {taken}: remova-a de lá antes."
    return ask(
        session,
        PROVISION_ONU,
        target=replace(before, pon=str(kept["pon"]), onu=str(kept["serial"])),
        reason="undo",
        asked_by=asked_by,
        cause=cause,
        arguments={
            "serial": kept["serial"],
            "pon": kept["pon"],
            "restore": kept,
            # The person who confirmed it then: the configuration is the one that was approved.
            "confirmed_by": asked_by.rpartition(":")[2],
        },
    )


def onu_changed(session: Session, job: NetworkJob) -> None:
    """Writes into the contract where its ONU hangs now; called in the transaction that ends the job."""
    if job.state not in ("verified", "already"):
        return
    if job.action in (PROVISION_ONU, REPLACE_ONU):
        onu = job.facts.get("onu", {})
        place = {"olt": Target.from_json(job.target).olt, "pon": onu.get("pon"), "onu": onu.get("serial")}
    elif job.action == DEPROVISION_ONU:
        place = {"onu": ""}
    else:
        return
    contract = session.scalars(select(Contract).where(Contract.ref == job.contract_ref).with_for_update()).one_or_none()
    if contract is not None and job.action == DEPROVISION_ONU and contract.onu != Target.from_json(job.target).onu:
        return
    for name, value in place.items():
        if contract is not None and value is not None:
            setattr(contract, name, value)


def _contract_with(session: Session, serial: str, but: str) -> str | None:
    """Another contract, not cancelled, that has this ONU."""
    wanted = select(Contract.ref).where(Contract.onu == serial, Contract.ref != but, Contract.status != "cancelled")
    return session.scalars(wanted).first()


def _open_elsewhere(session: Session, contract_ref: str, serial: str, cause: str) -> int | None:
    """An open job, of another cause, on this contract's ONU or with this serial. Who ask at once stand in line."""
    hold(session, f"onu/{contract_ref}", f"onu/{serial}")
    other_cause = ~NetworkJob.idempotency_key.endswith(f":{cause}", autoescape=True)
    return session.scalars(
        select(NetworkJob.id).where(
            NetworkJob.action.in_((PROVISION_ONU, REPLACE_ONU, DEPROVISION_ONU)),
            NetworkJob.state.in_(OPEN_STATES),
            ~NetworkJob.dry_run,
            or_(NetworkJob.contract_ref == contract_ref, NetworkJob.arguments["serial"].astext == serial),
            or_(NetworkJob.contract_ref != contract_ref, other_cause),
        )
    ).first()


def _arguments(
    session: Session, contract: Contract, serial: str, olt: str, pon: str, confirmed_by: str
) -> dict[str, Any]:
    settings = provider_policies(session)
    policy = settings.get("onu", {})
    customer = session.get_one(Customer, contract.customer_id)
    facts = {
        "contract": contract.number,
        "name": customer.name,
        "login": contract.pppoe_login,
        "cto": contract.cto,
        "plan": contract.plan,
    }
    wanted = onu_order(
        policy,
        olt=olt,
        plan=contract.plan,
        pon=pon,
        serial=serial,
        facts=facts,
        pppoe_login=contract.pppoe_login,
    )
    filled = {name: value for name, value in asdict(wanted).items() if name != "pppoe_password"}
    return {
        "serial": serial,
        "pon": pon,
        "confirmed_by": confirmed_by,
        "onu": filled,
        "pon_limit": policy.get("pon_limit"),
    }
