"""The equipment that a job may touch: opened by name, one at a time per device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from core.db import Database
from provisioning.action import Equipment
from provisioning.cpe import Cpe
from provisioning.driver import Log
from provisioning.locks import exclusive
from provisioning.olt import Olt
from provisioning.ports import AccessControl

Opened = TypeVar("Opened", Olt, Cpe)


class Plant(Protocol):
    """Everything that this provider has configured. Opens no connection by itself."""

    def access(self) -> AccessControl | None:
        """What blocks and releases logins; None where nothing does."""
        ...

    def olt(self, name: str, log: Log) -> Olt:
        """The OLT of this name. Raises Refused("no_driver") where none is configured."""
        ...

    def cpe(self, log: Log) -> Cpe:
        """The ACS. Raises Refused("no_driver") where none is configured."""
        ...


def equipment(db: Database, plant: Plant, note: Log) -> Equipment:
    """The plant for one job, whose log is `note`: every device is locked while it is spoken to."""

    @contextmanager
    def olt(name: str) -> Iterator[Olt]:
        with exclusive(db, f"device:{name}"), _closing(lambda: plant.olt(name, note)) as opened:
            yield opened

    @contextmanager
    def cpe() -> Iterator[Cpe]:
        with _closing(lambda: plant.cpe(note)) as opened:
            yield opened

    return Equipment(plant.access(), olt, cpe)


@contextmanager
def _closing(open_it: Callable[[], Opened]) -> Iterator[Opened]:
    opened = open_it()
    try:
        yield opened
    finally:
        opened.close()
