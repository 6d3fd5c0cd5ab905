"""The equipment that a job may touch: opened by name, one at a time per device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar

from core.db import Database
from provisioning.action import Equipment
from provisioning.cpe import Cpe
from provisioning.locks import exclusive
from provisioning.olt import Olt
from provisioning.ports import AccessControl
from provisioning.promised_places import promised

Opened = TypeVar("Opened", Olt, Cpe)


class Plant(Protocol):
    """Everything that this provider has configured. Opens no connection by itself.

    `job_id` is the job that the device's log names with each line.
    """

    def access(self) -> AccessControl | None:
        """What blocks and releases logins; None where nothing does."""
        ...

    def olt(self, name: str, job_id: int | None = None) -> Olt:
        """The OLT of this name. Raises Refused("no_driver") where none is configured."""
        ...

    def cpe(self, job_id: int | None = None) -> Cpe:
        """The ACS. Raises Refused("no_driver") where none is configured."""
        ...


def equipment(db: Database, plant: Plant, job_id: int | None = None) -> Equipment:
    """The plant for one job: an OLT is locked while it is spoken to. An ACS serves many at once."""

    @contextmanager
    def olt(name: str) -> Iterator[Olt]:
        with exclusive(db, f"device:{name}"), _closing(lambda: plant.olt(name, job_id)) as opened:
            yield opened

    @contextmanager
    def cpe() -> Iterator[Cpe]:
        with _closing(lambda: plant.cpe(job_id)) as opened:
            yield opened

    return Equipment(plant.access(), olt, cpe, partial(promised, db, job_id))


@contextmanager
def _closing(open_it: Callable[[], Opened]) -> Iterator[Opened]:
    opened = open_it()
    try:
        yield opened
    finally:
        opened.close()
