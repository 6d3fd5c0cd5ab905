"""Other systems in the console: their tokens, where they want to hear of events, and the log of what was sent."""

from __future__ import annotations

from flask import Blueprint

from handoff.console.integrations import acts, pages
from handoff.console.ports import Ports


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the pages and their buttons."""
    for room in (pages, acts):
        room.mount(blueprint, ports)
