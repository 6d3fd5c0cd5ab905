"""The configured equipment: rows of `device`, their secrets encrypted, opened through the driver of their kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import select

from core.db import Database
from core.errors import Misconfigured, Refused
from models.device import Device
from provisioning.access_side import one_of
from provisioning.cpe import Cpe
from provisioning.device_health import DeviceHealth, Guarded
from provisioning.device_log import DeviceLog
from provisioning.driver import Driver, drivers
from provisioning.locks import exclusive
from provisioning.olt import Olt
from provisioning.ports import AccessControl
from provisioning.vault import Vault

__all__ = ["DevicePlant", "Vault"]


class DevicePlant:
    """Plant over the rows of `device`. `defaults` completes fields by kind, such as the simulated network's address."""

    def __init__(
        self,
        db: Database,
        vault: Vault | None,
        access: AccessControl | None,
        defaults: Mapping[str, Mapping[str, str]] | None = None,
        *,
        kinds: Mapping[str, Driver] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._db = db
        self._vault = vault
        self._access = access
        self._defaults = defaults or {}
        self._kinds = drivers() if kinds is None else kinds
        self._sleep = sleep

    def access(self) -> AccessControl | None:
        """See Plant. The deployment's own where there is one, else the devices of this role."""
        if self._access is not None:
            return self._access
        with self._db.reading() as session:
            wanted = select(Device.name).where(Device.role == "access", Device.enabled).order_by(Device.id)
            names = session.scalars(wanted).all()
        return one_of([cast(AccessControl, self._open("access", name, None)) for name in names])

    def olt(self, name: str, job_id: int | None = None) -> Olt:
        """See Plant."""
        return cast(Olt, self._open("olt", name, job_id))

    def cpe(self, job_id: int | None = None) -> Cpe:
        """See Plant."""
        return cast(Cpe, self._open("acs", "", job_id))

    @contextmanager
    def reached(self, name: str) -> Iterator[tuple[str, Any]]:
        """(role, the opened device) of this name, whatever its role, locked; its circuit lets one try through.

        Raises as Equipment's doors do.
        """
        with self._db.transaction() as session:
            row = session.scalars(select(Device).where(Device.name == name, Device.enabled)).one_or_none()
            if row is None:
                raise Refused("no_driver", name)
            role, row.open_until = row.role, None
        with exclusive(self._db, f"device:{name}"):
            opened = self._open(role, name, None)
            try:
                yield role, opened
            finally:
                if hasattr(opened, "close"):
                    opened.close()

    def _open(self, role: str, name: str, job_id: int | None) -> Any:
        """The device of this role and name (any name for ""), ready for its first use."""
        with self._db.reading() as session:
            wanted = select(Device).where(Device.role == role, Device.enabled)
            row = session.scalars((wanted.where(Device.name == name) if name else wanted).order_by(Device.id)).first()
            if row is None:
                raise Refused("no_driver", name or role)
            device_id, kind, fields, secrets = row.id, row.kind, dict(row.fields), row.secrets
        driver = self._kinds.get(kind)
        if driver is None:
            raise Refused("no_driver", kind)
        values, hidden = self._values(driver, fields, secrets)
        log = DeviceLog(self._db, device_id, hidden, job_id)
        return Guarded(driver.connect(values, log), DeviceHealth(self._db, device_id, self._sleep, log))

    def _values(
        self, driver: Driver, fields: Mapping[str, str], stored: bytes | None
    ) -> tuple[dict[str, str], list[str]]:
        """Every field of the driver with its value, and the values that are secret."""
        if stored and self._vault is None:
            raise Misconfigured("device_key", "DEVICE_KEY is not set")
        secrets = self._vault.unlock(stored) if self._vault else {}
        empty = {item.name: item.default for item in driver.fields}
        return {**empty, **self._defaults.get(driver.kind, {}), **fields, **secrets}, list(secrets.values())
