"""What was said to a device and what it answered: lines that an operator reads along, without secrets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, insert

from core.db import Database
from core.masking import mask_personal_data
from models import utc_now
from models.device import DeviceLine
from models.network_job import NetworkJob
from provisioning.actions import ACTIONS

MOST_CHARACTERS = 4000
SHORTEST_SECRET = 3
KEEP = timedelta(days=30)


class DeviceLog:
    """Writes lines of one device, each committed at once. `secrets` are taken out wherever they stand."""

    def __init__(self, db: Database, device_id: int, secrets: Iterable[str], job_id: int | None = None) -> None:
        self._db = db
        self._device_id = device_id
        # The longest first: one may stand in another.
        self._secrets = sorted({text for text in secrets if len(text) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._job_id = job_id

    def __call__(self, line: str) -> None:
        """One command or answer."""
        for secret in self._secrets:
            line = line.replace(secret, "••••")
        shown = mask_personal_data(line.replace("\0", ""))[:MOST_CHARACTERS]
        with self._db.transaction() as session:
            row = {"device_id": self._device_id, "job_id": self._job_id, "at": utc_now(), "text": shown}
            session.execute(insert(DeviceLine).values(**row))


def forget_network(_: int, *, db: Database) -> None:
    """Deletes lines of more than 30 days, and jobs as old that only read (a diagnosis, a list): what was changed stays.

    May be called again.
    """
    before = utc_now() - KEEP
    reads = [name for name, action in ACTIONS.items() if not action.changes]
    with db.transaction() as session:
        session.execute(delete(DeviceLine).where(DeviceLine.at < before))
        session.execute(delete(NetworkJob).where(NetworkJob.action.in_(reads), NetworkJob.finished_at < before))
