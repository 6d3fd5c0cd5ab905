"""Where a contract hangs, as incidents name places: CTO, PON, OLT, neighbourhood and POP."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.contract import Contract
from models.device import Device
from models.incident import SCOPES


def pon_scope(olt: str, pon: str) -> str:
    """The name of a PON over all OLTs; empty where one of both is not known."""
    return f"{olt} {pon}" if olt and pon else ""


def scopes_of(session: Session, contract: Contract) -> Mapping[str, str]:
    """The name of the contract's place by scope kind, the nearest first; what is not known is left out."""
    pop = session.scalar(select(Device.pop).where(Device.name == contract.olt)) if contract.olt else ""
    names = {
        "cto": contract.cto,
        "pon": pon_scope(contract.olt, contract.pon),
        "olt": contract.olt,
        "area": contract.area,
        "pop": pop or "",
    }
    return {kind: names[kind] for kind in SCOPES if names[kind]}


def inside(scope_kind: str, scope: str) -> ColumnElement[bool]:
    """The contracts inside of a place, whether cancelled or not. Raises KeyError for an unknown kind."""
    conditions: dict[str, ColumnElement[bool]] = {
        "cto": Contract.cto == scope,
        "pon": func.concat(Contract.olt, " ", Contract.pon) == scope,
        "olt": Contract.olt == scope,
        "area": Contract.area == scope,
        "pop": Contract.olt.in_(select(Device.name).where(Device.pop == scope)),
    }
    return conditions[scope_kind]
