"""People add, change, test and remove the equipment: one set of checks for the console and the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Failure, Misconfigured, Refused, Unreachable
from models.contract import Contract
from models.device import Device
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.cpe import Cpe
from provisioning.devices import DevicePlant
from provisioning.driver import Driver, drivers
from provisioning.olt import Olt
from provisioning.ports import AccessControl
from provisioning.request import DEVICE_OF_ROLE
from provisioning.vault import Vault, secret_names

NO_KEY = "Falta a DEVICE_KEY: sem ela nenhum segredo pode ser guardado."
OTHER_KEY = "Os segredos guardados são de outra DEVICE_KEY: informe todos de novo."
MOST_PER_MINUTE = 6000
NOBODY = "religa-teste"


def add_device(
    session: Session,
    vault: Vault | None,
    *,
    name: str,
    kind: str,
    fields: Mapping[str, str],
    pop: str = "",
    per_minute: int = 0,
    kinds: Mapping[str, Driver] | None = None,
) -> str:
    """Adds a device, enabled. "" when it did, else what is wrong, in Portuguese.

    `fields` are those of the kind's driver, secret ones in clear; an empty one counts as not given.
    """
    name = name.strip()
    if not name:
        return "Informe o nome do equipamento."
    if _row(session, name) is not None:
        return f"Já existe um equipamento com o nome {name}."
    known = drivers() if kinds is None else kinds
    driver = known.get(kind)
    if driver is None:
        return f"Tipo desconhecido: {kind}. Existem: {', '.join(sorted(known))}."
    row = Device(name=name, kind=kind, role=driver.role, pop=pop.strip(), per_minute=per_minute, enabled=True)
    if problem := _fill(row, driver, vault, fields):
        return problem
    session.add(row)
    return ""


def change_device(
    session: Session,
    vault: Vault | None,
    *,
    name: str,
    fields: Mapping[str, str],
    pop: str | None = None,
    per_minute: int | None = None,
    kinds: Mapping[str, Driver] | None = None,
) -> str:
    """Changes what is given, and lets the device be asked at once. "" when it did, else what is wrong.

    A field that is not given stays, and so does a secret that is given empty. Name and kind cannot change.
    """
    row = _row(session, name)
    if row is None:
        return _missing(name)
    driver = (drivers() if kinds is None else kinds).get(row.kind)
    if driver is None:
        return f"Não há mais driver para {row.kind}."
    before = row.pop, row.per_minute
    row.pop = row.pop if pop is None else pop.strip()
    row.per_minute = row.per_minute if per_minute is None else per_minute
    if problem := _fill(row, driver, vault, fields):
        row.pop, row.per_minute = before
        return problem
    row.open_until = None
    return ""


def set_enabled(session: Session, name: str, enabled: bool) -> str:
    """Switches a device on or off; nobody asks one that is off. "" when it did, else what is wrong."""
    row = _row(session, name)
    if row is None:
        return _missing(name)
    row.enabled = enabled
    return ""


def remove_device(session: Session, name: str) -> str:
    """Deletes a device and its log. "" when it did, else why not: contracts hang on it, or jobs wait for it."""
    row = _row(session, name)
    if row is None:
        return _missing(name)
    if contracts := session.scalar(
        select(func.count()).select_from(Contract).where(Contract.olt == name, Contract.status != "cancelled")
    ):
        return f"{contracts} contrato(s) estão em {name}: mude-os antes de remover."
    asked_as = DEVICE_OF_ROLE.get(row.role) or name
    if jobs := session.scalar(
        select(func.count())
        .select_from(NetworkJob)
        .where(NetworkJob.device == asked_as, NetworkJob.state.in_(OPEN_STATES))
    ):
        return f"{jobs} ação(ões) abertas em {name}: espere terminarem ou cancele-as."
    session.delete(row)
    return ""


def shown(device: Device, driver: Driver) -> list[tuple[str, str]]:
    """(label, value) of each field, fit for a page: of a secret only whether there is one."""
    told = secret_names(device.secrets)
    return [
        (item.label, ("guardada" if item.name in told else "não definida"))
        if item.secret
        else (item.label, str(device.fields.get(item.name, "") or item.default))
        for item in driver.fields
    ]


def test_device(name: str, plant: DevicePlant) -> tuple[bool, str]:
    """Connects and reads something harmless: (whether it answered, a Portuguese sentence). Changes nothing on it.

    Asks even while the device's circuit is open: a person wants to know now. Must be called outside a transaction.
    """
    try:
        with plant.reached(name) as (role, device):
            return True, f"Conectado: {_READS[role](device)}."
    except Unreachable as failure:
        return False, f"Não respondeu ({failure})."
    except Misconfigured as failure:
        return False, f"Configuração errada ({failure})."
    except Failure as failure:
        if failure.code == "no_driver":
            return False, "Não cadastrado, desligado ou sem driver."
        return False, f"Recusou ({failure})."


def _read_olt(olt: Olt) -> str:
    if "found" in olt.can:
        return f"{len(olt.found())} ONUs novas na lista"
    sweep = olt.sweep()
    return f"{len(sweep.onus)} ONUs lidas" + (f", {len(sweep.unread)} PONs não lidas" if sweep.unread else "")


def _read_access(access: AccessControl) -> str:
    access.state(NOBODY)
    return "a consulta de um login respondeu"


def _read_acs(acs: Cpe) -> str:
    try:
        acs.find("", "")
    except Refused as failure:
        # It answered that it knows no such router: that is all that was asked.
        if failure.code != "unknown_cpe":
            raise
    return "o ACS respondeu"


_READS: Mapping[str, Callable[[Any], str]] = {"olt": _read_olt, "access": _read_access, "acs": _read_acs}


def _row(session: Session, name: str) -> Device | None:
    return session.execute(select(Device).where(Device.name == name).with_for_update()).scalar_one_or_none()


def _missing(name: str) -> str:
    return f"Não existe um equipamento com o nome {name}."


def _fill(row: Device, driver: Driver, vault: Vault | None, fields: Mapping[str, str]) -> str:
    """Puts the fields into the row, all or none; what is wrong with them, "" for nothing."""
    known = {item.name: item for item in driver.fields}
    if unknown := fields.keys() - known.keys():
        return f"Campos que {driver.title} não tem: {', '.join(sorted(unknown))}."
    if not 0 <= row.per_minute <= MOST_PER_MINUTE:
        return f"Comandos por minuto: de 0 (sem limite) a {MOST_PER_MINUTE}."
    given = {name: value if known[name].secret else value.strip() for name, value in fields.items()}
    secrets = {name: value for name, value in given.items() if value and known[name].secret}
    opened = {**(row.fields or {}), **{name: value for name, value in given.items() if not known[name].secret}}
    opened = {name: value for name, value in opened.items() if value}
    stored = secret_names(row.secrets)
    missing = [
        item.label
        for item in driver.fields
        if item.required and not item.default and item.name not in (opened.keys() | secrets.keys() | stored)
    ]
    if missing:
        return f"Falta preencher: {', '.join(missing)}."
    if secrets:
        if vault is None:
            return NO_KEY
        try:
            # Where all of them are given anew, the key of the old ones need not be at hand.
            kept = vault.unlock(row.secrets) if stored - secrets.keys() else {}
        except Misconfigured:
            return OTHER_KEY
        row.secrets = vault.lock({**kept, **secrets})
    row.fields = opened
    return ""
