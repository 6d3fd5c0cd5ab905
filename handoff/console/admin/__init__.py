"""The administration in the console: people, roles, queues, calendars, promises, policies, texts, and who did what."""

from __future__ import annotations

from types import ModuleType

from flask import Blueprint

from handoff.console.admin import (
    audit_page,
    calendar_pages,
    people,
    policy_pages,
    promise_pages,
    queue_pages,
    role_pages,
    text_pages,
)
from handoff.console.admin.page import entry_of
from handoff.console.ports import Ports

__all__ = ["entry_of", "mount"]
ROOMS: tuple[ModuleType, ...] = (
    people,
    role_pages,
    queue_pages,
    calendar_pages,
    promise_pages,
    policy_pages,
    text_pages,
    audit_page,
)


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all pages of the administration."""
    for room in ROOMS:
        room.mount(blueprint, ports)
