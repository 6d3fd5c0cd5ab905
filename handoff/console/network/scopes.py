"""Places of the network in words, and the choice of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.contract import Contract
from models.device import Device
from models.incident import Incident
from provisioning.outages.place import inside, pon_scope

KINDS: Mapping[str, str] = {"pop": "POP", "olt": "OLT", "pon": "PON", "cto": "CTO", "area": "Bairro"}


@dataclass(frozen=True)
class Choice:
    """A place to choose: `value` is `kind:scope`."""

    value: str
    label: str
    contracts: int


def place_name(incident: Incident) -> str:
    """`CTO CTO-S-001` is only `CTO-S-001`; `PON OLT-SUL 1/2/1` stays."""
    return scope_name(incident.scope_kind, incident.scope)


def scope_name(kind: str, scope: str) -> str:
    """The place in words."""
    label = KINDS.get(kind, kind)
    return scope if scope.upper().startswith(label.upper()) else f"{label} {scope}"


def choices(session: Session) -> dict[str, list[Choice]]:
    """Every place in which a contract hangs, by kind, with how many contracts that are not cancelled it has."""
    pop = func.coalesce(Device.pop, "")
    rows = session.execute(
        select(pop, Contract.olt, Contract.pon, Contract.cto, Contract.area, func.count())
        .outerjoin(Device, Device.name == Contract.olt)
        .where(Contract.status != "cancelled")
        .group_by(pop, Contract.olt, Contract.pon, Contract.cto, Contract.area)
    )
    found: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for pop_name, olt, pon, cto, area, number in rows:
        names = {"pop": pop_name, "olt": olt, "pon": pon_scope(olt, pon), "cto": cto, "area": area}
        for kind, name in names.items():
            if name:
                found[kind][name] = found[kind].get(name, 0) + number
    return {
        KINDS[kind]: [Choice(f"{kind}:{name}", name, number) for name, number in sorted(names.items())]
        for kind, names in found.items()
        if names
    }


def chosen(value: str) -> tuple[str, str] | None:
    """The kind and name of a choice's value; None for what is none."""
    kind, _, scope = value.partition(":")
    return (kind, scope) if kind in KINDS and scope else None


def touched(session: Session, kind: str, scope: str) -> int:
    """How many contracts that are not cancelled hang in a place."""
    wanted = select(func.count()).select_from(Contract).where(inside(kind, scope), Contract.status != "cancelled")
    return session.scalar(wanted) or 0
