"""Solicitations of Voalle: what one is opened with, its protocol, and what a maintenance is told as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.reading import Unreadable, words
from billing.records import Contract
from billing.voalle.people import first
from core.errors import Misconfigured
from core.field import Field

FIELDS = (
    Field("incident_type", "Tipo de solicitação", required=False, about="id no Voalle; sem ele não se abrem chamados"),
    Field("catalog_service", "Serviço do catálogo", required=False, about="id no Voalle"),
    Field("service_level", "SLA", required=False, about="id no Voalle"),
    Field("company_place", "Local", required=False, default="1", about="id no Voalle"),
)
_OPENED, _EXTERNAL = 1, 1


def check(fields: Mapping[str, str]) -> None:
    """Raises Misconfigured `erp_options` for an id that is no number."""
    for field in FIELDS:
        value = fields[field.name]
        if value and not (value.isascii() and value.isdecimal()):
            raise Misconfigured("erp_options", field.name)


def body(fields: Mapping[str, str], contract: Contract, subject: str, text: str) -> dict[str, Any]:
    """The body of `opendetailedsolicitation`. It has no place for a contract, so its title names it."""
    person = int(contract.customer_ref)
    filled = {
        "incidentTypeId": fields["incident_type"],
        "catalogServiceId": fields["catalog_service"],
        "serviceLevelAgreementId": fields["service_level"],
    }
    return {
        "incidentStatusId": _OPENED,
        "personId": person,
        "clientId": person,
        "matrixType": _EXTERNAL,
        **{name: int(value) for name, value in filled.items() if value},
        "assignment": {
            "title": f"{subject} (contrato {contract.number})",
            "description": text,
            "priority": 0,
            "beginningDate": "",
            "finalDate": "",
            "report": {"beginningDate": "", "finalDate": "", "description": text},
            "companyPlaceId": int(fields["company_place"]),
        },
    }


def protocol(told: Any) -> str:
    """The protocol of the answer. Raises Unreadable without one."""
    found = words(told.get("protocol")) if isinstance(told, Mapping) else ""
    if not found:
        raise Unreadable("protocol")
    return found


def maintenance(row: Mapping[str, Any]) -> str:
    """What an access point in maintenance says: the maintenance's own words, else that there is one."""
    told = row.get("maintenance")
    if isinstance(told, Mapping):
        told = first(told, "description", "title", "message", "reason")
    return words(told) or f"{words(row.get('title')) or 'Ponto de acesso'}: em manutenção"
