"""The configured equipment: rows of `device`, their secrets encrypted, opened through the driver of their kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select

from core.db import Database
from core.errors import Misconfigured, Refused
from models.device import Device
from provisioning.cpe import Cpe
from provisioning.driver import Log, drivers
from provisioning.olt import Olt
from provisioning.ports import AccessControl


class Vault:
    """Secrets of devices, encrypted with the deployment's DEVICE_KEY (Fernet: AES-128-CBC with an HMAC)."""

    def __init__(self, key: str) -> None:
        """Raises Misconfigured for a key that is not one (32 bytes in URL-safe base64)."""
        try:
            self._fernet = Fernet(key.encode())
        except ValueError as error:
            raise Misconfigured("device_key", "32 bytes in URL-safe base64") from error

    def lock(self, secrets: Mapping[str, str]) -> bytes:
        """What may be stored."""
        return self._fernet.encrypt(json.dumps(dict(secrets)).encode())

    def unlock(self, stored: bytes | None) -> dict[str, str]:
        """The secrets again; none for nothing. Raises Misconfigured when they were locked with another key."""
        if not stored:
            return {}
        try:
            found: dict[str, str] = json.loads(self._fernet.decrypt(stored))
        except InvalidToken as error:
            raise Misconfigured("device_key", "the secrets were stored with another key") from error
        return found


class DevicePlant:
    """Plant over the rows of `device`. `defaults` completes fields by kind, such as the simulated network's address."""

    def __init__(
        self,
        db: Database,
        vault: Vault | None,
        access: AccessControl | None,
        defaults: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._db = db
        self._vault = vault
        self._access = access
        self._defaults = defaults or {}

    def access(self) -> AccessControl | None:
        """See Plant."""
        return self._access

    def olt(self, name: str, log: Log) -> Olt:
        """See Plant."""
        return cast(Olt, self._open("olt", name, log))

    def cpe(self, log: Log) -> Cpe:
        """See Plant."""
        return cast(Cpe, self._open("acs", "", log))

    def _open(self, role: str, name: str, log: Log) -> Any:
        """The device of this role and name (any name for ""), ready for its first use."""
        with self._db.reading() as session:
            wanted = select(Device).where(Device.role == role, Device.enabled)
            row = session.scalars((wanted.where(Device.name == name) if name else wanted).order_by(Device.id)).first()
            if row is None:
                raise Refused("no_driver", name or role)
            kind, fields, secrets = row.kind, dict(row.fields), row.secrets
        if secrets and self._vault is None:
            raise Misconfigured("device_key", "DEVICE_KEY is not set")
        opened = self._vault.unlock(secrets) if self._vault else {}
        driver = drivers().get(kind)
        if driver is None:
            raise Refused("no_driver", kind)
        empty = {item.name: item.default for item in driver.fields}
        return driver.connect({**empty, **self._defaults.get(kind, {}), **fields, **opened}, log)
