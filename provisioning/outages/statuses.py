"""Stores a sweep: every ONU's state in one statement, however many there are."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from provisioning.olt import OnuSeen, Sweep

# OLT clocks run ahead a little, or stand at their birth (2000-01-01) after a power cut.
CLOCK_AHEAD = timedelta(minutes=5)
CLOCK_BEHIND = timedelta(days=5 * 365)

# `told` is when the state began as the OLT says. Without that our own observation counts: an ONU that we see down for
# the first time, and whose OLT tells no time, was never seen online (`online_at` stays empty) and proves no drop.
# A state that is the same as before keeps its beginning, unless the OLT names a later one: it dropped again between.
_STORE = text(
    "WITH seen AS (SELECT * FROM unnest(CAST(:pons AS text[]), CAST(:numbers AS int[]), CAST(:serials AS text[]),"
    " CAST(:states AS text[]), CAST(:causes AS text[]), CAST(:powers AS float[]), CAST(:told AS timestamptz[]))"
    " AS seen (pon, number, serial, state, cause, rx_dbm, told))"
    " INSERT INTO onu_status AS old (olt, serial, pon, number, state, cause, rx_dbm, changed_at, seen_at, online_at)"
    " SELECT :olt, serial, pon, number, state, cause, rx_dbm, coalesce(told, :now), :now,"
    " CASE WHEN state = 'online' THEN CAST(:now AS timestamptz) ELSE told END FROM seen"
    " ON CONFLICT (olt, serial) DO UPDATE SET pon = excluded.pon, number = excluded.number, state = excluded.state,"
    " cause = excluded.cause, rx_dbm = coalesce(excluded.rx_dbm, old.rx_dbm), seen_at = excluded.seen_at,"
    " online_at = CASE WHEN excluded.state = 'online' THEN excluded.seen_at"
    " ELSE coalesce(old.online_at, excluded.online_at) END,"
    " changed_at = CASE WHEN (old.state, old.cause) IS DISTINCT FROM (excluded.state, excluded.cause)"
    # Between two kinds of being down the line did not come back: the drop stays where it was.
    " AND NOT (old.state <> 'online' AND excluded.state <> 'online') THEN excluded.changed_at"
    " WHEN excluded.changed_at < :now THEN greatest(old.changed_at, excluded.changed_at) ELSE old.changed_at END"
    " WHERE old.seen_at <= excluded.seen_at"
)
_CHANGED = text(
    "SELECT EXISTS (SELECT FROM unnest(CAST(:serials AS text[]), CAST(:states AS text[]), CAST(:causes AS text[]))"
    " AS seen (serial, state, cause) LEFT JOIN onu_status AS old ON old.olt = :olt AND old.serial = seen.serial"
    " WHERE (old.state, old.cause) IS DISTINCT FROM (seen.state, seen.cause))"
)


def store_sweep(session: Session, olt: str, sweep: Sweep) -> bool:
    """Writes what was read, and says whether any state or cause is another than before; may be called again.

    ONUs of unread PONs, ONUs without a serial and those in state unknown keep their rows as they are.
    """
    read = {
        onu.serial: onu for onu in sweep.onus if onu.serial and onu.state != "unknown" and onu.pon not in sweep.unread
    }
    if not read:
        return False
    onus = list(read.values())
    columns = {
        "olt": olt,
        "now": sweep.read_at,
        "pons": [onu.pon for onu in onus],
        "numbers": [onu.number for onu in onus],
        "serials": [onu.serial for onu in onus],
        "states": [onu.state for onu in onus],
        "causes": [onu.cause for onu in onus],
        "powers": [onu.rx_dbm for onu in onus],
        "told": [_told(onu, sweep.read_at) for onu in onus],
    }
    same = {name: columns[name] for name in ("olt", "serials", "states", "causes")}
    changed = bool(session.execute(_CHANGED, same).scalar_one())
    session.execute(_STORE, columns)
    return changed


def _told(onu: OnuSeen, now: datetime) -> datetime | None:
    """When the state began as the OLT says, where its clock can be right."""
    at = onu.changed_at
    if at is None or at > now + CLOCK_AHEAD or at < now - CLOCK_BEHIND:
        return None
    return min(at, now)
