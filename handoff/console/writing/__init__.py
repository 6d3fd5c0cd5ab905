"""Writing in the console: what the composer needs, what it sends, and the pages of ready answers and mentions."""

from __future__ import annotations

from types import ModuleType

from flask import Blueprint

from handoff.console.ports import Ports
from handoff.console.writing import canned_page, composer, macro_page, mention_page

ROOMS: tuple[ModuleType, ...] = (composer, canned_page, macro_page, mention_page)


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all of it but the acts, which stand with the other acts of a conversation."""
    for room in ROOMS:
        room.mount(blueprint, ports)
