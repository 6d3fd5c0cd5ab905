"""The provider's template for an ONU is filled in per OLT, plan and contract, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.errors import Misconfigured
from provisioning.olt import OnuOrder
from provisioning.onu_template import MOST_DESCRIPTION, onu_order

FACTS = {"contract": "2000", "name": "Ana Souza", "login": "ana", "cto": "CTO-1", "plan": "Fibra 600"}


def filled(policy: Mapping[str, Any], *, olt: str = "OLT-A", plan: str = "Fibra 600") -> OnuOrder:
    """The order for Ana's ONU."""
    return onu_order(policy, olt=olt, plan=plan, pon="0/1/0", serial="HWTC0A0B0C0D", facts=FACTS)


def test_template_takes_the_plan_before_the_olt_before_the_rest() -> None:
    policy = {
        "vlan": 10,
        "line_profile": "L",
        "service_profile": "S",
        "olts": {"OLT-A": {"vlan": 20, "line_profile": "LA"}},
        "plans": {"Fibra 600": {"line_profile": "L600"}},
    }

    order = filled(policy)
    assert (order.vlan, order.line_profile, order.service_profile) == (20, "L600", "S")
    other = filled(policy, olt="OLT-B", plan="Fibra 300")
    assert (other.vlan, other.line_profile, other.service_profile) == (10, "L", "S")


def test_template_fills_in_the_description_with_plain_characters_only() -> None:
    assert filled({"vlan": 10, "description": "{contract} {name} ção!"}).description == "2000_Ana_Souza_cao_"
    assert filled({"vlan": 10}).description == "2000"
    assert len(filled({"vlan": 10, "description": "{name}" * 20}).description) == MOST_DESCRIPTION


def test_template_passes_what_only_one_vendor_needs_as_text() -> None:
    assert filled({"vlan": 10, "extra": {"gemport": 1}}).extra == {"gemport": "1"}


@pytest.mark.parametrize("vlan", [None, 0, 4095, "100", True])
def test_template_is_refused_when_its_vlan_is_none(vlan: Any) -> None:
    with pytest.raises(Misconfigured, match="VLAN"):
        filled({"vlan": vlan})


@pytest.mark.parametrize("description", ["{document}", "{contract", "{name.__class__}", "{0}"])
def test_template_is_refused_when_its_description_names_something_else(description: str) -> None:
    with pytest.raises(Misconfigured, match="descrição"):
        filled({"vlan": 10, "description": description})
