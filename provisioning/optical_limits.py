"""The optical powers that a line is judged by: what a vendor's optics need, and what the provider wants instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
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


@dataclass(frozen=True)
class OpticalTerms:
    """The policy `optical`: what a line is judged by instead of what its OLT's vendor is known for, in dBm and dB. Null
    is as the vendor: an ONU hears from `weak_dbm` (-27) to `strong_dbm` (-8), an OLT down to `olt_weak_dbm` (-28 with
    class B+ optics, -32 with C+), and a drop of `drop_db` (3) against the line's own past is told (ITU-T G.984.2)."""

    weak_dbm: float | None = None
    strong_dbm: float | None = None
    olt_weak_dbm: float | None = None
    drop_db: float | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise ValueError(f"{item.name}: esperado um número, ou null")
        powers = (self.weak_dbm, self.strong_dbm, self.olt_weak_dbm)
        if any(value is not None and not -50 <= value <= 10 for value in powers):
            raise ValueError("potências vão de -50 a 10 dBm")
        if self.drop_db is not None and not 0 < self.drop_db <= 20:
            raise ValueError("drop_db vai de mais que 0 a 20 dB")
        known = limits_of("", {item.name: getattr(self, item.name) for item in fields(self)})
        if known.weak_dbm >= known.strong_dbm:
            raise ValueError("weak_dbm fica abaixo de strong_dbm")


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
