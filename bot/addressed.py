"""How news that nobody asked for addresses a customer."""

from __future__ import annotations

from bot.texts import Texts


def addressed(name: str, texts: Texts) -> str:
    """The first word of the name; where the ERP keeps none, a word that fits anybody (templates take no empty one)."""
    return next(iter(name.split()), texts("incident.nameless"))
