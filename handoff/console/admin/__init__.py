"""The administration in the console: people, roles, queues, calendars, promises, policies, texts, and who did what."""

from __future__ import annotations

from types import ModuleType

from flask import Blueprint

from handoff.console.admin.page import entry_of
from handoff.console.ports import Ports

__all__ = ["entry_of", "mount"]
ROOMS: tuple[ModuleType, ...] = ()


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all pages of the administration."""
    for room in ROOMS:
        room.mount(blueprint, ports)
