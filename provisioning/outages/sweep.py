"""Reads every ONU's state of an OLT, stores it, and lets the incidents follow. Nobody else polls whole OLTs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure
from core.locks import hold
from models import utc_now
from models.alert import end_alert, raise_alert
from models.device import Device
from models.outbox import add_work, hasten
from provisioning.outages.limits import read_limits
from provisioning.outages.settle import settle
from provisioning.outages.statuses import store_sweep
from provisioning.plant import Plant, equipment

SILENT = "olt.silent"

_WAITS = text("SELECT EXISTS (SELECT FROM outbox WHERE topic = 'sweep_olt' AND ref_id = :id AND done_at IS NULL)")


def sweep_olts(ref_id: int, *, db: Database, every_seconds: float) -> None:
    """Plans a sweep of every OLT that was not swept within `every_seconds`, unless one waits already."""
    del ref_id
    if every_seconds <= 0:
        return
    with db.transaction() as session:
        # Swept a moment before its time rather than a round later.
        due = utc_now() - timedelta(seconds=every_seconds * 0.9)
        wanted = select(Device.id).where(
            Device.role == "olt",
            Device.enabled,
            func.greatest(Device.swept_at, Device.failed_at).is_(None)
            | (func.greatest(Device.swept_at, Device.failed_at) < due),
        )
        for device_id in session.scalars(wanted).all():
            _plan(session, device_id)


def hasten_sweep(session: Session, olt: str) -> bool:
    """Has the OLT of this name swept at once; False where there is none of this name."""
    device_id = session.scalar(select(Device.id).where(Device.name == olt, Device.role == "olt", Device.enabled))
    if device_id is None:
        return False
    _plan(session, device_id)
    hasten(session, "sweep_olt", device_id)
    return True


def _plan(session: Session, device_id: int) -> None:
    hold(session, f"sweep/{device_id}")
    if not session.execute(_WAITS, {"id": device_id}).scalar_one():
        add_work(session, "sweep_olt", device_id)


def sweep_olt(device_id: int, *, db: Database, plant: Plant, now: Callable[[], datetime] = utc_now) -> None:
    """Sweeps one OLT, alone on it. A silence is noted and told after several in a row; then nothing of it counts as
    offline, and the next round tries again. May be called twice."""
    with db.reading() as session:
        olt = session.scalar(select(Device.name).where(Device.id == device_id, Device.enabled, Device.role == "olt"))
    if olt is None:
        return
    try:
        with equipment(db, plant).olt(olt) as opened:
            sweep = opened.sweep()
    except Failure as failure:
        _silence(db, device_id, olt, failure, now())
        return
    with db.transaction() as session:
        store_sweep(session, olt, sweep)
        session.execute(
            update(Device)
            .where(Device.id == device_id)
            .values(swept_at=sweep.read_at, answered_at=now(), failures=0, open_until=None, last_error="")
        )
        end_alert(session, SILENT, olt)
    with db.transaction() as session:
        settle(session, now(), read_limits(session))


def _silence(db: Database, device_id: int, olt: str, failure: Failure, now: datetime) -> None:
    """Somebody else on the device is no silence. Reports from behind a silent OLT may still make an incident."""
    if failure.code in ("busy", "not_supported"):
        return
    with db.transaction() as session:
        device = session.get_one(Device, device_id, with_for_update=True)
        # Where the circuit is open nobody asked, so nobody was silent.
        device.failures += failure.code != "circuit_open"
        device.failed_at, device.last_error = now, failure.code
        limits = read_limits(session)
        if device.failures < limits.silent_sweeps:
            return
        words = f"A OLT {olt} não responde ({failure.code}): o estado das conexões dela não é conhecido."
        raise_alert(session, SILENT, olt, words, severity="critical", detail={"failures": device.failures})
    with db.transaction() as session:
        settle(session, now, limits)
