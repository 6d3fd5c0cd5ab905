"""The money in the console: agreements, contested invoices, proofs, payments, and the nightly comparison."""

from __future__ import annotations

from types import ModuleType

from flask import Blueprint

from handoff.console.ports import Ports

ROOMS: tuple[ModuleType, ...] = ()


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all pages of the money."""
    for room in ROOMS:
        room.mount(blueprint, ports)
