"""The provider's template for an ONU: profiles, VLAN and description, by OLT and plan, filled in for one contract."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from core.errors import Misconfigured
from provisioning.olt import OnuOrder

NAMES = frozenset({"contract", "name", "login", "cto", "plan"})
MOST_VLAN = 4094
MOST_ON_A_PON = 256
# OLTs keep a description in a short field, and some refuse everything but plain characters.
MOST_DESCRIPTION = 48


_PART = frozenset({"line_profile", "service_profile", "vlan", "description", "extra"})


@dataclass(frozen=True)
class OnuTerms:
    """The policy `onu`: how an ONU is configured. `line_profile` and `service_profile` are names on the OLT, `vlan` a
    number from 1 to 4094 (null: there is none, and nothing is configured where neither OLT nor plan has one),
    `description` a text with {contract}, {name}, {login}, {cto} or {plan}, `extra` what a driver takes besides, and
    `pon_limit` how many ONUs a PON takes (null: as its OLT says). `olts` and `plans` say by name what differs there."""

    line_profile: str = ""
    service_profile: str = ""
    vlan: int | None = None
    description: str = "{contract}"
    extra: Mapping[str, Any] = field(default_factory=dict)
    pon_limit: int | None = None
    olts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError or Misconfigured for what makes no sense."""
        limit = self.pon_limit
        if limit is not None and (type(limit) is not int or not 1 <= limit <= MOST_ON_A_PON):
            raise ValueError(f"pon_limit: esperado um número de 1 a {MOST_ON_A_PON}, ou null")
        _check_part("onu", {name: getattr(self, name) for name in _PART})
        for where in ("olts", "plans"):
            parts = getattr(self, where)
            if not isinstance(parts, Mapping):
                raise ValueError(f"{where}: esperado um objeto JSON, por nome")
            for name, part in parts.items():
                _check_part(f"{where}: {name}", part)


def _check_part(where: str, part: Any) -> None:
    if not isinstance(part, Mapping) or part.keys() - _PART:
        raise ValueError(f"{where}: só existem {', '.join(sorted(_PART))}")
    if any(not isinstance(part.get(name, ""), str) for name in ("line_profile", "service_profile", "description")):
        raise ValueError(f"{where}: perfis e descrição são textos")
    if not isinstance(part.get("extra", {}), Mapping):
        raise ValueError(f"{where}: extra é um objeto JSON")
    if part.get("vlan") is not None:
        _vlan(part["vlan"])
    _description(part.get("description", ""), {})


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
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in letters)
    return plain[:MOST_DESCRIPTION]
