"""The optical powers that a line is judged by: what a vendor's optics need, and what the provider wants instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from provisioning.diagnosis import Limits

# ITU-T G.984.2: an OLT with class B+ optics hears down to -28 dBm, one with C+ down to -32; an ONU (without error
# correction) from -27 to -8. Most OLTs of these vendors are sold with C+ modules, the others are taken for B+.
_CLASS_B_PLUS = Limits()
_CLASS_C_PLUS = Limits(olt_weak_dbm=-32.0)
BY_VENDOR: Mapping[str, Limits] = {
    "huawei": _CLASS_C_PLUS,
    "zte": _CLASS_C_PLUS,
    "fiberhome": _CLASS_C_PLUS,
    "vsol": _CLASS_C_PLUS,
    "datacom": _CLASS_B_PLUS,
    "ufiber": _CLASS_B_PLUS,
    "edgeos": _CLASS_B_PLUS,
}


def limits_of(made_by: str, wanted: Mapping[str, Any]) -> Limits:
    """The vendor's limits, where `made_by` (free text) names one that is known, with what the provider wants instead.

    `wanted` is the policy `optical`: {"weak_dbm": -27, "drop_db": 3, ...}; what is no number or no limit is left out.
    """
    named = made_by.lower()
    base = next((limits for vendor, limits in BY_VENDOR.items() if vendor in named), _CLASS_B_PLUS)
    known = {item.name for item in fields(Limits)}
    numbers = {
        name: float(value)
        for name, value in wanted.items()
        if name in known and isinstance(value, int | float) and not isinstance(value, bool)
    }
    return replace(base, **numbers)
