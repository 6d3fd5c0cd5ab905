"""technician_status: a known fault is told; for a visit a person takes it, in N2, with what is known."""

from __future__ import annotations

from dataclasses import replace

from bot import people
from bot.effects import Effect, IncidentTold, Remember, Say
from bot.incident import tell_incident
from bot.turn import OpenIncident, Turn


def answer(turn: Turn) -> list[Effect]:
    """ "Tem previsão?" in a conversation about a line that a known fault touches is a question about the fault."""
    ref = turn.dialogue.contract
    incident: OpenIncident | None = turn.fact(f"incident:{ref}") if ref else None
    if incident:
        told = IncidentTold(incident.id, ref)
        return [Say(tell_incident(turn, incident)), told, Remember(replace(turn.dialogue, expect="", misses=0))]
    return people.hand_off(turn, "N2", "technician_status", "handoff.technician_status")
