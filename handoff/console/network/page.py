"""What all pages of the network share: who may open them, and their frame with its menu."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from handoff.console.framing import Entry, framed
from handoff.console.ports import House

LIVE = "X-Console"


SECTIONS = (
    Entry("map", "Mapa", "console.network"),
    Entry("incidents", "Incidentes", "console.incidents"),
    Entry("jobs", "Ações", "console.jobs"),
    Entry("batches", "Lotes", "console.batches"),
    Entry("devices", "Equipamentos", "console.devices"),
    Entry("onus", "Instalações", "console.onus"),
)


def frame(
    template: str, section: str, place: House, parts: dict[str, str], *, status: int = 200, **more: Any
) -> Response:
    """A page of the network around its live parts; only those of its menu's entries that the person may open."""
    return framed(template, SECTIONS, section, place, parts, status=status, **more)
