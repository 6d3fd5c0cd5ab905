"""Tickets of MikWeb, which it calls `calledies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.reading import Unreadable, words
from billing.records import TicketState, TicketStatus

_STATUS: dict[str, TicketStatus] = {
    "0": "open",
    "novo": "open",
    "aberto": "open",
    "1": "in_progress",
    "2": "in_progress",
    "3": "in_progress",
    "aguardando cliente": "in_progress",
    "aguardando resposta": "in_progress",
    "aguardando empresa": "in_progress",
    "em andamento": "in_progress",
    "em atendimento": "in_progress",
    "4": "done",
    "finalizado": "done",
    "fechado": "done",
    "cancelado": "cancelled",
}


def number(told: Mapping[str, Any]) -> str:
    """The id of the ticket that was opened: by it MikWeb finds it again. It stands in the answer or in the one object
    of it. Raises Unreadable without one."""
    inner = [value for value in told.values() if isinstance(value, Mapping)]
    found = words(told.get("id")) or (words(inner[0].get("id")) if len(inner) == 1 else "")
    if not found:
        raise Unreadable("id")
    return found


def state(told: Mapping[str, Any], protocol: str) -> TicketState:
    """The ticket of an answer. Raises Unreadable for a status that is unknown."""
    status = words(told.get("status")).lower()
    if status not in _STATUS:
        raise Unreadable("status")
    return TicketState(protocol, _STATUS[status], words(told.get("subject")), words(told.get("message")))
