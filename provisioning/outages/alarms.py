"""Alarms that others send: kept by the sender's own name for them, and an OLT that is named is swept at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import utc_now
from models.alarm import Alarm
from models.device import Device
from provisioning.outages.sweep import hasten_sweep

State = Literal["firing", "resolved"]
UNKNOWN = "unknown"
LONGEST_TEXT = 500
LONGEST_WORD = 200

# The first that fits. Where none does, it is a problem that somebody should read.
_KINDS = (
    ("dying_gasp", re.compile(r"(?i)dying.?gasp|\bdgi\b|falta de energia")),
    ("los", re.compile(r"(?i)\blo[sfb]i?\b|loss of signal|rompimento|sem luz")),
    ("device_down", re.compile(r"(?i)unreachable|unavailable|\bdown\b|indispon|não responde|no response")),
)
_PON = re.compile(r"(?<![\d./])(\d{1,2}/\d{1,2}/\d{1,3}|\d{1,2}/\d{1,3})(?![\d./])")


@dataclass(frozen=True)
class Heard:
    """One alarm as it was sent. `names` may name the device: its name, address or host; `pon` is empty when unknown."""

    source: Literal["trap", "zabbix", "alertmanager"]
    fingerprint: str
    state: State
    text: str
    kind: str = ""
    names: tuple[str, ...] = ()
    pon: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def note_alarm(session: Session, heard: Heard, now: datetime | None = None) -> None:
    """Keeps the alarm; the same again counts it up, its end ends it. The OLT that it names is swept at once."""
    at = now or utc_now()
    device = _device(session, heard.names)
    text = heard.text.strip()[:LONGEST_TEXT]
    ended = at if heard.state == "resolved" else None
    new = insert(Alarm).values(
        source=heard.source,
        fingerprint=_mark(heard.fingerprint),
        kind=heard.kind or kind_of(text),
        device=device,
        pon=heard.pon[:LONGEST_WORD] or pon_in(text),
        state=heard.state,
        text=text,
        detail=dict(heard.detail),
        times=1,
        first_at=at,
        last_at=at,
        ended_at=ended,
    )
    latest = {name: new.excluded[name] for name in ("kind", "state", "text", "detail", "last_at")}
    known = {
        name: func.coalesce(func.nullif(new.excluded[name], ""), getattr(Alarm, name)) for name in ("device", "pon")
    }
    over = case((new.excluded.state == "resolved", func.coalesce(Alarm.ended_at, new.excluded.ended_at)))
    session.execute(
        new.on_conflict_do_update(
            index_elements=["source", "fingerprint"],
            set_={**latest, **known, "times": Alarm.times + 1, "ended_at": over},
        )
    )
    if device:
        hasten_sweep(session, device)


def kind_of(text: str) -> str:
    """los, dying_gasp, device_down or problem, by the words of an alarm."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), "problem")


def pon_in(text: str) -> str:
    """The PON that the words name, as `0/1/2` or `1/2`; empty where they name none."""
    found = _PON.search(text)
    return found.group(1) if found else ""


def _mark(fingerprint: str) -> str:
    """As it was sent; its hash where it is longer than an index can hold."""
    return fingerprint if len(fingerprint) <= LONGEST_WORD else hashlib.sha256(fingerprint.encode()).hexdigest()


def _device(session: Session, names: tuple[str, ...]) -> str:
    wanted = [name.rpartition(":")[0] if re.search(r":\d+$", name) else name for name in names if name]
    if not wanted:
        return ""
    fits = or_(Device.name.in_(wanted), Device.fields["host"].astext.in_(wanted))
    return session.scalar(select(Device.name).where(fits).order_by(Device.id).limit(1)) or ""
