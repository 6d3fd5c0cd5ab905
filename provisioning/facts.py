"""Readings as JSON, as jobs, tickets and the console keep them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from provisioning.ports import AccessState, LineReading


def access_facts(state: AccessState) -> dict[str, Any]:
    """The state as JSON: known, blocked, reasons, groups, sessions [{since, ip, nas_ip}], last_end {at, cause}
    or None."""
    return {
        "known": state.known,
        "blocked": state.blocked,
        "reasons": list(state.reasons),
        "groups": list(state.groups),
        "sessions": [
            {
                "since": session.started_at.isoformat() if session.started_at else None,
                "ip": session.framed_ip,
                "nas_ip": session.nas_ip,
            }
            for session in state.sessions
        ],
        "last_end": {"at": state.last_end[0].isoformat(), "cause": state.last_end[1]} if state.last_end else None,
        "read_at": state.read_at.isoformat(),
    }


def line_facts(reading: LineReading) -> dict[str, Any]:
    """The reading as JSON, its times in ISO 8601: onu_state, rx_dbm and since always, the rest where it is known."""
    facts = {item.name: getattr(reading, item.name) for item in fields(reading)}
    facts["read_at"] = reading.read_at.isoformat()
    facts["since"] = reading.since.isoformat() if reading.since else None
    facts["macs"] = list(reading.macs)
    always = ("onu_state", "rx_dbm", "since", "read_at")
    return {name: value for name, value in facts.items() if name in always or value not in (None, "", [])}
