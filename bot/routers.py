"""What the bot knows of customers' routers before it asks one: whether it can, and how their networks are called."""

from __future__ import annotations

from sqlalchemy import select

from core.db import Database
from models.device import Device
from models.network_job import NetworkJob
from provisioning.action import DIAGNOSE
from provisioning.diagnosis import Diagnosis


def wifi_can_change(db: Database) -> bool:
    """Whether there is an ACS that could change a Wi-Fi."""
    with db.reading() as session:
        wanted = select(Device.id).where(Device.role == "acs", Device.enabled)
        return session.scalars(wanted.limit(1)).first() is not None


def wifi_names(db: Database, contract_ref: str) -> tuple[str, ...]:
    """The names of the networks at the newest diagnosis that read the router; none where none did."""
    with db.reading() as session:
        facts = session.scalars(
            select(NetworkJob.facts)
            .where(
                NetworkJob.contract_ref == contract_ref,
                NetworkJob.action == DIAGNOSE,
                NetworkJob.facts["cpe"].has_key("wifi"),
            )
            .order_by(NetworkJob.id.desc())
            .limit(1)
        ).first()
    cpe = Diagnosis.from_facts(facts).cpe if facts else None
    return tuple(dict.fromkeys(one.ssid for one in cpe.wifi if one.ssid and one.enabled)) if cpe else ()
