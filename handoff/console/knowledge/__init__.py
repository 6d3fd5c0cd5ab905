"""The knowledge base in the console: its list, an article, and writing one."""

from __future__ import annotations

from flask import Blueprint

from handoff.console.knowledge import article_acts, article_list, article_page
from handoff.console.ports import Ports


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all its pages."""
    for room in (article_list, article_page, article_acts):
        room.mount(blueprint, ports)
