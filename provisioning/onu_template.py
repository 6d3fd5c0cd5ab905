"""The provider's template for an ONU: profiles, VLAN and description, by OLT and plan, filled in for one contract."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from core.errors import Misconfigured
from provisioning.olt import OnuOrder

NAMES = frozenset({"contract", "name", "login", "cto", "plan"})
MOST_VLAN = 4094
# OLTs keep a description in a short field, and some refuse everything but plain characters.
MOST_DESCRIPTION = 48


def onu_order(
    policy: Mapping[str, Any],
    *,
    olt: str,
    plan: str,
    pon: str,
    serial: str,
    facts: Mapping[str, str],
    pppoe_login: str = "",
    pppoe_password: str = "",
) -> OnuOrder:
    """The order for one ONU.

    `policy` is the provider's policy "onu": {"line_profile", "service_profile", "vlan", "description", "extra",
    "olts": {name: {...}}, "plans": {name: {...}}}; what a plan says goes before what its OLT says, and that before the
    rest. `facts` fills in the description: contract, name, login, cto, plan. Raises Misconfigured("onu_template") with
    what is wrong, in Portuguese.
    """
    values = {**policy, **policy.get("olts", {}).get(olt, {}), **policy.get("plans", {}).get(plan, {})}
    return OnuOrder(
        pon=pon,
        serial=serial,
        description=_description(str(values.get("description", "{contract}")), facts),
        vlan=_vlan(values.get("vlan")),
        line_profile=str(values.get("line_profile", "")),
        service_profile=str(values.get("service_profile", "")),
        pppoe_login=pppoe_login,
        pppoe_password=pppoe_password,
        extra={name: str(value) for name, value in values.get("extra", {}).items()},
    )


def _vlan(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_VLAN:
        raise Misconfigured("onu_template", f"VLAN {value!r}: esperado um número de 1 a {MOST_VLAN}")
    return value


def _description(template: str, facts: Mapping[str, str]) -> str:
    try:
        wanted = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    except ValueError as error:
        raise Misconfigured("onu_template", f"descrição {template!r}: {error}") from error
    if unknown := wanted - NAMES:
        known = ", ".join(sorted(NAMES))
        raise Misconfigured("onu_template", f"descrição com {', '.join(sorted(unknown))}: só existem {known}")
    text = template.format(**{name: facts.get(name, "") for name in NAMES})
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in text)
    return plain[:MOST_DESCRIPTION]
