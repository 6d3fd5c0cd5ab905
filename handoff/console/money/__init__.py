"""The money in the console: agreements, contested invoices, proofs, payments, and the nightly comparison."""

from __future__ import annotations

from types import ModuleType

from flask import Blueprint

from handoff.console.money import (
    agreements,
    comparisons,
    disputes,
    import_acts,
    imports,
    payment_acts,
    payments,
    proofs,
)
from handoff.console.ports import Ports

ROOMS: tuple[ModuleType, ...] = (
    agreements,
    disputes,
    proofs,
    payments,
    payment_acts,
    comparisons,
    imports,
    import_acts,
)


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all pages of the money."""
    for room in ROOMS:
        room.mount(blueprint, ports)
