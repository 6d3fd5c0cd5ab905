"""What all pages of the network share: who may open them, and their frame with its menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from handoff.console.framing import Entry, framed
from handoff.console.live import live_response
from handoff.console.ports import House, attendant
from handoff.permits import Deed, may

LIVE = "X-Console"


@dataclass(frozen=True)
class Section(Entry):
    """An entry of the network's own menu. `deed` is what whoever sees it may do."""

    deed: Deed = "network.see"


SECTIONS = (
    Section("map", "Mapa", "console.network"),
    Section("incidents", "Incidentes", "console.incidents"),
    Section("jobs", "Ações", "console.jobs"),
    Section("batches", "Lotes", "console.batches"),
    Section("devices", "Equipamentos", "console.devices"),
    Section("onus", "Instalações", "console.onus", "onu.ask"),
)


def frame(
    template: str, section: str, place: House, parts: dict[str, str], *, status: int = 200, **more: Any
) -> Response:
    """A page of the network around its live parts; only those of its menu's entries that the person may open."""
    menu = [item for item in SECTIONS if may(attendant(), item.deed)]
    return framed(template, menu, section, place, parts, status=status, **more)


def live(parts: dict[str, str]) -> Response:
    """The live parts alone."""
    return live_response(parts)
