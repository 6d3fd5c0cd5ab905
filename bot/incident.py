"""The words in which a customer hears of a known fault."""

from __future__ import annotations

from bot.turn import OpenIncident, Turn


def tell_incident(turn: Turn, incident: OpenIncident) -> str:
    """What is wrong, since when, and until when as far as that is known."""
    return turn.texts(
        "incident.planned" if incident.planned else "incident.open",
        name=turn.first_name(),
        cause=incident.cause,
        since=turn.when(incident.started_at),
        eta=turn.texts("incident.eta", eta=turn.when(incident.eta)) if incident.eta else turn.texts("incident.no_eta"),
    )
